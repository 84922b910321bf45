// EnvProfile: the profile `env`, described by BYOK_* or by COPILOT_* variables, never by both.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "core/diagnosis.hpp"

namespace byok::config {

struct EnvProfile {
  enum class Family { byok, copilot };
  Family family = Family::byok;
  Settings settings;
  std::vector<core::Diagnosis> problems;  // of the variables themselves, and notes on those that are ignored
};

// Nothing when neither BYOK_BASE_URL nor COPILOT_PROVIDER_BASE_URL is set.
[[nodiscard]] std::optional<EnvProfile> env_profile(const Environment& environment);

// The variable of a family that sets a profile's key, or empty.
[[nodiscard]] std::string_view variable_of(EnvProfile::Family family, std::string_view key);

// Whether a switch variable is on: 1, true, yes, on.
[[nodiscard]] bool is_on(std::string_view value);

}  // namespace byok::config
