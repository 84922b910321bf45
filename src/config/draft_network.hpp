// The network side of a draft: address, headers, proxy, TLS and the limits that depend on the host.
#pragma once

#include <vector>

#include "config/draft.hpp"

namespace byok::config {

// Replaces the references in base_url, headers, proxy and tls.*, and chooses the proxy. A base URL that is not one is
// left empty in the profile: rule 2 says why.
void fill_network(Draft& draft, const Overrides& overrides, const Environment& environment,
                  std::vector<core::Diagnosis>& problems);

}  // namespace byok::config
