// A folder of its own for a test's configuration file, and the environment that finds it.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.hpp"

namespace byok::config::test {

using Variables = std::vector<std::pair<std::string, std::string>>;

class ConfigFolder {
 public:
  ConfigFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "byok-config-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ConfigFolder(const ConfigFolder&) = delete;
  ConfigFolder& operator=(const ConfigFolder&) = delete;
  ~ConfigFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  // Writes a file below the folder, readable by its owner alone, and returns its path.
  std::string write(std::string_view name, std::string_view text) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return file.string();
  }

  // The folder is home, and no system folder is looked at unless the variables name one.
  [[nodiscard]] Environment environment(const Variables& variables) const {
    std::map<std::string, std::string, std::less<>> all{{"HOME", path_.string()},
                                                        {"XDG_CONFIG_DIRS", (path_ / "none").string()}};
    for (const auto& [name, value] : variables) all.insert_or_assign(name, value);
    return Environment(std::move(all));
  }

  // What the file's text (at its usual place) and the variables give.
  [[nodiscard]] std::expected<Resolved, Failure> resolve(std::string_view yaml, const Variables& variables = {},
                                                         const Overrides& overrides = {}) const {
    if (!yaml.empty()) write(".config/byok/config.yaml", yaml);
    return Config::load(environment(variables), overrides.config_file).resolve(overrides);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// The codes of a list, joined by a blank, in order; those of one severity.
inline std::string codes(const std::vector<core::Diagnosis>& diagnoses, core::Severity severity) {
  std::string out;
  for (const core::Diagnosis& diagnosis : diagnoses) {
    if (diagnosis.severity == severity) out += (out.empty() ? "" : " ") + diagnosis.code;
  }
  return out;
}

// "" for a profile without errors, else the errors' codes.
inline std::string errors(const std::expected<Resolved, Failure>& result) {
  return result ? std::string() : codes(result.error().diagnoses, core::Severity::error);
}
inline std::string warnings(const std::expected<Resolved, Failure>& result) {
  return codes(result ? result->notices : result.error().diagnoses, core::Severity::warning);
}

inline Overrides with_profile(std::string name) {
  Overrides overrides;
  overrides.profile = std::move(name);
  return overrides;
}

}  // namespace byok::config::test
