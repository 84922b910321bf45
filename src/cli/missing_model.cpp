// What to do when no model is named, or one that is not there.
#include "cli/missing_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "cli/catalog.hpp"
#include "session/model_names.hpp"

namespace byok::cli {
namespace {

using Models = std::vector<core::ModelInfo>;

constexpr std::size_t kMostShown = 8;
constexpr std::size_t kMostMeant = 3;
constexpr std::chrono::seconds kPatience{2};

enum class Ask { nobody, where_nothing_is_kept, in_any_case };

// The profile's own list, or a kept one, or what a loopback server answers in time; a remote one is not asked.
base::Result<Models> known_models(const Launched& launched, Context& context, Ask ask) {
  const core::Profile& profile = launched.profile;
  if (!profile.models.empty()) return profile.models;
  session::CatalogOptions options = catalog_options(context);
  if (ask == Ask::nobody || !profile.base_url.is_loopback()) return session::cached_models(profile, options);
  options.refresh = ask == Ask::in_any_case;
  options.details = false;
  options.deadline = std::chrono::steady_clock::now() + kPatience;
  return fetch_models(launched, context, options);
}

bool is_builtin(const Launched& launched) {
  const auto summaries = launched.config.list();
  const auto own = std::ranges::find(summaries, launched.profile.name, &config::ProfileSummary::name);
  return own != summaries.end() && own->is_builtin;
}

std::string list_of(const Models& models) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < std::min(models.size(), kMostShown); ++i) ids.push_back(models[i].id);
  std::string text = base::join(ids, ", ");
  if (models.size() > kMostShown) text += fmt::format(", and {} more", models.size() - kMostShown);
  return text;
}

void name_models(base::Error& error, const Launched& launched, const Models& models) {
  if (models.empty()) return;
  const std::string& first = models.front().id;
  // The profile's own list was named by the rule.
  if (launched.profile.models.empty()) error.hint += fmt::format("\nmodels known: {}", list_of(models));
  error.hint += fmt::format("\nonce: -m {}\nto keep one: {}", base::shell_quote(first), how_to_keep(launched, first));
}

bool is_found_foundry(const core::Profile& profile, const Context& context) {
  return !context.foundry_origin.empty() && profile.base_url.origin() == context.foundry_origin;
}

// Before 0.10 its server wants the id of a variant, and people know the alias.
void resolve_alias(Launched& launched, Context& context) {
  core::Profile& profile = launched.profile;
  if (!is_found_foundry(profile, context)) return;
  const Models models = known_models(launched, context, Ask::where_nothing_is_kept).value_or(Models{});
  const core::ModelInfo* meant = session::find_model(profile.wire_model, models);
  if (meant == nullptr || meant->id == profile.wire_model) return;
  if (!context.is_quiet) context.say(fmt::format("byok: {} is {} here", profile.wire_model, meant->id));
  profile.wire_model = meant->id;
}

}  // namespace

std::string how_to_keep(const Launched& launched, const std::string& id) {
  const core::Profile& profile = launched.profile;
  if (profile.name == "env" || is_builtin(launched)) {
    const auto origin = profile.origins.find("base_url");
    const bool is_copilot = origin != profile.origins.end() && origin->second.starts_with("$COPILOT");
    return fmt::format("export {}={}", is_copilot ? "COPILOT_MODEL" : "BYOK_MODEL", base::shell_quote(id));
  }
  return fmt::format("write model: {} in profile {} ($EDITOR \"$(byok profiles path)\")", id, profile.name);
}

base::Result<Launched> launch_with_model(const config::Overrides& overrides, Context& context) {
  const bool sends_nothing = overrides.allow_unset;
  auto launched = launch(overrides, context);
  if (launched && !sends_nothing) resolve_alias(*launched, context);
  if (launched || launched.error().code != "model-missing") return launched;
  config::Overrides without = overrides;
  without.needs_model = false;
  const bool was_quiet = std::exchange(context.is_quiet, true);  // its notices were printed by the first attempt
  auto modelless = launch(without, context);
  context.is_quiet = was_quiet;
  if (!modelless) return launched;
  auto known = known_models(*modelless, context, sends_nothing ? Ask::nobody : Ask::in_any_case);
  if (!known) {
    if (known.error().kind == base::ErrorKind::cancelled) return std::unexpected(known.error());
    const std::string& hint = known.error().hint;
    launched.error().hint +=
        fmt::format("\nwhich there are is not known: {}{}{}", known.error().message, hint.empty() ? "" : "\n", hint);
    return launched;
  }
  Models models = *std::move(known);
  std::erase_if(models, [](const core::ModelInfo& model) { return base::icontains(model.id, "embed"); });
  if (models.size() == 1 && modelless->profile.base_url.is_loopback() && is_builtin(*modelless)) {
    config::Overrides with = overrides;
    with.model = models.front().id;
    if (!context.is_quiet) context.say(fmt::format("byok: using {}, the only model that is served", models.front().id));
    return launch(with, context);
  }
  name_models(launched.error(), *modelless, models);
  return launched;
}

void suggest_models(base::Error& error, const Launched& launched, Context& context) {
  const core::Profile& profile = launched.profile;
  if (error.kind != base::ErrorKind::not_found) return;
  // Azure lists base models, and what is missing is a deployment.
  const bool is_azure = profile.type == core::ProviderType::azure || core::is_azure_host(profile.base_url.host());
  if (is_azure && profile.models.empty()) return;
  const Ask ask = is_found_foundry(profile, context) ? Ask::in_any_case : Ask::nobody;
  Models models = known_models(launched, context, ask).value_or(Models{});
  std::erase_if(models, [&](const core::ModelInfo& model) { return model.id == profile.wire_model; });
  const auto meant = session::nearest_models(profile.wire_model, models, kMostMeant);
  if (meant.empty()) return;
  const std::string question = fmt::format("did you mean {}?", base::join(meant, ", "));
  error.hint = error.hint.empty() ? question : fmt::format("{}\n{}", question, error.hint);
}

}  // namespace byok::cli
