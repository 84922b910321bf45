// Environment: variables as a value, and the XDG base directories that follow from them.
#include "config/environment.hpp"

#include <pwd.h>
#include <unistd.h>

#include "base/text.hpp"

namespace byok::config {

namespace {

// The XDG specification: a relative path in these variables is to be ignored.
std::filesystem::path base_directory(const Environment& environment, std::string_view variable,
                                     std::string_view below_home) {
  const std::filesystem::path given{environment.get(variable)};
  if (given.is_absolute()) return given / "byok";
  const std::filesystem::path home = environment.home();
  return home.empty() ? std::filesystem::path{} : home / below_home / "byok";
}

}  // namespace

Environment Environment::from(char** environment) {
  std::map<std::string, std::string, std::less<>> values;
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const std::string_view entry{*environment};
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    // POSIX leaves open which of two entries of one name counts; getenv takes the first.
    values.try_emplace(std::string(entry.substr(0, equals)), entry.substr(equals + 1));
  }
  return Environment(std::move(values));
}

std::string_view Environment::get(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::string_view{} : base::trim(found->second);
}

std::filesystem::path Environment::home() const {
  if (has("HOME")) return std::filesystem::path{get("HOME")};
  const passwd* entry = getpwuid(getuid());
  return entry != nullptr && entry->pw_dir != nullptr ? std::filesystem::path{entry->pw_dir} : std::filesystem::path{};
}

std::filesystem::path Environment::config_directory() const {
  return base_directory(*this, "XDG_CONFIG_HOME", ".config");
}

std::filesystem::path Environment::cache_directory() const { return base_directory(*this, "XDG_CACHE_HOME", ".cache"); }

std::filesystem::path Environment::state_directory() const {
  return base_directory(*this, "XDG_STATE_HOME", ".local/state");
}

}  // namespace byok::config
