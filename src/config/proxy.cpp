// Which proxy a request takes, by byok's own rules: libcurl would proxy localhost and ignore HTTP_PROXY.
#include "config/proxy.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/text.hpp"

namespace byok::config {

namespace {

constexpr std::array<std::string_view, 6> kSchemes = {"http", "https", "socks4", "socks4a", "socks5", "socks5h"};

// Bytes of an address in digits: 4, 16, or none.
std::vector<std::uint8_t> address_bytes(std::string_view text) {
  const std::string host(text);
  std::vector<std::uint8_t> bytes(16);
  if (inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1) return bytes;
  bytes.resize(4);
  if (inet_pton(AF_INET, host.c_str(), bytes.data()) == 1) return bytes;
  return {};
}

bool is_in_range(std::string_view host, std::string_view range) {
  const std::size_t slash = range.find('/');
  const std::vector<std::uint8_t> own = address_bytes(host);
  const std::vector<std::uint8_t> network = address_bytes(range.substr(0, slash));
  if (own.empty() || own.size() != network.size()) return false;
  const auto all_bits = static_cast<std::int64_t>(own.size() * 8);
  std::int64_t bits = all_bits;
  if (slash != std::string_view::npos) {
    const std::optional<std::int64_t> given = base::to_int(range.substr(slash + 1));
    if (!given || *given < 0 || *given > all_bits) return false;
    bits = *given;
  }
  for (std::size_t i = 0; i < own.size() && bits > 0; ++i, bits -= 8) {
    const unsigned mask = bits >= 8 ? 0xffU : 0xffU << (8 - bits);
    if (((own[i] ^ network[i]) & mask & 0xffU) != 0) return false;
  }
  return true;
}

struct Exception {
  std::string_view host;
  std::optional<std::int64_t> port;
};

// `[::1]:8080`, `::1`, `host:8080`, `10.0.0.0/8`.
Exception take_apart(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return {text, std::nullopt};
    const std::string_view rest = text.substr(end + 1);
    if (rest.starts_with('/')) return {text, std::nullopt};
    return {text.substr(1, end - 1), rest.starts_with(':') ? base::to_int(rest.substr(1)) : std::nullopt};
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos) {
    return {text, std::nullopt};
  }
  return {text.substr(0, colon), base::to_int(text.substr(colon + 1))};
}

bool matches(const core::Url& url, std::string_view text) {
  if (text == "*") return true;
  auto [name, port] = take_apart(text);
  if (port && *port != url.port()) return false;
  if (is_in_range(url.host(), name)) return true;
  if (name.starts_with("*.")) name.remove_prefix(1);
  while (name.starts_with('.')) name.remove_prefix(1);
  while (name.ends_with('.')) name.remove_suffix(1);
  std::string_view host = url.host();
  while (host.ends_with('.')) host.remove_suffix(1);
  if (name.empty() || !address_bytes(host).empty()) return false;
  if (base::iequals(host, name)) return true;
  return host.size() > name.size() && host[host.size() - name.size() - 1] == '.' &&
         base::iequals(host.substr(host.size() - name.size()), name);
}

std::string_view scheme_of(std::string_view proxy) {
  const std::size_t end = proxy.find("://");
  return end == std::string_view::npos ? "http" : proxy.substr(0, end);
}

// What stands behind scheme and user info: host, port and an optional final slash.
std::string_view authority_of(std::string_view proxy) {
  if (const std::size_t end = proxy.find("://"); end != std::string_view::npos) proxy.remove_prefix(end + 3);
  while (proxy.ends_with('/')) proxy.remove_suffix(1);
  if (const std::size_t at = proxy.rfind('@'); at != std::string_view::npos) proxy.remove_prefix(at + 1);
  return proxy;
}

ProxyChoice first_of(const Environment& environment, std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    if (environment.has(name)) return {std::string(environment.get(name)), fmt::format("${}", name)};
  }
  return {};
}

}  // namespace

ProxyChoice proxy_from(const Environment& environment, const core::Url& url) {
  static constexpr std::array<std::string_view, 4> kHttps = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
  static constexpr std::array<std::string_view, 4> kHttp = {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"};
  return first_of(environment, url.is_https() ? kHttps : kHttp);
}

std::vector<std::string> no_proxy_from(const Environment& environment) {
  const std::string_view text = environment.get(environment.has("no_proxy") ? "no_proxy" : "NO_PROXY");
  return {std::string(text)};
}

bool is_direct(const core::Url& url, const std::vector<std::string>& exceptions) {
  if (url.is_loopback()) return true;
  return std::ranges::any_of(exceptions, [&url](const std::string& list) {
    // Commas separate, and blanks do too, as in curl.
    const std::string commas = base::replace_all(list, " ", ",");
    return std::ranges::any_of(base::split(commas, ','), [&url](std::string_view entry) {
      entry = base::trim(entry);
      return !entry.empty() && matches(url, entry);
    });
  });
}

std::string proxy_problem(std::string_view proxy) {
  const std::string scheme = base::to_lower(scheme_of(proxy));
  if (std::ranges::find(kSchemes, scheme) == kSchemes.end()) {
    return fmt::format("byok knows no proxies of the scheme {}", scheme);
  }
  const auto url = core::Url::parse(fmt::format("http://{}", authority_of(proxy)));
  if (!url) return "it is not an address of the form http://HOST:PORT";
  if (!url->path().empty() && url->path() != "/") return "a proxy's address has no path";
  return {};
}

bool is_loopback_proxy(std::string_view proxy) {
  const auto url = core::Url::parse(fmt::format("http://{}", authority_of(proxy)));
  return url && url->is_loopback();
}

}  // namespace byok::config
