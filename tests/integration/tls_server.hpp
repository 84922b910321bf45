// TlsServer: an HTTPS server with a certificate made for the test, good or bad in one respect.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "support/raw_server.hpp"

namespace byok::test {

struct TlsSpec {
  std::string names = "IP:127.0.0.1,DNS:localhost";  // that the certificate is for
  long starts = -3600;                               // seconds from now
  long ends = 86'400;
  bool wants_client_certificate = false;
};

// Listens on a free port of 127.0.0.1 and answers each connection's one request by `answer`. Writes its authority to
// `directory`/ca.pem, and a client certificate that it takes to client.pem and client.key.
class TlsServer {
 public:
  TlsServer(const std::filesystem::path& directory, const TlsSpec& spec, Answer answer);
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  ~TlsServer();
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  struct State;
  void serve();
  std::unique_ptr<State> state_;
  Answer answer_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stops_ = false;
  std::thread thread_;
};

}  // namespace byok::test
