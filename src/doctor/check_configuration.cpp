// Checks of what is written: the file, the rules, and the addresses that come of it.
#include <fmt/format.h>

#include <algorithm>

#include "base/file.hpp"
#include "base/text.hpp"
#include "config/foundry_local.hpp"
#include "doctor/checks.hpp"
#include "doctor/claims.hpp"
#include "doctor/local_servers.hpp"
#include "session/catalog.hpp"
#include "wire/wire.hpp"

namespace byok::doctor {
namespace {

using core::Diagnosis;
using core::Severity;

bool is_code(const std::vector<Diagnosis>& found, std::string_view code) {
  return std::ranges::find(found, code, &Diagnosis::code) != found.end();
}

bool is_about_credential(const Diagnosis& one) {
  return one.code.starts_with("credential") || one.code == "both-credentials" || one.subject.ends_with(".api_key") ||
         one.subject.ends_with(".bearer_token");
}

// A warning about the address stands better beside the address that comes of it.
bool is_about_address(const Diagnosis& one) {
  return one.severity != Severity::error && one.subject.ends_with(".base_url");
}

std::expected<config::Resolved, config::Failure> resolve(const Case& c, config::Overrides overrides) {
  overrides.foundry_origin = c.foundry_origin;
  return c.config.resolve(overrides);
}

// As asked. The built-in profile that leaves its port open gets it as `ask` does: from Foundry Local's own program.
std::expected<config::Resolved, config::Failure> resolve_strictly(Case& c) {
  auto resolved = resolve(c, c.overrides);
  if (resolved || !is_code(resolved.error().diagnoses, config::kFoundryPortUnknown) || c.options.is_offline) {
    return resolved;
  }
  c.foundry_origin = config::find_foundry_local(c.config.environment(), c.left(), c.options.interrupt).origin;
  return c.foundry_origin.empty() ? std::move(resolved) : resolve(c, c.overrides);
}

// The profile in spite of what is wrong with it: without a model, and with variables that are not set.
std::expected<config::Resolved, config::Failure> resolve_leniently(const Case& c) {
  config::Overrides lenient = c.overrides;
  lenient.needs_model = false;
  lenient.allow_unset = true;
  return resolve(c, lenient);
}

base::Result<> take_profile(Case& c, config::Resolved resolved) {
  c.profile = std::move(resolved.profile);
  if (!c.options.prepare) return {};
  return c.options.prepare(*c.profile);
}

base::Result<std::vector<core::ModelInfo>> known_models(Case& c) {
  const core::Profile& profile = *c.profile;
  if (!profile.models.empty()) return profile.models;
  if (profile.base_url.is_loopback() && !c.options.is_offline) {
    return list_at(*c.transport, profile.base_url, c.left(), c.options.interrupt);
  }
  session::CatalogOptions options;
  options.cache_directory = c.options.cache_directory;
  options.now = seconds_now();
  return session::cached_models(profile, options);
}

// Rule 1, with a model that there is. A local built-in profile takes the only one that is served, as `ask` does.
void mend_missing_model(Case& c, Finding& finding) {
  const auto missing = std::ranges::find(finding.diagnoses, std::string_view("model-missing"), &Diagnosis::code);
  if (missing == finding.diagnoses.end() || !c.profile) return;
  const auto known = known_models(c);
  const bool takes_the_only_one = c.is_builtin && c.profile->base_url.is_loopback();
  const bool is_unreached = c.options.is_offline || (!known && known.error().kind == base::ErrorKind::network);
  if (takes_the_only_one && is_unreached) {
    // Why the server cannot be asked is for a later check to say.
    finding.seen += ", model: the one that the server has";
    finding.diagnoses.erase(missing);
    return;
  }
  const std::vector<core::ModelInfo> models = known.value_or(std::vector<core::ModelInfo>{});
  if (models.empty()) {
    missing->remedy += fmt::format("; `byok models list -p {}` shows the ids", c.name);
    return;
  }
  const std::string& first = models.front().id;
  if (models.size() == 1 && takes_the_only_one) {
    c.profile->model = c.profile->wire_model = first;
    finding.seen += fmt::format(", model {} (the only one that is served)", first);
    finding.diagnoses.erase(missing);
    return;
  }
  constexpr std::size_t kMostShown = 8;
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < std::min(models.size(), kMostShown); ++i) ids.push_back(models[i].id);
  finding.details.push_back(fmt::format("models known: {}", base::join(ids, ", ")));
  missing->remedy = how_to_set(c, {{"model", first}});
}

// A port that was never filled in, or that only the running server knows.
void mend_missing_port(Case& c, Finding& finding) {
  if (is_code(finding.diagnoses, config::kFoundryPortUnknown)) {
    // Its only model is then as unknown as its port.
    std::erase_if(finding.diagnoses, [](const Diagnosis& one) { return one.code == "model-missing"; });
  }
  const auto missing = std::ranges::find_if(finding.diagnoses, [](const Diagnosis& one) {
    const bool is_port = one.code == "base-url-placeholder" && base::icontains(one.summary, "port");
    return is_port || one.code == config::kFoundryPortUnknown;
  });
  if (missing == finding.diagnoses.end()) return;
  const bool is_open = missing->code == config::kFoundryPortUnknown;
  if (is_open && c.options.is_offline) missing->severity = Severity::warning;  // only a command knows it
  if (c.options.is_offline) return;
  if (is_open) finding.kind = base::ErrorKind::network;
  const std::string advice = advise_on_local_servers(c, missing->subject);
  if (!advice.empty()) missing->remedy = advice;
}

std::string describe(const core::Profile& profile, std::string_view chosen_by) {
  return fmt::format("{} (chosen by {}): type {}, {}{}", profile.name, chosen_by, core::to_string(profile.type),
                     core::to_string(profile.wire_api),
                     profile.model.empty() ? std::string() : fmt::format(", model {}", profile.model));
}

}  // namespace

Finding check_config(Case& c) {
  Finding finding;
  const std::filesystem::path path = c.config.user_file();
  const base::FileStatus status = base::status_of(path);
  if (status.exists) {
    finding.seen = fmt::format("{}{}", path.string(), status.others_can_read ? ", which others can read" : "");
  } else {
    finding.seen = fmt::format("{} is not there: the environment and the built-in profiles serve", path.string());
  }
  const std::filesystem::path system = c.config.system_file();
  if (!system.empty() && base::status_of(system).exists) {
    finding.details.push_back(fmt::format("under it: {}", system.string()));
  }
  finding.diagnoses = c.config.file_problems();
  return finding;
}

Finding check_rules(Case& c) {
  Finding finding;
  auto resolved = resolve_strictly(c);
  std::vector<Diagnosis> found = resolved ? std::move(resolved->notices) : std::move(resolved.error().diagnoses);
  std::string chosen_by = resolved ? resolved->chosen_by : "";
  base::Result<> prepared;
  if (resolved) {
    prepared = take_profile(c, *std::move(resolved));
  } else if (auto lenient = resolve_leniently(c)) {
    chosen_by = lenient->chosen_by;
    prepared = take_profile(c, *std::move(lenient));
  }
  if (!prepared) return finding.fail(prepared.error(), "try again");
  if (c.profile) finding.seen = describe(*c.profile, chosen_by);
  for (Diagnosis& one : found) {
    std::vector<Diagnosis>& place = is_about_credential(one) ? c.on_credential
                                    : is_about_address(one)  ? c.on_address
                                                             : finding.diagnoses;
    place.push_back(std::move(one));
  }
  if (!c.profile && finding.diagnoses.empty()) finding.seen = c.name;
  mend_missing_model(c, finding);
  mend_missing_port(c, finding);
  if (!c.profile && is_code(finding.diagnoses, "profile-none") && !c.options.is_offline) {
    const std::string advice = advise_on_local_servers(c, "");
    if (!advice.empty()) finding.details.push_back(advice);
  }
  return finding;
}

Finding check_address(Case& c) {
  Finding finding;
  const core::Profile& profile = *c.profile;
  const core::Url endpoint = wire::wire_for(profile).endpoint(profile, profile.wire_model);
  finding.seen = endpoint.display();
  finding.details.push_back(fmt::format("models: {}", wire::list_models(profile, base::Secret(), "").url.display()));
  finding.diagnoses = c.on_address;
  return finding;
}

}  // namespace byok::doctor
