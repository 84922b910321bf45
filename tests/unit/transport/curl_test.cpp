// What the curl transport sends, hands on and says, against raw loopback servers.
#include <ostream>
//
#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <chrono>

#include "raw_server.hpp"
#include "transport/transport.hpp"

using namespace byok;
using namespace std::chrono_literals;
using namespace std::string_view_literals;
using base::ErrorKind;
using transport::Flow;
using transport::test::Connection;
using transport::test::RawServer;

namespace {

// Writes down all that it is given.
class RecordingSink final : public transport::TransferSink {
 public:
  base::Result<Flow> on_head(const core::HttpHead& final_head) override {
    ++heads;
    head = final_head;
    return head_answer;
  }
  base::Result<Flow> on_body(std::string_view bytes) override {
    body.append(bytes);
    ++pieces;
    if (!done_at.empty() && body.find(done_at) != std::string::npos) return Flow::done;
    if (!fail_at.empty() && body.find(fail_at) != std::string::npos)
      return base::fail(ErrorKind::protocol, "the sink's own error");
    return bytes.starts_with(":") ? Flow::nothing : Flow::event;
  }
  base::Result<> on_read_end() override {
    ++read_ends;
    pieces_at_read_end = pieces;
    if (fail_read_end) return base::fail(ErrorKind::output, "cannot write");
    return {};
  }
  void on_tick() override { ++ticks; }

  base::Result<Flow> head_answer = Flow::nothing;
  std::string done_at;
  std::string fail_at;
  bool fail_read_end = false;
  core::HttpHead head;
  std::string body;
  int heads = 0;
  int pieces = 0;
  int read_ends = 0;
  int pieces_at_read_end = 0;
  int ticks = 0;
};

core::HttpRequest post_to(core::Url url) {
  return {.method = "POST",
          .url = std::move(url),
          .headers = {{.name = "Authorization", .value = "Bearer sk-secret-value", .is_secret = true},
                      {.name = "Content-Type", .value = "application/json"},
                      {.name = "Accept", .value = "text/event-stream"},
                      {.name = "Accept-Encoding", .value = "identity"},
                      {.name = "User-Agent", .value = "byok-test"}},
          .body = R"({"model":"m"})"};
}

base::Result<transport::TransferStats> send(const core::HttpRequest& request, RecordingSink& sink,
                                            const transport::TransferOptions& options = {},
                                            const core::Network& network = {}) {
  const base::Log log;
  return transport::make_curl_transport(log)->send(request, network, options, sink);
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

// The text as one HTTP chunk, or the last chunk for an empty one.
std::string chunk(std::string_view text) { return fmt::format("{:x}\r\n{}\r\n", text.size(), text); }

const std::string kChunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

}  // namespace

TEST_CASE("a request goes out as it was made: each header once, nothing added but Host and Content-Length") {
  RawServer server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  RecordingSink sink;
  auto request = post_to(server.url("/v1/a/../b?x=%2F"));
  request.headers.push_back({.name = "X-Empty", .value = ""});
  const auto outcome = send(request, sink);
  REQUIRE(outcome);
  CHECK(server.request() == fmt::format("POST /v1/a/../b?x=%2F HTTP/1.1\r\n"
                                        "Host: 127.0.0.1:{}\r\n"
                                        "Accept-Encoding: identity\r\n"
                                        "Authorization: Bearer sk-secret-value\r\n"
                                        "Content-Type: application/json\r\n"
                                        "Accept: text/event-stream\r\n"
                                        "User-Agent: byok-test\r\n"
                                        "X-Empty:\r\n"
                                        "Content-Length: 13\r\n\r\n"
                                        R"({{"model":"m"}})",
                                        server.port()));
  CHECK(outcome->http_version == "HTTP/1.1");
  CHECK(outcome->remote_address == fmt::format("127.0.0.1:{}", server.port()));
  CHECK(outcome->sent_request);
}

TEST_CASE("a GET without headers of its own has none of libcurl's either") {
  RawServer server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  RecordingSink sink;
  const core::HttpRequest request{.method = "GET", .url = server.url("/models"), .headers = {}, .body = {}};
  REQUIRE(send(request, sink));
  CHECK(server.request() ==
        fmt::format("GET /models HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAccept-Encoding: identity\r\n\r\n", server.port()));
}

TEST_CASE("a large body is sent whole and without waiting for a 100") {
  RawServer server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  RecordingSink sink;
  auto request = post_to(server.url());
  request.body.assign(3'000'000, 'x');
  REQUIRE(send(request, sink));
  CHECK(count(server.request(), "Expect") == 0);
  CHECK(server.request().ends_with(request.body));
}

TEST_CASE("a header with a line break is refused before anything is sent") {
  for (const std::string_view value : {"a\r\nX-Other: b"sv, "a\nb"sv, "a\0b"sv}) {
    RecordingSink sink;
    auto request = post_to(core::Url::parse("http://127.0.0.1:9/").value());
    request.headers.push_back({.name = "X-Bad", .value = std::string(value)});
    const auto outcome = send(request, sink);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().kind == ErrorKind::config);
    CHECK(outcome.error().message.find("X-Bad") != std::string::npos);
  }
}

TEST_CASE("only the final head is handed on: no 1xx, no trailers, repeated headers in order") {
  RawServer server(
      "HTTP/1.1 100 Continue\r\n\r\n"
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
      "HTTP/1.1 200 OK\r\nX-Many: 1\r\nx-many:   2  \r\nTransfer-Encoding: chunked\r\n\r\n" +
      chunk("hello") + "0\r\nX-Trailer: t\r\n\r\n");
  RecordingSink sink;
  REQUIRE(send(post_to(server.url()), sink));
  CHECK(sink.heads == 1);
  CHECK(sink.head.status == 200);
  REQUIRE(sink.head.headers.size() == 3);
  CHECK(sink.head.headers[0].value == "1");
  CHECK(sink.head.headers[1].name == "x-many");
  CHECK(sink.head.headers[1].value == "2");
  CHECK(sink.head.find("Link").empty());
  CHECK(sink.body == "hello");
}

TEST_CASE("a redirect is handed on and not followed") {
  RawServer server(
      "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/elsewhere\r\nContent-Length: 0\r\n\r\n");
  RecordingSink sink;
  REQUIRE(send(post_to(server.url()), sink));
  CHECK(sink.head.status == 307);
  CHECK(sink.head.find("location") == "http://127.0.0.1:1/elsewhere");
}

TEST_CASE("any status is an answer, with its body") {
  for (const int status : {201, 204, 400, 401, 404, 407, 429, 500, 503}) {
    const bool has_body = status != 204;
    RawServer server(fmt::format("HTTP/1.1 {} Word\r\n{}\r\n{}", status, has_body ? "Content-Length: 4\r\n" : "",
                                 has_body ? "body" : ""));
    RecordingSink sink;
    CAPTURE(status);
    REQUIRE(send(post_to(server.url()), sink));
    CHECK(sink.head.status == status);
    CHECK(sink.body == (has_body ? "body" : ""));
  }
}

TEST_CASE("several HTTP chunks of one read end in one on_read_end") {
  std::string reply = kChunkedHead;
  for (int i = 0; i < 5; ++i) reply += chunk(fmt::format("data: {}\n\n", i));
  RawServer server(reply + chunk(""));
  RecordingSink sink;
  REQUIRE(send(post_to(server.url()), sink));
  CHECK(sink.pieces == 5);
  CHECK(sink.read_ends == 1);
  CHECK(sink.pieces_at_read_end == 5);
}

TEST_CASE("what a server compresses in spite of identity is inflated") {
  // "data: hello\n\n"
  const std::string gzip(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\x49\x2c\x49\xb4\x52\xc8\x48\xcd\xc9\xc9\xe7\xe2\x02\x00\x1d\x73\x9d"
      "\xd4\x0d\x00\x00\x00",
      33);
  RawServer server(fmt::format("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", gzip.size()) +
                   gzip);
  RecordingSink sink;
  const auto outcome = send(post_to(server.url()), sink);
  REQUIRE(outcome);
  CHECK(sink.body == "data: hello\n\n");
}

TEST_CASE("a body without a length ends where the connection does") {
  RawServer server("HTTP/1.0 200 OK\r\n\r\nall of it");
  RecordingSink sink;
  const auto outcome = send(post_to(server.url()), sink);
  REQUIRE(outcome);
  CHECK(sink.body == "all of it");
  CHECK(outcome->http_version == "HTTP/1.0");
}

TEST_CASE("done ends the transfer while the server still holds the connection, and closes it") {
  RawServer server([](Connection& connection) {
    connection.read_request();
    connection.send(kChunkedHead + chunk("data: [DONE]\n\n"));
    connection.wait_for_close();
  });
  RecordingSink sink;
  sink.done_at = "[DONE]";
  REQUIRE(send(post_to(server.url()), sink));
  CHECK(sink.read_ends == 1);
}

TEST_CASE("after done nothing more is handed on, though it lies in the same read") {
  RawServer server(kChunkedHead + chunk("[DONE]") + chunk("more") + chunk(""));
  RecordingSink sink;
  sink.done_at = "[DONE]";
  REQUIRE(send(post_to(server.url()), sink));
  CHECK(sink.body == "[DONE]");
}

TEST_CASE("two requests of one transport share a connection") {
  const std::string reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  RawServer server([&](Connection& connection) {
    for (int i = 0; i < 2; ++i) {
      connection.read_request();
      connection.send(reply);
    }
    connection.wait_for_close();
  });
  const base::Log log;
  const auto transport = transport::make_curl_transport(log);
  for (int i = 0; i < 2; ++i) {
    RecordingSink sink;
    REQUIRE(transport->send(post_to(server.url()), {}, {}, sink));
    CHECK(sink.body == "ok");
  }
}

TEST_CASE("the sink's own errors end the transfer and come back unchanged") {
  const auto outcome_with = [](auto prepare) {
    RawServer server([](Connection& connection) {
      connection.read_request();
      connection.send(kChunkedHead + chunk("boom"));
      connection.wait_for_close();
    });
    RecordingSink sink;
    prepare(sink);
    return send(post_to(server.url()), sink);
  };
  const auto head = outcome_with([](auto& sink) { sink.head_answer = base::fail(ErrorKind::internal, "no head"); });
  REQUIRE_FALSE(head);
  CHECK(head.error().message == "no head");
  const auto body = outcome_with([](auto& sink) { sink.fail_at = "boom"; });
  REQUIRE_FALSE(body);
  CHECK(body.error().kind == ErrorKind::protocol);
  CHECK(body.error().message == "the sink's own error");
  const auto written = outcome_with([](auto& sink) { sink.fail_read_end = true; });
  REQUIRE_FALSE(written);
  CHECK(written.error().kind == ErrorKind::output);
}

TEST_CASE("broken replies are network errors in plain words, and name host and port") {
  struct Case {
    const char* name;
    std::string reply;
    const char* words;
  };
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::array cases{
      Case{"nothing at all", "", "without an answer"},
      Case{"shorter than its length", ok + "Content-Length: 10\r\n\r\nabc", "cut short"},
      Case{"no last chunk", kChunkedHead + chunk("abc"), "cut short"},
      Case{"inside a chunk", kChunkedHead + "ff\r\nabc", "cut short"},
      Case{"no chunk size", kChunkedHead + "zz\r\nabc\r\n", "breaks the rules of HTTP"},
      Case{"not HTTP", "SSH-2.0-OpenSSH_9.2\r\n", "not HTTP"},
      Case{"a TLS alert", std::string("\x15\x03\x01\x00\x02\x02\x46", 7), "not HTTP"},
      Case{"no gzip", ok + "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd", "cannot be read"},
      Case{"an endless head",
           ok + "X: " + std::string(90'000, 'x') + "\r\nX: " + std::string(90'000, 'x') +
               "\r\nX: " + std::string(90'000, 'x') + "\r\n\r\n",
           "head of the reply"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.name);
    RawServer server(each.reply);
    RecordingSink sink;
    const auto outcome = send(post_to(server.url()), sink);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().kind == ErrorKind::network);
    CAPTURE(outcome.error().message);
    CHECK(outcome.error().message.find(each.words) != std::string::npos);
    CHECK(outcome.error().message.find(fmt::format("127.0.0.1:{}", server.port())) != std::string::npos);
  }
}

TEST_CASE("what came before a cut is handed on first") {
  RawServer server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthe beginning");
  RecordingSink sink;
  CHECK_FALSE(send(post_to(server.url()), sink));
  CHECK(sink.body == "the beginning");
  CHECK(sink.read_ends >= 1);
}

TEST_CASE("a reset connection says so") {
  RawServer server([](Connection& connection) {
    connection.read_request();
    connection.reset();
  });
  RecordingSink sink;
  const auto outcome = send(post_to(server.url()), sink);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().kind == ErrorKind::network);
  CHECK(outcome.error().message.find("reset") != std::string::npos);
  CHECK_FALSE(outcome.error().should_retry);
}

TEST_CASE("a refused connection on this machine names the port, hints at a server and is not retried") {
  RecordingSink sink;
  const auto port = transport::test::closed_port();
  const auto outcome = send(post_to(core::Url::parse(fmt::format("http://127.0.0.1:{}/v1", port)).value()), sink);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().kind == ErrorKind::network);
  CHECK(outcome.error().message == fmt::format("nothing listens on 127.0.0.1:{}", port));
  CHECK(outcome.error().hint.find("foundry server status") != std::string::npos);
  CHECK(outcome.error().should_retry == false);
}

TEST_CASE("localhost reaches a server that listens on IPv4 alone") {
  RawServer server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  RecordingSink sink;
  CHECK(send(post_to(core::Url::parse(fmt::format("http://localhost:{}/v1", server.port())).value()), sink));
}

TEST_CASE("a host name that does not exist is not found") {
  RecordingSink sink;
  // RFC 6761: names under .invalid never resolve.
  const auto outcome = send(post_to(core::Url::parse("http://no-such-host.invalid/v1").value()), sink,
                            {.connect_timeout = 20s, .deadline = {}});
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().message == "cannot find host no-such-host.invalid");
}

TEST_CASE("https to a port that speaks plain HTTP, and to one that closes, is explained") {
  RawServer plain([](Connection& connection) {
    connection.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    connection.wait_for_close();
  });
  RecordingSink sink;
  const auto outcome = send(post_to(core::Url::parse(fmt::format("https://127.0.0.1:{}", plain.port())).value()), sink);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().kind == ErrorKind::network);
  CHECK(outcome.error().message.find("does not speak TLS") != std::string::npos);
  CHECK(outcome.error().hint.find("http://") != std::string::npos);
  CHECK(outcome.error().should_retry == false);
}

TEST_CASE("certificate files that cannot be read are named before anything is sent") {
  const auto error_for = [](const core::Network& network) {
    RecordingSink sink;
    const auto outcome = send(post_to(core::Url::parse("https://127.0.0.1:9/").value()), sink, {}, network);
    return outcome ? base::Error{} : outcome.error();
  };
  core::Network network;
  network.ca_file = "/nowhere/ca.pem";
  CHECK(error_for(network).kind == ErrorKind::config);
  CHECK(error_for(network).message.find("/nowhere/ca.pem (tls.ca_file)") != std::string::npos);
  network = {};
  network.client_key = "/nowhere/key.pem";
  CHECK(error_for(network).message.find("/nowhere/key.pem (tls.client_key)") != std::string::npos);
  network = {};
  network.extra_ca_file = "/nowhere/extra.pem";
  CHECK(error_for(network).kind == ErrorKind::network);  // Node's variable: passed over
}

TEST_CASE("the version names libcurl and its TLS library") {
  CHECK(transport::curl_version().starts_with("libcurl/"));
  CHECK(transport::curl_version().find(' ') != std::string::npos);
}
