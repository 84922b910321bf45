// Builtins: the profiles that exist without a file, as data.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "config/settings.hpp"

namespace byok::config {

// Foundry Local takes another port at each start: whoever uses the profile finds it (foundry_local.hpp) and gives it as
// Overrides::foundry_origin.
inline constexpr std::string_view kFoundryLocalBase = "http://127.0.0.1:<PORT>/v1";

struct Builtin {
  std::string_view name;
  std::string_view type = "openai";
  std::string_view wire_api = {};
  std::string_view base_url = {};  // where no variable gives one
  std::string_view base_url_variable = {};
  std::array<std::string_view, 2> key_variables = {};  // the first that is set
  std::string_view token_variable = {};
  std::string_view version_variable = {};  // of azure.api_version
  std::string_view model = {};
  std::string_view missing_base_url = {};  // the remedy, where nothing gives a base URL
};

[[nodiscard]] std::span<const Builtin> builtins();
[[nodiscard]] const Builtin* find_builtin(std::string_view name);

// What the environment makes of it. A built-in's variables count as configured beside each other.
[[nodiscard]] Settings settings_of(const Builtin& builtin, const Environment& environment);

// The variable that shows that this one was set up (its key or its address), as "OPENAI_API_KEY"; empty: none is set.
[[nodiscard]] std::string_view evidence_of(const Builtin& builtin, const Environment& environment);

// Ollama's own variable (`0.0.0.0`, `:11500`, `host`, `http://host:port/path`) as the base of its OpenAI API.
[[nodiscard]] std::string base_url_from_ollama_host(std::string_view value);

}  // namespace byok::config
