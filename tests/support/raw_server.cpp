// Blocking calls on one thread; every wait also ends when the server is stopped.
#include "support/raw_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "base/text.hpp"

namespace byok::test {
namespace {

using Kind = Piece::Kind;

// A socket bound to a free port of 127.0.0.1.
std::pair<int, std::uint16_t> bind_loopback() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  ::fcntl(socket, F_SETFD, FD_CLOEXEC);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* general = reinterpret_cast<sockaddr*>(&address);
  if (socket < 0 || ::bind(socket, general, size) != 0 || ::getsockname(socket, general, &size) != 0) {
    throw std::runtime_error("no loopback socket");
  }
  return {socket, ntohs(address.sin_port)};
}

// A connection with the descriptor that stops every wait on it.
class Connection {
 public:
  Connection(int socket, int stop) : socket_(socket), stop_(stop) {}

  // More bytes to `text`; false at the end, on an error or a stop.
  bool read_more(std::string& text) const {
    if (!wait(POLLIN, -1)) return false;
    std::array<char, 64UL * 1024> buffer;
    const ssize_t count = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0;
  }

  // False once the client has gone or the server is stopped.
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      if (!wait(POLLOUT, -1)) return false;
      const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count < 0 && errno != EAGAIN && errno != EINTR) return false;
      if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  // Waits; false once the client has gone or the server is stopped.
  bool pause(std::int64_t milliseconds) const {
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
    int events = POLLIN;
    while (true) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
      if (left <= 0) return true;
      if (!wait(events, static_cast<int>(left))) return !was_stopped();
      char byte = 0;
      const ssize_t count = ::recv(socket_, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
      if (has_ended(count)) return false;
      if (count > 0) events = 0;  // the next request: not to be taken here, nor to be woken by
    }
  }

  // Takes and drops what comes, until the client closes or the time is over (-1: never).
  void drain(int timeout) const {
    std::array<char, 4096> ignored;
    while (wait(POLLIN, timeout)) {
      if (has_ended(::recv(socket_, ignored.data(), ignored.size(), MSG_DONTWAIT))) return;
    }
  }

 private:
  // Whether the socket became ready; false at the timeout or on a stop.
  [[nodiscard]] bool wait(int events, int timeout) const {
    std::array<pollfd, 2> waits{pollfd{.fd = socket_, .events = static_cast<short>(events), .revents = 0},
                                pollfd{.fd = stop_, .events = POLLIN, .revents = 0}};
    ::poll(waits.data(), waits.size(), timeout);
    return waits[1].revents == 0 && waits[0].revents != 0;
  }
  [[nodiscard]] bool was_stopped() const {
    pollfd stop{.fd = stop_, .events = POLLIN, .revents = 0};
    return ::poll(&stop, 1, 0) > 0;
  }
  static bool has_ended(ssize_t received) {
    return received == 0 || (received < 0 && errno != EAGAIN && errno != EINTR);
  }

  int socket_;
  int stop_;
};

// The whole of a chunked body that `text` begins with, decoded, with the number of bytes it took; nothing while it is
// incomplete.
std::optional<std::pair<std::string, std::size_t>> decode_chunked(std::string_view text) {
  std::string body;
  std::size_t at = 0;
  while (true) {
    const std::size_t end = text.find("\r\n", at);
    if (end == std::string_view::npos) return std::nullopt;
    const std::size_t size = std::strtoul(std::string(text.substr(at, end - at)).c_str(), nullptr, 16);
    at = end + 2;
    if (text.size() < at + size + 2) return std::nullopt;
    body.append(text.substr(at, size));
    at += size + 2;
    if (size == 0) return std::pair{std::move(body), at};
  }
}

// The next request of a connection, with `buffer` holding what came too early. Nothing when the client sent no byte.
std::optional<Received> read_request(const Connection& connection, std::string& buffer) {
  Received request;
  std::size_t end = buffer.find("\r\n\r\n");
  while (end == std::string::npos) {
    if (!connection.read_more(buffer)) {
      if (buffer.empty()) return std::nullopt;
      request.head = std::exchange(buffer, {});
      request.is_whole = false;
      return request;
    }
    end = buffer.find("\r\n\r\n");
  }
  request.head = buffer.substr(0, end + 4);
  buffer.erase(0, end + 4);
  if (base::iequals(request.header("Transfer-Encoding"), "chunked")) {
    auto decoded = decode_chunked(buffer);
    while (!decoded && (request.is_whole = connection.read_more(buffer))) decoded = decode_chunked(buffer);
    if (decoded) {
      request.body = decoded->first;
      buffer.erase(0, decoded->second);
    }
    return request;
  }
  const auto length = static_cast<std::size_t>(base::to_int(request.header("Content-Length")).value_or(0));
  while (buffer.size() < length && (request.is_whole = connection.read_more(buffer))) continue;
  request.body = buffer.substr(0, length);
  buffer.erase(0, length);
  return request;
}

// Closing with unread bytes would reset the connection and may take the answer with it (RFC 9112, section 9.6).
void close_in_order(int socket, const Connection& connection) {
  ::shutdown(socket, SHUT_WR);
  constexpr int kLongest = 1000;
  connection.drain(kLongest);
}

bool send_slowly(const Connection& connection, const Piece& piece) {
  for (const char& byte : piece.text) {
    if (!connection.pause(piece.number) || !connection.send({&byte, 1})) return false;
  }
  return true;
}

bool send_repeated(const Connection& connection, const Piece& piece) {
  constexpr std::size_t kBlock = 64UL * 1024;
  const std::size_t in_block = std::max<std::size_t>(1, kBlock / std::max<std::size_t>(1, piece.text.size()));
  std::string block;
  for (std::size_t i = 0; i < in_block; ++i) block += piece.text;
  auto left = static_cast<std::size_t>(piece.number);
  for (; left >= in_block; left -= in_block) {
    if (!connection.send(block)) return false;
  }
  return connection.send(std::string_view(block).substr(0, left * piece.text.size()));
}

}  // namespace

std::string Received::first_line() const { return head.substr(0, head.find("\r\n")); }

bool Received::has_header(std::string_view name) const {
  for (const std::string_view line : base::split(head, '\n')) {
    if (base::iequals(line.substr(0, line.find(':')), name) && line.contains(':')) return true;
  }
  return false;
}

std::string Received::header(std::string_view name) const {
  for (const std::string_view line : base::split(head, '\n')) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !base::iequals(line.substr(0, colon), name)) continue;
    return std::string(base::trim(line.substr(colon + 1)));
  }
  return {};
}

RawServer::RawServer(std::vector<Answer> answers) : answers_(std::move(answers)) {
  std::tie(listener_, port_) = bind_loopback();
  std::array<int, 2> ends{-1, -1};
  if (::listen(listener_, 64) != 0 || ::pipe(ends.data()) != 0) throw std::runtime_error("no loopback server");
  for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  stop_reader_ = ends[0];
  stop_writer_ = ends[1];
  thread_ = std::thread([this] { serve(); });
}

RawServer::RawServer(std::vector<Pieces> answers)
    : RawServer([&] {
        std::vector<Answer> all;
        for (Pieces& pieces : answers) {
          all.emplace_back([pieces = std::move(pieces)](const Received&) { return pieces; });
        }
        return all;
      }()) {}

RawServer::~RawServer() {
  [[maybe_unused]] const ssize_t written = ::write(stop_writer_, "x", 1);
  thread_.join();
  for (const int descriptor : {listener_, stop_reader_, stop_writer_}) ::close(descriptor);
}

std::vector<Received> RawServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void RawServer::serve() {
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  while (true) {
    std::array<pollfd, 2> waits{pollfd{.fd = listener_, .events = POLLIN, .revents = 0},
                                pollfd{.fd = stop_reader_, .events = POLLIN, .revents = 0}};
    ::poll(waits.data(), waits.size(), -1);
    if (waits[1].revents != 0) return;
    const int socket = ::accept(listener_, nullptr, nullptr);
    if (socket < 0) continue;
    ::fcntl(socket, F_SETFD, FD_CLOEXEC);
    const int yes = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    serve_connection(socket, connections_++);
    ::close(socket);
  }
}

void RawServer::serve_connection(int socket, int number) {
  const Connection connection(socket, stop_reader_);
  std::string buffer;
  bool is_open = true;
  while (is_open) {
    std::optional<Received> request = read_request(connection, buffer);
    if (!request) return;
    request->connection = number;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(*request);
    }
    if (!request->is_whole || next_ >= answers_.size()) return;
    is_open = answer(socket, answers_[next_++](*request));
  }
}

bool RawServer::answer(int socket, const Pieces& pieces) {
  const Connection connection(socket, stop_reader_);
  for (const Piece& piece : pieces) {
    bool is_there = true;
    switch (piece.kind) {
      case Kind::bytes:
        // A short pause lets one write arrive before the next; nothing may depend on that it does.
        is_there = connection.send(piece.text) && connection.pause(1);
        break;
      case Kind::slow:
        is_there = send_slowly(connection, piece);
        break;
      case Kind::delay:
        is_there = connection.pause(piece.number);
        break;
      case Kind::repeat:
        is_there = send_repeated(connection, piece);
        break;
      case Kind::comments:
        while (connection.send(": waiting\n\n") && connection.pause(piece.number)) continue;
        return false;
      case Kind::stall:
        connection.drain(-1);
        return false;
      case Kind::reset: {
        const linger at_once{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        return false;
      }
      case Kind::keep:
        return true;
      case Kind::close:
        close_in_order(socket, connection);
        return false;
    }
    if (!is_there) return false;
  }
  close_in_order(socket, connection);
  return false;
}

ClosedPort::ClosedPort() { std::tie(socket_, port_) = bind_loopback(); }
ClosedPort::~ClosedPort() { ::close(socket_); }

}  // namespace byok::test
