// Rules: what a profile must fulfil before anything is sent. Pure: a draft in, diagnoses out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/draft.hpp"
#include "core/diagnosis.hpp"

namespace byok::config {

// Judges the draft by all rules of config.md's "Validation", and normalises its profile where a rule says so.
[[nodiscard]] std::vector<core::Diagnosis> judge(Draft& draft);

// What stands in the text where something of the user's own belongs (`<PORT>`, `your-resource`, `{name}`), or empty.
[[nodiscard]] std::string find_placeholder(std::string_view base_url);

// Rule 17: letters, digits, `.`, `_`, `-`.
[[nodiscard]] bool is_profile_name(std::string_view text);

// Whether the text is an Azure api-version: `YYYY-MM-DD`, `YYYY-MM-DD-preview`, `v1` or `preview`.
[[nodiscard]] bool is_api_version(std::string_view text);

}  // namespace byok::config
