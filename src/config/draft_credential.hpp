// The credential of a draft: which of the two is sent, and where it lies.
#pragma once

#include <vector>

#include "config/draft.hpp"

namespace byok::config {

// Describes the credential that will be sent (the bearer token, where both are given). Nothing is read or run; a
// variable that is not set is a problem, unless the draft allows it.
void describe_credential(Draft& draft, const Environment& environment, std::vector<core::Diagnosis>& problems);

// The text with the relative paths of its ${file:} made absolute.
[[nodiscard]] std::string with_absolute_files(std::string text, const std::filesystem::path& directory);

}  // namespace byok::config
