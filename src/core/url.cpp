// Taking an address apart by RFC 3986, strictly: what is accepted here is what libcurl will call.
#include "core/url.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "base/secret.hpp"
#include "base/text.hpp"

namespace byok::core {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

bool is_secret_query(std::string_view name) {
  const std::string decoded = base::percent_decode(name).value_or(std::string(name));
  return base::is_secret_name(decoded) || base::iequals(decoded, "sig") || base::iequals(decoded, "code");
}

std::string mask_query(std::string_view query) {
  std::string out;
  for (const std::string_view part : base::split(query, '&')) {
    if (part.data() != query.data()) out.push_back('&');
    const std::size_t equals = part.find('=');
    const bool is_masked = equals != std::string_view::npos && is_secret_query(part.substr(0, equals));
    out.append(is_masked ? part.substr(0, equals + 1) : part);
    if (is_masked) out.append(base::Redactor::kMask);
  }
  return out;
}

// A text that is no URL, fit for a message: without what may be user info (whatever stands before an `@`: a password
// may hold `/`, `?` and `#`), secret query values and the fragment.
std::string shown(std::string_view text) {
  std::string out;
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos) {
    out.append(text.substr(0, scheme + 3));
    text.remove_prefix(scheme + 3);
  }
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) text.remove_prefix(at + 1);
  text = text.substr(0, text.find('#'));
  const std::size_t query = text.find('?');
  out.append(text.substr(0, query));
  if (query != std::string_view::npos) out.append("?").append(mask_query(text.substr(query + 1)));
  std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  constexpr std::size_t kLongest = 200;
  return base::abbreviate(out, kLongest);
}

std::unexpected<base::Error> refuse(std::string_view text, std::string_view why, std::string hint) {
  return base::fail(ErrorKind::config, fmt::format("\"{}\" is not a usable URL: {}", shown(text), why),
                    std::move(hint));
}

using Ipv4 = std::array<unsigned char, 4>;
using Ipv6 = std::array<unsigned char, 16>;

std::optional<Ipv4> ipv4_of(const std::string& host) {
  Ipv4 bytes{};
  if (::inet_pton(AF_INET, host.c_str(), bytes.data()) != 1) return std::nullopt;
  return bytes;
}

std::optional<Ipv6> ipv6_of(const std::string& host) {
  Ipv6 bytes{};
  if (::inet_pton(AF_INET6, host.c_str(), bytes.data()) != 1) return std::nullopt;
  return bytes;
}

// The IPv4 address that the host is, also in the form ::ffff:127.0.0.1.
std::optional<Ipv4> any_ipv4_of(const std::string& host) {
  constexpr std::array<unsigned char, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  const std::optional<Ipv6> six = ipv6_of(host);
  if (!six) return ipv4_of(host);
  if (!std::ranges::equal(kMapped, std::span(*six).first<12>())) return std::nullopt;
  return Ipv4{(*six)[12], (*six)[13], (*six)[14], (*six)[15]};
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Letters, digits, `-` and `_` (which names of containers have), in labels of 1 to 63; a host that ends in a number
// is an IPv4 address in full, because `127.1` and `0x7f.1` mean different things to different programs.
bool is_host_name(const std::string& host) {
  constexpr std::size_t kLongestHost = 253;
  constexpr std::size_t kLongestLabel = 63;
  std::string_view name = host;
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > kLongestHost) return false;
  const std::vector<std::string_view> labels = base::split(name, '.');
  for (const std::string_view label : labels) {
    if (label.empty() || label.size() > kLongestLabel || label.starts_with('-') || label.ends_with('-')) return false;
    if (label.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") != std::string_view::npos) return false;
  }
  const bool is_number = is_digits(labels.back()) || labels.back().starts_with("0x");
  return !is_number || ipv4_of(host);
}

bool is_local_name(std::string_view host) { return host == "localhost" || host.ends_with(".localhost"); }

// What a text without a scheme was most likely meant to be: plain http for a server on this machine.
std::string_view likely_scheme(std::string_view text) {
  const std::string host = base::to_lower(text.substr(0, text.find_first_of(":/?#")));
  const bool is_local = is_local_name(host) || host.starts_with("127.") || host == "0.0.0.0" || text.starts_with("[::");
  return is_local ? "http" : "https";
}

// The scheme in lower case; `rest` is what stands behind "://".
Result<std::string> take_scheme(std::string_view text, std::string_view& rest) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos || text.find_first_of("/?#@") < colon) {
    std::string_view bare = text;
    for (const std::string_view slip : {"https:", "http:"}) {
      if (base::istarts_with(bare, slip)) bare.remove_prefix(slip.size());
    }
    bare.remove_prefix(std::min(bare.find_first_not_of('/'), bare.size()));
    const std::string_view scheme = base::istarts_with(text, "http:") ? std::string_view("http") : likely_scheme(bare);
    return refuse(text, "it does not begin with https:// or http://",
                  fmt::format("write {}://{}", scheme, shown(bare)));
  }
  std::string scheme = base::to_lower(text.substr(0, colon));
  rest = text.substr(colon + 3);
  if (scheme == "http" || scheme == "https") return scheme;
  return refuse(text, fmt::format("its scheme is \"{}\", and only https and http can be called", scheme),
                fmt::format("write {}://{}", scheme == "ws" ? "http" : likely_scheme(rest), shown(rest)));
}

// Characters that have no place in a URL, wherever they stand.
Result<> check_characters(std::string_view text) {
  if (base::trim(text).empty()) {
    return base::fail(ErrorKind::config, "the URL is empty", "write it in full, such as https://api.openai.com/v1");
  }
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; };
  if (std::ranges::any_of(text, is_control)) {
    return refuse(text, "it has white space or control characters in it", "remove them, or write %20 for a space");
  }
  if (text.contains('\\')) return refuse(text, "it has a backslash in it", "write / instead");
  if (text.contains('#')) {
    return refuse(text, "it has a fragment (#…), which is never sent to a server",
                  fmt::format("write {}", shown(text)));
  }
  return {};
}

struct Authority {
  std::string host;
  std::optional<std::string_view> port;  // as written
};

Result<Authority> take_authority(std::string_view text, std::string_view authority) {
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    const std::string inside(authority.substr(1, close == std::string_view::npos ? close : close - 1));
    const std::string_view after = close == std::string_view::npos ? "?" : authority.substr(close + 1);
    const std::optional<Ipv6> bytes = ipv6_of(inside);
    if (!bytes || (!after.empty() && !after.starts_with(':'))) {
      return refuse(text, "its host is not an IPv6 address in brackets", "write it as in http://[::1]:8080/v1");
    }
    std::array<char, INET6_ADDRSTRLEN> shortest{};
    ::inet_ntop(AF_INET6, bytes->data(), shortest.data(), shortest.size());
    return Authority{shortest.data(), after.empty() ? std::nullopt : std::optional(after.substr(1))};
  }
  const std::size_t colon = authority.find(':');
  if (colon != authority.rfind(':')) {
    return refuse(text, "its host has more than one colon",
                  "write an IPv6 address in brackets, as in http://[::1]:8080/v1");
  }
  Authority taken{base::to_lower(authority.substr(0, colon)), std::nullopt};
  if (colon != std::string_view::npos) taken.port = authority.substr(colon + 1);
  if (taken.host.empty()) return refuse(text, "it has no host", "write it in full, such as https://api.openai.com/v1");
  if (!is_host_name(taken.host)) {
    return refuse(text, fmt::format("\"{}\" is not a host name", base::abbreviate(taken.host, 80)),
                  "use letters, digits, hyphens and dots (an international name in its xn-- form)");
  }
  return taken;
}

std::optional<std::uint16_t> port_from(std::string_view text) {
  constexpr std::int64_t kHighest = 65535;
  if (!is_digits(text)) return std::nullopt;
  const std::optional<std::int64_t> value = base::to_int(text);
  if (!value || *value < 1 || *value > kHighest) return std::nullopt;
  return static_cast<std::uint16_t>(*value);
}

// Letters beyond ASCII are sent percent-encoded, as browsers do (RFC 3987, section 3.1).
std::string encode_beyond_ascii(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x80) {
      out.push_back(c);
    } else {
      out.append(base::percent_encode({&c, 1}));
    }
  }
  return out;
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  BYOK_CHECK(check_characters(text));
  Url url;
  std::string_view rest;
  BYOK_TRY(url.scheme_, take_scheme(text, rest));

  const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority = rest.substr(0, authority_end);
  // `https://user:pass/word@host` has its `@` in the path; what shows it is a port that is none.
  const std::size_t colon = authority.rfind(':');
  const bool has_odd_port =
      colon != std::string_view::npos && !authority.ends_with(']') && !port_from(authority.substr(colon + 1));
  if (authority.contains('@') || (has_odd_port && rest.contains('@'))) {
    return refuse(text, "it has a user name or password in it",
                  "remove what stands before the @; give the key as api_key or bearer_token");
  }
  BYOK_TRY(const Authority taken, take_authority(text, authority));
  url.host_ = taken.host == "0.0.0.0" ? "127.0.0.1" : taken.host == "::" ? "::1" : taken.host;
  url.port_ = url.is_https() ? kHttpsPort : kHttpPort;
  if (taken.port) {
    const std::optional<std::uint16_t> port = port_from(*taken.port);
    if (!port)
      return refuse(text, "its port is not a number from 1 to 65535", "write it as in http://localhost:11434/v1");
    url.port_ = *port;
  }

  const std::string_view tail = rest.substr(authority_end);
  const std::size_t question = tail.find('?');
  url.path_ = encode_beyond_ascii(tail.substr(0, question));
  if (question != std::string_view::npos) url.query_ = encode_beyond_ascii(tail.substr(question + 1));
  return url;
}

bool Url::is_loopback() const {
  if (is_local_name(host_)) return true;
  if (const std::optional<Ipv4> four = any_ipv4_of(host_)) return four->front() == 127;
  return host_ == "::1";
}

bool Url::is_private_literal() const {
  if (const std::optional<Ipv4> four = any_ipv4_of(host_)) {
    const auto [a, b, c, d] = *four;
    return a == 10 || (a == 172 && b >= 16 && b < 32) || (a == 192 && b == 168) || (a == 169 && b == 254);
  }
  const std::optional<Ipv6> six = ipv6_of(host_);
  if (!six) return false;
  const bool is_unique_local = ((*six)[0] & 0xFE) == 0xFC;                     // fc00::/7, RFC 4193
  const bool is_link_local = (*six)[0] == 0xFE && ((*six)[1] & 0xC0) == 0x80;  // fe80::/10, RFC 4291
  return is_unique_local || is_link_local;
}

std::string Url::origin() const {
  if (is_empty()) return {};
  const bool is_default = port_ == (is_https() ? kHttpsPort : kHttpPort);
  const std::string host = host_.contains(':') ? fmt::format("[{}]", host_) : host_;
  return is_default ? fmt::format("{}://{}", scheme_, host) : fmt::format("{}://{}:{}", scheme_, host, port_);
}

std::string Url::str() const { return origin() + path_ + (query_.empty() ? "" : "?" + query_); }

std::string Url::display() const { return origin() + path_ + (query_.empty() ? "" : "?" + mask_query(query_)); }

Url Url::join(std::string_view path) const {
  Url url = *this;
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  if (path.empty()) return url;
  // Slashes inside stay: some gateways take a whole URL as a path.
  url.path_.erase(url.path_.find_last_not_of('/') + 1);
  url.path_.append("/").append(path);
  return url;
}

Url Url::with_path(std::string_view path) const {
  Url url = *this;
  url.path_ = path.empty() || path.starts_with('/') ? std::string(path) : fmt::format("/{}", path);
  return url;
}

Url Url::with_query(std::string_view name, std::string_view value) const {
  const std::string wanted = fmt::format("{}={}", base::percent_encode(name), base::percent_encode(value));
  std::vector<std::string> parts;
  bool is_placed = false;
  if (!query_.empty()) {
    for (const std::string_view part : base::split(query_, '&')) {
      const std::string_view key = part.substr(0, part.find('='));
      if (base::percent_decode(key).value_or(std::string(key)) != name) {
        parts.emplace_back(part);
      } else if (!std::exchange(is_placed, true)) {
        parts.push_back(wanted);
      }
    }
  }
  if (!is_placed) parts.push_back(wanted);
  Url url = *this;
  url.query_ = base::join(parts, "&");
  return url;
}

Url Url::without_query() const {
  Url url = *this;
  url.query_.clear();
  return url;
}

}  // namespace byok::core
