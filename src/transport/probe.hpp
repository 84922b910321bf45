// Probe: looks at the way to a server step by step, without asking it anything and without a secret.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "core/profile.hpp"
#include "core/url.hpp"

namespace byok::transport {

// All of these fail with ErrorKind::cancelled once the interrupt descriptor is readable.
struct ProbeLimits {
  std::chrono::milliseconds limit{10'000};  // of each call
  int interrupt = -1;
};

// The host's addresses in the order in which they are tried, each once. Kinds of failure: network (there are none, or
// the name server does not answer), timeout.
[[nodiscard]] base::Result<std::vector<std::string>> find_addresses(const std::string& host, const ProbeLimits& limits);

// What one address did.
struct Attempt {
  std::string address;
  int error = 0;  // an errno: 0 for connected, ETIMEDOUT where nothing came of it
  [[nodiscard]] bool is_connected() const { return error == 0; }
};
// Connects to all addresses at once and closes again. Once one is connected, the others are given a moment.
[[nodiscard]] base::Result<std::vector<Attempt>> try_addresses(const std::vector<std::string>& addresses,
                                                               std::uint16_t port, const ProbeLimits& limits);

// As the certificate says it, for people.
struct Certificate {
  std::string subject;
  std::string issuer;
  std::string names;  // the hosts it is for
  std::string starts;
  std::string ends;
};
// What is in the way of a TLS connection, as far as it asks for a mending of its own.
enum class TlsTrouble {
  other,
  unknown_issuer,
  expired,
  not_yet_valid,
  wrong_host,
  wants_certificate,
  no_tls,
  proxy_login,
  proxy_refusal
};
struct Handshake {
  std::string protocol;                    // "TLSv1.3", or empty
  std::optional<Certificate> certificate;  // the server's own, also where it does not verify
  std::optional<base::Error> error;        // why a request would fail here
  TlsTrouble trouble = TlsTrouble::other;  // of the error
};
// A TLS connection to the URL's host as a request would make it, through the proxy where there is one. Where the chain
// does not verify, a second connection reads it without judging, on which nothing is ever sent.
[[nodiscard]] base::Result<Handshake> shake_hands(const core::Url& url, const core::Network& network,
                                                  const ProbeLimits& limits);

}  // namespace byok::transport
