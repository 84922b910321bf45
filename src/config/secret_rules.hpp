// SecretRules: what a key or token must look like before it is sent (rules 11 and 12 of the configuration).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "core/profile.hpp"

namespace byok::config {

// The value trimmed and, for a bearer token, without a leading `Bearer ` (with a warning). Fails (ErrorKind::config) on
// an empty value, a lone `Bearer`, white space, control or other than ASCII characters inside, quotation marks around
// it, or placeholder text. `where` names the source in messages; the value is never shown.
[[nodiscard]] base::Result<base::Secret> accept_secret(std::string value, core::Credential::Slot slot,
                                                       std::string_view where, std::vector<std::string>& warnings);

// Whether the text stands in for a key that was never filled in: `sk-...`, `<key>`, `YOUR_KEY`.
[[nodiscard]] bool is_placeholder(std::string_view value);

}  // namespace byok::config
