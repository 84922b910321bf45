// Tests of editing: moves, words, kills, undo, and text that stays UTF-8.
#include "terminal/edit_buffer.hpp"

#include <ostream>
#include <string>

#include <doctest/doctest.h>

#include "base/text.hpp"

namespace byok::terminal {
namespace {

EditBuffer with(std::string_view text) {
  EditBuffer buffer;
  buffer.insert(text);
  return buffer;
}

TEST_CASE("words, lines and characters are what moves go by") {
  EditBuffer buffer = with("git log --all\nzwei wörter e\u0301");
  CHECK(buffer.left() == buffer.text().size() - 3);
  buffer.move_to(buffer.word_left());
  CHECK(buffer.text().substr(buffer.cursor()) == "e\u0301");
  buffer.move_to(buffer.word_left());
  CHECK(buffer.text().substr(buffer.cursor()) == "wörter e\u0301");
  CHECK(buffer.line_start() == 14);
  CHECK(buffer.line_end() == buffer.text().size());
  buffer.move_to(8);
  CHECK(buffer.word_right() == 13);
  CHECK(buffer.blank_left() == 4);
  CHECK(buffer.line_end() == 13);
  CHECK(buffer.line_start() == 0);
  buffer.move_to(13);
  CHECK(buffer.word_left() == 10);
  CHECK(buffer.blank_left() == 8);
}

TEST_CASE("kills that follow each other are yanked as one, in the order of the text") {
  EditBuffer buffer = with("one two three four");
  buffer.move_to(14);
  buffer.kill_to(buffer.word_left());
  buffer.kill_to(buffer.word_left());
  buffer.kill_to(buffer.line_end());
  CHECK(buffer.text() == "one ");
  buffer.yank();
  CHECK(buffer.text() == "one two three four");
  buffer.move_to(0);
  buffer.kill_to(4);
  buffer.move_to(0);
  buffer.kill_to(4);
  buffer.yank();
  buffer.yank();
  CHECK(buffer.text() == "two two three four");
}

TEST_CASE("undo takes back words typed, kills and whole texts, with the cursor") {
  EditBuffer buffer;
  for (const char c : std::string_view("ab cd")) buffer.insert(std::string_view(&c, 1));
  buffer.kill_to(3);
  CHECK(buffer.text() == "ab ");
  buffer.undo();
  CHECK(buffer.text() == "ab cd");
  CHECK(buffer.cursor() == 5);
  buffer.undo();
  CHECK(buffer.text() == "ab ");
  buffer.undo();
  CHECK(buffer.text().empty());
  buffer.undo();
  CHECK(buffer.text().empty());
  buffer.insert("pasted text of several words");
  buffer.set("other");
  buffer.undo();
  CHECK(buffer.text() == "pasted text of several words");
  buffer.undo();
  CHECK(buffer.text().empty());
}

TEST_CASE("invalid bytes and offsets inside a character do no harm") {
  EditBuffer buffer = with("a\xFF漢\xE6");
  CHECK(buffer.text() == "a\uFFFD漢\uFFFD");
  buffer.move_to(5);
  CHECK(buffer.cursor() == 4);
  buffer.replace(5, 6, "x");
  CHECK(base::is_utf8(buffer.text()));
  buffer.move_to(1000);
  CHECK(buffer.cursor() == buffer.text().size());
  buffer.replace(1000, 2000, "é");
  CHECK(base::is_utf8(buffer.text()));
}

TEST_CASE("what is remembered for undo is bounded, but never the last change") {
  EditBuffer buffer;
  const std::string large(40UL * 1024 * 1024, 'x');
  buffer.insert(large);
  buffer.set("y");
  buffer.undo();
  CHECK(buffer.text().size() == large.size());
}

}  // namespace
}  // namespace byok::terminal
