// The file that keeps a model list, and the JSON of both.
#include "session/model_cache.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/file.hpp"
#include "base/text.hpp"
#include "session/catalog.hpp"
#include "wire/json.hpp"
#include "wire/wire.hpp"

namespace byok::session {
namespace {

constexpr std::size_t kLargestFile = std::size_t{16} << 20;
constexpr std::int64_t kLifetime = 3600;  // seconds

// The name of what is sent as the credential: where it lies, or the header that stands in for it.
std::string credential_name(const core::Profile& profile) {
  for (const core::Header& header : profile.headers) {
    if (wire::is_auth_header(header.name)) return fmt::format("header {}", base::to_lower(header.name));
  }
  return profile.credential.where;
}

// What tells one list from another. The credential's source is named, never its value nor a hash of it. The base's
// query is left out: it may hold a secret.
std::string cache_key(const core::Profile& profile) {
  return fmt::format("{}{} {} {} {}{} {}", profile.base_url.origin(), profile.base_url.path(),
                     core::to_string(profile.type), core::to_string(profile.wire_api), profile.azure_path_prefix,
                     profile.azure_api_version, credential_name(profile));
}

std::filesystem::path cache_file(const core::Profile& profile, const std::filesystem::path& directory) {
  // FNV-1a, 64 bits: names a file; two keys that meet only cost a request, since the key stands in the file too.
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : cache_key(profile)) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return directory / fmt::format("models-{:016x}.json", hash);
}

// Text, not a tree: a list of hundreds must not be felt when it is printed.
void add_member(std::string& members, std::string_view name, std::string_view json) {
  fmt::format_to(std::back_inserter(members), "{}\"{}\":{}", members.empty() ? "" : ",", name, json);
}
void add_number(std::string& members, std::string_view name, std::optional<std::int64_t> value) {
  if (value) add_member(members, name, fmt::format_int(*value).c_str());
}
void add_flag(std::string& members, std::string_view name, std::optional<bool> value) {
  if (value) add_member(members, name, *value ? "true" : "false");
}
void add_object(std::string& members, std::string_view name, std::string_view inner) {
  if (!inner.empty()) add_member(members, name, fmt::format("{{{}}}", inner));
}

void append_json(const core::ModelInfo& model, std::string& out) {
  std::string supports;
  add_flag(supports, "vision", model.vision);
  add_flag(supports, "reasoningEffort", model.reasoning_effort);
  std::string limits;
  add_number(limits, "max_context_window_tokens", model.max_context_window_tokens);
  add_number(limits, "max_prompt_tokens", model.max_prompt_tokens);
  add_number(limits, "max_output_tokens", model.max_output_tokens);
  std::string capabilities;
  add_object(capabilities, "supports", supports);
  add_object(capabilities, "limits", limits);
  std::string members;
  add_member(members, "id", base::json_quote(model.id));
  if (!model.name.empty()) add_member(members, "name", base::json_quote(model.name));
  add_object(members, "capabilities", capabilities);
  fmt::format_to(std::back_inserter(out), "{{{}}}", members);
}

std::optional<std::int64_t> count(const wire::Json& value) {
  const auto number = value.integer();
  return number && *number > 0 ? number : std::nullopt;
}

std::optional<bool> flag(const wire::Json& value) {
  return value.type() == wire::Json::Type::boolean ? std::optional(value.is_truthy()) : std::nullopt;
}

core::ModelInfo model_of(const wire::Json& object) {
  core::ModelInfo model;
  model.id = object["id"].str();
  model.name = object["name"].str();
  const wire::Json capabilities = object["capabilities"];
  const wire::Json supports = capabilities["supports"];
  const wire::Json limits = capabilities["limits"];
  model.vision = flag(supports["vision"]);
  model.reasoning_effort = flag(supports["reasoningEffort"]);
  model.max_context_window_tokens = count(limits["max_context_window_tokens"]);
  model.max_prompt_tokens = count(limits["max_prompt_tokens"]);
  model.max_output_tokens = count(limits["max_output_tokens"]);
  return model;
}

}  // namespace

void keep_models(const core::Profile& profile, const CatalogOptions& options,
                 const std::vector<core::ModelInfo>& models) {
  // The demo provider has another port, and so another origin, in each run.
  if (profile.is_demo || options.cache_directory.empty()) return;
  if (!base::make_private_directory(options.cache_directory)) return;
  const std::string text = fmt::format(R"({{"key":{},"time":{},"models":{}}})", base::json_quote(cache_key(profile)),
                                       options.now, to_json(models));
  [[maybe_unused]] const auto written = base::write_file(cache_file(profile, options.cache_directory), text, 0600);
}

std::vector<core::ModelInfo> cached_models(const core::Profile& profile, const CatalogOptions& options) {
  std::vector<core::ModelInfo> models;
  if (options.cache_directory.empty()) return models;
  const auto bytes = base::read_file(cache_file(profile, options.cache_directory), kLargestFile);
  if (!bytes) return models;
  // Walked, not built: a list of hundreds must not be felt when the program starts.
  const wire::Json object = wire::Json::parse(*bytes);
  const std::optional<std::int64_t> time = count(object["time"]);
  const bool is_fresh = time && *time <= options.now && options.now - *time < kLifetime;
  if (!is_fresh || object["key"].str() != cache_key(profile)) return models;
  for (wire::Json::Cursor entries(object["models"]); entries.next();) {
    core::ModelInfo model = model_of(entries.value());
    if (!model.id.empty()) models.push_back(std::move(model));
  }
  return models;
}

std::string to_json(const core::ModelInfo& model) {
  std::string text;
  append_json(model, text);
  return text;
}

std::string to_json(const std::vector<core::ModelInfo>& models) {
  std::string text = "[";
  for (const core::ModelInfo& model : models) {
    if (text.size() > 1) text += ',';
    append_json(model, text);
  }
  return text + "]";
}

}  // namespace byok::session
