// The program against servers that keep it waiting: each limit ends the run with its own words.
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "integration/answers.hpp"
#include "integration/sandbox.hpp"
#include "support/case_checks.hpp"

using namespace byok::test;

namespace {

struct Row {
  std::string name;
  std::vector<std::string> options;
  std::string answer;
  int exit_code;
  std::string out;
  std::string err_has;
};

const std::string kHead(kStreamHead);

}  // namespace

TEST_SUITE_BEGIN("hostile");

TEST_CASE("each limit on waiting ends the run: exit 5 before any text, 7 after it, and no second attempt") {
  const std::vector<Row> rows{
      {"silence", {"--first-token-timeout", "0.4"}, "{{stall}}", 5, "", "no answer"},
      {"silence after the head", {"--first-token-timeout", "0.4"}, kHead + "{{stall}}", 5, "", "no answer"},
      {"comments without end", {"--first-token-timeout", "0.5"}, kHead + "{{comments 20}}", 5, "", "no answer"},
      {"a head byte by byte",
       {"--first-token-timeout", "0.5"},
       "HTTP/1.1 200 OK\n{{slow 20}}X-Slow: " + std::string(2000, 'x'),
       5,
       "",
       "no answer"},
      {"silence after text", {"--idle-timeout", "0.4"}, kHead + delta("Hel") + "{{stall}}", 7, "Hel\n", "silent"},
      {"silence after reasoning",
       {"--idle-timeout", "0.4", "--hide-reasoning"},
       kHead + reasoning_delta("Hm") + "{{stall}}",
       5,
       "",
       "silent"},
      {"comments after text",
       {"--first-token-timeout", "0.5", "--idle-timeout", "5"},
       kHead + delta("Hel") + "{{comments 20}}",
       7,
       "Hel\n",
       "connection is alive"},
      {"the whole run, before text", {"--timeout", "0.6"}, "{{stall}}", 5, "", "whole run"},
      {"the whole run, after text", {"--timeout", "0.8"}, kHead + delta("Hel") + "{{stall}}", 7, "Hel\n", "whole run"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const RawServer server({answer(row.answer), chat("a second attempt")});
    const Sandbox sandbox(server.port());
    std::vector<std::string> words{"ask", "hi"};
    words.insert(words.end(), row.options.begin(), row.options.end());
    const ProcessResult result = sandbox.run(words);
    CAPTURE(summary(result));
    CHECK(result.exit_code == row.exit_code);
    CHECK(result.out == row.out);
    CHECK(result.err.contains(row.err_has));
    CHECK(server.requests().size() == 1);
  }
}

TEST_CASE("slow is not dead: events that keep coming outlast every limit on waiting") {
  const RawServer server({stream({delta("a"), "{{delay 300}}", delta("b"), "{{delay 300}}", delta("c"), "{{delay 300}}",
                                  delta("d"), kStreamEnd})});
  const Sandbox sandbox(server.port());
  const ProcessResult result = sandbox.run({"ask", "hi", "--first-token-timeout", "0.8", "--idle-timeout", "0.8"});
  CAPTURE(summary(result));
  CHECK(result.exit_code == 0);
  CHECK(result.out == "abcd\n");
}

TEST_CASE("a host that does not take the connection ends in exit 5 within the limit on connecting") {
  const FullPort port;
  const Sandbox sandbox(port.port());
  const ProcessResult result = sandbox.run({"ask", "hi", "--connect-timeout", "0.4", "--retries", "0"});
  CAPTURE(summary(result));
  CHECK(result.exit_code == 5);
  CHECK(result.err.contains("no connection within 0.4 s"));
}

TEST_CASE("a port that nobody listens on is refused at once and not tried again") {
  const ClosedPort port;
  const Sandbox sandbox(port.port());
  const ProcessResult result = sandbox.run({"ask", "hi", "--json"});
  CAPTURE(summary(result));
  CHECK(result.exit_code == 5);
  CHECK(json_lacks(R"({"ok":false,"exit_code":5,"attempts":1,"error":{"category":"network","retryable":false}})",
                   last_line(result.out)) == "");
}

TEST_CASE("the limit on the whole run holds while standard input, a command or a retry is waited for") {
  const RawServer server({refusal(500, "down"), refusal(500, "down"), chat("too late")});
  Sandbox sandbox(server.port());
  SUBCASE("standard input") {
    ProcessOptions options = sandbox.byok({"ask", "--timeout", "0.5"});
    options.input = ProcessOptions::Input::open;
    Process process(options);
    CHECK(process.wait_for("standard input was waited for"));
    const ProcessResult result = process.finish();
    CAPTURE(summary(result));
    CHECK(result.exit_code == 5);
  }
  SUBCASE("a command") {
    sandbox.environment["BYOK_API_KEY_COMMAND"] = R"(["sleep","30"])";
    const ProcessResult result = sandbox.run({"ask", "hi", "--timeout", "0.5"});
    CAPTURE(summary(result));
    CHECK(result.exit_code == 5);
    CHECK(result.err.contains("sleep"));
  }
  SUBCASE("a retry") {
    const ProcessResult result = sandbox.run({"ask", "hi", "--timeout", "0.3"});
    CAPTURE(summary(result));
    CHECK(result.exit_code == 5);
    CHECK(result.err.contains("down"));
    CHECK(server.requests().size() == 1);
  }
}

TEST_SUITE_END();
