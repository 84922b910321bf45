// Models: the request for a model list, and the many shapes of its answer.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "wire/envelope.hpp"
#include "wire/json.hpp"
#include "wire/wire.hpp"

namespace byok::wire {
namespace {

using base::ErrorKind;
using base::fail;
using base::iequals;
using core::ModelInfo;
using core::ProviderType;
using Paths = std::initializer_list<std::string_view>;

// The value at a dotted path, or an invalid Json.
Json at(Json value, std::string_view path) {
  for (const std::string_view step : base::split(path, '.')) value = value[step];
  return value;
}

std::string first_text(const Json& object, Paths paths) {
  for (const std::string_view path : paths) {
    if (std::string text = at(object, path).str(); !text.empty()) return text;
  }
  return {};
}

std::optional<std::int64_t> first_count(const Json& object, Paths paths) {
  for (const std::string_view path : paths) {
    // Some gateways write 0 where they do not know.
    if (const auto number = at(object, path).integer(); number && *number > 0) return number;
  }
  return std::nullopt;
}

// A boolean, or Anthropic's {"supported": true}; other types say nothing.
std::optional<bool> as_flag(const Json& value) {
  if (value.type() == Json::Type::boolean) return value.is_truthy();
  if (value.is_object() && value["supported"].type() == Json::Type::boolean) return value["supported"].is_truthy();
  return std::nullopt;
}

std::optional<bool> first_flag(const Json& object, Paths paths) {
  for (const std::string_view path : paths) {
    if (const std::optional<bool> flag = as_flag(at(object, path))) return flag;
  }
  return std::nullopt;
}

// Whether a list of words holds one of these; nothing where there is no list.
std::optional<bool> lists(const Json& words, Paths wanted) {
  if (!words.is_array()) return std::nullopt;
  for (Json::Cursor items(words); items.next();) {
    const std::string word = items.value().str();
    if (std::ranges::any_of(wanted, [&](std::string_view want) { return iequals(want, word); })) return true;
  }
  return false;
}

std::optional<bool> find_vision(const Json& model) {
  if (const auto flag =
          first_flag(model, {"capabilities.supports.vision", "capabilities.vision", "capabilities.image_input",
                             "supports_vision", "supports_image_in", "model_info.supports_vision"})) {
    return flag;
  }
  for (const std::string_view path :
       {"architecture.input_modalities", "input_modalities", "supported_input_modalities"}) {
    if (const auto listed = lists(at(model, path), {"image"})) return listed;
  }
  if (lists(model["capabilities"], {"vision", "multimodal"}).value_or(false)) return true;
  if (iequals(model["type"].str(), "vlm")) return true;  // LM Studio
  return std::nullopt;
}

std::optional<bool> find_reasoning(const Json& model) {
  if (const auto flag =
          first_flag(model, {"capabilities.supports.reasoningEffort", "capabilities.supports.reasoning_effort",
                             "capabilities.effort", "capabilities.reasoning", "supports_reasoning",
                             "model_info.supports_reasoning"})) {
    return flag;
  }
  if (const auto listed =
          lists(model["supported_parameters"], {"reasoning", "reasoning_effort", "include_reasoning"})) {
    return listed;
  }
  if (lists(model["capabilities"], {"thinking", "reasoning"}).value_or(false)) return true;  // Ollama
  return std::nullopt;
}

std::optional<ModelInfo> read_model(const Json& entry) {
  ModelInfo model;
  if (entry.is_string()) {
    model.id = entry.str();
  } else {
    model.id = first_text(entry, {"id", "model", "name", "key", "model_name"});
  }
  if (model.id.empty()) return std::nullopt;
  if (!entry.is_object()) return model;
  model.name = first_text(entry, {"display_name", "name"});
  if (model.name == model.id) model.name.clear();
  model.vision = find_vision(entry);
  model.reasoning_effort = find_reasoning(entry);
  model.max_context_window_tokens = first_count(
      entry, {"capabilities.limits.max_context_window_tokens", "context_length", "context_window", "max_model_len",
              "max_context_length", "max_input_tokens", "meta.n_ctx", "top_provider.context_length",
              "limits.max_input_tokens", "model_info.max_input_tokens", "meta.n_ctx_train"});
  model.max_prompt_tokens = first_count(entry, {"capabilities.limits.max_prompt_tokens", "max_input_tokens",
                                                "limits.max_input_tokens", "model_info.max_input_tokens"});
  model.max_output_tokens =
      first_count(entry, {"capabilities.limits.max_output_tokens", "top_provider.max_completion_tokens",
                          "max_completion_tokens", "max_output_tokens", "limits.max_output_tokens",
                          "model_info.max_output_tokens", "model_info.max_tokens", "max_tokens"});
  return model;
}

// The array of models, or an invalid Json. Ollama sends `"data": null` when it has none.
Json find_list(const Json& root) {
  if (root.is_array()) return root;
  for (const std::string_view key : {"data", "models"}) {
    if (root[key].is_array()) return root[key];
  }
  const bool is_empty_list = root["data"].type() == Json::Type::null && root["object"].str() == "list";
  return is_empty_list ? Json::parse("[]") : Json();
}

std::string describe_junk(std::string_view body) {
  const Envelope said = read_envelope(body);
  switch (said.form) {
    case Envelope::Form::empty:
      return "the server answered the question for its models with nothing";
    case Envelope::Form::html:
      return fmt::format("the server answered the question for its models with a web page: {}", said.message);
    default:
      return fmt::format("this is no model list: {}", base::abbreviate(said.message, 300));
  }
}

}  // namespace

core::HttpRequest list_models(const core::Profile& profile, const base::Secret& secret, std::string_view after_id) {
  core::HttpRequest request;
  request.method = "GET";
  request.headers = headers_for(profile, secret, false, false);
  const std::string& version = profile.azure_api_version;
  switch (profile.type) {
    case ProviderType::openai:
      request.url = profile.base_url.join("/models");
      if (!after_id.empty()) request.url = request.url.with_query("after", after_id);
      break;
    case ProviderType::azure: {
      const bool is_v1 = version == "v1" || version == "preview";
      request.url =
          profile.base_url.join(profile.azure_path_prefix).join(is_v1 ? "/openai/v1/models" : "/openai/models");
      if (version != "v1") request.url = request.url.with_query("api-version", version);
      break;
    }
    case ProviderType::anthropic:
      request.url = profile.base_url.join("/v1/models").with_query("limit", "1000");
      if (!after_id.empty()) request.url = request.url.with_query("after_id", after_id);
      break;
  }
  return request;
}

base::Result<ModelPage> parse_models(std::string_view body) {
  std::string_view text = base::trim(body);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  // A number could be the beginning of a plain text ("404 page not found").
  const bool is_json = text.starts_with('{') || text.starts_with('[');
  const Json root = is_json ? Json::parse(text) : Json();
  const Json list = find_list(root);
  Json::Cursor first(root.is_array() ? root : Json());  // Gemini's OpenAI route puts its envelope into an array
  const Json envelope = first.next() ? first.value() : root;
  if (envelope["error"].is_truthy()) return std::unexpected(in_band_error(text));
  if (!list.is_array()) {
    return fail(ErrorKind::protocol, describe_junk(text), "Check base_url: the model list was asked for below it.");
  }
  ModelPage page;
  for (Json::Cursor entries(list); entries.next();) {
    if (std::optional<ModelInfo> model = read_model(entries.value())) page.models.push_back(*std::move(model));
  }
  if (root["has_more"].is_truthy()) {
    page.next = root["last_id"].str();
    if (page.next.empty() && !page.models.empty()) page.next = page.models.back().id;
  }
  return page;
}

}  // namespace byok::wire
