// The report as text for people and as JSON for scripts. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "doctor/doctor.hpp"

namespace byok::doctor {

// How a word is dressed for its status (colours); identity where there are none.
using Dress = std::function<std::string(Status, std::string_view)>;

// "profile foundry, https://my.openai.azure.com"
[[nodiscard]] std::string heading(const Report& report);
// The lines of one check, each ended by a newline: its status, title, summary and time; below it what to change.
// Details only where something is wrong. Skipped checks are left for `skips`.
[[nodiscard]] std::string to_text(const CheckResult& check, const Dress& dress);
// One line for all that was skipped, or empty.
[[nodiscard]] std::string skips(const Report& report, const Dress& dress);

// {"profile","checks":[{"id","status","summary","details","remediation","duration_ms"}]}
[[nodiscard]] std::string to_json(const Report& report, const base::Redactor& redactor);

}  // namespace byok::doctor
