// Tests of the line editor on the screen of a terminal emulator: typing, editing, wide characters, paste, search.
#include "terminal/editor.hpp"

#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/screen.hpp"

namespace byok::terminal {
namespace {

using Rows = std::vector<std::string>;
using Outcome = Editor::Outcome;

// An editor whose bytes go to a screen.
class Typist {
 public:
  explicit Typist(ScreenSize size = {20, 6}, EditorOptions options = {}, const Draft& draft = {})
      : screen(size.columns, size.rows), editor(std::move(options), size, draft) {
    screen.write("before\r\n");
    std::string out;
    editor.draw(out);
    screen.write(out);
  }
  Outcome type(std::string_view bytes) {
    keys_.feed(bytes);
    Outcome outcome = Outcome::none;
    while (const auto press = keys_.next()) {
      drawn.clear();
      outcome = editor.press(*press, drawn);
      screen.write(drawn);
    }
    return outcome;
  }
  void paste(const std::string& text) { type("\x1b[200~" + text + "\x1b[201~"); }
  void leave() {
    std::string out;
    editor.leave(out);
    screen.write(out + "after");
  }
  void resize(ScreenSize size) {
    screen.resize(size.columns, size.rows);
    std::string out;
    editor.resize(size, out);
    screen.write(out);
  }
  [[nodiscard]] std::string text() const { return editor.draft().text; }

  test::Screen screen;
  Editor editor;
  std::string drawn;  // for the last key

 private:
  KeyDecoder keys_;
};

TEST_CASE("typing appears, and costs one character drawn") {
  Typist typist;
  typist.type("hell");
  typist.type("o");
  CHECK(typist.drawn == "o");
  CHECK(typist.screen.rows() == Rows{"before", "> hello"});
  CHECK(typist.screen.cursor_row() == 1);
  CHECK(typist.screen.cursor_column() == 7);
}

TEST_CASE("editing in the middle of a line shows what the text is") {
  Typist typist;
  typist.type("one three");
  typist.type(
      "\x1b"
      "btwo ");
  CHECK(typist.screen.row(1) == "> one two three");
  CHECK(typist.screen.cursor_column() == 10);
  typist.type("\x01\x1b[3~O\x05!\x17");
  CHECK(typist.screen.row(1) == "> One two");
  typist.type("\x1f\x15\x19\x19");
  CHECK(typist.text() == "One two three!One two three!");
  CHECK(typist.screen.rows() == Rows{"before", "> One two three!One", "two three!"});
}

TEST_CASE("a long line wraps, also where it just fills the row") {
  Typist typist({10, 6});
  typist.type("12345678");
  CHECK(typist.screen.rows() == Rows{"before", "> 12345678"});
  CHECK(typist.screen.cursor_row() == 2);
  CHECK(typist.screen.cursor_column() == 0);
  typist.type("9");
  CHECK(typist.screen.rows() == Rows{"before", "> 12345678", "9"});
  typist.type("\x7f\x7f");
  CHECK(typist.screen.rows() == Rows{"before", "> 1234567"});
  CHECK(typist.screen.cursor_column() == 9);
  typist.type("8");
  typist.leave();
  CHECK(typist.screen.rows() == Rows{"before", "> 12345678", "after"});
}

TEST_CASE("wide and combining characters take the columns they take") {
  Typist typist({10, 6});
  typist.type("漢字漢a字e\u0301😀");
  CHECK(typist.screen.rows() == Rows{"before", "> 漢字漢a", "字e\u0301😀"});
  CHECK(typist.screen.cursor_column() == 5);
  typist.type("\x1b[D\x1b[D");
  CHECK(typist.screen.cursor_column() == 2);
  typist.type("\x1b[3~");
  CHECK(typist.screen.rows() == Rows{"before", "> 漢字漢a", "字😀"});
  typist.type("\x1b[A");
  CHECK(typist.screen.cursor_row() == 1);
  typist.type("\x01\x1b[C\x7f");
  CHECK(typist.screen.rows() == Rows{"before", "> 字漢a字", "😀"});
}

TEST_CASE("controls that were pasted are shown, and not obeyed") {
  Typist typist({40, 4});
  typist.paste("a\x1b[2Jb\tc\x07\u202E\xC2\x9B");
  CHECK(typist.screen.rows() == Rows{"before", "> a␛[2Jb        c␇‹U+202E›‹U+009B›"});
  CHECK(typist.text() == "a\x1b[2Jb\tc\x07\u202E\xC2\x9B");
}

TEST_CASE("a paste of more lines than the screen has is one text, and stays editable") {
  Typist typist({20, 5});
  std::string pasted = "l0";
  for (int i = 1; i < 500; ++i) pasted += "\nl" + std::to_string(i);
  typist.paste(pasted);
  CHECK(typist.text() == pasted);
  CHECK(typist.screen.rows() == Rows{"... l495", "... l496", "... l497", "... l498", "... l499"});
  for (int i = 0; i < 6; ++i) typist.type("\x1b[A");
  typist.type("x");
  CHECK(typist.screen.rows() == Rows{"... l493x", "... l494", "... l495", "... l496", "... l497"});
  typist.type("\x1b<");
  CHECK(typist.screen.row(0) == "> l0");
  CHECK(typist.screen.cursor_row() == 0);
  typist.type("\x1f");
  CHECK(typist.text() == pasted);
  CHECK(typist.type("\r") == Outcome::line);
  typist.leave();
  CHECK(typist.screen.rows() == Rows{"... l496", "... l497", "... l498", "... l499", "after"});
}

TEST_CASE("another size draws the prompt anew and leaves the rest alone") {
  Typist typist({20, 6});
  typist.type("one two three four five");
  typist.resize({30, 6});
  CHECK(typist.screen.rows() == Rows{"before", "> one two three four five"});
  CHECK(typist.screen.cursor_column() == 25);
  typist.resize({12, 6});
  CHECK(typist.screen.rows() == Rows{"before", "> one two th", "ree four fiv", "e"});
  typist.type("!");
  CHECK(typist.screen.row(3) == "e!");
}

TEST_CASE("a narrower terminal that wraps its rows anew is drawn on from where the text begins then") {
  const std::string text(30, 'a');
  const EditFrame frame{.prompt = "> ", .continuation = "", .text = text, .cursor = text.size()};
  const auto resized = [&](bool rewraps_rows, std::size_t columns) {
    EditView view(Style(false), rewraps_rows);
    view.set_size({.columns = 20, .rows = 10});
    std::string out;
    view.draw(frame, out);
    out.clear();
    view.resize({.columns = columns, .rows = 10}, frame, out);
    return out;
  };
  // Of 20 and 12 columns: in rows of 10 they are two, and the cursor stands in the fourth.
  CHECK(resized(true, 10).starts_with("\x1b[2A\x1b[1A\r\r\x1b[J"));
  CHECK(resized(false, 10).starts_with("\x1b[1A\r\r\x1b[J"));
  CHECK(resized(true, 40).starts_with("\x1b[1A\r\r\x1b[J"));
}

TEST_CASE("a backslash, quotes and Alt-Enter make lines; Enter ends the text") {
  Typist typist;
  CHECK(typist.type("a\\\r") == Outcome::none);
  CHECK(typist.screen.rows() == Rows{"before", "> a", "..."});
  typist.type("b\x1b\rc\\\\");
  CHECK(typist.type("\r") == Outcome::line);
  CHECK(typist.editor.line() == "a\nb\nc\\\\");

  Typist quoted;
  CHECK(quoted.type("\"\"\"\r") == Outcome::none);
  CHECK(quoted.type("x \"\" y\r") == Outcome::none);
  CHECK(quoted.type("z \\\r") == Outcome::none);
  CHECK(quoted.type("\"\"\"\r") == Outcome::line);
  CHECK(quoted.editor.line() == "x \"\" y\nz \\");
  CHECK(quoted.text() == "\"\"\"\nx \"\" y\nz \\\n\"\"\"");

  Typist open;
  CHECK(open.type("\"\"\"a\"\"\" b\r") == Outcome::line);
  CHECK(open.editor.line() == "\"\"\"a\"\"\" b");
}

TEST_CASE("up and down go through rows, then through the history, and back to what was typed") {
  const std::vector<std::string> history = {"first", "two\nrows"};
  Typist typist({20, 6}, {.history = history});
  typist.type("typed\x1b[A");
  CHECK(typist.screen.rows() == Rows{"before", "> two", "... rows"});
  typist.type("\x1b[A");
  CHECK(typist.text() == "two\nrows");
  CHECK(typist.screen.cursor_row() == 1);
  typist.type("\x1b[A");
  CHECK(typist.screen.rows() == Rows{"before", "> first"});
  typist.type("\x1b[A");
  CHECK(typist.drawn.starts_with("\a"));
  typist.type("\x0e\x0e");
  CHECK(typist.screen.rows() == Rows{"before", "> typed"});
}

TEST_CASE("Ctrl-R finds the newest entry with the words, then older ones") {
  const std::vector<std::string> history = {"git log", "make", "git status", "ls"};
  Typist typist({40, 4}, {.history = history});
  typist.type("typed\x12git");
  CHECK(typist.screen.row(1) == "(search 'git') git status");
  typist.type("\x12");
  CHECK(typist.screen.row(1) == "(search 'git') git log");
  typist.type("\x12");
  CHECK(typist.screen.row(1) == "(not found 'git') git log");
  SUBCASE("a move takes it to be edited") {
    typist.type("\x05 -p");
    CHECK(typist.screen.row(1) == "> git log -p");
  }
  SUBCASE("Ctrl-C and Ctrl-G give it up") {
    typist.type("\x07");
    CHECK(typist.screen.row(1) == "> typed");
  }
  SUBCASE("Enter takes it as the text") {
    CHECK(typist.type("\r") == Outcome::line);
    CHECK(typist.editor.line() == "git log");
  }
  SUBCASE("a shorter query looks again") {
    typist.type(
        "\x7f\x7f\x7f"
        "ma");
    CHECK(typist.screen.row(1) == "(search 'ma') make");
    typist.type("zz");
    CHECK(typist.screen.row(1) == "(not found 'mazz') make");
  }
}

TEST_CASE("Tab completes what is common, then lists, and ends a sole word with a space") {
  const auto complete = [](std::string_view text, std::size_t cursor) {
    Completion completion;
    for (const std::string word : {"/model", "/mode\u0301l", "/quit", "/dir/"}) {
      if (word.starts_with(text.substr(0, cursor))) completion.candidates.push_back(word);
    }
    return completion;
  };
  Typist typist({30, 6}, {.complete = complete});
  typist.type("/m\t");
  CHECK(typist.text() == "/mode");
  typist.type("\t");
  CHECK(typist.screen.rows() == Rows{"before", "> /mode", "/model  /mode\u0301l", "> /mode"});
  CHECK(typist.screen.cursor_column() == 7);
  typist.type("\x03/q\t");
  CHECK(typist.text() == "/quit ");
  typist.type("\x03/d\t");
  CHECK(typist.text() == "/dir/");
  typist.type("\x03x\t");
  CHECK(typist.drawn.starts_with("\a"));
}

TEST_CASE("control keys end, clear and hand over") {
  Typist typist;
  CHECK(typist.type("\x03") == Outcome::interrupt);
  CHECK(typist.type("\x04") == Outcome::end);
  typist.type("abc");
  CHECK(typist.type("\x07") == Outcome::open_editor);
  CHECK(typist.type("\x1a") == Outcome::suspend);
  CHECK(typist.editor.draft().cursor == 3);
  CHECK(typist.type("\x01\x04\x03") == Outcome::none);
  CHECK(typist.screen.rows() == Rows{"before", ">"});
  CHECK(typist.type("\x1f") == Outcome::none);
  CHECK(typist.text() == "bc");
  typist.type("\x0c");
  CHECK(typist.screen.rows() == Rows{"> bc"});
  Typist resumed({20, 4}, {}, {.text = "abc", .cursor = 1});
  resumed.type("X");
  CHECK(resumed.screen.row(1) == "> aXbc");
}

TEST_CASE("a prompt is bold where there is style, and never takes more than half of the row") {
  Typist typist({20, 4}, {.prompt = "a very long prompt indeed> ", .style = Style(true)});
  typist.type("hello");
  CHECK(typist.screen.row(1) == "a very lonhello");
  CHECK(typist.screen.is_bold(1, 0));
  CHECK_FALSE(typist.screen.is_bold(1, 10));
}

}  // namespace
}  // namespace byok::terminal
