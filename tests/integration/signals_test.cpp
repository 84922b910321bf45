// The program and signals: what was printed stays, connections and commands end, the exit code says which signal it
// was.
#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <memory>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "integration/answers.hpp"
#include "integration/sandbox.hpp"
#include "support/case_checks.hpp"

using namespace byok::test;

namespace {

// Generous: on a busy machine a process may wait for seconds to run at all. What is told apart is "at once" from never,
// for every server here would keep the program waiting for ever.
constexpr std::chrono::seconds kSoon{8};

struct Ended {
  ProcessResult result;
  bool was_soon = false;
};

Ended end_by(Process& process, int number) {
  const auto start = std::chrono::steady_clock::now();
  process.send_signal(number);
  Ended ended{.result = process.finish()};
  ended.was_soon = std::chrono::steady_clock::now() - start < kSoon;
  return ended;
}

bool has_request(const RawServer& server) {
  return comes_true([&] { return !server.requests().empty(); });
}

// Whether it ends by itself, with none of its output read and its input left open.
bool has_ended(const Process& process) {
  return comes_true([&] {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(process.id()), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid != 0;
  });
}

bool is_alive(pid_t pid) { return ::kill(pid, 0) == 0; }

}  // namespace

TEST_SUITE_BEGIN("signals");

TEST_CASE("a signal on a silent stream ends the run at once, and the server sees the connection closed") {
  struct Row {
    int number, exit_code;
  };
  for (const Row& row : {Row{SIGINT, 130}, Row{SIGTERM, 143}, Row{SIGHUP, 129}}) {
    CAPTURE(row.number);
    const RawServer server({answer("{{stall}}"), chat("Hello")});
    const Sandbox sandbox(server.port());
    Process process(sandbox.byok({"ask", "hi"}));
    REQUIRE(has_request(server));
    const Ended ended = end_by(process, row.number);
    CAPTURE(summary(ended.result));
    CHECK(ended.was_soon);
    CHECK(ended.result.exit_code == row.exit_code);
    CHECK(ended.result.signal == 0);
    CHECK(ended.result.out == "");
    CHECK(ended.result.err == "");
    // The server takes one connection at a time, so it answers only once the first one is gone.
    CHECK(sandbox.run({"ask", "hi"}).out == "Hello\n");
  }
}

TEST_CASE("a signal during the reply keeps what was printed, with its newline") {
  const RawServer server({stream({delta("Hel"), "{{stall}}"})});
  const Sandbox sandbox(server.port());
  Process process(sandbox.byok({"ask", "hi"}));
  REQUIRE(process.wait_for("Hel"));
  const Ended ended = end_by(process, SIGINT);
  CAPTURE(summary(ended.result));
  CHECK(ended.was_soon);
  CHECK(ended.result.exit_code == 130);
  CHECK(ended.result.out == "Hel\n");
  CHECK(ended.result.err == "");
}

TEST_CASE("a signal leaves a result object with what had arrived") {
  const RawServer server({stream({delta("Hel"), "{{stall}}"})});
  const Sandbox sandbox(server.port());
  Process process(sandbox.byok({"ask", "hi", "--output-format", "stream-json"}));
  REQUIRE(process.wait_for("deltaContent"));
  const Ended ended = end_by(process, SIGINT);
  CAPTURE(summary(ended.result));
  CHECK(ended.result.exit_code == 130);
  CHECK(json_lacks(R"({"type":"result","ok":false,"exit_code":130,"content":"Hel","error":{"category":"cancelled"}})",
                   last_line(ended.result.out)) == "");
  CHECK(ended.result.out.contains(R"("aborted":true)"));
}

TEST_CASE("a signal leaves the file of -o as it was, and what had come beside it") {
  const RawServer server({stream({delta("Hel"), "{{stall}}"})});
  const Sandbox sandbox(server.port());
  sandbox.write(sandbox.work() / "f", "old");
  Process process(sandbox.byok({"ask", "hi", "-o", "f", "-vv"}));
  REQUIRE(has_request(server));
  // The text is nowhere to be seen before the end but in the temporary file.
  REQUIRE(comes_true([&] {
    for (const fs::path& path : sandbox.files()) {
      if (read_bytes(path) == "Hel") return true;
    }
    return false;
  }));
  const Ended ended = end_by(process, SIGTERM);
  CAPTURE(summary(ended.result));
  CHECK(ended.result.exit_code == 143);
  CHECK(read_bytes(sandbox.work() / "f") == "old");
  CHECK(read_bytes(sandbox.work() / "f.partial") == "Hel\n");
  CHECK(ended.result.err.contains("f.partial"));
}

TEST_CASE("a signal while a command mints the key ends the command as well") {
  const RawServer server({chat("Hello")});
  Sandbox sandbox(server.port());
  sandbox.environment["BYOK_API_KEY_COMMAND"] = R"(["sh","-c","echo $$ >pid.new; mv pid.new pid; sleep 600"])";
  Process process(sandbox.byok({"ask", "hi", "--json"}));
  REQUIRE(comes_true([&] { return fs::exists(sandbox.work() / "pid"); }));
  const Ended ended = end_by(process, SIGINT);
  CAPTURE(summary(ended.result));
  CHECK(ended.was_soon);
  CHECK(ended.result.exit_code == 130);
  CHECK(json_lacks(R"({"ok":false,"exit_code":130,"error":{"category":"cancelled"}})", last_line(ended.result.out)) ==
        "");
  CHECK(server.connections() == 0);
  const auto pid = byok::base::to_int(byok::base::trim(read_bytes(sandbox.work() / "pid")));
  REQUIRE(pid);
  CHECK(comes_true([&] { return !is_alive(static_cast<pid_t>(*pid)); }));
}

TEST_CASE("a signal while standard input or a retry is waited for ends the run") {
  SUBCASE("standard input") {
    const Sandbox sandbox(1);
    ProcessOptions options = sandbox.byok({"ask"});
    options.input = ProcessOptions::Input::open;
    Process process(options);
    CHECK(process.wait_for("waiting for standard input"));
    process.send_signal(SIGINT);
    CHECK(has_ended(process));  // while its input is still open
    const ProcessResult result = process.finish();
    CAPTURE(summary(result));
    CHECK(result.exit_code == 130);
  }
  SUBCASE("a pipe as a file") {
    const Sandbox sandbox(1);
    Process process(sandbox.shell("mkfifo p; exec \"$BYOK\" ask -f p"));
    CHECK(process.wait_for("waiting for p"));
    const Ended ended = end_by(process, SIGINT);
    CAPTURE(summary(ended.result));
    CHECK(ended.was_soon);
    CHECK(ended.result.exit_code == 130);
  }
  SUBCASE("a retry") {
    const RawServer server({refusal(429, "slow down", "Retry-After: 50")});
    const Sandbox sandbox(server.port());
    Process process(sandbox.byok({"ask", "hi"}));
    CHECK(process.wait_for("trying again"));
    const Ended ended = end_by(process, SIGTERM);
    CAPTURE(summary(ended.result));
    CHECK(ended.was_soon);
    CHECK(ended.result.exit_code == 143);
  }
}

TEST_CASE("a reader that has gone ends the run quietly with 141") {
  const RawServer server(
      {stream({delta("Hel"), "{{delay 300}}", delta("lo"), "{{delay 300}}", delta("!"), "{{stall}}"})});
  const Sandbox sandbox(server.port());
  SUBCASE("text") {
    Process process(sandbox.byok({"ask", "hi"}));
    REQUIRE(process.wait_for("Hel"));
    process.close_output();
    const ProcessResult result = process.finish();
    CAPTURE(summary(result));
    CHECK(result.exit_code == 141);
    CHECK(result.err == "");
  }
  SUBCASE("events") {
    Process process(sandbox.byok({"ask", "hi", "--output-format", "stream-json"}));
    REQUIRE(process.wait_for("Hel"));
    process.close_output();
    const ProcessResult result = process.finish();
    CAPTURE(summary(result));
    CHECK(result.exit_code == 141);
    CHECK(result.err == "");
  }
  SUBCASE("a shell's pipe") {
    const ProcessResult result = sandbox.run_shell("\"$BYOK\" ask hi | head -c 1; echo ${PIPESTATUS[0]}");
    CAPTURE(summary(result));
    CHECK(result.out == "H141\n");
    CHECK(result.err == "");
  }
}

TEST_CASE("a reader that does not read cannot hold the program against a signal") {
  const RawServer server({stream({delta(std::string(4'000'000, 'x')), "{{stall}}"})});
  const Sandbox sandbox(server.port());
  Process process(sandbox.byok({"ask", "hi"}));
  REQUIRE(has_request(server));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));  // for the pipe to fill: nobody reads it
  process.send_signal(SIGTERM);
  CHECK(has_ended(process));
  CHECK(process.finish().exit_code == 143);
}

// A pipe that is full, with nobody who reads: the shell holds its other end.
const std::string kFullPipe =
    "mkfifo full; exec 7<>full; dd if=/dev/zero of=full bs=4096 count=16 oflag=nonblock 2>/dev/null; ";

TEST_CASE("a stderr that nobody reads cannot hold the program against a signal") {
  struct Row {
    std::string words, answer;
  };
  const std::string held = std::string(kStreamHead) + reasoning_delta(std::string(200'000, 'x')) + "{{stall}}";
  const std::string refused = "HTTP/1.1 429 No\nRetry-After: 50\nContent-Length: 0\nConnection: close\n\n";
  for (const Row& row : {Row{"ask hi --show-reasoning", held}, Row{"ask hi", refused}, Row{"ask hi -v", held}}) {
    CAPTURE(row.words);
    const RawServer server({answer(row.answer)});
    const Sandbox sandbox(server.port());
    Process process(sandbox.shell(kFullPipe + "exec 2>full; echo ready; exec \"$BYOK\" " + row.words));
    REQUIRE(process.wait_for("ready"));
    std::this_thread::sleep_for(std::chrono::milliseconds(700));  // for the program to come to its write
    const Ended ended = end_by(process, SIGTERM);
    CHECK(ended.was_soon);
    CHECK(ended.result.exit_code == 143);
    CHECK(ended.result.signal == 0);
  }
}

TEST_CASE("a pipe as the file of -o cannot hold the program against a signal") {
  SUBCASE("while nobody has opened it") {
    const RawServer server({chat("Hello")});
    const Sandbox sandbox(server.port());
    Process process(sandbox.shell("mkfifo pipe; echo ready; exec \"$BYOK\" ask --json hi -o pipe"));
    REQUIRE(process.wait_for("ready"));
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    const Ended ended = end_by(process, SIGINT);
    CAPTURE(summary(ended.result));
    CHECK(ended.was_soon);
    CHECK(ended.result.exit_code == 130);
    CHECK(json_lacks(R"({"ok":false,"exit_code":130,"error":{"category":"cancelled"}})", last_line(ended.result.out)) ==
          "");
    CHECK(server.connections() == 0);
  }
  SUBCASE("while nobody reads") {
    const RawServer server({stream({delta(std::string(200'000, 'x')), "{{stall}}"})});
    const Sandbox sandbox(server.port());
    Process process(sandbox.shell("mkfifo pipe; exec 7<>pipe; exec \"$BYOK\" ask hi -o pipe"));
    REQUIRE(has_request(server));
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    const Ended ended = end_by(process, SIGTERM);
    CAPTURE(summary(ended.result));
    CHECK(ended.was_soon);
    CHECK(ended.result.exit_code == 143);
  }
}

TEST_CASE("Ctrl-C that ends the writer of standard input as well is no empty prompt") {
  const Sandbox sandbox(1);
  for (int round = 0; round < 8; ++round) {
    CAPTURE(round);
    // Both are stopped when the signal and the end of the input come, so the program finds both when it goes on.
    const ProcessResult result = sandbox.run_shell(
        "rm -f p; mkfifo p; sleep 60 >p & writer=$!; \"$BYOK\" ask <p & program=$!; sleep 0.3; "
        "trap : INT; kill -STOP $program; kill -TERM $writer; kill -TERM $program; sleep 0.1; kill -CONT $program; "
        "wait $program; echo $?");
    CAPTURE(summary(result));
    CHECK(result.out == "143\n");
    CHECK_FALSE(result.err.contains("there is no prompt"));
  }
}

TEST_CASE("what was started with SIGINT ignored goes on") {
  const RawServer server({stream({delta("Hel"), "{{delay 400}}", delta("lo"), kStreamEnd})});
  const Sandbox sandbox(server.port());
  Process process(sandbox.shell("trap '' INT; exec \"$BYOK\" ask hi"));
  REQUIRE(process.wait_for("Hel"));
  process.send_signal(SIGINT);
  const ProcessResult result = process.finish();
  CAPTURE(summary(result));
  CHECK(result.exit_code == 0);
  CHECK(result.out == "Hello\n");
}

TEST_SUITE_END();
