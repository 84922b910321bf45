// The second addresses: who has them, what to ask there, and what the answers mean.
#include "wire/model_details.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.hpp"
#include "wire/json.hpp"
#include "wire/wire.hpp"

namespace byok::wire {
namespace {

using core::ModelInfo;
using core::ProviderType;

constexpr std::size_t kMostQuestions = 64;
constexpr std::uint16_t kOllamaPort = 11434;
// LiteLLM writes this as `created` of every model (litellm/proxy/proxy_server.py); OpenAI's own gpt-3.5-turbo has it
// too.
constexpr std::int64_t kLiteLlmCreated = 1677610602;

struct Owner {
  std::string_view owned_by;
  ModelServer server;
};
constexpr auto kOwners = std::to_array<Owner>({
    {"library", ModelServer::ollama},
    {"organization_owner", ModelServer::lm_studio},
    {"organization-owner", ModelServer::lm_studio},
    {"llamacpp", ModelServer::llama_cpp},
});

struct Source {
  ModelServer server;
  std::string_view path;
  bool is_below_base;  // else below what stands before the base's /v1
  bool adds_models;
  bool is_fallback;
};
constexpr auto kSources = std::to_array<Source>({
    {ModelServer::lm_studio, "/api/v1/models", false, false, false},  // from 0.4 on
    {ModelServer::lm_studio, "/api/v0/models", false, false, true},
    {ModelServer::lite_llm, "/model/info", true, false, false},
    // The list holds what is loaded, and these what is on the disk and what there is; 0.10 has neither.
    {ModelServer::foundry_local, "/openai/models", false, true, false},
    {ModelServer::foundry_local, "/foundry/list", false, false, false},
    {ModelServer::llama_cpp, "/props", false, false, false},
});

core::Url root_of(const core::Url& base) {
  std::string_view path = base.path();
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.ends_with("/v1")) path.remove_suffix(3);
  return base.with_path(path);
}

core::HttpRequest ask_for(const core::Profile& profile, const base::Secret& secret, core::Url url, std::string body) {
  core::HttpRequest request;
  request.method = body.empty() ? "GET" : "POST";
  request.url = std::move(url);
  request.headers = headers_for(profile, secret, false, !body.empty());
  request.body = std::move(body);
  return request;
}

bool has_header_of(const core::HttpHead& head, std::string_view prefix) {
  return std::ranges::any_of(head.headers,
                             [&](const core::Header& header) { return base::istarts_with(header.name, prefix); });
}

std::optional<std::int64_t> positive(const Json& number) {
  const auto count = number.integer();
  return count && *count > 0 ? count : std::nullopt;
}

// Foundry Local's ids have a version behind a colon, which some of its answers leave out.
bool is_same_variant(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (!base::istarts_with(b, a)) return false;
  const std::string_view rest = b.substr(a.size());
  return rest.empty() || (rest.starts_with(':') && base::to_int(rest.substr(1)));
}

// A list of the same models in another form.
bool merge_list(const DetailQuestion& question, std::string_view body, std::vector<ModelInfo>& models) {
  const auto page = parse_models(body);
  if (!page) return false;
  std::set<std::string, std::less<>> seen;
  for (const ModelInfo& more : page->models) {
    if (!seen.insert(more.id).second) continue;  // one name for several deployments: the first counts
    const bool is_foundry = question.server == ModelServer::foundry_local;
    const auto same = std::ranges::find_if(models, [&](const ModelInfo& model) {
      return model.id == more.id || (is_foundry && is_same_variant(model.id, more.id));
    });
    if (same != models.end()) {
      lay_over(*same, more);
    } else if (question.adds_models) {
      models.push_back(more);
    }
  }
  return true;
}

// Ollama's answer about one model. Its list of capabilities is whole.
bool merge_shown(const DetailQuestion& question, const Json& shown, std::vector<ModelInfo>& models) {
  const auto model = std::ranges::find(models, question.model, &ModelInfo::id);
  if (!shown.is_object() || shown["error"].is_truthy() || model == models.end()) return false;
  ModelInfo more;
  for (Json::Cursor facts(shown["model_info"]); facts.next();) {
    if (facts.key().ends_with(".context_length")) more.max_context_window_tokens = positive(facts.value());
  }
  if (shown["capabilities"].is_array()) {
    more.vision = more.reasoning_effort = false;
    for (Json::Cursor words(shown["capabilities"]); words.next();) {
      const std::string word = words.value().str();
      if (word == "vision") more.vision = true;
      if (word == "thinking") more.reasoning_effort = true;
    }
  }
  lay_over(*model, more);
  return true;
}

// llama.cpp's answer about the one model that it serves: the context that it was started with, not that of the
// training.
bool merge_props(const Json& props, std::vector<ModelInfo>& models) {
  const Json settings = props["default_generation_settings"];
  if (!settings.is_object()) return false;
  ModelInfo more;
  more.max_context_window_tokens = positive(settings["n_ctx"]);
  const Json vision = props["modalities"]["vision"];
  if (vision.type() == Json::Type::boolean) more.vision = vision.is_truthy();
  for (ModelInfo& model : models) lay_over(model, more);
  return true;
}

}  // namespace

ModelServer recognise_server(const core::Profile& profile, const core::HttpHead& head, std::string_view list) {
  if (profile.type != ProviderType::openai) return ModelServer::other;
  if (has_header_of(head, "x-litellm-")) return ModelServer::lite_llm;
  const Json root = Json::parse(base::trim(list));
  std::size_t entries = 0;
  std::size_t with_that_time = 0;
  for (Json::Cursor models(root["data"]); models.next(); ++entries) {
    const Json entry = models.value();
    const std::string owner = entry["owned_by"].str();
    const auto* const row = std::ranges::find(kOwners, owner, &Owner::owned_by);
    if (row != kOwners.end()) return row->server;
    if (entry["toolCalling"].is_valid()) return ModelServer::foundry_local;
    if (entry["created"].integer() == kLiteLlmCreated) ++with_that_time;
  }
  if (root["IsDelta"].is_valid()) return ModelServer::foundry_local;
  if (profile.base_url.port() == kOllamaPort) return ModelServer::ollama;
  const bool is_openai = profile.base_url.host().ends_with("openai.com");
  return entries > 0 && with_that_time == entries && !is_openai ? ModelServer::lite_llm : ModelServer::other;
}

std::vector<DetailQuestion> detail_questions(const core::Profile& profile, const base::Secret& secret,
                                             ModelServer server, const std::vector<ModelInfo>& models) {
  std::vector<DetailQuestion> questions;
  const core::Url root = root_of(profile.base_url);
  for (const Source& source : kSources) {
    if (source.server != server) continue;
    core::Url url = (source.is_below_base ? profile.base_url : root).join(source.path);
    questions.push_back({.server = server,
                         .http = ask_for(profile, secret, std::move(url), {}),
                         .model = {},
                         .adds_models = source.adds_models,
                         .is_fallback = source.is_fallback});
  }
  if (server != ModelServer::ollama) return questions;
  for (const ModelInfo& model : models) {
    if (questions.size() == kMostQuestions) break;
    std::string body = fmt::format(R"({{"model":{}}})", base::json_quote(model.id));
    questions.push_back({.server = server,
                         .http = ask_for(profile, secret, root.join("/api/show"), std::move(body)),
                         .model = model.id});
  }
  return questions;
}

bool merge_details(const DetailQuestion& question, std::string_view body, std::vector<ModelInfo>& models) {
  switch (question.server) {
    case ModelServer::other:
      return false;
    case ModelServer::ollama:
      return merge_shown(question, Json::parse(body), models);
    case ModelServer::llama_cpp:
      return merge_props(Json::parse(body), models);
    case ModelServer::lm_studio:
    case ModelServer::lite_llm:
    case ModelServer::foundry_local:
      return merge_list(question, body, models);
  }
  return false;
}

std::optional<core::HttpRequest> list_models_elsewhere(const core::Profile& profile, const base::Secret& secret) {
  const core::Url& base = profile.base_url;
  const bool is_near = base.is_loopback() || base.is_private_literal() || base.port() == kOllamaPort;
  if (profile.type != ProviderType::openai || !is_near) return std::nullopt;
  return ask_for(profile, secret, root_of(base).join("/api/tags"), {});
}

}  // namespace byok::wire
