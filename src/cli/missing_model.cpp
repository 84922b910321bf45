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
constexpr std::chrono::seconds kPatienceOfPerson{10};

enum class Ask { nobody, where_nothing_is_kept, in_any_case, for_a_person };

// The profile's own list, or a kept one, or what a loopback server answers in time; a remote one is asked for a person
// alone.
base::Result<Models> known_models(const Launched& launched, Context& context, Ask ask) {
  const core::Profile& profile = launched.profile;
  if (!profile.models.empty()) return profile.models;
  session::CatalogOptions options = catalog_options(context);
  const bool is_remote = !profile.base_url.is_loopback();
  if (ask == Ask::nobody || (is_remote && ask != Ask::for_a_person)) return models_at_hand(profile, context);
  options.refresh = !is_remote && ask != Ask::where_nothing_is_kept;
  options.details = false;
  options.deadline = std::chrono::steady_clock::now() + (ask == Ask::for_a_person ? kPatienceOfPerson : kPatience);
  return fetch_models(launched, context, options);
}

// The time was that of the question for the list, which no option sets.
std::string reason_of(const base::Error& error) {
  return error.kind == base::ErrorKind::timeout ? "the provider did not answer in time" : error.message;
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

namespace {

// The only model of a server that is taken at its word; empty where there is a choice.
std::string only_model(const Launched& launched, const Models& models) {
  const bool is_one = models.size() == 1 && launched.profile.base_url.is_loopback() && is_builtin(launched);
  return is_one ? models.front().id : std::string();
}

base::Result<Launched> launch_filled_in(const config::Overrides& overrides, Context& context, ModelChoice* choice) {
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
  const Ask who = sends_nothing ? Ask::nobody : choice != nullptr ? Ask::for_a_person : Ask::in_any_case;
  const core::Profile& profile = modelless->profile;
  if (who == Ask::for_a_person && profile.models.empty() &&
      (profile.base_url.is_loopback() || session::cached_models(profile, catalog_options(context)).empty())) {
    context.say(fmt::format("byok: profile {} names no model; asking which there are", profile.name));
  }
  auto known = known_models(*modelless, context, who);
  if (!known && known.error().kind == base::ErrorKind::cancelled) return std::unexpected(known.error());
  if (!known && choice == nullptr) {
    const bool is_late = known.error().kind == base::ErrorKind::timeout;
    const std::string hint = is_late ? std::string() : known.error().hint;  // it is not the run that was over
    launched.error().hint += fmt::format("\nwhich models there are is not known: {}{}{}", reason_of(known.error()),
                                         hint.empty() ? "" : "\n", hint);
    return launched;
  }
  if (choice != nullptr && !known) choice->reason = reason_of(known.error());
  Models models = known ? *std::move(known) : Models{};
  std::erase_if(models, [](const core::ModelInfo& model) { return base::icontains(model.id, "embed"); });
  if (const std::string only = only_model(*modelless, models); !only.empty()) {
    config::Overrides with = overrides;
    with.model = only;
    if (!context.is_quiet) context.say(fmt::format("byok: using {}, the only model that is served", only));
    return launch(with, context);
  }
  if (choice != nullptr) {
    choice->launched = *std::move(modelless);
    choice->models = std::move(models);
  } else {
    name_models(launched.error(), *modelless, models);
  }
  return launched;
}

}  // namespace

base::Result<Launched> launch_with_model(const config::Overrides& overrides, Context& context) {
  return launch_filled_in(overrides, context, nullptr);
}

base::Result<Launched> launch_or_choose(const config::Overrides& overrides, Context& context, ModelChoice& choice) {
  return launch_filled_in(overrides, context, &choice);
}

bool lists_base_models(const core::Profile& profile) {
  const bool is_azure = profile.type == core::ProviderType::azure || core::is_azure_host(profile.base_url.host());
  return is_azure && profile.models.empty();
}

void suggest_models(base::Error& error, const Launched& launched, Context& context) {
  const core::Profile& profile = launched.profile;
  if (error.kind != base::ErrorKind::not_found) return;
  if (lists_base_models(profile)) return;
  const Ask ask = is_found_foundry(profile, context) ? Ask::in_any_case : Ask::nobody;
  Models models = known_models(launched, context, ask).value_or(Models{});
  std::erase_if(models, [&](const core::ModelInfo& model) { return model.id == profile.wire_model; });
  const auto meant = session::nearest_models(profile.wire_model, models, kMostMeant);
  if (meant.empty()) return;
  const std::string question = fmt::format("did you mean {}?", base::join(meant, ", "));
  error.hint = error.hint.empty() ? question : fmt::format("{}\n{}", question, error.hint);
}

}  // namespace byok::cli
