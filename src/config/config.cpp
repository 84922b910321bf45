// Config: one profile, resolved and judged; what is wrong becomes a Failure that is ready to print.
#include "config/config.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/catalog.hpp"
#include "config/rules.hpp"

namespace byok::config {

namespace {

using core::Diagnosis;
using core::Severity;

constexpr std::size_t kMaxShown = 20;

// A variable or option that the sentence names already is not said twice.
std::string to_line(const Diagnosis& diagnosis) {
  const std::string_view where = diagnosis.where;
  const std::string_view name = where.starts_with('$') ? where.substr(1) : where;
  if (where.empty() || diagnosis.summary.starts_with(name)) return diagnosis.summary;
  return fmt::format("{}: {}", where, diagnosis.summary);
}

Failure to_failure(std::vector<Diagnosis> diagnoses) {
  std::vector<std::string> lines;
  std::vector<std::string> remedies;
  const auto add_new = [](std::vector<std::string>& list, std::string text) {
    if (!text.empty() && std::ranges::find(list, text) == list.end()) list.push_back(std::move(text));
  };
  std::size_t errors = 0;
  for (const Diagnosis& diagnosis : diagnoses) {
    if (diagnosis.severity != Severity::error || ++errors > kMaxShown) continue;
    add_new(lines, to_line(diagnosis));
    add_new(remedies, diagnosis.remedy);
  }
  if (errors > kMaxShown) lines.push_back(fmt::format("and {} more", errors - kMaxShown));
  Failure failure;
  failure.error.kind = base::ErrorKind::config;
  failure.error.message = fmt::format("{}", fmt::join(lines, "\n"));
  failure.error.hint = fmt::format("{}", fmt::join(remedies, "\n"));
  if (const auto first = std::ranges::find(diagnoses, Severity::error, &Diagnosis::severity);
      first != diagnoses.end()) {
    failure.error.code = first->code;
  }
  failure.diagnoses = std::move(diagnoses);
  return failure;
}

bool has_error(const std::vector<Diagnosis>& diagnoses) {
  return std::ranges::find(diagnoses, Severity::error, &Diagnosis::severity) != diagnoses.end();
}

}  // namespace

struct Config::State {
  State(const Environment& from, const std::optional<std::string>& config_file)
      : environment(from), catalog(environment, config_file) {}

  // The draft of a profile that exists, with everything that is wrong with it.
  Draft judged(std::string_view name, const Overrides& overrides, std::vector<Diagnosis>& problems) const {
    const bool names_own = overrides.is_session_model && overrides.model == own_model(name);
    Draft draft = catalog.draft(name, names_own ? std::nullopt : overrides.model, problems);
    draft.allow_unset = overrides.allow_unset;
    draft.needs_model = overrides.needs_model;
    fill(draft, overrides, environment, problems);
    std::ranges::move(judge(draft), std::back_inserter(problems));
    warn_about_readers(draft, problems);
    return draft;
  }

  [[nodiscard]] std::string own_model(std::string_view name) const {
    std::vector<Diagnosis> ignored;
    const Draft draft = catalog.draft(name, std::nullopt, ignored);
    const auto found = draft.settings.find("model");
    return found == draft.settings.end() ? std::string() : found->second.value.text;
  }

  void warn_about_readers(const Draft& draft, std::vector<Diagnosis>& problems) const {
    const core::Credential& credential = draft.profile.credential;
    if (credential.source != core::Credential::Source::literal) return;
    const SourceFile& file = credential.literal_place.starts_with("system:") ? catalog.system() : catalog.user();
    if (!file.others_can_read) return;
    problems.push_back({.severity = Severity::warning,
                        .code = "literal-readable",
                        .subject = credential.literal_place,
                        .summary = "the file holds a key, and others can read it",
                        .remedy = fmt::format("chmod 600 {}, or write ${{env:NAME}} instead of the key", file.name),
                        .where = credential.where});
  }

  Environment environment;
  Catalog catalog;
};

Config::Config(std::unique_ptr<State> state) : state_(std::move(state)) {}
Config::Config(Config&&) noexcept = default;
Config& Config::operator=(Config&&) noexcept = default;
Config::~Config() = default;

Config Config::load(const Environment& environment, const std::optional<std::string>& config_file) {
  return Config(std::make_unique<State>(environment, config_file));
}

std::expected<Resolved, Failure> Config::resolve(const Overrides& overrides) const {
  std::vector<Diagnosis> problems = state_->catalog.problems();
  if (has_error(problems)) return std::unexpected(to_failure(std::move(problems)));
  const auto choice = state_->catalog.choose(overrides.profile);
  if (!choice) return std::unexpected(to_failure({choice.error()}));
  Draft draft = state_->judged(choice->name, overrides, problems);
  if (has_error(problems)) return std::unexpected(to_failure(std::move(problems)));
  return Resolved{.profile = std::move(draft.profile), .notices = std::move(problems), .chosen_by = choice->chosen_by};
}

std::vector<ProfileSummary> Config::list() const {
  const Catalog& catalog = state_->catalog;
  std::vector<std::string> names = catalog.file_profiles();
  const std::size_t in_files = names.size();
  if (catalog.env()) names.emplace_back("env");
  for (const Builtin& builtin : builtins()) {
    const auto end = names.begin() + static_cast<std::ptrdiff_t>(in_files);
    if (std::find(names.begin(), end, builtin.name) == end) names.emplace_back(builtin.name);
  }
  const auto active = catalog.choose(std::nullopt);
  std::vector<ProfileSummary> out;
  for (const std::string& name : names) {
    ProfileSummary summary;
    Overrides overrides;
    overrides.needs_model = find_builtin(name) == nullptr;  // the built-in ones carry none
    const Draft draft = state_->judged(name, overrides, summary.problems);
    // Found when the profile is used, and not before.
    std::erase_if(summary.problems, [](const Diagnosis& problem) { return problem.code == kFoundryPortUnknown; });
    summary.name = name;
    summary.is_builtin = draft.kind == Draft::Kind::builtin;
    summary.is_active = active && active->name == name;
    summary.where = draft.place;
    summary.host = draft.profile.base_url.host();
    summary.model = draft.profile.model;
    out.push_back(std::move(summary));
  }
  return out;
}

const std::vector<Diagnosis>& Config::file_problems() const { return state_->catalog.problems(); }

std::filesystem::path Config::user_file() const { return state_->catalog.user().path; }

std::filesystem::path Config::system_file() const { return state_->catalog.system().path; }

std::string_view Config::literal(std::string_view place) const { return state_->catalog.literal(place); }

const Environment& Config::environment() const { return state_->environment; }

}  // namespace byok::config
