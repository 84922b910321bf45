// RawServer: a loopback server that sends the bytes a test gives it, whatever HTTP says about them.
#pragma once

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "core/url.hpp"

namespace byok::transport::test {

// One accepted connection, as a script sees it.
class Connection {
 public:
  explicit Connection(int socket) : socket_(socket) {}
  ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Reads one request with its body (by Content-Length); empty when the client closed instead.
  std::string read_request() {
    for (;;) {
      const auto end = pending_.find("\r\n\r\n");
      if (end != std::string::npos) {
        const std::size_t length = end + 4 + body_length(pending_.substr(0, end));
        if (pending_.size() >= length) {
          std::string request = pending_.substr(0, length);
          pending_.erase(0, length);
          return request;
        }
      }
      if (!receive()) return {};
    }
  }
  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  // Blocks until the client has closed.
  void wait_for_close() {
    while (receive()) {
    }
  }
  void reset() {
    const linger hard{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close();
  }
  void close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }

 private:
  bool receive() {
    std::string buffer(16384, '\0');
    const auto got = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (got <= 0) return false;
    pending_.append(buffer, 0, static_cast<std::size_t>(got));
    return true;
  }
  static std::size_t body_length(const std::string& head) {
    constexpr std::string_view kName = "Content-Length: ";
    const auto at = head.find(kName);
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + kName.size()));
  }

  int socket_;
  std::string pending_;
};

// Listens on a port of its own; each script serves one connection, in order.
class RawServer {
 public:
  using Script = std::function<void(Connection&)>;

  explicit RawServer(std::vector<Script> scripts) : scripts_(std::move(scripts)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, plain, length) != 0 || ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, plain, &length) != 0)
      throw std::runtime_error("the test cannot listen on loopback");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  explicit RawServer(Script script) : RawServer(std::vector<Script>{std::move(script)}) {}
  // Answers one request with these bytes and closes.
  explicit RawServer(std::string reply)
      : RawServer(Script([this, reply = std::move(reply)](Connection& connection) {
          note(connection.read_request());
          connection.send(reply);
        })) {}
  ~RawServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] core::Url url(std::string_view path = "/v1/chat") const {
    return core::Url::parse(fmt::format("http://127.0.0.1:{}{}", port_, path)).value();
  }
  void note(std::string request) {
    const std::scoped_lock lock(mutex_);
    request_ = std::move(request);
  }
  [[nodiscard]] std::string request() const {  // the last that was noted
    const std::scoped_lock lock(mutex_);
    return request_;
  }

 private:
  void serve() {
    for (const auto& script : scripts_) {
      const int accepted = ::accept(listener_, nullptr, nullptr);
      if (accepted < 0) return;
      Connection connection(accepted);
      script(connection);
    }
  }

  std::vector<Script> scripts_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::string request_;
  std::thread thread_;
};

// A port of this machine on which nothing listens.
inline std::uint16_t closed_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  ::bind(socket, plain, length);
  ::getsockname(socket, plain, &length);
  ::close(socket);
  return ntohs(address.sin_port);
}

}  // namespace byok::transport::test
