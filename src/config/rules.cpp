// The rules on model, known words, numbers and names.
#include "config/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <span>

#include "base/text.hpp"
#include "config/env_profile.hpp"
#include "config/proxy.hpp"
#include "config/ruling.hpp"

namespace byok::config {

namespace {

using core::ProviderType;

// Rule 1.
void judge_model(Ruling& ruling) {
  const core::Profile& profile = ruling.profile;
  if (!profile.model.empty() || !ruling.draft.needs_model) return;
  std::string remedy = "write `model: ID` in the profile, or give --model ID, or set BYOK_MODEL";
  if (ruling.draft.kind == Draft::Kind::env_copilot) remedy = "set COPILOT_MODEL, or give --model ID";
  if (ruling.draft.kind == Draft::Kind::env_byok) remedy = "set BYOK_MODEL, or give --model ID";
  if (ruling.draft.kind == Draft::Kind::builtin) remedy = "give --model ID, or set BYOK_MODEL";
  if (profile.type == ProviderType::azure) remedy += "; for Azure it is the deployment's name";
  std::vector<std::string> known;
  known.reserve(profile.models.size());
  for (const core::ModelInfo& model : profile.models) known.push_back(model.id);
  if (!known.empty()) remedy += fmt::format("; models known: {}", base::join(known, ", "));
  ruling.error("model-missing", "model", "`model` is required with a custom provider", std::move(remedy));
}

struct Synonym {
  std::string_view word, known;
};
constexpr Synonym kTypes[] = {
    {"ollama", "openai"},
    {"vllm", "openai"},
    {"litellm", "openai"},
    {"lmstudio", "openai"},
    {"lm_studio", "openai"},
    {"lm-studio", "openai"},
    {"llama.cpp", "openai"},
    {"llamacpp", "openai"},
    {"llama_cpp", "openai"},
    {"foundry", "openai"},
    {"foundry_local", "openai"},
    {"foundry-local", "openai"},
    {"openrouter", "openai"},
    {"groq", "openai"},
    {"mistral", "openai"},
    {"deepseek", "openai"},
    {"together", "openai"},
    {"xai", "openai"},
    {"gemini", "openai"},
    {"openai-compatible", "openai"},
    {"openai_compatible", "openai"},
    {"azure-openai", "azure"},
    {"azure_openai", "azure"},
    {"azureopenai", "azure"},
    {"azure-ai", "azure"},
    {"claude", "anthropic"},
};
constexpr Synonym kWireApis[] = {
    {"chat", "completions"},
    {"chat_completions", "completions"},
    {"chat-completions", "completions"},
    {"chat/completions", "completions"},
    {"completion", "completions"},
    {"openai", "completions"},
    {"response", "responses"},
    {"openai-responses", "responses"},
};
constexpr Synonym kEfforts[] = {{"off", "none"}, {"min", "minimal"}, {"maximum", "max"}, {"med", "medium"}};
constexpr std::string_view kTypeWords[] = {"openai", "azure", "anthropic"};
constexpr std::string_view kWireApiWords[] = {"completions", "responses"};
constexpr std::string_view kEffortWords[] = {"none", "minimal", "low", "medium", "high", "xhigh", "max"};
constexpr std::string_view kProxyAuthWords[] = {"any", "basic", "negotiate", "ntlm"};

void judge_word(Ruling& ruling, std::string_view key, std::span<const std::string_view> known,
                std::span<const Synonym> synonyms) {
  const std::string_view word = ruling.draft.word(key);
  if (word.empty() || std::ranges::find(known, word) != known.end()) return;
  const std::string lower = base::to_lower(word);
  const auto synonym = std::ranges::find(synonyms, lower, &Synonym::word);
  const std::string nearest = synonym != synonyms.end() ? std::string(synonym->known) : base::nearest(lower, known);
  const std::vector<std::string> words(known.begin(), known.end());
  std::string remedy = fmt::format("known values: {}", base::join(words, ", "));
  if (!nearest.empty()) remedy = fmt::format("write {}; {}", ruling.assign(key, nearest), remedy);
  ruling.error("unknown-value", key, fmt::format("{} does not know the value \"{}\"", ruling.name_of(key), word),
               std::move(remedy));
}

// Rule 3, and what is said about words that have no effect.
void judge_words(Ruling& ruling) {
  judge_word(ruling, "type", kTypeWords, kTypes);
  judge_word(ruling, "reasoning_effort", kEffortWords, kEfforts);
  judge_word(ruling, "proxy_auth", kProxyAuthWords, {});
  const std::string_view transport = ruling.draft.word("transport");
  if (transport == "websockets") {
    ruling.warn("transport", "transport", "websockets are not spoken: HTTP is used", "write `transport: http`");
  } else if (!transport.empty() && transport != "http") {
    ruling.error("unknown-value", "transport",
                 fmt::format("{} does not know the value \"{}\"", ruling.name_of("transport"), transport),
                 "remove the line: HTTP is used");
  }
  if (ruling.profile.type != ProviderType::anthropic) return judge_word(ruling, "wire_api", kWireApiWords, kWireApis);
  const auto wire_api = ruling.draft.settings.find("wire_api");
  if (wire_api == ruling.draft.settings.end() || wire_api->second.is_general) return;
  ruling.warn("wire-api-unused", "wire_api",
              fmt::format("{} has no effect with `type: anthropic`", ruling.name_of("wire_api")), "remove it");
}

// Rule 9.
void judge_api_version(Ruling& ruling) {
  const core::Profile& profile = ruling.profile;
  if (profile.type != ProviderType::azure) return;
  const std::string& version = profile.azure_api_version;
  if (!is_api_version(version)) {
    ruling.error(
        "azure-api-version", "azure.api_version", fmt::format("\"{}\" is not an api-version", version),
        fmt::format("write {}, or another date, or v1, or preview", ruling.assign("azure.api_version", "2024-10-21")));
    return;
  }
  // Dates compare as text. The Responses API appeared in this version.
  const bool is_dated = version != "v1" && version != "preview";
  if (profile.wire_api == core::WireApi::responses && is_dated && version.substr(0, 10) < "2025-03-01") {
    ruling.error("azure-api-version", "azure.api_version",
                 fmt::format("api-version {} does not have the Responses API", version),
                 fmt::format("write {} (or 2025-03-01-preview or later), or {}",
                             ruling.assign("azure.api_version", "v1"), ruling.assign("wire_api", "completions")));
  }
}

// Rule 10.
void judge_azure_keys(Ruling& ruling) {
  if (ruling.profile.type == ProviderType::azure) return;
  for (const std::string_view key : {"azure.api_version", "azure.path_prefix"}) {
    if (!ruling.draft.settings.contains(key)) continue;
    ruling.error("azure-keys", key, fmt::format("{} serves only with `type: azure`", ruling.name_of(key)),
                 fmt::format("write {} with just the host as base URL, or remove it", ruling.assign("type", "azure")));
  }
}

template <class T>
void judge_range(Ruling& ruling, std::string_view key, const std::optional<T>& value, T low, T high,
                 std::string_view range) {
  if (!value || (*value >= low && *value <= high)) return;
  ruling.error("out-of-range", key, fmt::format("{} must be {}", ruling.name_of(key), range),
               fmt::format("write a number that is {}", range));
}

void judge_models(Ruling& ruling) {
  std::set<std::string_view> seen;
  for (const core::ModelInfo& model : ruling.profile.models) {
    if (model.id.empty()) {
      ruling.error("models-entry", "models", "an entry of `models` has no id", "write `- id: MODEL`");
    } else if (!seen.insert(model.id).second) {
      ruling.error("models-entry", "models", fmt::format("`models` lists {} twice", model.id), "keep one of the two");
    }
  }
}

// Rule 16.
void judge_numbers(Ruling& ruling) {
  constexpr std::int64_t kMaxTokens = 1'000'000'000;
  const core::Sampling& sampling = ruling.profile.sampling;
  judge_range(ruling, "temperature", sampling.temperature, 0.0, 2.0, "between 0 and 2");
  judge_range(ruling, "top_p", sampling.top_p, 0.0, 1.0, "between 0 and 1");
  judge_range<std::int64_t>(ruling, "max_output_tokens", sampling.max_output_tokens, 1, kMaxTokens, "greater than 0");
  judge_range<std::int64_t>(ruling, "max_prompt_tokens", ruling.profile.max_prompt_tokens, 1, kMaxTokens,
                            "greater than 0");
  const core::Limits& limits = ruling.profile.limits;
  judge_range(ruling, "retries", std::optional(limits.retries), 0, 1000, "between 0 and 1000");
  for (const auto& [key, time] :
       {std::pair{"retry_max_wait", limits.retry_max_wait}, std::pair{"connect_timeout", limits.connect_timeout},
        std::pair{"first_token_timeout", limits.first_token_timeout}, std::pair{"idle_timeout", limits.idle_timeout},
        std::pair{"timeout", limits.timeout}}) {
    judge_range(ruling, key, std::optional(time.count()), std::chrono::milliseconds::rep{0},
                std::chrono::milliseconds::max().count(), "0 or more");
  }
  judge_models(ruling);
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

// Rule 17.
void judge_name(Ruling& ruling) {
  const std::string& name = ruling.draft.name;
  if (is_profile_name(name)) return;
  ruling.error("profile-name", "", fmt::format("the profile's name \"{}\" cannot be used", name),
               "use letters, digits, `.`, `_` and `-`");
}

// RFC 9110, section 5.6.2: a header's name is a token. What frames the request is byok's own.
void judge_headers(Ruling& ruling) {
  static constexpr std::string_view kOwn[] = {"host",       "content-length", "transfer-encoding",
                                              "connection", "expect",         "accept-encoding"};
  for (const core::Header& header : ruling.profile.headers) {
    const std::string key = "headers." + base::to_lower(header.name);
    const auto is_token = [](char c) { return is_name_character(c) || std::string_view("!#$%&'*+^`|~").contains(c); };
    if (header.name.empty() || !std::ranges::all_of(header.name, is_token)) {
      ruling.error("header-name", key, fmt::format("\"{}\" is not a header's name", header.name),
                   "use letters, digits and `-`");
    } else if (header.value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      ruling.error("header-value", key, fmt::format("the value of the header {} holds a line end or NUL", header.name),
                   "write it on one line");
    } else if (std::ranges::find(kOwn, base::to_lower(header.name)) != std::end(kOwn)) {
      ruling.error("header-name", key, fmt::format("the header {} is byok's own to set", header.name), "remove it");
    }
  }
}

void judge_tls(Ruling& ruling) {
  const core::Network& network = ruling.profile.network;
  if (network.ca_only && network.ca_file.empty()) {
    ruling.error("tls", "tls.ca_only", "`tls.ca_only` is on, and there is no `tls.ca_file`",
                 "write `tls: {ca_file: PATH, ca_only: true}`, or remove ca_only");
  }
  if (!network.client_key.empty() && network.client_cert.empty()) {
    ruling.error("tls", "tls.client_key", "`tls.client_key` stands without `tls.client_cert`",
                 "write both: `tls: {client_cert: PATH, client_key: PATH}`");
  }
}

// local_only: the last word on where anything may go.
void judge_local_only(Ruling& ruling) {
  const core::Profile& profile = ruling.profile;
  if (profile.local_only == core::LocalOnly::no || profile.base_url.is_empty()) return;
  const core::Url& url = profile.base_url;
  const bool is_lan = profile.local_only == core::LocalOnly::lan;
  if (!url.is_loopback() && !(is_lan && url.is_private_literal())) {
    ruling.error("local-only", "local_only", fmt::format("{} is not on this machine, and local_only is on", url.host()),
                 is_lan ? "choose a local profile with -p, or write the host's private address in digits"
                        : "choose a local profile with -p; for a host of your own network: `local_only: lan`");
  } else if (!profile.network.proxy.empty() && !is_loopback_proxy(profile.network.proxy)) {
    ruling.error("local-only", "local_only", "a proxy elsewhere would be used, and local_only is on",
                 fmt::format("write `no_proxy: {}`", url.host()));
  } else if (profile.wire_model.ends_with("-cloud") || profile.wire_model.ends_with(":cloud")) {
    ruling.error("local-only", "local_only",
                 fmt::format("Ollama runs {} in its cloud, and local_only is on", profile.wire_model),
                 "choose a model that runs here (`ollama list`)");
  }
}

}  // namespace

std::string Ruling::name_of(std::string_view key) const {
  std::string where = draft.where(key);
  if (where.starts_with("--")) return where;
  return where.starts_with('$') ? where.substr(1) : fmt::format("`{}`", key);
}

std::string Ruling::assign(std::string_view key, std::string_view value) const {
  const std::string where = draft.where(key);
  std::string variable = where.starts_with('$') ? where.substr(1) : std::string();
  if (variable.empty() && draft.kind == Draft::Kind::env_byok) variable = variable_of(EnvProfile::Family::byok, key);
  if (variable.empty() && draft.kind == Draft::Kind::env_copilot) {
    variable = variable_of(EnvProfile::Family::copilot, key);
  }
  if (!variable.empty()) return fmt::format("{}={}", variable, value);
  const std::size_t dot = key.find('.');
  if (dot == std::string_view::npos) return fmt::format("{}: {}", key, value);
  const std::string_view quote = value.starts_with('2') ? "\"" : "";  // a date, which other YAML readers would mangle
  return fmt::format("{}: {{{}: {}{}{}}}", key.substr(0, dot), key.substr(dot + 1), quote, value, quote);
}

void Ruling::add(core::Severity severity, std::string code, std::string_view key, std::string summary,
                 std::string remedy) {
  core::Diagnosis out;
  out.severity = severity;
  out.code = std::move(code);
  out.subject = fmt::format("profiles.{}{}{}", draft.name, key.empty() ? "" : ".", key);
  out.summary = std::move(summary);
  out.remedy = std::move(remedy);
  out.where = draft.where(key);
  if (out.where.empty()) out.where = draft.place;
  out_.push_back(std::move(out));
}

bool is_profile_name(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_name_character); }

bool is_api_version(std::string_view text) {
  if (text == "v1" || text == "preview") return true;
  constexpr std::string_view kForm = "dddd-dd-dd";
  if (text.size() < kForm.size()) return false;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == 'd' ? !is_digit : text[i] != '-') return false;
  }
  const auto month = base::to_int(text.substr(5, 2)).value_or(0);
  const auto day = base::to_int(text.substr(8, 2)).value_or(0);
  const std::string_view rest = text.substr(kForm.size());
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 && (rest.empty() || rest == "-preview");
}

std::vector<core::Diagnosis> judge(Draft& draft) {
  std::vector<core::Diagnosis> out;
  Ruling ruling(draft, out);
  constexpr void (*kRules[])(Ruling&) = {
      judge_name,        judge_words,   judge_address, judge_model, judge_api_version, judge_azure_keys,
      judge_credentials, judge_numbers, judge_headers, judge_tls,   judge_local_only,
  };
  for (const auto rule : kRules) rule(ruling);
  return out;
}

}  // namespace byok::config
