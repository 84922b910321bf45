// The program on a pseudo-terminal: what is decoration appears there and goes, and nothing from outside is obeyed.
#include <stdlib.h>
#include <unistd.h>

#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>

#include "base/text.hpp"
#include "integration/answers.hpp"
#include "integration/sandbox.hpp"
#include "support/case_checks.hpp"

using namespace byok::test;
using byok::base::replace_all;

namespace {

constexpr std::string_view kErase = "\r\x1b[K";
constexpr std::string_view kLabel = "waiting for the reply";

// Text that takes over a terminal, in each of the ways: CSI, OSC, a C1 control, an override of the direction, a bell.
const std::string kHostile =
    "a\x1b[31mb\x1b]0;title\x07"
    "c\xC2\x9B"
    "31md\xE2\x80\xAE"
    "e";
const std::string kShown = "a␛[31mb␛]0;title␇c‹U+009B›31md‹U+202E›e";

// Where no pseudo-terminal can be had, this says so, and the test ends.
bool has_terminal() {
  const int ours = ::posix_openpt(O_RDWR | O_NOCTTY);
  const bool has = ours >= 0 && ::grantpt(ours) == 0 && ::unlockpt(ours) == 0;
  if (ours >= 0) ::close(ours);
  if (!has) MESSAGE("skipped: no pseudo-terminal can be had here");
  return has;
}

ProcessOptions on_terminal(ProcessOptions options) {
  options.input = ProcessOptions::Input::terminal;
  return options;
}

// Runs a script whose standard streams are a terminal unless it redirects them. The terminal's own CR are taken away.
ProcessResult run_on_terminal(const Sandbox& sandbox, const std::string& script) {
  ProcessResult result = run_process(on_terminal(sandbox.shell(script)));
  result.out = replace_all(std::move(result.out), "\r\n", "\n");
  return result;
}

bool obeys_nothing(std::string_view text) {
  for (const std::string_view each : {"\x1b[31m", "\x1b]", "\x07", "\xC2\x9B", "\xE2\x80\xAE"}) {
    if (text.contains(each)) return false;
  }
  return true;
}

}  // namespace

TEST_SUITE_BEGIN("terminal");

TEST_CASE("a spinner appears on stderr while nothing comes, and is erased before anything else") {
  if (!has_terminal()) return;
  const RawServer server(
      {answer("{{delay 1200}}" + std::string(kStreamHead) + delta("Hello") + std::string(kStreamEnd))});
  Sandbox sandbox(server.port());
  SUBCASE("stdout is a file") {
    const ProcessResult result = run_on_terminal(sandbox, "\"$BYOK\" ask hi > out");
    CAPTURE(summary(result));
    CHECK(result.exit_code == 0);
    CHECK(result.out.contains(kLabel));
    CHECK(result.out.ends_with(kErase));
    CHECK(read_bytes(sandbox.work() / "out") == "Hello\n");
  }
  SUBCASE("stdout is the same terminal") {
    const ProcessResult result = run_on_terminal(sandbox, "\"$BYOK\" ask hi");
    CAPTURE(summary(result));
    CHECK(result.out.contains(kLabel));
    CHECK(result.out.ends_with(std::string(kErase) + "Hello\n"));
  }
  SUBCASE("no colour is not no spinner") {
    sandbox.environment["NO_COLOR"] = "1";
    const ProcessResult result = run_on_terminal(sandbox, "\"$BYOK\" ask hi > out");
    CAPTURE(summary(result));
    CHECK(result.out.contains(kLabel));
  }
  SUBCASE("it stays within a narrow terminal") {
    ProcessOptions options = on_terminal(sandbox.byok({"ask", "hi"}));
    options.columns = 12;
    const ProcessResult result = run_process(options);
    CAPTURE(summary(result));
    CHECK(result.out.contains("waiting"));
    CHECK_FALSE(result.out.contains("waiting for"));
  }
  SUBCASE("it goes when the run is interrupted from the keyboard") {
    Process process(on_terminal(sandbox.byok({"ask", "hi"})));
    REQUIRE(process.wait_for(kLabel));
    process.write("\x03");
    const ProcessResult result = process.finish();
    CAPTURE(summary(result));
    CHECK(result.exit_code == 130);
    CHECK(result.out.ends_with(kErase));
  }
}

TEST_CASE("there is no spinner where none is wanted or possible") {
  if (!has_terminal()) return;
  struct Row {
    std::string script, term;
  };
  for (const Row& row : std::vector<Row>{
           {"\"$BYOK\" ask hi 2> err", "xterm"}, {"\"$BYOK\" ask hi -q", "xterm"}, {"\"$BYOK\" ask hi", "dumb"}}) {
    CAPTURE(row.script);
    const RawServer server(
        {answer("{{delay 800}}" + std::string(kStreamHead) + delta("Hello") + std::string(kStreamEnd))});
    Sandbox sandbox(server.port());
    sandbox.environment["TERM"] = row.term;
    const ProcessResult result = run_on_terminal(sandbox, row.script);
    CAPTURE(summary(result));
    CHECK(result.out == "Hello\n");
    if (fs::exists(sandbox.work() / "err")) CHECK(read_bytes(sandbox.work() / "err") == "");
  }
}

TEST_CASE("an answer is shown on a terminal and not obeyed, and passes to a pipe to the byte") {
  if (!has_terminal()) return;
  const RawServer server({chat(kHostile), chat(kHostile), chat(kHostile), chat(kHostile)});
  const Sandbox sandbox(server.port());
  CHECK(run_on_terminal(sandbox, "\"$BYOK\" ask hi 2> err").out == kShown + "\n");
  CHECK(run_on_terminal(sandbox, "\"$BYOK\" ask hi --color always 2> err").out == kShown + "\n");
  CHECK(run_on_terminal(sandbox, "\"$BYOK\" ask hi 2> err | od -An -c | tail -n 1 > end; \"$BYOK\" ask hi 2> err > out")
            .out == "");
  CHECK(read_bytes(sandbox.work() / "out") == kHostile + "\n");
  CHECK(read_bytes(sandbox.work() / "err") == "");
}

TEST_CASE("a sequence that is cut into pieces is not obeyed either") {
  if (!has_terminal()) return;
  const RawServer server({stream({delta("a\x1b"), "{{delay 30}}", delta("[31mb"), "{{delay 30}}", delta("\r"),
                                  "{{delay 30}}", delta("\nc"), kStreamEnd})});
  const Sandbox sandbox(server.port());
  CHECK(run_on_terminal(sandbox, "\"$BYOK\" ask hi 2> err").out == "a␛[31mb\nc\n");
}

TEST_CASE("every other form of an answer is made safe on a terminal as well") {
  if (!has_terminal()) return;
  const std::string block = "```\n" + kHostile + "\n```\n";
  for (const std::string options : {"--json", "--output-format stream-json", "-x", "--no-stream", "-vv"}) {
    CAPTURE(options);
    const RawServer server({chat(block)});
    const Sandbox sandbox(server.port());
    const ProcessResult result = run_on_terminal(sandbox, "\"$BYOK\" ask hi --color never " + options);
    CAPTURE(summary(result));
    CHECK(result.exit_code == 0);
    CHECK(obeys_nothing(result.out));
    CHECK(result.out.contains("title"));
    if (!options.contains("json")) continue;
    const std::string line = last_line(result.out);
    const std::string content = byok::base::json_quote(block);
    CHECK(json_lacks("{\"type\":\"result\",\"content\":" + content + "}", line.substr(line.find('{'))) == "");
  }
}

TEST_CASE("what a provider says of a failure, of its models and of itself is made safe") {
  if (!has_terminal()) return;
  const std::string id = byok::base::json_quote(kHostile);
  const std::string models = "HTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"data\":[{\"id\":" + id + "}]}";
  const RawServer server({refusal(400, kHostile), refusal(400, kHostile), answer(models), answer(models),
                          answer("HTTP/1.1 200 OK\nContent-Type: text/html\n\n<title>" + kHostile + "</title>")});
  const Sandbox sandbox(server.port());
  for (const std::string command : {"ask hi", "ask hi --json", "models list --refresh", "models list --refresh --json",
                                    "ask hi -m \"$(printf 'm\\033[31m\\007')\" -v"}) {
    CAPTURE(command);
    const ProcessResult result = run_on_terminal(sandbox, "\"$BYOK\" --color never " + command);
    CAPTURE(summary(result));
    CHECK(obeys_nothing(result.out));
    CHECK(result.out.contains("title"));
  }
}

TEST_CASE("what a configuration and a prompt hold is made safe where it is shown") {
  if (!has_terminal()) return;
  const Sandbox sandbox;
  sandbox.write(sandbox.config_file(),
                "profiles:\n  p:\n    base_url: http://127.0.0.1:1/v1\n    model: \"m\\e[31m\\a\\x9b\"\n"
                "    headers: {X-Title: \"\\e]0;title\\a\"}\n");
  sandbox.write(sandbox.work() / "f", kHostile);
  for (const std::string command :
       {"profiles list", "profiles list --json", "profiles show p", "profiles show p --json", "ask -f f --dry-run",
        "ask -f f --dry-run --curl", "ask -p \"$(cat f)\" hi", "ask --\"$(cat f)\"", "\"$(cat f)\""}) {
    CAPTURE(command);
    const ProcessResult result = run_on_terminal(sandbox, "\"$BYOK\" --color never " + command);
    CAPTURE(summary(result));
    CHECK(obeys_nothing(result.out));
    CHECK(result.out.size() > 10);
  }
}

TEST_CASE("reasoning is dim on stderr and apart from the answer; without colour a blank line parts them") {
  if (!has_terminal()) return;
  struct Row {
    std::string name, value, options, out;
  };
  for (const Row& row : std::vector<Row>{{"TERM", "xterm", "", "\x1b[2mHm\x1b[0m\nHello\n"},
                                         {"NO_COLOR", "1", "", "Hm\n\nHello\n"},
                                         {"NO_COLOR", "", "", "\x1b[2mHm\x1b[0m\nHello\n"},
                                         {"TERM", "dumb", "", "Hm\n\nHello\n"},
                                         {"TERM", "xterm", "--color never", "Hm\n\nHello\n"},
                                         {"NO_COLOR", "1", "--color always", "\x1b[2mHm\x1b[0m\nHello\n"},
                                         {"TERM", "xterm", "--hide-reasoning", "Hello\n"},
                                         {"TERM", "xterm", "-q", "Hello\n"}}) {
    CAPTURE(row.name);
    CAPTURE(row.value);
    CAPTURE(row.options);
    const RawServer server({stream({reasoning_delta("Hm"), delta("Hello"), kStreamEnd})});
    Sandbox sandbox(server.port());
    sandbox.environment[row.name] = row.value;
    const ProcessResult result = run_on_terminal(sandbox, "\"$BYOK\" ask hi " + row.options);
    CAPTURE(summary(result));
    // On a machine that is busy the spinner may have been there.
    const std::size_t erased = result.out.rfind(kErase);
    CHECK(result.out.substr(erased == std::string::npos ? 0 : erased + kErase.size()) == row.out);
  }
}

TEST_CASE("a message begins a line of its own, wherever the reply stands") {
  if (!has_terminal()) return;
  struct Row {
    std::string words;
    std::vector<std::string_view> parts;
    std::string open, shown;  // what was printed before the message, and the message's beginning
  };
  const std::string thought = reasoning_delta("Hm");
  const std::string text = delta("Hello");
  const std::string error = "data: {\"error\":{\"message\":\"boom\",\"code\":500}}\n\n";
  for (const Row& row : std::vector<Row>{
           {"ask hi --color never", {thought, "{{delay 50}}{{reset}}"}, "Hm", "byok: "},
           {"ask hi --color never", {text, "{{delay 50}}", error}, "Hello", "byok: error: "},
           {"ask hi --color never -vv", {text, "{{delay 50}}", kStreamEnd}, "Hello", ""},
           {"ask hi --color always -vv", {thought, "{{delay 50}}", text, kStreamEnd}, "\x1b[2mHm\x1b[0m", ""},
       }) {
    CAPTURE(row.words);
    CAPTURE(row.open);
    std::string body(kStreamHead);
    for (const std::string_view part : row.parts) body += part;
    const RawServer server({answer(body)});
    const Sandbox sandbox(server.port());
    const ProcessResult result = run_on_terminal(sandbox, "\"$BYOK\" " + row.words);
    CAPTURE(summary(result));
    CHECK(result.out.contains(row.open + "\n" + row.shown));
    CHECK_FALSE(result.out.contains(row.open + "\n\n"));
    CHECK(result.out.ends_with("\n"));
  }
}

TEST_CASE("each stream is judged by itself") {
  if (!has_terminal()) return;
  const RawServer server({stream({reasoning_delta("Hm"), delta("a\x07"), kStreamEnd}),
                          stream({reasoning_delta("Hm"), delta("a\x07"), kStreamEnd})});
  const Sandbox sandbox(server.port());
  SUBCASE("only stderr is a terminal") {
    const ProcessResult result = run_on_terminal(sandbox, "\"$BYOK\" ask hi > out");
    CAPTURE(summary(result));
    CHECK(result.out.contains("\x1b[2mHm\x1b[0m\n"));
    CHECK(read_bytes(sandbox.work() / "out") == "a\x07\n");
  }
  SUBCASE("only stdout is a terminal") {
    const ProcessResult result = run_on_terminal(sandbox, "\"$BYOK\" ask hi 2> err");
    CAPTURE(summary(result));
    CHECK(result.out == "a␇\n");
    CHECK(read_bytes(sandbox.work() / "err") == "");
  }
}

TEST_CASE("a terminal as standard input is not read") {
  if (!has_terminal()) return;
  const RawServer server({chat("Hello")});
  const Sandbox sandbox(server.port());
  const ProcessResult without = run_on_terminal(sandbox, "\"$BYOK\" ask");
  CAPTURE(summary(without));
  CHECK(without.exit_code == 2);
  CHECK(without.out.contains("there is no prompt"));
  CHECK(run_on_terminal(sandbox, "\"$BYOK\" ask hi 2> err").out == "Hello\n");
}

TEST_SUITE_END();
