// Settings: a profile's values as they were written, each with its place, and how one layer inherits from another.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "config/document.hpp"
#include "config/environment.hpp"

namespace byok::config {

struct Setting {
  Node value;
  std::string where;                // "config.yaml:12:5", "$BYOK_MODEL", "--model", "default"
  std::filesystem::path directory;  // relative ${file:} paths start here
  std::string label;                // of a header: its name as written
  std::string place;                // of a credential: the handle for Config::literal
  bool expands = true;              // whether `${…}` is a reference: not so for values from the environment
  bool is_general = false;          // from `defaults`: dropped in silence where it does not apply
};

// By snake_case key; nested ones are dotted (`azure.api_version`, `headers.x-title`: a header's name in lower case).
using Settings = std::map<std::string, Setting, std::less<>>;

struct Origin {
  std::string file;                 // the name shown
  std::filesystem::path directory;  // the file's folder
  std::string place;                // "profiles.NAME", or "system:profiles.NAME"
};
// The settings of one mapping under `profiles`, or of `defaults`. Values of a wrong type are kept; the readers of
// values.hpp give nothing for them.
[[nodiscard]] Settings flatten(const Node& profile, const Origin& origin);

// Whether any credential is among the settings.
[[nodiscard]] bool has_credential(const Settings& settings);

// Lays the child over the parent. Credentials are one slot; `headers`, `body`, client certificates and credentials stay
// behind when the two base URLs differ in scheme, host or port; a child's model drops the parent's wire_model.
[[nodiscard]] Settings inherit(Settings child, const Settings& parent, const Environment& environment);

// The base URL's text with its references replaced, or nothing.
[[nodiscard]] std::optional<std::string> base_url_of(const Settings& settings, const Environment& environment);

}  // namespace byok::config
