// Proxy: which proxy a host is reached through, as the environment and the profile say.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/environment.hpp"
#include "core/url.hpp"

namespace byok::config {

struct ProxyChoice {
  std::string proxy;   // empty: direct
  std::string origin;  // "$HTTPS_PROXY", …
};

// The environment's proxy for the host: https_proxy or http_proxy by the scheme, else all_proxy, each also in upper
// case (the lower one first, as curl reads them). Does not look at no_proxy.
[[nodiscard]] ProxyChoice proxy_from(const Environment& environment, const core::Url& url);

// The environment's exceptions: no_proxy, else NO_PROXY, taken apart.
[[nodiscard]] std::vector<std::string> no_proxy_from(const Environment& environment);

// Whether the host is reached directly: loopback always; `*`; a domain (with or without a leading dot) and what is
// below it; an address or a range (`10.0.0.0/8`, `fd00::/8`); each with `:PORT` for that port alone.
[[nodiscard]] bool is_direct(const core::Url& url, const std::vector<std::string>& exceptions);

// Why the text is no proxy's address, or empty. A host without scheme is http.
[[nodiscard]] std::string proxy_problem(std::string_view proxy);

// Whether the proxy itself runs on this machine.
[[nodiscard]] bool is_loopback_proxy(std::string_view proxy);

}  // namespace byok::config
