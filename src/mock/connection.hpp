// Connection: one client's socket, whose every wait ends at once when the client leaves or the server stops.
#pragma once

#include <sys/types.h>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace byok::mock {

class Connection {
 public:
  // Neither descriptor is owned. `stop` becomes readable when the server stops, and stays so.
  Connection(int socket, int stop) : socket_(socket), stop_(stop) {}

  // Up to `size` bytes; 0 when the client has closed, -1 on an error, a stop, or after `limit`.
  [[nodiscard]] ssize_t read(char* out, std::size_t size, std::chrono::milliseconds limit);

  // All of the bytes, or -1.
  [[nodiscard]] ssize_t write(std::string_view bytes, std::chrono::milliseconds limit);

  // Waits; whether the client is still there and the server still runs.
  [[nodiscard]] bool pause(std::chrono::milliseconds time);
  void wait_for_end();  // until the client leaves or the server stops

  [[nodiscard]] int socket() const { return socket_; }

 private:
  enum class Event { ready, end, timeout };
  [[nodiscard]] Event wait(short events, std::chrono::milliseconds limit) const;  // a negative limit: none

  int socket_;
  int stop_;
  std::string buffer_;  // read but not yet asked for: httplib reads the head byte by byte
  std::size_t taken_ = 0;
};

}  // namespace byok::mock
