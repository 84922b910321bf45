// Tests of the editor that a draft is given to: which it is, what it sees, what comes back, what is left behind.
#include "cli/chat/outside/external_editor.hpp"

#include <signal.h>
#include <unistd.h>

#include <map>
#include <ostream>
#include <string>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "unit/cli/chat/fixture.hpp"

namespace byok::cli {
namespace {

using config::Environment;
using Values = std::map<std::string, std::string, std::less<>>;

// A place for temporary files, and editors that write beside it what they saw.
class Desk {
 public:
  Desk() {
    std::filesystem::create_directory(folder.path() / "tmp");
    values = {{"PATH", "/usr/bin:/bin"},
              {"TERM", "xterm"},
              {"TMPDIR", (folder.path() / "tmp").string()},
              {"DESK", folder.path().string()}};
  }
  base::Result<std::string> edit(std::string_view draft) const { return edit_outside(draft, Environment(values)); }
  [[nodiscard]] bool is_clean() const { return std::filesystem::is_empty(folder.path() / "tmp"); }

  test::TestFolder folder;
  Values values;
};

TEST_CASE("VISUAL comes before EDITOR, but not on a dumb terminal; else what is installed") {
  CHECK(editor_command(Environment(Values{{"TERM", "xterm"}, {"VISUAL", "code -w"}, {"EDITOR", "ed"}})).command ==
        "code -w");
  CHECK(editor_command(Environment(Values{{"TERM", "xterm"}, {"VISUAL", "code -w"}})).origin == "$VISUAL");
  CHECK(editor_command(Environment(Values{{"TERM", "dumb"}, {"VISUAL", "vim"}, {"EDITOR", "ed"}})).origin == "$EDITOR");
  CHECK(editor_command(Environment(Values{{"TERM", "xterm"}, {"VISUAL", " "}, {"EDITOR", "ed"}})).command == "ed");
  const test::TestFolder folder;
  const std::string path = folder.path().string();
  CHECK(editor_command(Environment(Values{{"TERM", "xterm"}, {"PATH", path}})).command.empty());
  folder.script("nano", "");
  CHECK(editor_command(Environment(Values{{"TERM", "xterm"}, {"PATH", path}})).origin == "nano");
  folder.script("vi", "");
  CHECK(editor_command(Environment(Values{{"TERM", "xterm"}, {"PATH", path}})).command ==
        base::shell_quote(path + "/vi"));
  const auto none = edit_outside("draft", Environment(Values{{"TERM", "xterm"}, {"PATH", "/nonexistent"}}));
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().message == "no editor was found");
  CHECK(none.error().hint.contains("EDITOR"));
  const auto dumb = edit_outside("draft", Environment(Values{{"TERM", "dumb"}, {"PATH", path}}));
  REQUIRE_FALSE(dumb.has_value());
  CHECK(dumb.error().message == "the terminal is dumb, and $EDITOR is not set");
}

TEST_CASE("the draft is edited in a private file that is gone afterwards") {
  Desk desk;
  desk.values["VISUAL"] =
      "sh -c 'stat -c %a \"$1\" \"${1%/*}\" > \"$DESK/modes\"; echo \"$1\" > \"$DESK/name\"; "
      "cp \"$1\" \"$DESK/seen\"; cp \"$1\" \"$1~\"; printf \"two\\nlines\\n\" >> \"$1\"' -";
  const auto text = desk.edit("one");
  REQUIRE(text.has_value());
  CHECK(*text == "one\ntwo\nlines");
  CHECK(desk.folder.read("seen") == "one\n");
  CHECK(desk.folder.read("modes") == "600\n700\n");
  CHECK(desk.folder.read("name").ends_with("/prompt.md\n"));
  CHECK(desk.is_clean());
}

TEST_CASE("arguments and names with blanks are as a shell reads them") {
  Desk desk;
  const auto script = desk.folder.script("my editor", "[ \"$1\" = --wait ] && echo \"$2 words\" > \"$3\"");
  desk.values["EDITOR"] = base::shell_quote(script.string()) + " --wait 'two'";
  CHECK(desk.edit("").value_or("") == "two words");
}

TEST_CASE("an editor that changes nothing gives the draft as it was, whatever its end") {
  Desk desk;
  desk.values["EDITOR"] = "true";
  for (const std::string draft : {"", "one", "one\n", "one\n\n", "\n", "a\r\nb"}) {
    CAPTURE(draft);
    CHECK(desk.edit(draft).value_or("?") == draft);
  }
}

TEST_CASE("what comes back is valid UTF-8 with newlines alone") {
  Desk desk;
  desk.values["EDITOR"] = "printf 'a\\377b\\r\\nc\\n\\n' >";
  CHECK(desk.edit("one").value_or("") ==
        "a\xEF\xBF\xBD"
        "b\nc");
  desk.values["EDITOR"] = "printf '' >";
  CHECK(desk.edit("one").value_or("?").empty());
}

TEST_CASE("an editor that fails says which variable names it, and leaves nothing behind") {
  Desk desk;
  desk.values["EDITOR"] = "echo lost > \"$1\"; sh -c 'exit 3'";
  const auto failed = desk.edit("one");
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().kind == base::ErrorKind::usage);
  CHECK(failed.error().message.contains("the editor of $EDITOR, "));
  CHECK(failed.error().message.ends_with("exited with status 3"));
  CHECK(failed.error().hint == "mend $EDITOR; the text is as it was");
  desk.values["VISUAL"] = "no-such-editor-here 2>/dev/null";
  CHECK(desk.edit("one").error().message.ends_with("was not found"));
  CHECK(desk.edit("one").error().hint.contains("$VISUAL"));
  desk.values["VISUAL"] = "kill -9 $$; :";
  CHECK(desk.edit("one").error().message.ends_with("was ended by signal 9"));
  desk.values["VISUAL"] = "rm";
  CHECK_FALSE(desk.edit("one").has_value());
  CHECK(desk.is_clean());
  desk.values["TMPDIR"] = "/nonexistent/folder";
  CHECK(desk.edit("one").error().message.starts_with("cannot write /nonexistent/folder/byok-"));
}

int interrupts = 0;
void count_interrupt(int /*signal*/) { ++interrupts; }

TEST_CASE("SIGINT while the editor runs is the editor's, and afterwards the program's again") {
  struct sigaction ours{}, before{};
  ours.sa_handler = count_interrupt;
  ::sigaction(SIGINT, &ours, &before);
  Desk desk;
  desk.values["PARENT"] = std::to_string(::getpid());
  desk.values["EDITOR"] =
      "trap 'got=yes' INT; kill -INT \"$PARENT\"; kill -INT $$; sleep 0.1; echo \"got ${got:-no}\" >";
  interrupts = 0;
  const auto text = desk.edit("one");
  CHECK(text.value_or("") == "got yes");
  CHECK(interrupts == 0);
  ::raise(SIGINT);
  CHECK(interrupts == 1);
  ::sigaction(SIGINT, &before, nullptr);
}

}  // namespace
}  // namespace byok::cli
