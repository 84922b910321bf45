// Draft: reads settings into the fields of a profile.
#include "config/draft.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

#include "base/secret.hpp"
#include "base/text.hpp"
#include "config/draft_credential.hpp"
#include "config/draft_network.hpp"
#include "config/env_profile.hpp"
#include "config/values.hpp"

namespace byok::config {

namespace {

using std::chrono::milliseconds;

class Filler {
 public:
  explicit Filler(Draft& draft) : settings_(draft.settings), profile_(draft.profile), draft_(draft) {}

  // Sets the field from its key when the key is there and has the type.
  template <class Field, class Read>
  void take(std::string_view key, Field& field, Read read) {
    const auto found = settings_.find(key);
    if (found == settings_.end()) return;
    auto value = read(found->second.value);
    if (!value) return;
    if constexpr (std::is_same_v<Field, decltype(value)>) {
      field = std::move(value);
    } else {
      field = *std::move(value);
    }
  }
  // The same for a value that the command line lays over.
  template <class Field, class Value>
  void lay(std::string_view key, Field& field, const std::optional<Value>& value, std::string_view option) {
    if (!value) return;
    if constexpr (std::is_same_v<Field, std::optional<Value>>) {
      field = value;
    } else {
      field = *value;
    }
    profile_.origins.insert_or_assign(std::string(key), std::string(option));
  }

  void record_origins() {
    static constexpr std::string_view kDefaults[] = {
        "type",         "wire_api", "retries",    "retry_max_wait", "connect_timeout",     "first_token_timeout",
        "idle_timeout", "timeout",  "wire_model", "proxy_auth",     "allow_insecure_http", "local_only"};
    for (const auto& [key, setting] : settings_) profile_.origins.try_emplace(key, setting.where);
    for (const std::string_view key : kDefaults) profile_.origins.try_emplace(std::string(key), "default");
  }

  void read_words() {
    const std::string_view type = draft_.word("type");
    if (type == "azure") profile_.type = core::ProviderType::azure;
    if (type == "anthropic") profile_.type = core::ProviderType::anthropic;
    if (draft_.word("wire_api") == "responses") profile_.wire_api = core::WireApi::responses;
    if (profile_.type == core::ProviderType::anthropic) profile_.wire_api = core::WireApi::messages;
    if (base::iequals(draft_.word("save"), "always")) profile_.save = core::Save::always;
    if (base::iequals(draft_.word("save"), "never")) profile_.save = core::Save::never;
    profile_.sampling.reasoning_effort = core::reasoning_effort_from(draft_.word("reasoning_effort"));
  }

  void read_model() {
    take("model", profile_.model, as_text);
    profile_.wire_model = profile_.model;
    take("wire_model", profile_.wire_model, as_text);
    if (const auto found = settings_.find("models"); found != settings_.end()) read_models(found->second.value);
  }

  void read_request() {
    take("system", profile_.system, as_text);
    take("temperature", profile_.sampling.temperature, as_number);
    take("top_p", profile_.sampling.top_p, as_number);
    take("max_output_tokens", profile_.sampling.max_output_tokens, as_integer);
    take("stop", profile_.sampling.stop, as_text_list);
    take("seed", profile_.sampling.seed, as_integer);
    take("max_prompt_tokens", profile_.max_prompt_tokens, as_integer);
    take("store", profile_.store, as_boolean);
    take("show_reasoning", profile_.show_reasoning, as_boolean);
    take("usage_log", profile_.usage_log, as_boolean);
    take("retention", profile_.retention, as_age);
    if (const auto found = settings_.find("body"); found != settings_.end()) {
      profile_.body = to_json(found->second.value);
    }
  }

  void read_limits() {
    core::Limits& limits = profile_.limits;
    take("retries", limits.retries, [](const Node& node) -> std::optional<int> {
      const auto value = as_integer(node);
      // Past this it is a slip; rule 16 says so. The bound keeps the number an int.
      return value ? std::optional(static_cast<int>(std::clamp<std::int64_t>(*value, -1, 1'000'000))) : std::nullopt;
    });
    take("retry_max_wait", limits.retry_max_wait, as_duration);
    take("connect_timeout", limits.connect_timeout, as_duration);
    take("first_token_timeout", limits.first_token_timeout, as_duration);
    take("idle_timeout", limits.idle_timeout, as_duration);
    take("timeout", limits.timeout, as_duration);
  }

  void read_azure() {
    if (profile_.type != core::ProviderType::azure) return;
    const bool is_responses = profile_.wire_api == core::WireApi::responses;
    profile_.azure_api_version = is_responses ? "v1" : "2024-10-21";
    profile_.origins.try_emplace("azure.api_version", "default");
    take("azure.api_version", profile_.azure_api_version, as_text);
    take("azure.path_prefix", profile_.azure_path_prefix, as_text);
  }

  void lay_over(const Overrides& over) {
    core::Sampling& sampling = profile_.sampling;
    core::Limits& limits = profile_.limits;
    lay("system", profile_.system, over.system, "--system");
    lay("temperature", sampling.temperature, over.sampling.temperature, "--temperature");
    lay("top_p", sampling.top_p, over.sampling.top_p, "--top-p");
    lay("max_output_tokens", sampling.max_output_tokens, over.sampling.max_output_tokens, "--max-output-tokens");
    lay("seed", sampling.seed, over.sampling.seed, "--seed");
    lay("reasoning_effort", sampling.reasoning_effort, over.sampling.reasoning_effort, "--reasoning-effort");
    if (!over.sampling.stop.empty()) lay("stop", sampling.stop, std::optional(over.sampling.stop), "--stop");
    lay("retries", limits.retries, over.retries, "--retries");
    lay("retry_max_wait", limits.retry_max_wait, over.retry_max_wait, "--retry-max-wait");
    lay("connect_timeout", limits.connect_timeout, over.connect_timeout, "--connect-timeout");
    lay("first_token_timeout", limits.first_token_timeout, over.first_token_timeout, "--first-token-timeout");
    lay("idle_timeout", limits.idle_timeout, over.idle_timeout, "--idle-timeout");
    lay("timeout", limits.timeout, over.timeout, "--timeout");
  }

 private:
  void read_models(const Node& list) {
    for (const Node& entry : list.elements) {
      core::ModelInfo info;
      if (entry.type == Node::Type::scalar) info.id = entry.text;
      if (const Node* id = entry.find("id")) info.id = as_text(*id).value_or("");
      if (const Node* name = entry.find("name")) info.name = as_text(*name).value_or("");
      if (const Node* capabilities = entry.find("capabilities")) read_capabilities(*capabilities, info);
      profile_.models.push_back(std::move(info));
    }
  }

  static const Node* either(const Node* map, std::string_view snake, std::string_view camel) {
    if (map == nullptr) return nullptr;
    const Node* found = map->find(snake);
    return found != nullptr ? found : map->find(camel);
  }

  static void read_capabilities(const Node& capabilities, core::ModelInfo& info) {
    const Node* supports = capabilities.find("supports");
    const Node* limits = capabilities.find("limits");
    const auto flag = [](const Node* node) { return node == nullptr ? std::nullopt : as_boolean(*node); };
    const auto count = [](const Node* node) { return node == nullptr ? std::nullopt : as_integer(*node); };
    info.vision = flag(either(supports, "vision", "vision"));
    info.reasoning_effort = flag(either(supports, "reasoning_effort", "reasoningEffort"));
    info.max_context_window_tokens = count(either(limits, "max_context_window_tokens", "maxContextWindowTokens"));
    info.max_prompt_tokens = count(either(limits, "max_prompt_tokens", "maxPromptTokens"));
    info.max_output_tokens = count(either(limits, "max_output_tokens", "maxOutputTokens"));
  }

  Settings& settings_;
  core::Profile& profile_;
  Draft& draft_;
};

}  // namespace

bool Draft::waits_for_foundry_port() const {
  const auto found = settings.find("base_url");
  return found != settings.end() && found->second.where == "default" && base_url == kFoundryLocalBase;
}

std::string_view Draft::word(std::string_view key) const {
  const auto found = settings.find(key);
  return found == settings.end() ? std::string_view{} : std::string_view(found->second.value.text);
}

std::string Draft::where(std::string_view key) const {
  if (const auto found = profile.origins.find(key); found != profile.origins.end() && found->second != "default") {
    return found->second;
  }
  return {};
}

void fill(Draft& draft, const Overrides& overrides, const Environment& environment,
          std::vector<core::Diagnosis>& problems) {
  // `defaults` may hold what fits only some of the profiles that it lies under.
  if (draft.word("type") != "azure") {
    std::erase_if(draft.settings,
                  [](const auto& entry) { return entry.first.starts_with("azure.") && entry.second.is_general; });
  }
  draft.profile.name = draft.name;
  Filler filler(draft);
  filler.record_origins();
  filler.read_words();
  filler.read_model();
  filler.read_request();
  filler.read_limits();
  filler.read_azure();
  filler.lay_over(overrides);
  fill_network(draft, overrides, environment, problems);
  describe_credential(draft, environment, problems);
}

}  // namespace byok::config
