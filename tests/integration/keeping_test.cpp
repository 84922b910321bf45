// Exchanges kept by the real program: what goes on with what, what a signal leaves, what is refused, what is asked, and
// what a terminal shows of a file from elsewhere.
#include <signal.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "integration/answers.hpp"
#include "integration/sandbox.hpp"
#include "session/store.hpp"
#include "support/saved_turns.hpp"
#include "terminal/width.hpp"

using namespace byok::test;
using byok::base::replace_all;
using byok::base::split;
using byok::base::trim;
namespace session = byok::session;

namespace {

constexpr std::string_view kId = "20261120-100000-aaaaa";

fs::path state_of(const Sandbox& sandbox) { return sandbox.root() / "state" / "byok"; }
fs::path sessions_of(const Sandbox& sandbox) { return state_of(sandbox) / "sessions"; }

// The only session, as it stands in its file.
session::SavedSession only_session(const Sandbox& sandbox) {
  const auto entries = session::session_entries(sessions_of(sandbox));
  REQUIRE(entries.size() == 1);
  auto loaded = session::load_session(sessions_of(sandbox), entries.front().id);
  REQUIRE(loaded);
  return *std::move(loaded);
}

std::string with_json_text(std::string_view text) { return byok::base::json_quote(text); }

// A session of one turn that was held with the profile `env` at this address.
void write_session(const Sandbox& sandbox, std::string_view id, std::string_view origin, std::string_view prompt,
                   std::string_view reply) {
  const std::string text = fmt::format(
      R"({{"type":"session.start","id":"1","timestamp":"2026-11-20T10:00:01.000Z","parentId":null,"data":{{"sessionId":"{0}","title":{2},"profile":"env","origin":"{1}","wire_api":"completions","model":"m"}}}}
{{"type":"user.message","id":"2","timestamp":"2026-11-20T10:00:02.000Z","parentId":"1","data":{{"content":{2}}}}}
{{"type":"assistant.message","id":"3","timestamp":"2026-11-20T10:00:03.000Z","parentId":"2","data":{{"messageId":"m","content":{3}}}}}
{{"type":"assistant.turn_end","id":"4","timestamp":"2026-11-20T10:00:04.000Z","parentId":"3","data":{{"turns":1,"profile":"env","model":"m","finishReason":"stop"}}}}
)",
      id, origin, with_json_text(prompt), with_json_text(reply));
  sandbox.write(session::session_path(sessions_of(sandbox), id), text);
}

std::string origin_of(const RawServer& server) { return fmt::format("http://127.0.0.1:{}", server.port()); }

ProcessOptions on_terminal(ProcessOptions options, unsigned short columns = 80) {
  options.input = ProcessOptions::Input::terminal;
  options.columns = columns;
  return options;
}

std::vector<std::string> lines_of_file(const fs::path& path) {
  const std::string text = read_bytes(path);
  std::vector<std::string> lines;
  for (const std::string_view line : split(trim(text), '\n')) lines.emplace_back(line);
  return lines;
}

}  // namespace

TEST_SUITE_BEGIN("keeping");

TEST_CASE("a session is a private file, and its folder is private") {
  const RawServer server({chat("Four.")});
  const Sandbox sandbox(server.port());
  const ProcessResult result = sandbox.run({"ask", "--save", "What is 2+2?"});
  CAPTURE(summary(result));
  CHECK(result.exit_code == 0);
  CHECK(result.out == "Four.\n");
  CHECK(result.err == "");
  const auto saved = only_session(sandbox);
  CHECK(saved.title == "What is 2+2?");
  CHECK(mode_of(session::session_path(sessions_of(sandbox), saved.id)) == 0600);
  CHECK(mode_of(sessions_of(sandbox)) == 0700);
  CHECK(mode_of(state_of(sandbox) / "usage.jsonl") == 0600);
}

TEST_CASE("a reply that a signal stops is kept as far as it came, and the conversation goes on from there") {
  struct Row {
    int number, exit_code;
  };
  for (const Row& row : {Row{SIGINT, 130}, Row{SIGTERM, 143}}) {
    CAPTURE(row.number);
    const RawServer server({stream({delta("The first half"), "{{stall}}"}), chat("The other half.")});
    const Sandbox sandbox(server.port());
    Process process(sandbox.byok({"ask", "--save", "Tell me."}));
    REQUIRE(process.wait_for("The first half"));
    process.send_signal(row.number);
    const ProcessResult stopped = process.finish();
    CAPTURE(summary(stopped));
    CHECK(stopped.exit_code == row.exit_code);
    CHECK(stopped.out == "The first half\n");
    const auto saved = only_session(sandbox);
    REQUIRE(saved.turns.size() == 1);
    REQUIRE(saved.turns[0].error);
    CHECK(saved.turns[0].error->kind == "cancelled");
    CHECK(messages_text(saved.turns[0].messages) == "user: text(Tell me.)\nassistant: text(The first half)\n");
    CHECK(sandbox.run({"ask", "-c", "Go on."}).out == "The other half.\n");
    CHECK(server.requests().at(1).body.contains("The first half"));
  }
}

TEST_CASE("a run that brought nothing leaves no session, and one that failed half-way leaves what came") {
  const RawServer server({refusal(400, "no"), stream({delta("Half"), "{{reset}}"})});
  const Sandbox sandbox(server.port());
  CHECK(sandbox.run({"ask", "--save", "hi"}).exit_code == 1);
  CHECK_FALSE(fs::exists(sessions_of(sandbox)));
  CHECK(sandbox.run({"ask", "--save", "hi"}).exit_code == 7);
  const auto saved = only_session(sandbox);
  REQUIRE(saved.turns.size() == 1);
  CHECK(saved.turns[0].has_reply());
  CHECK(saved.turns[0].error);
}

TEST_CASE("the stream shows the events that the session's file holds") {
  const RawServer server({chat("Four."), chat("Six."), stream({delta("Half"), "{{reset}}"})});
  const Sandbox sandbox(server.port());
  std::string kept;
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"ask", "--save", "-s", "Be brief.", "--output-format", "stream-json", "What is 2+2?"},
        std::vector<std::string>{"ask", "-c", "--output-format", "stream-json", "And 3+3?"},
        std::vector<std::string>{"ask", "-c", "-s", "Be long.", "--output-format", "stream-json", "Go on."}}) {
    const ProcessResult result = sandbox.run(words);
    CAPTURE(summary(result));
    for (const std::string_view line : split(trim(result.out), '\n')) {
      if (line.contains(R"("ephemeral":true)") || line.starts_with(R"({"type":"result")")) continue;
      kept += std::string(line) + "\n";
    }
    CHECK(read_bytes(session::session_path(sessions_of(sandbox), only_session(sandbox).id)) == kept);
  }
  CHECK(only_session(sandbox).turns.size() == 3);
}

TEST_CASE("a call without a result is left out with its prompt, and said once") {
  const std::string call =
      R"(data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"1","type":"function","function":)"
      R"({"name":"look","arguments":"{}"}}]},"finish_reason":"tool_calls"}]})";
  const RawServer server({stream({call, "\n\ndata: [DONE]\n\n"}), chat("Two."), chat("Three.")});
  const Sandbox sandbox(server.port());
  CHECK(sandbox.run({"ask", "--save", "one?"}).exit_code == 0);
  const ProcessResult second = sandbox.run({"ask", "-c", "two?"});
  CAPTURE(summary(second));
  CHECK(second.err.contains("The call of look has no result and was left out, with the prompt that led to it."));
  CHECK(server.requests().at(1).body.contains(R"("messages":[{"role":"user","content":"two?"}])"));
  const ProcessResult third = sandbox.run({"ask", "-c", "three?"});
  CHECK_FALSE(third.err.contains("The call of"));
}

TEST_CASE("the second process on a session is told, and the first one's turn stays whole") {
  const RawServer server({stream({delta("Slow"), "{{delay 1500}}", delta("ly."), kStreamEnd})});
  const Sandbox sandbox(server.port());
  write_session(sandbox, kId, origin_of(server), "one?", "One.");
  Process first(sandbox.byok({"ask", "-c", "two?"}));
  REQUIRE(first.wait_for("Slow"));
  const ProcessResult second = sandbox.run({"ask", "--session", std::string(kId), "two as well?"});
  CAPTURE(summary(second));
  CHECK(second.exit_code == 2);
  CHECK(second.err.contains(fmt::format("session {} is in use by process {}", kId, first.id())));
  const ProcessResult removed = sandbox.run({"sessions", "rm", std::string(kId)});
  CHECK(removed.exit_code == 2);
  CHECK(removed.err.contains("in use"));
  CHECK(sandbox.run({"sessions", "show"}).out.contains("One."));
  CHECK(first.finish().exit_code == 0);
  CHECK(only_session(sandbox).turns.size() == 2);
}

TEST_CASE("a full disk does not change the answer, and the turns before are safe") {
  const std::string reply(5000, 'x');
  const RawServer server({chat(reply), chat(reply)});
  Sandbox sandbox(server.port());
  write_session(sandbox, kId, origin_of(server), "one?", "One.");
  const std::string before = read_bytes(session::session_path(sessions_of(sandbox), kId));
  // A file may not grow beyond 2 KiB, which write() says as it says that the disk is full.
  const std::string limited = "ulimit -f 2; ";
  const ProcessResult asked = sandbox.run_shell(limited + "\"$BYOK\" ask -c 'two?' | cat; exit ${PIPESTATUS[0]}");
  CAPTURE(summary(asked));
  CHECK(asked.exit_code == 1);
  CHECK(asked.out == reply + "\n");
  CHECK(asked.err.contains("the turn cannot be kept"));
  CHECK(asked.err.contains(std::string(kId)));
  CHECK(asked.err.contains("ulimit -f"));
  CHECK_FALSE(asked.err.contains("http://"));  // the provider has nothing to do with it
  CHECK(read_bytes(session::session_path(sessions_of(sandbox), kId)) == before);
  sandbox.write(sandbox.config_file(), "save: always\n");
  const ProcessResult by_key = sandbox.run_shell(limited + "\"$BYOK\" ask 'two?' | cat; exit ${PIPESTATUS[0]}");
  CAPTURE(summary(by_key));
  CHECK(by_key.exit_code == 0);
  CHECK(by_key.out == reply + "\n");
  CHECK(by_key.err.contains("warning: the turn cannot be kept"));
}

TEST_CASE("a place where nothing can be written is named") {
  const RawServer server({chat("Four."), chat("Four.")});
  Sandbox sandbox(server.port());
  sandbox.environment["XDG_STATE_HOME"] = "/proc";
  const ProcessResult wished = sandbox.run({"ask", "--save", "hi"});
  CAPTURE(summary(wished));
  CHECK(wished.exit_code == 1);
  CHECK(wished.out == "Four.\n");
  CHECK(wished.err.contains("/proc/byok"));
  const ProcessResult unasked = sandbox.run({"ask", "hi"});
  CAPTURE(summary(unasked));
  CHECK(unasked.exit_code == 0);
  CHECK(unasked.out == "Four.\n");
  CHECK(unasked.err.contains("warning:"));
}

TEST_CASE("the usage log has a line for each run that sent a request, and no text") {
  const RawServer server({chat("A secret answer."), refusal(429, "slow down"), chat("Unlogged.")});
  Sandbox sandbox(server.port());
  CHECK(sandbox.run({"ask", "A secret question"}).exit_code == 0);
  CHECK(sandbox.run({"ask", "--retries", "0", "Another"}).exit_code == 6);
  CHECK(sandbox.run({"ask", "--temperature", "9", "hi"}).exit_code == 2);
  CHECK(sandbox.run({"ask", "--dry-run", "hi"}).exit_code == 0);
  sandbox.write(sandbox.config_file(), "usage_log: false\n");
  CHECK(sandbox.run({"ask", "hi"}).exit_code == 0);
  const auto lines = lines_of_file(state_of(sandbox) / "usage.jsonl");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].contains(R"("profile":"env","model":"m",)"));
  CHECK(lines[0].contains(R"("exit_code":0,"duration_ms":)"));
  CHECK(lines[1].contains(R"("exit_code":6,)"));
  for (const std::string& line : lines) {
    CHECK(line.starts_with(R"({"time":"2)"));
    CHECK_FALSE(line.contains("secret"));
  }
}

TEST_CASE("on a terminal an exchange is kept by itself") {
  const RawServer server({chat("Four."), chat("Six.")});
  Sandbox sandbox(server.port());
  ProcessResult result = run_process(on_terminal(sandbox.byok({"ask", "What is 2+2?"})));
  CAPTURE(summary(result));
  CHECK(result.exit_code == 0);
  CHECK(only_session(sandbox).turns.size() == 1);
  sandbox.write(sandbox.config_file(), "save: never\n");
  result = run_process(on_terminal(sandbox.byok({"ask", "What is 3+3?"})));
  CHECK(result.exit_code == 0);
  CHECK(only_session(sandbox).turns.size() == 1);
}

TEST_CASE("on a terminal it is asked before a conversation goes to another server") {
  const RawServer server({chat("Two.")});
  const Sandbox sandbox(server.port());
  write_session(sandbox, kId, "https://models.example.com", "one?", "One.");
  const auto answer_with = [&](std::string_view typed) {
    Process process(on_terminal(sandbox.byok({"ask", "-c", "two?"})));
    REQUIRE(process.wait_for("[y/N] "));
    process.write(typed);
    return process.finish();
  };
  const ProcessResult refused = answer_with("n\n");
  CAPTURE(summary(refused));
  CHECK(refused.exit_code == 2);
  CHECK(refused.out.contains("https://models.example.com"));
  CHECK(server.connections() == 0);
  const ProcessResult stopped = answer_with("\x03");
  CAPTURE(summary(stopped));
  CHECK(stopped.exit_code == 130);
  CHECK(server.connections() == 0);
  const ProcessResult agreed = answer_with("y\n");
  CAPTURE(summary(agreed));
  CHECK(agreed.exit_code == 0);
  CHECK(agreed.out.contains("Two."));
  CHECK(only_session(sandbox).setup.origin == origin_of(server));
}

TEST_CASE("on a terminal it is asked before a session is removed") {
  const Sandbox sandbox;
  write_session(sandbox, kId, "https://models.example.com", "one?", "One.");
  for (const std::string_view typed : {"\n", "y\n"}) {
    Process process(on_terminal(sandbox.byok({"sessions", "rm", std::string(kId)})));
    REQUIRE(process.wait_for("Remove this session? [y/N] "));
    CHECK(process.out().contains("one?"));
    process.write(typed);
    const ProcessResult result = process.finish();
    CAPTURE(summary(result));
    CHECK(result.exit_code == (typed == "y\n" ? 0 : 1));
    CHECK(fs::exists(session::session_path(sessions_of(sandbox), kId)) == (typed != "y\n"));
  }
}

TEST_CASE("what a file says is shown on a terminal and not obeyed, within its width") {
  const Sandbox sandbox;
  const std::string hostile =
      "a\x1b[31mb\x1b]0;title\x07"
      "c\xC2\x9B"
      "31md\xE2\x80\xAE"
      "e and much more of it";
  write_session(sandbox, kId, "https://models.example.com", hostile, hostile);
  write_session(sandbox, "20261120-110000-bbbbb", "https://models.example.com", "日本語の長い質問ですよねそうです",
                "x");
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"sessions", "list"},
                                             {"sessions", "list", "--json"},
                                             {"sessions", "show", std::string(kId)},
                                             {"sessions", "export", std::string(kId)},
                                             {"sessions", "export", std::string(kId), "--format", "jsonl"},
                                             {"sessions", "rm", "--older-than", "1h", "--yes"}}) {
    CAPTURE(words[1]);
    ProcessResult result = run_process(on_terminal(sandbox.byok(words), 60));
    result.out = replace_all(std::move(result.out), "\r\n", "\n");
    CAPTURE(summary(result));
    CHECK(result.exit_code == 0);
    for (const std::string_view each : {"\x1b[31m", "\x1b]", "\x07", "\xC2\x9B", "\xE2\x80\xAE"}) {
      CHECK_FALSE(result.out.contains(each));
    }
    if (words != std::vector<std::string>{"sessions", "list"}) continue;
    for (const std::string_view line : split(trim(result.out), '\n')) CHECK(byok::terminal::width_of(line) <= 60);
  }
}

TEST_CASE("a terminal shows who said what, rendered") {
  const Sandbox sandbox;
  write_session(sandbox, kId, "https://models.example.com", "What is ```?", "It opens *code*:\n\n```c\nint x;");
  const ProcessResult result = run_process(on_terminal(sandbox.byok({"sessions", "show"})));
  CAPTURE(summary(result));
  CHECK(result.out.contains("\x1b[1mYou\x1b[0m"));
  CHECK(result.out.contains("\x1b[1mm\x1b[0m"));
  CHECK_FALSE(result.out.contains("*code*"));
  CHECK(result.out.contains("int x;"));
}

TEST_CASE("old sessions go when another is kept, and the one in use stays") {
  const RawServer server({chat("Two."), chat("Three.")});
  const Sandbox sandbox(server.port());
  write_session(sandbox, kId, origin_of(server), "one?", "One.");
  std::string old = read_bytes(session::session_path(sessions_of(sandbox), kId));
  old = replace_all(std::move(old), "2026-11-20T", "2020-11-20T");
  sandbox.write(session::session_path(sessions_of(sandbox), "20201120-100000-ooooo"), old);
  sandbox.write(session::session_path(sessions_of(sandbox), kId), old);
  sandbox.write(sandbox.config_file(), "retention: 90d\n");
  CHECK(sandbox.run({"ask", "--no-save", "hi"}).exit_code == 0);
  CHECK(session::session_entries(sessions_of(sandbox)).size() == 2);
  CHECK(sandbox.run({"ask", "--session", std::string(kId), "two?"}).exit_code == 0);
  CHECK(only_session(sandbox).turns.size() == 2);
}
