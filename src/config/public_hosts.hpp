// PublicHosts: the providers that everybody reaches under one name: their API's path and where their key usually lies.
#pragma once

#include <string_view>

namespace byok::config {

struct PublicHost {
  std::string_view host;
  std::string_view path;          // what the API's documentation puts behind the host; empty: nothing is needed
  std::string_view name;          // for a profile
  std::string_view key_variable;  // as the provider's own documentation names it
};

// The row of a host (lower case), or null.
[[nodiscard]] const PublicHost* find_public_host(std::string_view host);

}  // namespace byok::config
