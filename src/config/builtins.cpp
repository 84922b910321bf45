// Builtins: one row a provider.
#include "config/builtins.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "config/values.hpp"

namespace byok::config {

namespace {

constexpr Builtin kBuiltins[] = {
    {.name = "openai",
     .base_url = "https://api.openai.com/v1",
     .base_url_variable = "OPENAI_BASE_URL",
     .key_variables = {"OPENAI_API_KEY"}},
    {.name = "anthropic",
     .type = "anthropic",
     .base_url = "https://api.anthropic.com",
     .base_url_variable = "ANTHROPIC_BASE_URL",
     .key_variables = {"ANTHROPIC_API_KEY"},
     .token_variable = "ANTHROPIC_AUTH_TOKEN"},
    {.name = "azure",
     .type = "azure",
     .base_url_variable = "AZURE_OPENAI_ENDPOINT",
     .key_variables = {"AZURE_OPENAI_API_KEY", "AZURE_OPENAI_KEY"},
     .version_variable = "OPENAI_API_VERSION",
     .missing_base_url = "set AZURE_OPENAI_ENDPOINT to https://NAME.openai.azure.com, the host of your resource"},
    {.name = "foundry",
     .wire_api = "responses",
     .base_url_variable = "FOUNDRY_MODEL_URL",
     .key_variables = {"FOUNDRY_API_KEY"},
     .missing_base_url =
         "set FOUNDRY_MODEL_URL to https://NAME.openai.azure.com/openai/v1/, the endpoint of your resource"},
    {.name = "ollama", .base_url = "http://localhost:11434/v1", .base_url_variable = "OLLAMA_HOST"},
    {.name = "foundry-local", .base_url = kFoundryLocalBase},
    // Port 9 is never called: whoever starts the in-process mock puts its address here.
    {.name = "demo", .base_url = "http://127.0.0.1:9/v1", .model = "demo"},
};

void add(Settings& out, std::string_view key, std::string text, std::string where, bool expands = false) {
  if (text.empty()) return;
  Setting setting;
  setting.value = text_node(std::move(text));
  setting.where = std::move(where);
  setting.expands = expands;
  out.try_emplace(std::string(key), std::move(setting));
}

std::string_view first_set(const Builtin& builtin, const Environment& environment) {
  const auto found = std::ranges::find_if(
      builtin.key_variables, [&](std::string_view name) { return !name.empty() && environment.has(name); });
  return found == builtin.key_variables.end() ? std::string_view{} : *found;
}

}  // namespace

std::span<const Builtin> builtins() { return kBuiltins; }

const Builtin* find_builtin(std::string_view name) {
  const auto found = std::ranges::find(kBuiltins, name, &Builtin::name);
  return found == std::end(kBuiltins) ? nullptr : &*found;
}

Settings settings_of(const Builtin& builtin, const Environment& environment) {
  Settings out;
  add(out, "type", std::string(builtin.type), "default");
  add(out, "wire_api", std::string(builtin.wire_api), "default");
  add(out, "model", std::string(builtin.model), "default");
  if (environment.has(builtin.base_url_variable)) {
    const std::string_view value = environment.get(builtin.base_url_variable);
    add(out, "base_url", builtin.name == "ollama" ? base_url_from_ollama_host(value) : std::string(value),
        fmt::format("${}", builtin.base_url_variable));
  }
  add(out, "base_url", std::string(builtin.base_url), "default");
  for (const auto& [key, variable] :
       {std::pair{"api_key", first_set(builtin, environment)}, std::pair{"bearer_token", builtin.token_variable}}) {
    if (!environment.has(variable)) continue;
    add(out, key, fmt::format("${{env:{}}}", variable), fmt::format("${}", variable), true);
  }
  if (environment.has(builtin.version_variable)) {
    add(out, "azure.api_version", std::string(environment.get(builtin.version_variable)),
        fmt::format("${}", builtin.version_variable));
  }
  return out;
}

std::string_view evidence_of(const Builtin& builtin, const Environment& environment) {
  const std::string_view key = first_set(builtin, environment);
  if (!key.empty()) return key;
  for (const std::string_view variable : {builtin.token_variable, builtin.base_url_variable}) {
    if (environment.has(variable)) return variable;
  }
  return {};
}

std::string base_url_from_ollama_host(std::string_view value) {
  std::string_view rest = value;
  std::string scheme = "http";
  bool has_scheme = false;
  if (const std::size_t end = rest.find("://"); end != std::string_view::npos) {
    scheme = base::to_lower(rest.substr(0, end));
    rest.remove_prefix(end + 3);
    has_scheme = true;
  }
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  std::string host{rest.substr(0, slash)};
  std::string_view path = rest.substr(slash);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (std::ranges::count(host, ':') > 1 && !host.starts_with('[')) host = "[" + host + "]";
  if (host.starts_with(':')) host = "127.0.0.1" + host;
  const std::size_t after_brackets = host.rfind(']') == std::string::npos ? 0 : host.rfind(']');
  // As Ollama itself reads it: with a scheme the scheme's port, without one its own.
  if (!has_scheme && host.find(':', after_brackets) == std::string::npos) host += ":11434";
  return fmt::format("{}://{}{}{}", scheme, host, path, path.ends_with("/v1") ? "" : "/v1");
}

}  // namespace byok::config
