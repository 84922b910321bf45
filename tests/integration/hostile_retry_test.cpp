// What is tried again, how long is waited before it, and what is never sent twice.
#include <chrono>
#include <ctime>
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "integration/answers.hpp"
#include "integration/sandbox.hpp"
#include "support/case_checks.hpp"

using namespace byok::test;

namespace {

// An HTTP date (RFC 9110, section 5.6.7) that many seconds from now.
std::string http_date(int seconds) {
  const std::time_t then = std::time(nullptr) + seconds;
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(then));
}

}  // namespace

TEST_SUITE_BEGIN("hostile");

TEST_CASE("a passing failure is tried again and the attempts are counted") {
  const std::vector<std::pair<std::string, Answer>> failures{{"500", refusal(500, "down")},
                                                             {"reset", answer("{{reset}}")},
                                                             {"closed", answer("{{close}}")},
                                                             {"reset after the head", stream({"{{reset}}"})}};
  for (const auto& [name, failure] : failures) {
    CAPTURE(name);
    const RawServer server({failure, chat("Hello")});
    const Sandbox sandbox(server.port());
    const ProcessResult result = sandbox.run({"ask", "hi", "--json"});
    CAPTURE(summary(result));
    CHECK(result.exit_code == 0);
    CHECK(json_lacks(R"({"ok":true,"content":"Hello","attempts":2})", last_line(result.out)) == "");
    CHECK(result.err.contains("trying again"));
    const auto requests = server.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[0].body == requests[1].body);
  }
}

TEST_CASE("once text or reasoning has come nothing is sent again, and the text is printed once") {
  const std::string text = delta("Hel");
  const std::string thought = reasoning_delta("Hm");
  for (const std::string& first : {text, thought}) {
    CAPTURE(first);
    const RawServer server({stream({first, "{{delay 50}}{{reset}}"}), chat("Hello")});
    const Sandbox sandbox(server.port());
    const ProcessResult result = sandbox.run({"ask", "hi", "--hide-reasoning"});
    CAPTURE(summary(result));
    CHECK(result.exit_code == (first == text ? 7 : 5));
    CHECK(result.out == (first == text ? "Hel\n" : ""));
    CHECK(server.requests().size() == 1);
  }
}

TEST_CASE("what will not pass is not tried again") {
  for (const int status : {400, 401, 403, 404, 422}) {
    CAPTURE(status);
    const RawServer server({refusal(status, "no"), chat("Hello")});
    const Sandbox sandbox(server.port());
    const ProcessResult result = sandbox.run({"ask", "hi"});
    CAPTURE(summary(result));
    CHECK(result.exit_code != 0);
    CHECK(result.out == "");
    CHECK(server.requests().size() == 1);
  }
}

TEST_CASE("the server's own time to wait is kept, in each of its forms") {
  const std::vector<std::string> headers{"Retry-After: 1", "Retry-After: " + http_date(2), "retry-after-ms: 900"};
  for (const std::string& header : headers) {
    CAPTURE(header);
    const RawServer server({refusal(429, "slow down", header), chat("Hello")});
    const Sandbox sandbox(server.port());
    const auto start = std::chrono::steady_clock::now();
    const ProcessResult result = sandbox.run({"ask", "hi", "--json"});
    CAPTURE(summary(result));
    CHECK(result.exit_code == 0);
    CHECK(json_lacks(R"({"content":"Hello","attempts":2})", last_line(result.out)) == "");
    // Without the header the first wait is at most half a second. A date has whole seconds only, and some of them may
    // have passed.
    if (!header.contains("GMT")) CHECK(std::chrono::steady_clock::now() - start > std::chrono::milliseconds(850));
  }
}

TEST_CASE("a time to wait that is too long is shown and not waited for") {
  const std::vector<std::string> headers{"Retry-After: 3600", "Retry-After: " + http_date(3600),
                                         "retry-after-ms: 3600000"};
  for (const std::string& header : headers) {
    CAPTURE(header);
    const RawServer server({refusal(429, "slow down", header), chat("Hello")});
    const Sandbox sandbox(server.port());
    const ProcessResult result = sandbox.run({"ask", "hi", "--json"});
    CAPTURE(summary(result));
    CHECK(result.exit_code == 6);
    CHECK(json_lacks(R"({"ok":false,"attempts":1,"error":{"category":"rate_limit","retryable":true}})",
                     last_line(result.out)) == "");
    CHECK(result.out.contains("\"retry_after_ms\":3"));
    CHECK(result.err.contains("slow down"));
    const bool shows_time = result.err.contains("60 min") || result.err.contains("59 min") ||
                            result.err.contains("3600 s") || result.err.contains("1 h") ||
                            result.err.contains("3599 s");
    CHECK(shows_time);
    CHECK(server.requests().size() == 1);
  }
}

TEST_CASE("after a 401 a key command mints once more, as the same attempt") {
  Sandbox sandbox;
  const std::string script = "n=$(cat count 2>/dev/null || echo 0); n=$((n+1)); echo $n > count; echo token-number-$n";
  const auto config = [&](std::uint16_t port) {
    sandbox.write(sandbox.config_file(),
                  fmt::format("profiles:\n  p:\n    base_url: http://127.0.0.1:{}/v1\n    model: m\n    bearer_token:\n"
                              "      command: [sh, -c, '{}']\n",
                              port, script));
  };
  SUBCASE("the second token is good") {
    const RawServer server({refusal(401, "expired"), chat("Hello")});
    config(server.port());
    const ProcessResult result = sandbox.run({"ask", "hi", "--json"});
    CAPTURE(summary(result));
    CHECK(result.exit_code == 0);
    CHECK(json_lacks(R"({"content":"Hello","attempts":1})", last_line(result.out)) == "");
    REQUIRE(server.requests().size() == 2);
    CHECK(server.requests()[0].header("Authorization") == "Bearer token-number-1");
    CHECK(server.requests()[1].header("Authorization") == "Bearer token-number-2");
  }
  SUBCASE("the second is no better") {
    const RawServer server({refusal(401, "expired"), refusal(401, "expired"), chat("Hello")});
    config(server.port());
    const ProcessResult result = sandbox.run({"ask", "hi"});
    CAPTURE(summary(result));
    CHECK(result.exit_code == 4);
    CHECK(server.requests().size() == 2);
  }
}

TEST_SUITE_END();
