// Hints: what the two files of advice share; private to them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/profile.hpp"
#include "wire/envelope.hpp"

namespace byok::wire {

// An error to be mended: whose it is, what it was taken for, and what the server said.
struct ErrorCase {
  const core::Profile& profile;
  const base::Error& error;
  const Envelope& said;

  [[nodiscard]] bool says(std::string_view pattern) const;  // in the message or as a code; see mentions()
  [[nodiscard]] const std::string& host() const { return profile.base_url.host(); }
  [[nodiscard]] bool is_azure() const;
};

// Where the profile's key came from, or empty.
[[nodiscard]] std::string origin_of(const core::Profile& profile, std::string_view key);

// The environment variable that sets the key in a profile made of BYOK_* or COPILOT_* variables; empty for others.
[[nodiscard]] std::string variable_of(const core::Profile& profile, std::string_view key);

// That variable, or else the key itself.
[[nodiscard]] std::string key_or_variable(const core::Profile& profile, std::string_view key);

// What to do about a refused, missing or expired credential; empty for other errors.
[[nodiscard]] std::string advise_on_credential(const ErrorCase& c);

}  // namespace byok::wire
