// Draft: a profile on its way from settings to core::Profile, before the rules have judged it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/builtins.hpp"
#include "config/config.hpp"
#include "config/settings.hpp"
#include "core/diagnosis.hpp"
#include "core/profile.hpp"

namespace byok::config {

struct Draft {
  enum class Kind { file, builtin, env_byok, env_copilot };
  Kind kind = Kind::file;
  std::string name;
  std::string place;                 // where a file names it, or empty
  const Builtin* builtin = nullptr;  // the built-in of this name, also where a file extends it
  Settings settings;                 // merged: flags, file or environment, parents, defaults
  core::Profile profile;             // as far as it is known
  std::string base_url;              // the text that profile.base_url is made of, references replaced
  std::string literal;               // the credential, where it stands literally in the file
  bool has_both_credentials = false;
  bool allow_unset = false;
  bool needs_model = true;

  // Whether base_url is the built-in one of Foundry Local, whose port is not known yet.
  [[nodiscard]] bool waits_for_foundry_port() const;
  // The word written for a key, or empty.
  [[nodiscard]] std::string_view word(std::string_view key) const;
  // Where a key's value came from; for keys that nothing sets, empty.
  [[nodiscard]] std::string where(std::string_view key) const;
};

// Fills in the profile from the settings and the overrides; what cannot be read becomes a problem. The rules come
// after.
void fill(Draft& draft, const Overrides& overrides, const Environment& environment,
          std::vector<core::Diagnosis>& problems);

}  // namespace byok::config
