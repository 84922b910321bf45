// How the curl transport waits: limits, ticks, interrupts; and how it goes through a proxy.
#include <fcntl.h>
#include <unistd.h>

#include <ostream>
//
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cstdlib>

#include "raw_server.hpp"
#include "transport/transport.hpp"

using namespace byok;
using namespace std::chrono_literals;
using base::ErrorKind;
using transport::Flow;
using transport::TransferOptions;
using transport::test::Connection;
using transport::test::RawServer;

namespace {

class LiveSink final : public transport::TransferSink {
 public:
  base::Result<Flow> on_head(const core::HttpHead& final_head) override {
    status = final_head.status;
    return head_answer;
  }
  base::Result<Flow> on_body(std::string_view bytes) override {
    body.append(bytes);
    if (write_on_body >= 0) [[maybe_unused]]
      const auto written = ::write(write_on_body, "x", 1);
    return bytes.starts_with(":") ? Flow::nothing : Flow::event;
  }
  base::Result<> on_read_end() override { return {}; }
  void on_tick() override {
    ++ticks;
    if (ticks == write_at_tick) [[maybe_unused]]
      const auto written = ::write(write_on_tick, "x", 1);
  }

  Flow head_answer = Flow::nothing;
  int status = 0;
  std::string body;
  int ticks = 0;
  int write_at_tick = -1;
  int write_on_tick = -1;
  int write_on_body = -1;
};

class Pipe {
 public:
  Pipe() { REQUIRE(::pipe(ends_.data()) == 0); }
  ~Pipe() {
    for (const int end : ends_) ::close(end);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  [[nodiscard]] int out() const { return ends_[0]; }
  [[nodiscard]] int in() const { return ends_[1]; }

 private:
  std::array<int, 2> ends_{};
};

class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

core::HttpRequest post_to(const core::Url& url) {
  return {.method = "POST",
          .url = url,
          .headers = {{.name = "api-key", .value = "sk-secret-value", .is_secret = true}},
          .body = "{}"};
}

base::Result<transport::TransferStats> send(const core::Url& url, LiveSink& sink, const TransferOptions& options,
                                            const core::Network& network = {}) {
  const base::Log log;
  return transport::make_curl_transport(log)->send(post_to(url), network, options, sink);
}

std::string chunk(std::string_view text) { return fmt::format("{:x}\r\n{}\r\n", text.size(), text); }

const std::string kHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

// Sends the bytes and then holds the connection until the client closes it.
RawServer::Script hold_after(std::string bytes) {
  return [bytes = std::move(bytes)](Connection& connection) {
    connection.read_request();
    connection.send(bytes);
    connection.wait_for_close();
  };
}

}  // namespace

TEST_CASE("a server that accepts and says nothing runs into the first-event limit") {
  RawServer server(hold_after(""));
  LiveSink sink;
  const auto outcome = send(server.url(), sink, {.first_event_timeout = 40ms, .deadline = {}});
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().kind == ErrorKind::timeout);
  CHECK(outcome.error().message == fmt::format("no answer from 127.0.0.1:{} within 0.04 s", server.port()));
  CHECK(outcome.error().hint.find("--first-token-timeout") != std::string::npos);
}

TEST_CASE("a head and comments do not meet the first-event limit") {
  RawServer server(hold_after(kHead + chunk(": keep-alive\n\n")));
  LiveSink sink;
  const auto outcome = send(server.url(), sink, {.first_event_timeout = 60ms, .idle_timeout = 1ms, .deadline = {}});
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().message.find("no answer") != std::string::npos);
  CHECK(sink.status == 200);
  CHECK(sink.body == ": keep-alive\n\n");
}

TEST_CASE("silence after the first event runs into the idle limit") {
  RawServer server(hold_after(kHead + chunk("data")));
  LiveSink sink;
  const auto outcome = send(server.url(), sink, {.idle_timeout = 40ms, .deadline = {}});
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().kind == ErrorKind::timeout);
  CHECK(outcome.error().message.find("fell silent") != std::string::npos);
  CHECK(sink.body == "data");
}

TEST_CASE("a head that is the answer starts the idle limit") {
  RawServer server(hold_after("HTTP/1.1 500 No\r\nContent-Length: 10\r\n\r\n"));
  LiveSink sink;
  sink.head_answer = Flow::event;
  const auto outcome = send(server.url(), sink, {.idle_timeout = 40ms, .deadline = {}});
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().message.find("fell silent") != std::string::npos);
}

TEST_CASE("comments after the first event do not hold off the first-token limit for ever") {
  RawServer server([](Connection& connection) {
    connection.read_request();
    connection.send(kHead + chunk("data"));
    for (int i = 0; i < 40; ++i) {
      connection.send(chunk(": ping\n\n"));
      std::this_thread::sleep_for(10ms);
    }
    connection.wait_for_close();
  });
  LiveSink sink;
  const auto outcome = send(server.url(), sink, {.first_event_timeout = 100ms, .idle_timeout = 10s, .deadline = {}});
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().message.find("though the connection is alive") != std::string::npos);
}

TEST_CASE("the deadline of the run ends a transfer and is not retried") {
  for (const std::string& sent : {std::string(), kHead + chunk("data")}) {
    RawServer server(hold_after(sent));
    LiveSink sink;
    const auto outcome =
        send(server.url(), sink,
             {.first_event_timeout = 10s, .idle_timeout = 10s, .deadline = std::chrono::steady_clock::now() + 60ms});
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().kind == ErrorKind::timeout);
    CHECK(outcome.error().message.find("whole run") != std::string::npos);
    CHECK(outcome.error().should_retry == false);
  }
}

TEST_CASE("a connection that is never set up runs into the connect limit") {
  RawServer server([](Connection& connection) { connection.wait_for_close(); });
  LiveSink sink;
  const auto url = core::Url::parse(fmt::format("https://127.0.0.1:{}", server.port())).value();
  const auto outcome = send(url, sink, {.connect_timeout = 60ms, .deadline = {}});
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().kind == ErrorKind::timeout);
  CHECK(outcome.error().message ==
        fmt::format("127.0.0.1:{} accepted the connection but did not set it up within 0.06 s", server.port()));
}

TEST_CASE("while waiting the sink is ticked") {
  RawServer server(hold_after(""));
  LiveSink sink;
  CHECK_FALSE(send(server.url(), sink, {.first_event_timeout = 100ms, .deadline = {}, .tick = 5ms}));
  CHECK(sink.ticks >= 2);
}

TEST_CASE("an interrupt while waiting for the answer closes the connection") {
  RawServer server(hold_after(""));
  const Pipe pipe;
  LiveSink sink;
  sink.write_at_tick = 2;
  sink.write_on_tick = pipe.in();
  const auto outcome = send(server.url(), sink, {.deadline = {}, .tick = 5ms, .interrupt = pipe.out()});
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().kind == ErrorKind::cancelled);
}

TEST_CASE("an interrupt during a reply keeps what had come") {
  RawServer server(hold_after(kHead + chunk("the beginning")));
  const Pipe pipe;
  LiveSink sink;
  sink.write_on_body = pipe.in();
  const auto outcome = send(server.url(), sink, {.deadline = {}, .interrupt = pipe.out()});
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().kind == ErrorKind::cancelled);
  CHECK(sink.body == "the beginning");
}

TEST_CASE("an interrupt that came before means that nothing is sent") {
  const Pipe pipe;
  REQUIRE(::write(pipe.in(), "x", 1) == 1);
  LiveSink sink;
  const auto url = core::Url::parse(fmt::format("http://127.0.0.1:{}", transport::test::closed_port())).value();
  const auto outcome = send(url, sink, {.deadline = {}, .interrupt = pipe.out()});
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().kind == ErrorKind::cancelled);
}

TEST_CASE("the environment's proxies are not libcurl's to read") {
  const Variable http("http_proxy", "http://127.0.0.1:1");
  const Variable all("all_proxy", "http://127.0.0.1:1");
  RawServer server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  LiveSink sink;
  CHECK(send(server.url(), sink, {}));
}

TEST_CASE("the chosen proxy is used whatever no_proxy says, with its login from the URL") {
  const Variable none("no_proxy", "*");
  RawServer proxy("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  core::Network network;
  network.proxy = fmt::format("http://ann:pa%40ss@127.0.0.1:{}", proxy.port());
  network.proxy_auth = "basic";
  LiveSink sink;
  REQUIRE(send(core::Url::parse("http://models.invalid/v1/chat").value(), sink, {}, network));
  CHECK(proxy.request().starts_with("POST http://models.invalid/v1/chat HTTP/1.1\r\n"));
  CHECK(proxy.request().find("Proxy-Authorization: Basic YW5uOnBhQHNz\r\n") != std::string::npos);  // ann:pa@ss
}

TEST_CASE("a tunnel's own request carries neither the credential nor the prompt, and its refusal is the proxy's") {
  struct Case {
    int status;
    const char* words;
    std::optional<bool> should_retry;
  };
  for (const auto& each : std::array{Case{407, "asks for a login (status 407)", false},
                                     Case{403, "refused to connect to models.invalid:443 (status 403)", false},
                                     Case{502, "refused to connect to models.invalid:443 (status 502)", {}}}) {
    CAPTURE(each.status);
    RawServer proxy(fmt::format("HTTP/1.1 {} No\r\nContent-Length: 0\r\n\r\n", each.status));
    core::Network network;
    network.proxy = fmt::format("http://127.0.0.1:{}", proxy.port());
    network.proxy_origin = "$HTTPS_PROXY";
    LiveSink sink;
    const auto outcome = send(core::Url::parse("https://models.invalid/v1").value(), sink, {}, network);
    CHECK(proxy.request().starts_with("CONNECT models.invalid:443 HTTP/1.1\r\n"));
    CHECK(proxy.request().find("sk-secret-value") == std::string::npos);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().kind == ErrorKind::network);
    CHECK(outcome.error().message ==
          fmt::format("the proxy http://127.0.0.1:{} (from $HTTPS_PROXY) {}", proxy.port(), each.words));
    CHECK(outcome.error().should_retry == each.should_retry);
    CHECK(sink.status == 0);
  }
}

TEST_CASE("a proxy's 407 to a plain request is not taken for the provider's answer") {
  RawServer proxy("HTTP/1.1 407 Auth\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 4\r\n\r\nbody");
  core::Network network;
  network.proxy = fmt::format("http://127.0.0.1:{}", proxy.port());
  LiveSink sink;
  const auto outcome = send(core::Url::parse("http://models.invalid/v1").value(), sink, {}, network);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().kind == ErrorKind::network);
  CHECK(outcome.error().message.find("asks for a login") != std::string::npos);
  CHECK(sink.status == 0);
  CHECK(sink.body.empty());
}

TEST_CASE("a login that a proxy asks for is given, and only the final head counts") {
  RawServer proxy([](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 407 Auth\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 4\r\n\r\nbody");
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    connection.wait_for_close();
  });
  core::Network network;
  network.proxy = fmt::format("http://ann:secret@127.0.0.1:{}", proxy.port());
  LiveSink sink;
  REQUIRE(send(core::Url::parse("http://models.invalid/v1").value(), sink, {}, network));
  CHECK(sink.status == 200);
  CHECK(sink.body == "ok");
}

TEST_CASE("a proxy that is not there is named without its password") {
  core::Network network;
  network.proxy = fmt::format("http://ann:secret@127.0.0.1:{}", transport::test::closed_port());
  network.proxy_origin = "$https_proxy";
  LiveSink sink;
  const auto outcome = send(core::Url::parse("http://models.invalid/v1").value(), sink, {}, network);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().message.starts_with("nothing listens on the proxy http://127.0.0.1:"));
  CHECK((outcome.error().message + outcome.error().hint).find("secret") == std::string::npos);
  CHECK_FALSE(outcome.error().should_retry);
}
