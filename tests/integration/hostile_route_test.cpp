// Where requests and keys go: redirects are not followed, proxies get what is theirs and nothing else.
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "integration/answers.hpp"
#include "integration/sandbox.hpp"

using namespace byok::test;

namespace {

constexpr std::string_view kKey = "sk-test-0123456789abcdef";

// A profile at a host that is not this machine, and a proxy that is.
Sandbox& through_proxy(Sandbox& sandbox, std::string_view base_url, std::uint16_t proxy) {
  sandbox.environment["BYOK_BASE_URL"] = base_url;
  sandbox.environment["BYOK_MODEL"] = "m";
  sandbox.environment["BYOK_API_KEY"] = kKey;
  sandbox.environment["BYOK_ALLOW_INSECURE_HTTP"] = "1";
  sandbox.environment["http_proxy"] = fmt::format("http://user:proxy-pass-word@127.0.0.1:{}", proxy);
  sandbox.environment["https_proxy"] = sandbox.environment["http_proxy"];
  return sandbox;
}

}  // namespace

TEST_SUITE_BEGIN("hostile");

TEST_CASE("a redirect is not followed, and no key goes where it points") {
  for (const int status : {301, 302, 303, 307, 308}) {
    CAPTURE(status);
    const RawServer other({chat("stolen")});
    const RawServer server({answer(fmt::format(
        "HTTP/1.1 {} Moved\nLocation: http://127.0.0.1:{}/v1/x\nContent-Length: 0\n\n", status, other.port()))});
    Sandbox sandbox(server.port());
    sandbox.environment["BYOK_API_KEY"] = kKey;
    const ProcessResult result = sandbox.run({"ask", "hi"});
    CAPTURE(summary(result));
    CHECK(result.exit_code == 1);
    CHECK(result.out == "");
    CHECK(result.err.contains(fmt::format("127.0.0.1:{}", other.port())));
    CHECK(other.connections() == 0);
    CHECK(server.requests().size() == 1);
  }
}

TEST_CASE("a plain request goes through the proxy as an absolute URL") {
  const RawServer proxy({chat("Hello")});
  Sandbox sandbox;
  const ProcessResult result = through_proxy(sandbox, "http://llm.example/v1", proxy.port()).run({"ask", "hi"});
  CAPTURE(summary(result));
  CHECK(result.exit_code == 0);
  CHECK(result.out == "Hello\n");
  REQUIRE(proxy.requests().size() == 1);
  const Received request = proxy.requests().front();
  CHECK(request.first_line() == "POST http://llm.example/v1/chat/completions HTTP/1.1");
  CHECK(request.header("Host") == "llm.example");
  CHECK(request.header("Authorization") == fmt::format("Bearer {}", kKey));
}

TEST_CASE("this machine is never reached through a proxy") {
  const RawServer proxy({chat("through the proxy")});
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    CAPTURE(host);
    const RawServer server({chat("Hello")});
    Sandbox sandbox;
    through_proxy(sandbox, fmt::format("http://{}:{}/v1", host, server.port()), proxy.port());
    sandbox.environment["all_proxy"] = sandbox.environment["HTTP_PROXY"] = sandbox.environment["http_proxy"];
    const ProcessResult result = sandbox.run({"ask", "hi"});
    CAPTURE(summary(result));
    CHECK(result.out == "Hello\n");
    CHECK(proxy.connections() == 0);
  }
}

TEST_CASE("no_proxy names hosts that are reached without it") {
  const RawServer proxy({chat("through the proxy")});
  Sandbox sandbox;
  through_proxy(sandbox, "http://llm.invalid/v1", proxy.port()).environment["no_proxy"] = ".invalid";
  const ProcessResult result = sandbox.run({"ask", "hi", "--retries", "0"});
  CAPTURE(summary(result));
  CHECK(result.exit_code == 5);
  CHECK(proxy.connections() == 0);
}

TEST_CASE("a proxy that asks for a login is exit 5, with the way to give one and without the password") {
  const std::string asks =
      "HTTP/1.1 407 Proxy Authentication Required\nProxy-Authenticate: Basic realm=\"x\"\nContent-Length: "
      "0\nConnection: close\n\n";
  for (const std::string base_url : {"http://llm.example/v1", "https://llm.example/v1"}) {
    CAPTURE(base_url);
    const RawServer proxy({answer(asks), answer(asks), answer(asks), answer(asks)});
    Sandbox sandbox;
    const ProcessResult result = through_proxy(sandbox, base_url, proxy.port()).run({"ask", "hi"});
    CAPTURE(summary(result));
    CHECK(result.exit_code == 5);
    CHECK(result.err.contains("407"));
    CHECK(result.err.contains("asks for a login"));
    CHECK_FALSE(result.err.contains("proxy-pass-word"));
    REQUIRE(!proxy.requests().empty());
    CHECK(proxy.requests().size() <= 2);  // libcurl asks which login is wanted, then tries it
  }
}

TEST_CASE("a tunnel is asked for without the key, and an end of it is explained") {
  const RawServer proxy({answer("HTTP/1.1 403 Not here\nContent-Length: 0\n\n")});
  Sandbox sandbox;
  const ProcessResult result =
      through_proxy(sandbox, "https://llm.example/v1", proxy.port()).run({"ask", "hi", "--retries", "0"});
  CAPTURE(summary(result));
  CHECK(result.exit_code == 5);
  CHECK(result.err.contains("refused to connect to llm.example:443"));
  REQUIRE(proxy.requests().size() == 1);
  const Received request = proxy.requests().front();
  CHECK(request.first_line() == "CONNECT llm.example:443 HTTP/1.1");
  CHECK_FALSE(request.has_header("Authorization"));
  CHECK_FALSE(request.head.contains(kKey));
}

TEST_SUITE_END();
