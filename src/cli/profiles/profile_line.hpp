// ProfileLine: what is wrong with a profile, as one line for people and as JSON for scripts.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "core/diagnosis.hpp"

namespace byok::cli {

// "config.yaml:3:5: what is wrong; what to write instead"
[[nodiscard]] std::string line_of(const core::Diagnosis& diagnosis);
// An array of objects: severity, code, where, summary, remedy; redacted.
[[nodiscard]] nlohmann::ordered_json problems_as_json(const std::vector<core::Diagnosis>& problems,
                                                      const base::Redactor& redactor);
[[nodiscard]] bool has_errors(const std::vector<core::Diagnosis>& problems);
// One line of JSON; invalid UTF-8 replaced.
[[nodiscard]] std::string json_line(const nlohmann::ordered_json& value);

}  // namespace byok::cli
