// RawServer: a loopback server on raw sockets that does to a connection whatever a test wants, and records what came.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/pieces.hpp"

namespace byok::test {

struct Received {
  std::string head;      // with its blank line, to the byte
  std::string body;      // as sent; chunked coding removed
  int connection = 0;    // 0 for the first
  bool is_whole = true;  // false: the client went away before the end

  [[nodiscard]] std::string first_line() const;
  [[nodiscard]] std::string header(std::string_view name) const;  // the first one's value, trimmed; or empty
  [[nodiscard]] bool has_header(std::string_view name) const;
};

// What to do about a request; it is asked on the server's thread.
using Answer = std::function<Pieces(const Received&)>;

// Listens on a free port of 127.0.0.1. One connection at a time; each request takes the next answer. After an answer
// the connection is closed in order unless its last piece says otherwise. Requests beyond the script are recorded and
// their connection closed without an answer.
class RawServer {
 public:
  explicit RawServer(std::vector<Answer> answers);
  explicit RawServer(std::vector<Pieces> answers);
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;
  ~RawServer();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int connections() const { return connections_; }
  [[nodiscard]] std::vector<Received> requests() const;

 private:
  void serve();
  void serve_connection(int socket, int number);
  // Whether the connection stays open for another request.
  bool answer(int socket, const Pieces& pieces);

  std::vector<Answer> answers_;
  std::size_t next_ = 0;
  int listener_ = -1;
  int stop_reader_ = -1, stop_writer_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  mutable std::mutex mutex_;
  std::vector<Received> requests_;
  std::thread thread_;
};

// A port of 127.0.0.1 that refuses connections for as long as this lives.
class ClosedPort {
 public:
  ClosedPort();
  ClosedPort(const ClosedPort&) = delete;
  ClosedPort& operator=(const ClosedPort&) = delete;
  ~ClosedPort();
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int socket_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace byok::test
