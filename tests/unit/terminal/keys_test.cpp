// Tests of the keys that a terminal's bytes are, whatever the seams between reads.
#include "terminal/keys.hpp"

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace byok::terminal {
namespace {

std::vector<KeyPress> all(KeyDecoder& decoder) {
  std::vector<KeyPress> keys;
  while (auto press = decoder.next()) keys.push_back(*std::move(press));
  return keys;
}

std::vector<KeyPress> keys_of(std::string_view bytes) {
  KeyDecoder decoder;
  decoder.feed(bytes);
  return all(decoder);
}

TEST_CASE("each sequence is the key that terminals send it for") {
  struct Row {
    std::string bytes;
    Key key;
  };
  for (const Row& row : std::vector<Row>{
           {"\r", Key::enter},
           {"\n", Key::enter},
           {"\t", Key::tab},
           {"\x7f", Key::erase_back},
           {"\b", Key::erase_back},
           {"\x01", Key::line_start},
           {"\x05", Key::line_end},
           {"\x0b", Key::kill_to_end},
           {"\x15", Key::kill_to_start},
           {"\x17", Key::kill_word_back},
           {"\x19", Key::yank},
           {"\x1f", Key::undo},
           {"\x12", Key::search},
           {"\x07", Key::open_editor},
           {"\x03", Key::interrupt},
           {"\x04", Key::erase_or_end},
           {"\x1a", Key::suspend},
           {"\x0c", Key::clear_screen},
           {"\x1b[A", Key::up},
           {"\x1bOA", Key::up},
           {"\x1b[B", Key::down},
           {"\x1b[C", Key::right},
           {"\x1b[D", Key::left},
           {"\x1b[H", Key::line_start},
           {"\x1bOF", Key::line_end},
           {"\x1b[1~", Key::line_start},
           {"\x1b[4~", Key::line_end},
           {"\x1b[3~", Key::erase_forward},
           {"\x1b[1;5D", Key::word_left},
           {"\x1b[1;5C", Key::word_right},
           {"\x1b[1;3D", Key::word_left},
           {"\x1b\x1b[C", Key::word_right},
           {"\x1bOd", Key::word_left},
           {"\x1b[3;5~", Key::kill_word},
           {"\x1b[1;5H", Key::text_start},
           {"\x1b[1;2D", Key::left},
           {"\x1b"
            "b",
            Key::word_left},
           {"\x1b"
            "f",
            Key::word_right},
           {"\x1b"
            "d",
            Key::kill_word},
           {"\x1b\r", Key::new_line},
           {"\x1b\x7f", Key::erase_word_back},
           {"\x1b[13;2u", Key::new_line},
       }) {
    CAPTURE(row.bytes);
    KeyDecoder decoder;
    for (const char c : row.bytes) decoder.feed(std::string_view(&c, 1));
    const std::vector<KeyPress> keys = all(decoder);
    REQUIRE(keys.size() == 1);
    CHECK(keys[0].key == row.key);
    CHECK_FALSE(decoder.is_waiting());
  }
}

TEST_CASE("answers of the terminal and unknown sequences are no keys, and type nothing") {
  for (const std::string bytes :
       {"\x1b[?1;2c", "\x1b[24;80R", "\x1b]11;rgb:0/0/0\x07", "\x1b]0;x\x1b\\", "\x1bP1$r\x1b\\", "\x1b[15~", "\x1bOP",
        "\x1b[[A", "\x1bq", "\x1b\xC3\xA9", "\x1b[I", "\x1b[<0;1;1M", "\x1c"}) {
    CAPTURE(bytes);
    const std::vector<KeyPress> keys = keys_of(bytes + "x");
    REQUIRE(keys.size() == 1);
    CHECK(keys[0].text == "x");
  }
}

TEST_CASE("characters come whole, and what is no UTF-8 as its replacement") {
  KeyDecoder decoder;
  decoder.feed("a\xE6\xBC");
  CHECK(all(decoder).at(0).text == "a");
  CHECK(decoder.is_waiting());
  decoder.feed("\xA2");
  CHECK(all(decoder).at(0).text == "漢");
  decoder.feed("\xFF\xE6\r");
  const std::vector<KeyPress> keys = all(decoder);
  REQUIRE(keys.size() == 2);
  CHECK(keys[0].text == "\uFFFD\uFFFD");
  CHECK(keys[1].key == Key::enter);
}

TEST_CASE("a lone ESC is a key once nothing follows") {
  KeyDecoder decoder;
  decoder.feed("\x1b");
  CHECK(all(decoder).empty());
  CHECK(decoder.is_waiting());
  decoder.flush();
  CHECK(all(decoder).at(0).key == Key::escape);
  decoder.feed("[A");
  CHECK(all(decoder).at(0).text == "[A");
}

TEST_CASE("a bracketed paste is one key, whatever is in it and however it is cut") {
  const std::string pasted = "one\r\ntwo\rthree\n\x03\x1b[A\x1b[201\xFF";
  const std::string bytes = "\x1b[200~" + pasted + "\x1b[201~y";
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    CAPTURE(size);
    KeyDecoder decoder;
    for (std::size_t at = 0; at < bytes.size(); at += size) {
      decoder.feed(std::string_view(bytes).substr(at, size));
      if (at >= 6 && at + size < bytes.size() - 7) decoder.flush();
    }
    const std::vector<KeyPress> keys = all(decoder);
    REQUIRE(keys.size() == 2);
    CHECK(keys[0].key == Key::paste);
    CHECK(keys[0].text == "one\ntwo\nthree\n\x03\x1b[A\x1b[201\uFFFD");
    CHECK(keys[1].text == "y");
  }
}

TEST_CASE("a sequence without an end does not swallow all that follows") {
  const std::string digits(300, '1');
  CHECK(keys_of("\x1b[" + digits + "A").size() == 1);
  CHECK(keys_of("\x1b]" + digits).size() == 1);
}

}  // namespace
}  // namespace byok::terminal
