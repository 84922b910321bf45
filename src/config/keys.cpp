// Keys: one table a kind of mapping.
#include "config/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.hpp"

namespace byok::config {

namespace {

constexpr KeyRule kFileKeys[] = {
    {"default_profile", ""},
    {"defaults", "", Kind::defaults},
    {"profiles", "", Kind::profiles},
    {"show_reasoning", "", Kind::value, Shape::boolean},
    {"local_only", "", Kind::value, Shape::local_only},
    {"save", "", Kind::value, Shape::save},
    {"usage_log", "", Kind::value, Shape::boolean},
    {"retention", "", Kind::value, Shape::age},
};
constexpr KeyRule kProfileKeys[] = {
    {"type", ""},
    {"base_url", "baseUrl"},
    {"api_key", "apiKey", Kind::secret},
    {"bearer_token", "bearerToken", Kind::secret},
    {"auth", ""},
    {"wire_api", "wireApi"},
    {"azure", "", Kind::azure},
    {"model", "modelId"},
    {"wire_model", "wireModel"},
    {"models", "", Kind::models},
    {"extends", ""},
    {"system", ""},
    {"temperature", "", Kind::value, Shape::number},
    {"top_p", "", Kind::value, Shape::number},
    {"max_output_tokens", "maxOutputTokens", Kind::value, Shape::integer},
    {"max_prompt_tokens", "maxPromptTokens", Kind::value, Shape::integer},
    {"stop", "", Kind::value, Shape::text_list},
    {"seed", "", Kind::value, Shape::integer},
    {"reasoning_effort", ""},
    {"store", "", Kind::value, Shape::boolean},
    {"headers", "", Kind::headers},
    {"body", "", Kind::body},
    {"retries", "", Kind::value, Shape::integer},
    {"retry_max_wait", "", Kind::value, Shape::duration},
    {"connect_timeout", "", Kind::value, Shape::duration},
    {"first_token_timeout", "", Kind::value, Shape::duration},
    {"idle_timeout", "", Kind::value, Shape::duration},
    {"timeout", "", Kind::value, Shape::duration},
    {"proxy", ""},
    {"no_proxy", "", Kind::value, Shape::text_list},
    {"proxy_auth", ""},
    {"tls", "", Kind::tls},
    {"allow_insecure_http", "", Kind::value, Shape::boolean},
    {"local_only", "", Kind::value, Shape::local_only},
    {"show_reasoning", "", Kind::value, Shape::boolean},
    {"save", "", Kind::value, Shape::save},
    {"usage_log", "", Kind::value, Shape::boolean},
    {"retention", "", Kind::value, Shape::age},
    {"transport", "transport"},
};
constexpr KeyRule kAzureKeys[] = {{"api_version", "apiVersion"}, {"path_prefix", ""}};
constexpr KeyRule kTlsKeys[] = {
    {"ca_file", ""}, {"ca_only", "", Kind::value, Shape::boolean}, {"client_cert", ""}, {"client_key", ""}};
constexpr KeyRule kSecretKeys[] = {{"command", "", Kind::value, Shape::text_list},
                                   {"ttl", "", Kind::value, Shape::duration},
                                   {"timeout", "", Kind::value, Shape::duration},
                                   {"cache", "", Kind::value, Shape::boolean}};
// `capabilities` and what the SDK's ModelInfo holds besides: byok reads what it knows and leaves the rest.
constexpr KeyRule kModelKeys[] = {{"id", ""},
                                  {"name", ""},
                                  {"capabilities", "", Kind::anything},
                                  {"policy", "", Kind::anything},
                                  {"billing", "", Kind::anything},
                                  {"supported_reasoning_efforts", "supportedReasoningEfforts", Kind::anything},
                                  {"default_reasoning_effort", "defaultReasoningEffort", Kind::anything}};
std::string to_snake(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c >= 'A' && c <= 'Z') out += '_';
    out += c == '-' ? '_' : c;
  }
  return base::to_lower(out);
}

// Keys that belong elsewhere, or that another tool has, and what to write for them.
struct Stray {
  std::string_view key, remedy;
};
constexpr Stray kStrays[] = {
    {"api_version", "write it under azure: `azure: {api_version: \"2024-10-21\"}`"},
    {"azure.api_version", "write it under azure: `azure: {api_version: \"2024-10-21\"}`"},
    {"azure.path_prefix", "write it under azure: `azure: {path_prefix: /aoai}`"},
    {"path_prefix", "write it under azure: `azure: {path_prefix: /aoai}`"},
    {"ca_file", "write it under tls: `tls: {ca_file: PATH}`"},
    {"tls.ca_file", "write it under tls: `tls: {ca_file: PATH}`"},
    {"client_cert", "write it under tls: `tls: {client_cert: PATH, client_key: PATH}`"},
    {"deployment", "write the deployment's name as `model`"},
    {"max_tokens", "write `max_output_tokens`"},
    {"key", "write `api_key`"},
    {"token", "write `bearer_token`"},
    {"endpoint", "write `base_url`"},
    {"url", "write `base_url`"},
    {"provider", "write `type` (openai, azure or anthropic)"},
    {"bearer_token_provider",
     "write `bearer_token: {command: [PROGRAM, ARGUMENT]}`: bearer_token.command prints a token"},
};

}  // namespace

std::span<const KeyRule> keys_of(Kind kind) {
  switch (kind) {
    case Kind::profile:
    case Kind::defaults:
      return kProfileKeys;
    case Kind::azure:
      return kAzureKeys;
    case Kind::tls:
      return kTlsKeys;
    case Kind::secret:
      return kSecretKeys;
    case Kind::model:
      return kModelKeys;
    default:
      return kFileKeys;
  }
}

const KeyRule* find_key(Kind kind, std::string_view key) {
  const std::span<const KeyRule> rules = keys_of(kind);
  const auto found = std::ranges::find_if(
      rules, [key](const KeyRule& rule) { return rule.name == key || (!rule.camel.empty() && rule.camel == key); });
  return found == rules.end() ? nullptr : &*found;
}

std::string remedy_for_unknown(Kind kind, std::string_view key) {
  const std::string snake = to_snake(key);
  if (kind == Kind::file && find_key(Kind::profile, snake) != nullptr) {
    return fmt::format("`{}` belongs to a profile: write it under `profiles:`, `NAME:`", snake);
  }
  const auto stray = std::ranges::find(kStrays, snake, &Stray::key);
  if (stray != std::end(kStrays) && (kind == Kind::profile || kind == Kind::defaults))
    return std::string(stray->remedy);
  std::vector<std::string_view> known;
  for (const KeyRule& rule : keys_of(kind)) known.push_back(rule.name);
  const std::string nearest = base::nearest(snake, known);
  if (!nearest.empty()) return fmt::format("did you mean `{}`?", nearest);
  return "remove it; `man byok-config` has the keys, and top-level keys that begin with x- are free";
}

}  // namespace byok::config
