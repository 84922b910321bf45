// A conversation without a person: each line of standard input is a prompt.
#include <csignal>
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "integration/answers.hpp"
#include "integration/sandbox.hpp"

using namespace byok::test;

namespace {

ProcessResult run_with(const Sandbox& sandbox, std::string input, std::vector<std::string> words = {}) {
  words.insert(words.begin(), "chat");
  ProcessOptions options = sandbox.byok(std::move(words));
  options.input = ProcessOptions::Input::bytes;
  options.bytes = std::move(input);
  return run_process(options);
}

}  // namespace

TEST_SUITE_BEGIN("chat");

TEST_CASE("in a pipe each line is a prompt, and stdout has the replies and nothing else") {
  const RawServer server({chat("First **reply**"), chat("Second"), chat("Third"), chat("Fourth\x1b[31m")});
  const Sandbox sandbox(server.port());
  const ProcessResult result = run_with(sandbox, "one\n\n\"\"\"two\nlines\n\"\"\"\nthree \\\nparts", {"begin"});
  CAPTURE(summary(result));
  REQUIRE(server.requests().size() == 4);
  CHECK(server.requests()[0].body.contains(R"("content":"begin")"));
  CHECK(server.requests()[1].body.contains(R"("content":"one")"));
  CHECK(server.requests()[2].body.contains("two\\nlines"));
  CHECK(server.requests()[3].body.contains("three"));
  CHECK(server.requests()[3].body.contains("parts"));
  CHECK(result.out == "First **reply**\nSecond\nThird\nFourth\x1b[31m\n");
  CHECK(result.err.empty());
  CHECK(result.exit_code == 0);
}

TEST_CASE("where stdout takes nothing any more, no further reply is asked for") {
  const RawServer server({chat("a"), chat("b")});
  const Sandbox sandbox(server.port());
  const ProcessResult result = sandbox.run_shell("printf 'one\\ntwo\\n' | \"$BYOK\" chat >/dev/full");
  CAPTURE(summary(result));
  CHECK(result.exit_code == 1);
  CHECK(result.err.contains("cannot write to stdout"));
  CHECK_FALSE(result.err.contains("127.0.0.1"));
  CHECK(server.requests().size() == 1);
}

TEST_CASE("a line that fails does not end it, and the exit code is the last failure's") {
  struct Row {
    std::vector<Answer> answers;
    std::string input;
    int exit_code;
  };
  for (const Row& row : std::vector<Row>{
           {{chat("a"), chat("b")}, "one\ntwo\n", 0},
           {{refusal(401, "bad key"), chat("b")}, "one\ntwo\n", 4},
           {{refusal(401, "bad key"), refusal(404, "no such route")}, "one\ntwo\n", 1},
           {{refusal(400, "no"), chat("b")}, "one\n/nonsense\ntwo\n", 2},
           {{stream({delta("cut"), "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"length\"}]}\n\n",
                     "data: [DONE]\n\n"}),
             chat("b")},
            "one\ntwo\n",
            7}}) {
    CAPTURE(row.input);
    const RawServer server(row.answers);
    const Sandbox sandbox(server.port());
    const ProcessResult result = run_with(sandbox, row.input);
    CAPTURE(summary(result));
    CHECK(result.exit_code == row.exit_code);
    CHECK(server.requests().size() == 2);
  }
}

TEST_CASE("in a pipe exit is a prompt, and slash commands are obeyed") {
  const RawServer server({chat("a"), chat("b"), chat("c")});
  const Sandbox sandbox(server.port());
  const ProcessResult result = run_with(sandbox, "exit\n/clear\n/system Be brief.\ntwo\n/quit\nnever\n", {"-q"});
  CAPTURE(summary(result));
  CHECK(result.exit_code == 0);
  CHECK(result.err.empty());
  REQUIRE(server.requests().size() == 2);
  CHECK(server.requests()[0].body.contains(R"("content":"exit")"));
  CHECK(server.requests()[1].body.contains(
      R"([{"role":"system","content":"Be brief."},{"role":"user","content":"two"}])"));
}

TEST_CASE("a signal ends it in a pipe, and so does a reader that has gone") {
  const RawServer server({stream({delta("Half"), "{{stall}}"})});
  const Sandbox sandbox(server.port());
  SUBCASE("SIGINT") {
    ProcessOptions options = sandbox.byok({"chat", "one"});
    options.input = ProcessOptions::Input::open;
    Process process(options);
    REQUIRE(process.wait_for("Half"));
    process.send_signal(SIGINT);
    const ProcessResult result = process.finish();
    CAPTURE(summary(result));
    CHECK(result.exit_code == 130);
  }
  SUBCASE("a closed stdout") {
    ProcessOptions options = sandbox.byok({"chat", "one"});
    options.input = ProcessOptions::Input::open;
    Process process(options);
    process.close_output();
    const ProcessResult result = process.finish();
    CAPTURE(summary(result));
    CHECK(result.exit_code == 141);
    CHECK(result.err.empty());
  }
}

TEST_CASE("options that cannot be read and profiles that are not there fail as in ask") {
  const ClosedPort closed;
  const Sandbox sandbox(closed.port());
  CHECK(run_with(sandbox, "", {"--temperature", "9"}).exit_code == 2);
  CHECK(run_with(sandbox, "", {"-p", "nowhere"}).exit_code == 3);
  CHECK(run_with(sandbox, "", {"-c"}).exit_code == 2);
  CHECK(run_with(sandbox, "").exit_code == 0);
}

TEST_CASE("a line that is binary is not sent, and one that is no UTF-8 is said once") {
  const RawServer server({chat("a"), chat("b"), chat("c")});
  const Sandbox sandbox(server.port());
  const ProcessResult result = run_with(sandbox, std::string("one\0two\n", 8) + "caf\xE9\nth\xFFree\nlast\n");
  CAPTURE(summary(result));
  CHECK(result.out == "a\nb\nc\n");
  CHECK(result.exit_code == 2);
  CHECK(result.err ==
        "byok: error: the line is binary: it holds NUL bytes\n"
        "  hint: for an image or a PDF, try /attach PATH\n"
        "byok: warning: standard input is not UTF-8 in places; they are sent as U+FFFD\n");
  REQUIRE(server.requests().size() == 3);
  CHECK(server.requests()[0].body.contains("caf\xEF\xBF\xBD"));
}

TEST_SUITE_END();
