// Dry run: the HTTP request as text or as a curl command, without any secret. Pure.
#pragma once

#include <string>

#include "base/secret.hpp"
#include "core/http.hpp"

namespace byok::cli {

// "POST URL", headers, a blank line, the body as indented JSON. Secret values are masked.
[[nodiscard]] std::string show_request(const core::HttpRequest& request, const base::Redactor& redactor);

// The same as a curl command: secret headers as the shell would fill them in, the body by a quoted here-document.
[[nodiscard]] std::string show_curl(const core::HttpRequest& request, const base::Redactor& redactor);

}  // namespace byok::cli
