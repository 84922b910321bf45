// Interpolate: `${env:NAME}`, `${env:NAME:-default}`, `${file:PATH}` and `$${` in configuration values.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/environment.hpp"

namespace byok::config {

struct Reference {
  enum class Kind { env, file };
  Kind kind = Kind::env;
  std::string name;  // variable or path
  bool has_default = false;
  std::string default_value;
};

// What the text refers to, in order; fails (ErrorKind::config) on an unknown or unfinished `${`.
[[nodiscard]] base::Result<std::vector<Reference>> references(std::string_view text);

struct InterpolationOptions {
  std::filesystem::path directory;  // relative ${file:} paths start here: the configuration file's folder
  bool allow_unset = false;         // an unset variable stays as written instead of failing
};
// The text with each reference replaced, once. A variable that is unset or empty without a default: ErrorKind::config
// naming the variable. A file: regular, at most 64 KiB, trimmed; warnings (readable by others) are added.
[[nodiscard]] base::Result<std::string> interpolate(std::string_view text, const Environment& environment,
                                                    const InterpolationOptions& options,
                                                    std::vector<std::string>& warnings);
// The same text as a shell would write it inside double quotes: `$NAME`, `${NAME:-default}`, `$(cat PATH)`.
[[nodiscard]] std::string to_shell(std::string_view text);

}  // namespace byok::config
