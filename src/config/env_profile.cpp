// EnvProfile: two tables of variables, and what the Copilot CLI reads differently.
#include "config/env_profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>

#include "base/text.hpp"
#include "config/schema.hpp"
#include "config/values.hpp"
#include "core/url.hpp"

namespace byok::config {

namespace {

struct Variable {
  std::string_view name, key;
  bool is_plain = false;  // a number or a switch rather than text
};

constexpr Variable kByok[] = {
    {"BYOK_BASE_URL", "base_url"}, {"BYOK_PROVIDER_TYPE", "type"},
    {"BYOK_WIRE_API", "wire_api"}, {"BYOK_AZURE_API_VERSION", "azure.api_version"},
    {"BYOK_MODEL", "model"},       {"BYOK_WIRE_MODEL", "wire_model"},
};
constexpr Variable kCopilot[] = {
    {"COPILOT_PROVIDER_BASE_URL", "base_url"},
    {"COPILOT_PROVIDER_TYPE", "type"},
    {"COPILOT_PROVIDER_WIRE_API", "wire_api"},
    {"COPILOT_PROVIDER_AZURE_API_VERSION", "azure.api_version"},
    {"COPILOT_PROVIDER_TRANSPORT", "transport"},
    {"COPILOT_MODEL", "model"},
    {"COPILOT_PROVIDER_MODEL_ID", "model"},  // only where COPILOT_MODEL is unset: the first of a key wins
    {"COPILOT_PROVIDER_WIRE_MODEL", "wire_model"},
    {"COPILOT_PROVIDER_MAX_PROMPT_TOKENS", "max_prompt_tokens", true},
    {"COPILOT_PROVIDER_MAX_OUTPUT_TOKENS", "max_output_tokens", true},
};
// Ignored where the profile comes from COPILOT_*: one family's key must not reach the other's host.
constexpr std::string_view kByokConnection[] = {
    "BYOK_PROVIDER_TYPE",        "BYOK_API_KEY",  "BYOK_BEARER_TOKEN",       "BYOK_API_KEY_COMMAND",
    "BYOK_BEARER_TOKEN_COMMAND", "BYOK_WIRE_API", "BYOK_AZURE_API_VERSION",  "BYOK_MODEL",
    "BYOK_WIRE_MODEL",           "BYOK_HEADERS",  "BYOK_ALLOW_INSECURE_HTTP"};

core::Diagnosis problem(core::Severity severity, std::string code, std::string_view variable, std::string summary,
                        std::string remedy) {
  core::Diagnosis out;
  out.severity = severity;
  out.code = std::move(code);
  out.subject = variable;
  out.summary = std::move(summary);
  out.remedy = std::move(remedy);
  out.where = fmt::format("${}", variable);
  return out;
}

class Reader {
 public:
  Reader(const Environment& environment, EnvProfile& out) : environment_(environment), out_(out) {}

  void read(std::span<const Variable> variables) {
    for (const Variable& variable : variables) {
      const std::string value{environment_.get(variable.name)};
      if (value.empty()) continue;
      set(variable.key, variable.is_plain ? plain_node(value) : text_node(value), variable.name);
    }
  }

  // A key or token that stands in the variable itself.
  void read_secret(std::string_view variable, std::string_view key) {
    if (!environment_.has(variable)) return;
    set(key, text_node(fmt::format("${{env:{}}}", variable)), variable, true);
  }

  // A JSON array of program and arguments.
  void read_command(std::string_view variable, std::string_view key) {
    if (!environment_.has(variable)) return;
    const auto json = nlohmann::json::parse(environment_.get(variable), nullptr, false);
    Node list;
    list.type = Node::Type::sequence;
    if (json.is_array()) {
      for (const auto& item : json) {
        if (item.is_string()) list.elements.push_back(text_node(item.get<std::string>()));
      }
    }
    if (!json.is_array() || json.empty() || list.elements.size() != json.size()) {
      out_.problems.push_back(problem(
          core::Severity::error, "env-command", variable, fmt::format("{} is not a JSON array of texts", variable),
          fmt::format(R"(write the program and its arguments: {}='["pass","show","key"]')", variable)));
      return;
    }
    Node command;
    command.type = Node::Type::map;
    command.members.push_back({.key = "command", .mark = {}, .value = std::move(list)});
    set(key, std::move(command), variable);
  }

  // `Name: value`, one a line.
  void read_headers(std::string_view variable, bool is_strict) {
    std::string text{environment_.get(variable)};
    if (!is_strict) text = base::replace_all(std::move(text), "\\n", "\n");
    for (const std::string_view raw : base::split(text, '\n')) {
      const std::string_view line = base::trim(raw);
      if (line.empty()) continue;
      const std::size_t colon = line.find(':');
      const std::string name{base::trim(line.substr(0, std::min(colon, line.size())))};
      if (colon == std::string_view::npos || name.empty() || name.find(' ') != std::string::npos) {
        out_.problems.push_back(problem(
            is_strict ? core::Severity::error : core::Severity::warning, "env-headers", variable,
            fmt::format("{} holds a line that is no header{}", variable, is_strict ? "" : ", and it is left out"),
            "write one `Name: value` a line"));
        continue;
      }
      const std::string key = "headers." + base::to_lower(name);
      out_.settings.erase(key);
      set(key, text_node(std::string(base::trim(line.substr(colon + 1)))), variable);
      out_.settings[key].label = name;
    }
  }

  void set(std::string_view key, Node value, std::string_view variable, bool expands = false) {
    if (auto wrong = check_value(key, value, fmt::format("${}", variable))) out_.problems.push_back(std::move(*wrong));
    Setting setting;
    setting.value = std::move(value);
    setting.where = fmt::format("${}", variable);
    setting.expands = expands;
    out_.settings.try_emplace(std::string(key), std::move(setting));
  }

  void ignore(std::string_view variable, std::string_view reason) {
    if (!environment_.has(variable)) return;
    out_.problems.push_back(
        problem(core::Severity::note, "env-ignored", variable, fmt::format("{} is ignored: {}", variable, reason), ""));
  }

 private:
  const Environment& environment_;
  EnvProfile& out_;
};

void read_byok(Reader& reader, const Environment& environment) {
  reader.read(kByok);
  for (const auto& [secret, command, key] :
       {std::array<std::string_view, 3>{"BYOK_API_KEY", "BYOK_API_KEY_COMMAND", "api_key"},
        std::array<std::string_view, 3>{"BYOK_BEARER_TOKEN", "BYOK_BEARER_TOKEN_COMMAND", "bearer_token"}}) {
    if (environment.has(command)) {
      reader.ignore(secret, fmt::format("{} is set", command));
      reader.read_command(command, key);
    } else {
      reader.read_secret(secret, key);
    }
  }
  reader.read_headers("BYOK_HEADERS", true);
  if (is_on(environment.get("BYOK_ALLOW_INSECURE_HTTP"))) {
    reader.set("allow_insecure_http", plain_node("true"), "BYOK_ALLOW_INSECURE_HTTP");
  }
  for (const auto& [name, value] : environment.all()) {
    if (name.starts_with("COPILOT_PROVIDER_") || name == "COPILOT_MODEL") {
      reader.ignore(name, "BYOK_BASE_URL is set, and the two families never mix");
    }
  }
}

// The Copilot CLI bends any path of an Azure base URL into a route of its own; byok keeps what stands before `/openai`
// as the gateway's prefix, and says what it left out.
void normalise_azure(EnvProfile& out) {
  Setting& base = out.settings["base_url"];
  const auto url = core::Url::parse(base.value.text);
  if (!url) return;
  std::string path = url->path();
  while (path.ends_with('/')) path.pop_back();
  if (path.empty()) return;
  const std::size_t openai = path.find("/openai");
  const bool is_route = openai != std::string::npos && (path.size() == openai + 7 || path[openai + 7] == '/');
  const std::string prefix = path.substr(0, is_route ? openai : std::string::npos);
  if (is_route) {
    base.value.text = url->with_path("").without_query().str();
    out.problems.push_back(problem(
        core::Severity::warning, "copilot-azure-base-url", "COPILOT_PROVIDER_BASE_URL",
        fmt::format("the path {} of an Azure base URL is left out: byok adds the route itself", path.substr(openai)),
        fmt::format("write COPILOT_PROVIDER_BASE_URL={}{}", url->origin(), prefix)));
  } else {
    base.value.text = url->with_path("").str();
  }
  if (prefix.empty()) return;
  Setting setting = base;
  setting.value = text_node(prefix);
  out.settings.insert_or_assign("azure.path_prefix", std::move(setting));
}

void read_copilot(Reader& reader, const Environment& environment, EnvProfile& out) {
  reader.read(kCopilot);
  reader.read_secret("COPILOT_PROVIDER_BEARER_TOKEN", "bearer_token");
  if (environment.has("COPILOT_PROVIDER_API_KEY_COMMAND")) {
    reader.ignore("COPILOT_PROVIDER_API_KEY", "COPILOT_PROVIDER_API_KEY_COMMAND is set");
    Node command;
    command.type = Node::Type::map;
    command.members.push_back({.key = "shell_command",
                               .mark = {},
                               .value = text_node(std::string(environment.get("COPILOT_PROVIDER_API_KEY_COMMAND")))});
    reader.set("api_key", std::move(command), "COPILOT_PROVIDER_API_KEY_COMMAND");
  } else {
    reader.read_secret("COPILOT_PROVIDER_API_KEY", "api_key");
  }
  reader.read_headers("COPILOT_PROVIDER_HEADERS", false);
  for (const std::string_view name : kByokConnection) {
    reader.ignore(name, "the profile comes from COPILOT_PROVIDER_BASE_URL, and the two families never mix");
  }
  if (environment.get("COPILOT_PROVIDER_TYPE") != "azure") return;
  normalise_azure(out);
  Setting version;
  version.value = text_node("v1");
  version.where = "default";
  out.settings.try_emplace("azure.api_version", std::move(version));
}

}  // namespace

std::optional<EnvProfile> env_profile(const Environment& environment) {
  EnvProfile out;
  Reader reader(environment, out);
  if (environment.has("BYOK_BASE_URL")) {
    read_byok(reader, environment);
  } else if (environment.has("COPILOT_PROVIDER_BASE_URL")) {
    out.family = EnvProfile::Family::copilot;
    read_copilot(reader, environment, out);
  } else {
    return std::nullopt;
  }
  return out;
}

std::string_view variable_of(EnvProfile::Family family, std::string_view key) {
  const std::span<const Variable> variables =
      family == EnvProfile::Family::byok ? std::span<const Variable>(kByok) : std::span<const Variable>(kCopilot);
  const auto found = std::ranges::find(variables, key, &Variable::key);
  return found == variables.end() ? std::string_view{} : found->name;
}

bool is_on(std::string_view value) {
  const std::string word = base::to_lower(value);
  return word == "1" || word == "true" || word == "yes" || word == "on";
}

}  // namespace byok::config
