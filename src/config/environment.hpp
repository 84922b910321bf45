// Environment: the process's variables as a value, so that everything above main is testable without a process.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace byok::config {

class Environment {
 public:
  Environment() = default;
  explicit Environment(std::map<std::string, std::string, std::less<>> values) : values_(std::move(values)) {}
  // From `environ` (NAME=value strings, null-terminated list).
  [[nodiscard]] static Environment from(char** environment);

  // The value trimmed of white space; empty for a variable that is unset, empty or blank.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return !get(name).empty(); }
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& all() const { return values_; }

  // $HOME, else the password database's, else empty.
  [[nodiscard]] std::filesystem::path home() const;
  // XDG base directories (absolute values only, as the specification asks), with "byok" added; empty without a home.
  [[nodiscard]] std::filesystem::path config_directory() const;
  [[nodiscard]] std::filesystem::path cache_directory() const;
  [[nodiscard]] std::filesystem::path state_directory() const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace byok::config
