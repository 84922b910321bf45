// Dry run: the HTTP request as text or as a curl command, without any secret. Pure.
#pragma once

#include <string>

#include "base/secret.hpp"
#include "config/environment.hpp"
#include "core/http.hpp"
#include "core/profile.hpp"

namespace byok::cli {

// "POST URL", headers, a blank line, the body as indented JSON. Secret values are masked.
[[nodiscard]] std::string show_request(const core::HttpRequest& request, const base::Redactor& redactor);

// The same as a curl command, with proxy and certificates: secrets as the shell would fill them in (`$SECRET` where no
// variable holds it, `$PROXY_USER` for the proxy's login), the body by a quoted here-document.
[[nodiscard]] std::string show_curl(const core::HttpRequest& request, const core::Network& network,
                                    const config::Environment& environment, const base::Redactor& redactor);

}  // namespace byok::cli
