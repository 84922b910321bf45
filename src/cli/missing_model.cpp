// What to do when no model is named.
#include "cli/missing_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "cli/catalog.hpp"

namespace byok::cli {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostShown = 8;
constexpr milliseconds kPatience{2000};

// The models of a profile that was resolved without one: its own list, the cache, or a loopback server's answer.
std::vector<core::ModelInfo> known_models(Launched& launched, Context& context) {
  core::Profile& profile = launched.profile;
  if (!profile.models.empty()) return profile.models;
  if (!profile.base_url.is_loopback()) {
    session::CatalogOptions options;
    options.cache_directory = context.environment.cache_directory();
    options.now = seconds_since_1970();
    return session::cached_models(profile, options);
  }
  const auto bound = std::chrono::steady_clock::now() + kPatience;
  launched.deadline = launched.deadline ? std::min(*launched.deadline, bound) : bound;
  return fetch_models(launched, context, true).value_or(std::vector<core::ModelInfo>{});
}

}  // namespace

base::Result<Launched> launch_with_model(const config::Overrides& overrides, Context& context) {
  auto launched = launch(overrides, context);
  if (launched || launched.error().code != "model-missing") return launched;
  config::Overrides without = overrides;
  without.needs_model = false;
  const bool was_quiet = std::exchange(context.is_quiet, true);  // its notices were printed by the first attempt
  auto modelless = launch(without, context);
  context.is_quiet = was_quiet;
  if (!modelless) return launched;
  const auto models = known_models(*modelless, context);
  const auto summaries = modelless->config.list();
  const bool is_builtin = std::ranges::any_of(summaries, [&](const config::ProfileSummary& one) {
    return one.is_builtin && one.name == modelless->profile.name;
  });
  if (models.size() == 1 && is_builtin && modelless->profile.base_url.is_loopback()) {
    config::Overrides with = overrides;
    with.model = models.front().id;
    if (!context.is_quiet) context.say(fmt::format("byok: using {}, the only model that is served", models.front().id));
    return launch(with, context);
  }
  if (models.empty()) return launched;
  std::string list;
  for (std::size_t i = 0; i < std::min(models.size(), kMostShown); ++i) {
    list += fmt::format("{}{}", i == 0 ? "" : ", ", models[i].id);
  }
  if (models.size() > kMostShown) list += fmt::format(", and {} more", models.size() - kMostShown);
  launched.error().hint +=
      fmt::format("\nmodels known: {}\nto keep one, write model: {} in the profile", list, models.front().id);
  return launched;
}

}  // namespace byok::cli
