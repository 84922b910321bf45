// Url: an absolute http(s) address, taken apart once and joined without surprises (RFC 3986).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace byok::core {

class Url {
 public:
  Url() = default;

  // Accepts absolute http and https URLs. Fails (ErrorKind::config) on another scheme, none, an empty or malformed
  // host, a port outside 1–65535, user info, a fragment, white space or control characters; the message says which,
  // and shows the text without user info and without secret query values. `0.0.0.0` and `[::]` as hosts become
  // `127.0.0.1` and `[::1]` (addresses to listen on, not to call).
  [[nodiscard]] static base::Result<Url> parse(std::string_view text);

  [[nodiscard]] const std::string& scheme() const { return scheme_; }  // "http" or "https"
  [[nodiscard]] const std::string& host() const { return host_; }      // lower case; IPv6 without brackets
  [[nodiscard]] std::uint16_t port() const { return port_; }           // the scheme's default where none was written
  [[nodiscard]] const std::string& path() const { return path_; }      // "" or begins with '/'; still encoded
  [[nodiscard]] const std::string& query() const { return query_; }    // without '?'
  [[nodiscard]] bool is_empty() const { return host_.empty(); }
  [[nodiscard]] bool is_https() const { return scheme_ == "https"; }
  [[nodiscard]] bool is_loopback() const;         // localhost, *.localhost, 127.0.0.0/8, ::1
  [[nodiscard]] bool is_private_literal() const;  // RFC 1918, link-local or unique-local address written as digits

  [[nodiscard]] std::string origin() const;   // scheme://host[:port], the port where it is not the default
  [[nodiscard]] std::string str() const;      // the whole
  [[nodiscard]] std::string display() const;  // str() with values of secret-looking query keys masked

  // This URL with `path` added behind its own: never a double slash, prefix and query kept.
  [[nodiscard]] Url join(std::string_view path) const;
  [[nodiscard]] Url with_path(std::string_view path) const;
  // With `name=value` (value percent-encoded) in the query, replacing one of that name.
  [[nodiscard]] Url with_query(std::string_view name, std::string_view value) const;
  [[nodiscard]] Url without_query() const;

 private:
  std::string scheme_, host_, path_, query_;
  std::uint16_t port_ = 0;
};

}  // namespace byok::core
