// Model lists: asked page by page, kept in a file for each origin, wire and credential source.
#include "session/catalog.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/file.hpp"
#include "wire/wire.hpp"

namespace byok::session {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using Json = nlohmann::ordered_json;

constexpr int kMostPages = 100;
constexpr std::size_t kLargestBody = std::size_t{16} << 20;
constexpr std::int64_t kLifetime = 3600;  // seconds

class BodySink final : public transport::TransferSink {
 public:
  Result<transport::Flow> on_head(const core::HttpHead& head) override {
    head_ = head;
    return transport::Flow::nothing;
  }
  Result<transport::Flow> on_body(std::string_view bytes) override {
    if (body_.size() + bytes.size() > kLargestBody) {
      return fail(ErrorKind::protocol, "the model list is larger than 16 MiB");
    }
    body_ += bytes;
    return transport::Flow::event;
  }
  Result<> on_read_end() override { return {}; }

  [[nodiscard]] const core::HttpHead& head() const { return head_; }
  [[nodiscard]] const std::string& body() const { return body_; }

 private:
  core::HttpHead head_;
  std::string body_;
};

// What tells one list from another. The credential's source is named, never its value nor a hash of it.
std::string cache_key(const core::Profile& profile) {
  return fmt::format("{}{} {} {}", profile.base_url.origin(), profile.base_url.path(), core::to_string(profile.type),
                     profile.credential.where);
}

std::filesystem::path cache_file(const core::Profile& profile, const std::filesystem::path& directory) {
  // FNV-1a, 64 bits: names a file; two keys that meet only cost a request, since the key stands in the file too.
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : cache_key(profile)) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return directory / fmt::format("models-{:016x}.json", hash);
}

Json json_of(const core::ModelInfo& model) {
  Json object;
  object["id"] = model.id;
  if (!model.name.empty()) object["name"] = model.name;
  Json supports = Json::object();
  if (model.vision) supports["vision"] = *model.vision;
  if (model.reasoning_effort) supports["reasoningEffort"] = *model.reasoning_effort;
  Json limits = Json::object();
  if (model.max_context_window_tokens) limits["max_context_window_tokens"] = *model.max_context_window_tokens;
  if (model.max_prompt_tokens) limits["max_prompt_tokens"] = *model.max_prompt_tokens;
  if (model.max_output_tokens) limits["max_output_tokens"] = *model.max_output_tokens;
  Json capabilities = Json::object();
  if (!supports.empty()) capabilities["supports"] = std::move(supports);
  if (!limits.empty()) capabilities["limits"] = std::move(limits);
  if (!capabilities.empty()) object["capabilities"] = std::move(capabilities);
  return object;
}

const Json* member(const Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::optional<std::int64_t> integer(const Json& object, std::string_view name) {
  const Json* value = member(object, name);
  if (value == nullptr || !value->is_number_integer()) return std::nullopt;
  return value->get<std::int64_t>();
}

std::optional<bool> boolean(const Json& object, std::string_view name) {
  const Json* value = member(object, name);
  if (value == nullptr || !value->is_boolean()) return std::nullopt;
  return value->get<bool>();
}

std::string text(const Json& object, std::string_view name) {
  const Json* value = member(object, name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

core::ModelInfo model_of(const Json& object) {
  static const Json kNone;
  core::ModelInfo model;
  model.id = text(object, "id");
  model.name = text(object, "name");
  const Json* capabilities = member(object, "capabilities");
  const Json* supports = capabilities != nullptr ? member(*capabilities, "supports") : nullptr;
  const Json* limits = capabilities != nullptr ? member(*capabilities, "limits") : nullptr;
  model.vision = boolean(supports != nullptr ? *supports : kNone, "vision");
  model.reasoning_effort = boolean(supports != nullptr ? *supports : kNone, "reasoningEffort");
  const Json& bounds = limits != nullptr ? *limits : kNone;
  model.max_context_window_tokens = integer(bounds, "max_context_window_tokens");
  model.max_prompt_tokens = integer(bounds, "max_prompt_tokens");
  model.max_output_tokens = integer(bounds, "max_output_tokens");
  return model;
}

void keep(const core::Profile& profile, const CatalogOptions& options, const std::vector<core::ModelInfo>& models) {
  // The demo provider has another port, and so another origin, in each run.
  if (profile.is_demo || options.cache_directory.empty()) return;
  if (!base::make_private_directory(options.cache_directory)) return;
  Json object;
  object["key"] = cache_key(profile);
  object["time"] = options.now;
  object["models"] = Json::array();
  for (const core::ModelInfo& model : models) object["models"].push_back(json_of(model));
  const std::string dump = object.dump(-1, ' ', false, Json::error_handler_t::replace);
  // A list that cannot be kept is asked for again next time.
  static_cast<void>(base::write_file(cache_file(profile, options.cache_directory), dump, 0600));
}

Result<wire::ModelPage> fetch_page(transport::Transport& transport, const core::Profile& profile,
                                   const CatalogOptions& options, std::string_view after, bool again) {
  BYOK_TRY(const base::Secret secret, options.secret ? options.secret(again) : Result<base::Secret>(base::Secret()));
  const core::HttpRequest request = wire::list_models(profile, secret, after);
  transport::TransferOptions transfer;
  transfer.connect_timeout = profile.limits.connect_timeout;
  transfer.first_event_timeout = profile.limits.first_token_timeout;
  transfer.idle_timeout = profile.limits.idle_timeout;
  transfer.deadline = options.deadline;
  transfer.interrupt = options.interrupt;
  BodySink sink;
  BYOK_TRY(const transport::TransferStats stats, transport.send(request, profile.network, transfer, sink));
  static_cast<void>(stats);
  if (sink.head().status < 200 || sink.head().status > 299) {
    return std::unexpected(wire::explain(profile, sink.head(), sink.body()));
  }
  auto page = wire::parse_models(sink.body());
  if (!page) {
    wire::add_hint(profile, page.error(), sink.body());
    if (page.error().request_id.empty()) page.error().request_id = wire::request_id(sink.head());
  }
  return page;
}

}  // namespace

Result<std::vector<core::ModelInfo>> list_models(transport::Transport& transport, const core::Profile& profile,
                                                 const CatalogOptions& options) {
  if (!profile.models.empty()) return profile.models;
  if (!options.refresh) {
    if (auto kept = cached_models(profile, options); !kept.empty()) return kept;
  }
  std::vector<core::ModelInfo> models;
  std::set<std::string, std::less<>> ids;
  std::string after;
  bool minted_again = false;
  for (int number = 0; number < kMostPages;) {
    auto page = fetch_page(transport, profile, options, after, minted_again);
    const bool may_mint = profile.credential.source == core::Credential::Source::command ||
                          profile.credential.source == core::Credential::Source::shell_command;
    if (!page && page.error().status == 401 && may_mint && !minted_again) {
      minted_again = true;
      continue;
    }
    if (!page) return std::unexpected(std::move(page).error());
    ++number;
    bool has_new = false;
    for (core::ModelInfo& model : page->models) {
      if (!ids.insert(model.id).second) continue;
      has_new = true;
      models.push_back(std::move(model));
    }
    if (page->next.empty() || !has_new) break;
    after = page->next;
  }
  keep(profile, options, models);
  return models;
}

std::vector<core::ModelInfo> cached_models(const core::Profile& profile, const CatalogOptions& options) {
  std::vector<core::ModelInfo> models;
  if (options.cache_directory.empty()) return models;
  const auto bytes = base::read_file(cache_file(profile, options.cache_directory), kLargestBody);
  if (!bytes) return models;
  const Json object = Json::parse(*bytes, nullptr, false);
  const std::optional<std::int64_t> time = integer(object, "time");
  const bool is_fresh = time && *time <= options.now && options.now - *time < kLifetime;
  if (text(object, "key") != cache_key(profile) || !is_fresh) return models;
  const Json* list = member(object, "models");
  if (list == nullptr || !list->is_array()) return models;
  for (const Json& entry : *list) {
    core::ModelInfo model = model_of(entry);
    if (!model.id.empty()) models.push_back(std::move(model));
  }
  return models;
}

std::string to_json(const core::ModelInfo& model) {
  return json_of(model).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string to_json(const std::vector<core::ModelInfo>& models) {
  Json list = Json::array();
  for (const core::ModelInfo& model : models) list.push_back(json_of(model));
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace byok::session
