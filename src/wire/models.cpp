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
                             "vision", "supports_vision", "supports_image_in", "model_info.supports_vision"})) {
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
  if (at(model, "capabilities.reasoning.allowed_options").is_array()) return true;           // LM Studio
  return std::nullopt;
}

std::optional<ModelInfo> read_model(const Json& entry) {
  ModelInfo model;
  if (entry.is_string()) {
    model.id = entry.str();
  } else {
    model.id = first_text(entry, {"id", "model", "name", "key", "model_name", "model_id"});
  }
  if (model.id.empty()) return std::nullopt;
  if (!entry.is_object()) return model;
  model.name = first_text(entry, {"alias", "display_name", "displayName", "name"});
  // Foundry Local's short name for a variant. (Elsewhere a parent is what a model was made of.)
  if (model.name.empty() && entry["toolCalling"].is_valid()) model.name = entry["parent"].str();
  if (model.name == model.id) model.name.clear();
  model.vision = find_vision(entry);
  model.reasoning_effort = find_reasoning(entry);
  model.max_context_window_tokens = first_count(
      entry, {"capabilities.limits.max_context_window_tokens", "context_length", "context_window", "max_model_len",
              "max_context_length", "max_input_tokens", "maxInputTokens", "meta.n_ctx", "top_provider.context_length",
              "limits.max_input_tokens", "model_info.max_input_tokens", "inputTokenLimit", "meta.n_ctx_train"});
  model.max_prompt_tokens =
      first_count(entry, {"capabilities.limits.max_prompt_tokens", "max_input_tokens", "maxInputTokens",
                          "limits.max_input_tokens", "model_info.max_input_tokens"});
  model.max_output_tokens =
      first_count(entry, {"capabilities.limits.max_output_tokens", "top_provider.max_completion_tokens",
                          "max_completion_tokens", "max_output_tokens", "maxOutputTokens", "limits.max_output_tokens",
                          "outputTokenLimit", "model_info.max_output_tokens", "model_info.max_tokens", "max_tokens"});
  return model;
}

core::Url with_whole_query(core::Url url, std::string_view query) {
  for (const std::string_view pair : base::split(query.substr(1), '&')) {
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto name = base::percent_decode(pair.substr(0, equals));
    const auto value = base::percent_decode(pair.substr(std::min(equals + 1, pair.size())));
    if (name && value && !name->empty()) url = url.with_query(*name, *value);
  }
  return url;
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

// What follows this page: an id, or a query in the form of ModelPage::next.
std::string find_next(const Json& root, const std::vector<ModelInfo>& models) {
  if (root["has_more"].is_truthy()) {
    std::string last = root["last_id"].str();
    return last.empty() && !models.empty() ? models.back().id : last;
  }
  // OpenRouter links to the next page. Only the query is taken: the list is asked for where the profile says.
  const std::string link = first_text(root, {"links.next", "links.next.href"});
  const std::size_t mark = link.find('?');
  return mark == std::string::npos ? std::string() : link.substr(mark, link.find('#') - mark);
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

void lay_over(ModelInfo& model, const ModelInfo& more) {
  if (model.name.empty() && more.name != model.id) model.name = more.name;
  if (more.vision) model.vision = more.vision;
  if (more.reasoning_effort) model.reasoning_effort = more.reasoning_effort;
  if (more.max_context_window_tokens) model.max_context_window_tokens = more.max_context_window_tokens;
  if (more.max_prompt_tokens) model.max_prompt_tokens = more.max_prompt_tokens;
  if (more.max_output_tokens) model.max_output_tokens = more.max_output_tokens;
}

core::HttpRequest list_models(const core::Profile& profile, const base::Secret& secret, std::string_view after) {
  core::HttpRequest request;
  request.method = "GET";
  request.headers = headers_for(profile, secret, false, false);
  const std::string& version = profile.azure_api_version;
  switch (profile.type) {
    case ProviderType::openai:
      request.url = profile.base_url.join("/models");
      if (after.starts_with('?')) {
        request.url = with_whole_query(std::move(request.url), after);
      } else if (!after.empty()) {
        request.url = request.url.with_query("after", after);
      }
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
      if (!after.empty()) request.url = request.url.with_query("after_id", after);
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
  // llama.cpp tells the rest in a second list beside the first.
  if (root["data"].is_array()) {
    for (Json::Cursor others(root["models"]); others.next();) {
      const std::optional<ModelInfo> more = read_model(others.value());
      const auto same = more ? std::ranges::find(page.models, more->id, &ModelInfo::id) : page.models.end();
      if (same != page.models.end()) lay_over(*same, *more);
    }
  }
  page.next = find_next(root, page.models);
  return page;
}

}  // namespace byok::wire
