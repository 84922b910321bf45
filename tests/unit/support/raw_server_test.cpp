// Tests of the raw server, by a client of three system calls.
#include "support/raw_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace byok::test;

namespace {

class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    is_connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { ::close(socket_); }

  [[nodiscard]] bool is_connected() const { return is_connected_; }
  Client& send(std::string_view bytes) {
    CHECK(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
    return *this;
  }
  // At most `most` bytes, or all until the end; `error()` says how it came.
  std::string receive(std::size_t most = std::string::npos) {
    std::string text;
    std::array<char, 4096> buffer;
    while (text.size() < most) {
      const ssize_t count = ::recv(socket_, buffer.data(), buffer.size(), 0);
      error_ = count < 0 ? errno : 0;
      if (count <= 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
  }
  [[nodiscard]] int error() const { return error_; }

 private:
  int socket_;
  bool is_connected_ = false;
  int error_ = 0;
};

Pieces bytes(std::string text) { return {{Piece::Kind::bytes, std::move(text), 0}}; }

Pieces pieces(std::string_view text) { return *parse_pieces(text); }

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

}  // namespace

TEST_CASE("Each request is answered by the next answer and recorded to the byte") {
  RawServer server(std::vector<Pieces>{bytes("one"), bytes("two")});
  CHECK(Client(server.port()).send("POST /x HTTP/1.1\r\nContent-Length: 3\r\nX-a:  b \r\n\r\nxyz").receive() == "one");
  CHECK(Client(server.port()).send(kGet).receive() == "two");
  CHECK(Client(server.port()).send(kGet).receive() == "");
  const std::vector<Received> requests = server.requests();
  REQUIRE(requests.size() == 3);
  CHECK(requests[0].head == "POST /x HTTP/1.1\r\nContent-Length: 3\r\nX-a:  b \r\n\r\n");
  CHECK(requests[0].first_line() == "POST /x HTTP/1.1");
  CHECK(requests[0].body == "xyz");
  CHECK(requests[0].header("x-A") == "b");
  CHECK(requests[0].has_header("x-a"));
  CHECK_FALSE(requests[0].has_header("x"));
  CHECK(requests[1].body == "");
  CHECK(requests[2].connection == 2);
  CHECK(server.connections() == 3);
}

TEST_CASE("A chunked request body is recorded decoded") {
  RawServer server(std::vector<Pieces>{bytes("ok")});
  CHECK(Client(server.port())
            .send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
            .receive() == "ok");
  CHECK(server.requests().at(0).body == "abcde");
}

TEST_CASE("A connection that is kept serves the next request too") {
  RawServer server(std::vector<Pieces>{pieces("one{{keep}}"), bytes("two")});
  Client client(server.port());
  CHECK(client.send(kGet).receive(3) == "one");
  CHECK(client.send(kGet).receive() == "two");
  CHECK(server.connections() == 1);
  CHECK(server.requests().at(1).connection == 0);
}

TEST_CASE("A reset is an error to the client, a close is an end") {
  RawServer server(std::vector<Pieces>{pieces("{{reset}}"), pieces("abc{{close}}def")});
  Client first(server.port());
  CHECK(first.send(kGet).receive() == "");
  CHECK(first.error() == ECONNRESET);
  Client second(server.port());
  CHECK(second.send(kGet).receive() == "abc");
  CHECK(second.error() == 0);
}

TEST_CASE("Bytes are made on the fly, slowly or without end, for as long as the client listens") {
  RawServer server(std::vector<Pieces>{pieces("{{repeat 100000 abc}}"), pieces("{{slow 1}}abc{{delay 1}}{{fast}}d"),
                                       pieces("{{comments 1}}"), pieces("{{zeros 1073741824}}"), bytes("last")});
  CHECK(Client(server.port()).send(kGet).receive().size() == 300'000);
  CHECK(Client(server.port()).send(kGet).receive() == "abcd");
  CHECK(Client(server.port()).send(kGet).receive(30).starts_with(": waiting\n\n: waiting\n\n"));
  CHECK(Client(server.port()).send(kGet).receive(100'000).find_first_not_of('\0') == std::string::npos);
  CHECK(Client(server.port()).send(kGet).receive() == "last");
}

TEST_CASE("A stalled server ends with its test, and with a client that goes") {
  RawServer server(std::vector<Pieces>{pieces("a{{stall}}"), pieces("b{{stall}}")});
  CHECK(Client(server.port()).send(kGet).receive(1) == "a");
  Client second(server.port());
  CHECK(second.send(kGet).receive(1) == "b");
}

TEST_CASE("A request that is cut off is recorded as such") {
  RawServer server(std::vector<Pieces>{bytes("one"), bytes("two")});
  {
    Client(server.port()).send("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc");
  }
  CHECK(Client(server.port()).send(kGet).receive() == "one");
  CHECK_FALSE(server.requests().at(0).is_whole);
  CHECK(server.requests().at(0).body == "abc");
}

TEST_CASE("An answer may depend on the request") {
  RawServer server(std::vector<Answer>{[](const Received& request) { return bytes("for " + request.first_line()); }});
  CHECK(Client(server.port()).send(kGet).receive() == "for GET /a HTTP/1.1");
}

TEST_CASE("A closed port refuses connections") { CHECK_FALSE(Client(ClosedPort().port()).is_connected()); }
