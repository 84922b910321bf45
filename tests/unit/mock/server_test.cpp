// Tests of the running server, over a loopback socket.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <ostream>
#include <string>

#include "base/text.hpp"
#include "mock/mock.hpp"

namespace byok::mock {
namespace {

std::unique_ptr<MockServer> started(const MockOptions& options = {}) {
  auto server = MockServer::start(options);
  REQUIRE(server.has_value());
  return *std::move(server);
}

MockOptions with_fault(const char* fault) {
  MockOptions options;
  options.fault = fault;
  return options;
}

std::uint16_t port_of(const MockServer& server) {
  const std::string url = server.base_url();
  return static_cast<std::uint16_t>(base::to_int(url.substr(url.rfind(':') + 1)).value_or(0));
}

// A client that sends one request and reads what comes.
class Client {
 public:
  explicit Client(const MockServer& server) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_of(server));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { close(); }

  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

  void send(const std::string& bytes) {
    CHECK(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
  }

  void ask(const std::string& target, const std::string& body, const std::string& headers = "") {
    send("POST " + target + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }

  // Everything until the server closes; a test that hangs fails by this limit.
  std::string read_all() {
    while (read_some()) {
    }
    return read_;
  }

  std::string read_until(std::string_view mark) {
    while (!read_.contains(mark) && read_some()) {
    }
    return read_;
  }

 private:
  bool read_some() {
    pollfd waited{socket_, POLLIN, 0};
    if (::poll(&waited, 1, 10'000) <= 0) return false;
    char bytes[4'096];
    const ssize_t count = ::recv(socket_, bytes, sizeof(bytes), 0);
    if (count > 0) read_.append(bytes, static_cast<std::size_t>(count));
    return count > 0;
  }

  int socket_;
  std::string read_;
};

const char* const kStream = R"({"model":"demo","stream":true,"messages":[{"role":"user","content":"hi"}]})";
const char* const kWhole = R"({"model":"demo","messages":[{"role":"user","content":"What is 2+2?"}]})";
constexpr const char* kChat = "/v1/chat/completions";

}  // namespace

TEST_CASE("a running server answers a chat request and closes") {
  const auto server = started();
  CHECK(server->base_url().starts_with("http://127.0.0.1:"));
  Client client(*server);
  client.ask(kChat, kWhole);
  const std::string reply = client.read_all();
  CHECK(reply.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(reply.contains("Content-Type: application/json\r\n"));
  CHECK(reply.contains("Connection: close\r\n"));
  CHECK(base::icontains(reply, "x-request-id: req_"));
  CHECK(reply.contains("2 + 2 = 4."));
}

TEST_CASE("a stream comes chunked, with its end") {
  const auto server = started();
  Client client(*server);
  client.ask(kChat, kStream);
  const std::string reply = client.read_all();
  CHECK(reply.contains("Content-Type: text/event-stream"));
  CHECK(reply.contains("Transfer-Encoding: chunked\r\n"));
  CHECK(reply.contains("data: [DONE]\n\n"));
  CHECK(reply.ends_with("\r\n0\r\n\r\n"));
}

TEST_CASE("one server answers many clients one after the other, and a model list") {
  const auto server = started();
  for (int i = 0; i < 20; ++i) {
    Client client(*server);
    client.ask(kChat, kWhole);
    CHECK(client.read_all().contains("2 + 2 = 4."));
  }
  Client client(*server);
  client.send("GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.read_all().contains("\"id\":\"demo\""));
}

TEST_CASE("a body that comes in pieces, and a long one, are read whole") {
  const auto server = started();
  const std::string body =
      R"({"model":"demo","messages":[{"role":"user","content":")" + std::string(300'000, 'x') + "\"}]}";
  Client client(*server);
  client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\n\r\n");
  client.send(body.substr(0, 10));
  client.send(body.substr(10));
  CHECK(client.read_all().contains("\"prompt_tokens\":75000"));
}

TEST_CASE("an error keeps its status, and an escaped path its deployment") {
  const auto server = started();
  Client wrong(*server);
  wrong.ask(kChat, "{}");
  CHECK(wrong.read_all().starts_with("HTTP/1.1 400 "));

  Client azure(*server);
  azure.ask("/openai/deployments/a%2Fb/chat/completions?api-version=2024-10-21", kWhole, "api-key: k\r\n");
  CHECK(azure.read_all().contains("\"model\":\"a/b\""));
}

TEST_CASE("an address that is too long is refused, whatever it holds") {
  const auto server = started();
  Client client(*server);
  client.send("GET /" + std::string(4'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.read_all().starts_with("HTTP/1.1 414 "));
}

TEST_CASE("a stall sends its chunks and then holds; a client that leaves frees the server") {
  const auto server = started(with_fault("stall:2"));
  Client first(*server);
  first.ask(kChat, kStream);
  const std::string head = first.read_until("\"This\"");
  CHECK(head.contains("\"role\":\"assistant\""));
  CHECK_FALSE(head.contains("[DONE]"));
  first.close();

  Client second(*server);
  second.ask(kChat, kStream);
  CHECK(second.read_until("\"This\"").contains("\"This\""));
}

TEST_CASE("a server stops while a client is stalled, while one is slow, and while one says nothing") {
  std::string reply;
  {
    auto server = started(with_fault("stall"));
    Client client(*server);
    client.ask(kChat, kStream);
    client.read_until("\r\n\r\n");
    server.reset();
    reply = client.read_all();
  }
  CHECK(reply.starts_with("HTTP/1.1 200 "));

  MockOptions slow;
  slow.delay = std::chrono::hours(1);
  auto server = started(slow);
  Client client(*server);
  client.ask(kChat, kStream);
  client.read_until("\r\n\r\n");
  Client waiting(*server);
  waiting.ask(kChat, kWhole);
  server.reset();
  CHECK_FALSE(client.read_all().contains("[DONE]"));

  auto silent = started();
  Client mute(*silent);
  silent.reset();
  CHECK(mute.read_all().empty());
}

TEST_CASE("a server that is stopped at once stops") {
  for (int i = 0; i < 20; ++i) started();
}

TEST_CASE("a truncated stream has no end of its chunked body") {
  const auto server = started(with_fault("truncate:3"));
  Client client(*server);
  client.ask(kChat, kStream);
  const std::string reply = client.read_all();
  CHECK(reply.contains("\"This\""));
  CHECK_FALSE(reply.contains("[DONE]"));
  CHECK_FALSE(reply.ends_with("\r\n0\r\n\r\n"));
}

TEST_CASE("an empty answer is a whole reply without a body") {
  const auto server = started(with_fault("empty"));
  Client whole(*server);
  whole.ask(kChat, kWhole);
  CHECK(whole.read_all().contains("Content-Length: 0\r\n"));
  Client stream(*server);
  stream.ask(kChat, kStream);
  CHECK(stream.read_all().ends_with("\r\n\r\n0\r\n\r\n"));
}

TEST_CASE("a script's chunks go out as they are written, empty ones aside") {
  MockOptions options;
  options.script = R"({"status":207,"headers":{"x-a":"b"},"chunks":["one","","two"]})";
  const auto server = started(options);
  Client client(*server);
  client.ask(kChat, kStream);
  const std::string reply = client.read_all();
  CHECK(reply.starts_with("HTTP/1.1 207 "));
  CHECK(reply.contains("x-a: b\r\n"));
  CHECK(reply.contains("3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"));
}

TEST_CASE("a port that is taken is a network error, and a bad fault one of usage") {
  const auto server = started();
  MockOptions options;
  options.port = port_of(*server);
  const auto second = MockServer::start(options);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().kind == base::ErrorKind::network);
  CHECK(second.error().message.contains(std::to_string(options.port)));
  CHECK(MockServer::start(with_fault("nonsense")).error().kind == base::ErrorKind::usage);
}

TEST_CASE("starting a server changes nothing about the signals of the process") {
  struct sigaction pipe_before{};
  sigaction(SIGPIPE, nullptr, &pipe_before);
  sigset_t mask_before;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask_before);
  const auto server = started();
  struct sigaction pipe_after{};
  sigaction(SIGPIPE, nullptr, &pipe_after);
  sigset_t mask_after;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask_after);
  CHECK((pipe_after.sa_handler == pipe_before.sa_handler));
  CHECK(sigismember(&mask_after, SIGINT) == sigismember(&mask_before, SIGINT));
  CHECK(sigismember(&mask_after, SIGTERM) == sigismember(&mask_before, SIGTERM));
}

}  // namespace byok::mock
