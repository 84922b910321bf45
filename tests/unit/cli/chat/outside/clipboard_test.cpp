// Tests of the ways into the clipboard: which are taken where, and what each is given.
#include "cli/chat/outside/clipboard.hpp"

#include <unistd.h>

#include <array>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "unit/cli/chat/fixture.hpp"

namespace byok::cli {
namespace {

using config::Environment;
using Words = std::vector<std::string>;
using Values = std::map<std::string, std::string, std::less<>>;

Words names_of(const std::vector<ClipboardWay>& ways) {
  Words all;
  for (const ClipboardWay& each : ways) all.push_back(each.name);
  return all;
}

class Pipe {
 public:
  Pipe() { REQUIRE(::pipe(ends_.data()) == 0); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    for (const int end : ends_) ::close(end);
  }
  [[nodiscard]] int writer() const { return ends_[1]; }
  [[nodiscard]] std::string read() const {
    std::array<char, 60'000> bytes{};
    const ssize_t count = ::read(ends_[0], bytes.data(), bytes.size());
    return {bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
  }

 private:
  std::array<int, 2> ends_{};
};

TEST_CASE("the terminal comes first, then the programs of the display") {
  const test::TestFolder folder;
  for (const char* each : {"wl-copy", "xclip", "pbcopy", "tmux"}) folder.script(each, "cat");
  const std::string path = folder.path().string();
  struct Row {
    Values values;
    bool has_terminal = true;
    Words names;
  };
  for (const Row& row : std::vector<Row>{
           {{{"TERM", "xterm"}}, true, {"the terminal", "pbcopy"}},
           {{{"TERM", "xterm"}, {"DISPLAY", ":0"}}, true, {"the terminal", "xclip", "pbcopy"}},
           {{{"TERM", "xterm"}, {"DISPLAY", ":0"}, {"WAYLAND_DISPLAY", "w"}}, false, {"wl-copy", "xclip", "pbcopy"}},
           {{{"TERM", "dumb"}}, true, {"pbcopy"}},
           {{}, true, {"pbcopy"}},
           {{{"TERM", "xterm"}, {"VTE_VERSION", "6800"}, {"WAYLAND_DISPLAY", "w"}},
            true,
            {"wl-copy", "pbcopy", "the terminal"}},
           {{{"TERM", "linux"}}, true, {"pbcopy", "the terminal"}},
           {{{"TERM", "xterm"}, {"TERM_PROGRAM", "Apple_Terminal"}}, true, {"pbcopy", "the terminal"}},
           {{{"TERM", "tmux-256color"}, {"TMUX", "/tmp/s,1,0"}}, true, {"tmux", "pbcopy", "the terminal"}},
           {{{"TERM", "tmux-256color"}, {"TMUX", "/tmp/s,1,0"}}, false, {"pbcopy"}},
       }) {
    Values values = row.values;
    values["PATH"] = path;
    CAPTURE(base::join(row.names, ", "));
    CHECK(names_of(ways_to_clipboard(10, Environment(values), row.has_terminal)) == row.names);
  }
  const Environment nothing(Values{{"TERM", "xterm"}, {"PATH", "/nonexistent"}});
  CHECK(names_of(ways_to_clipboard(kLargestSequenceText, nothing, true)) == Words{"the terminal"});
  CHECK(ways_to_clipboard(kLargestSequenceText + 1, nothing, true).empty());
}

TEST_CASE("the sequence holds the text in base64, and is wrapped for what stands between") {
  CHECK(clipboard_sequence("hé\n", Environment(Values{{"TERM", "xterm"}})) == "\x1b]52;c;aMOpCg==\x07");
  CHECK(clipboard_sequence("a", Environment(Values{{"TMUX", "x"}})) ==
        "\x1bPtmux;\x1b\x1b]52;c;YQ==\x07\x1b\\\x1b]52;c;YQ==\x07");
  CHECK(clipboard_sequence("a", Environment(Values{{"TERM", "tmux-256color"}})).starts_with("\x1bPtmux;"));
  CHECK(clipboard_sequence("a", Environment(Values{{"STY", "x"}})) == "\x1bP\x1b]52;c;YQ==\x07\x1b\\");
  const std::string text(200, 'x');
  const std::string screen = clipboard_sequence(text, Environment(Values{{"TERM", "screen"}}));
  const std::string plain = clipboard_sequence(text, Environment(Values{}));
  CHECK(base::replace_all(base::replace_all(screen, "\x1bP", ""), "\x1b\\", "") == plain);
  CHECK(base::split(screen, 'P').size() >= 4);
}

TEST_CASE("the terminal is given the sequence") {
  const Pipe pipe;
  const auto way = copy_to_clipboard("a", Environment(Values{{"TERM", "xterm"}, {"PATH", "/nonexistent"}}),
                                     {.output = pipe.writer(), .interrupt = -1});
  REQUIRE(way.has_value());
  CHECK(*way == "the terminal");
  CHECK(pipe.read() == "\x1b]52;c;YQ==\x07");
}

TEST_CASE("a program is given the text to the byte, and the next is tried where one fails") {
  const test::TestFolder folder;
  folder.script("wl-copy", "echo no display >&2; exit 3");
  folder.script("xclip", "echo \"$@\" > \"$0.words\"; exec cat > \"$0.text\"");
  const Values values = {
      {"PATH", folder.path().string() + ":/bin:/usr/bin"}, {"DISPLAY", ":0"}, {"WAYLAND_DISPLAY", "w"}};
  const std::string text = "a\0b\x1b[2J\xFF" + std::string(300'000, 'x') + "\n";
  const auto way = copy_to_clipboard(text, Environment(values), {});
  REQUIRE(way.has_value());
  CHECK(*way == "xclip");
  CHECK(folder.read("xclip.text") == text);
  CHECK(folder.read("xclip.words") == "-selection clipboard -in\n");

  folder.script("xclip", "exit 1");
  Values one = values;
  one.erase("WAYLAND_DISPLAY");
  CHECK(copy_to_clipboard(text, Environment(one), {}).error().message == "cannot copy: xclip exited with status 1");
  const auto both = copy_to_clipboard(text, Environment(values), {});
  REQUIRE_FALSE(both.has_value());
  CHECK(both.error().kind == base::ErrorKind::output);
  CHECK(both.error().message.starts_with("cannot copy: wl-copy exited with status 3: no display; xclip"));
  CHECK(both.error().hint.contains("/save"));
}

TEST_CASE("no way and a text that is too long are told apart, and nothing is left in the temporary folder") {
  const test::TestFolder folder;
  const Environment environment(
      Values{{"TERM", "xterm"}, {"PATH", "/nonexistent"}, {"TMPDIR", folder.path().string()}});
  const auto none = copy_to_clipboard("a", environment, {});
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().message == "cannot copy: there is no way to the clipboard from here");
  CHECK(none.error().hint.contains("wl-copy"));
  const Pipe pipe;
  const auto long_one =
      copy_to_clipboard(std::string(80'000, 'x'), environment, {.output = pipe.writer(), .interrupt = -1});
  REQUIRE_FALSE(long_one.has_value());
  CHECK(long_one.error().message == "cannot copy 80000 bytes: a terminal takes no more than 74994");
  folder.script("bin/pbcopy", "exec cat > /dev/null");
  const Environment with(
      Values{{"PATH", (folder.path() / "bin").string() + ":/bin:/usr/bin"}, {"TMPDIR", folder.path().string()}});
  CHECK(copy_to_clipboard("a", with, {}).value_or("") == "pbcopy");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

}  // namespace
}  // namespace byok::cli
