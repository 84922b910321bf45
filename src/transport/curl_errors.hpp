// CurlFailure: what libcurl knows about a failed transfer, and its explanation in plain words.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/profile.hpp"
#include "core/url.hpp"
#include "transport/probe.hpp"
#include "transport/timers.hpp"
#include "transport/transport.hpp"

namespace byok::transport {

struct CurlFailure {
  int code = 0;              // CURLcode
  std::string detail;        // libcurl's own words
  int system_error = 0;      // errno of the failed connect
  int proxy_status = 0;      // of the answer to CONNECT; 0: none came
  long verify_result = 0;    // X509_V_ERR_… of OpenSSL
  bool is_at_proxy = false;  // the certificate is that of an https proxy
  bool is_resolved = false;
  bool is_connected = false;  // to the host, or to its proxy
  std::chrono::milliseconds connect_timeout{0};
};

// What a transfer that failed with `code` (a CURLcode) left on its easy handle (a CURL*).
[[nodiscard]] CurlFailure read_failure(void* easy, int code, std::string detail,
                                       std::chrono::milliseconds connect_timeout);

// Kinds: network, timeout, config (a certificate file that cannot be used), internal. `should_retry` is false where
// the same request cannot do better: an untrusted certificate, a wrong port, a refusal on this machine.
[[nodiscard]] base::Error explain_failure(const CurlFailure& failure, const core::Url& url,
                                          const core::Network& network);

// Whether it failed because no known authority signed the certificate: with more of them known it may pass.
[[nodiscard]] bool is_unknown_issuer(const CurlFailure& failure);

// The same failure as one word.
[[nodiscard]] TlsTrouble trouble_of(const CurlFailure& failure);

// What to say when a limit of ours has passed.
[[nodiscard]] base::Error timeout_error(Timers::Limit limit, const TransferOptions& options, const core::Url& url);

// A proxy's 407 to a request that needs no tunnel.
[[nodiscard]] base::Error proxy_login_error(const core::Network& network);

// How messages name the other end, never with a secret in it: "api.example.com:443", "[::1]:8080".
[[nodiscard]] std::string host_port(const core::Url& url);
// A proxy as it was configured, without user, password and path: "http://proxy.example:3128".
[[nodiscard]] std::string proxy_display(std::string_view proxy);
// How to start what usually listens on that port of this machine.
[[nodiscard]] std::string local_server_hint(const core::Url& url);
// "30 s", "1.5 s", "10 min"
[[nodiscard]] std::string duration_text(std::chrono::milliseconds time);

}  // namespace byok::transport
