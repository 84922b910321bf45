// Loopback: a provider on 127.0.0.1 in a process of its own, streaming replies of any length over HTTP or HTTPS.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace byok::bench {

// What the server's process tells the bench; times are those of the steady clock in nanoseconds.
struct Watch {
  std::atomic<std::int64_t> silent_since;  // the first delta of a silent reply was sent
  std::atomic<std::int64_t> closed_at;     // and the client closed its connection
};

// The first part of a path says how many deltas come: /200000/v1/chat/completions. `silent` sends one delta and waits.
class Loopback {
 public:
  // `batch`: how many events go into one chunk of the chunked body and one send. Throws std::runtime_error.
  Loopback(const std::filesystem::path& ca_directory, std::size_t batch);
  ~Loopback();
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;

  [[nodiscard]] std::string url(std::string_view count) const;
  [[nodiscard]] std::string tls_url(std::string_view count) const;
  [[nodiscard]] Watch& watch() const { return *watch_; }

 private:
  Watch* watch_;
  pid_t process_ = -1;
  int port_ = 0;
  int tls_port_ = 0;
};

[[nodiscard]] std::int64_t now_ns();

}  // namespace byok::bench
