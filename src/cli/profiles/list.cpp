// `byok profiles list` and `path`: which file is read, which profiles there are, and what is wrong with each.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/profiles/profile_line.hpp"
#include "config/config.hpp"
#include "terminal/sanitize.hpp"

namespace byok::cli {
namespace {

using Json = nlohmann::ordered_json;
using config::ProfileSummary;

// What concerns the file as a whole; a default that names no profile is found only when the choice is made.
std::vector<core::Diagnosis> problems_of_file(const config::Config& config) {
  std::vector<core::Diagnosis> problems = config.file_problems();
  config::Overrides overrides;
  overrides.needs_model = false;
  overrides.allow_unset = true;
  const auto chosen = config.resolve(overrides);
  if (!chosen && chosen.error().error.code == "profile-unknown") {
    std::ranges::copy(chosen.error().diagnoses, std::back_inserter(problems));
  }
  return problems;
}

std::string or_dash(std::string_view text) { return text.empty() ? "-" : terminal::sanitize_line(text); }

std::string problem_text(const core::Diagnosis& problem, const Context& context, std::string_view indent) {
  return base::replace_all(context.redactor.redact(line_of(problem)), "\n", fmt::format("\n{}", indent));
}

std::string rows(const std::vector<ProfileSummary>& profiles, const Context& context) {
  std::size_t name_width = 0;
  std::size_t host_width = 0;
  for (const ProfileSummary& profile : profiles) {
    name_width = std::max(name_width, profile.name.size());
    host_width = std::max(host_width, or_dash(profile.host).size());
  }
  std::string text;
  for (const ProfileSummary& profile : profiles) {
    text += fmt::format("{} {:<{}}  {:<{}}  {}", profile.is_active ? '*' : ' ', terminal::sanitize_line(profile.name),
                        name_width, or_dash(profile.host), host_width, or_dash(profile.model));
    if (profile.is_builtin) text += "  (built in)";
    if (!profile.is_builtin && has_errors(profile.problems)) text += "  !";
    text += "\n";
    // Most built-in profiles lack their variables, and nobody asked for them.
    if (profile.is_builtin && !profile.is_active) continue;
    for (const core::Diagnosis& problem : profile.problems) {
      if (problem.severity != core::Severity::note) {
        text += fmt::format("    {}\n", problem_text(problem, context, "      "));
      }
    }
  }
  return text;
}

std::string as_text(const config::Config& config, const std::vector<ProfileSummary>& profiles,
                    const std::vector<core::Diagnosis>& problems, const Context& context) {
  std::error_code ignored;
  std::string text = fmt::format("{}{}\n", config.user_file().string(),
                                 std::filesystem::exists(config.user_file(), ignored) ? "" : " (not there)");
  if (!config.system_file().empty()) text += fmt::format("{} (the system's)\n", config.system_file().string());
  text += rows(profiles, context);
  for (const core::Diagnosis& problem : problems) text += fmt::format("! {}\n", problem_text(problem, context, "  "));
  return context.streams.out_is_terminal ? terminal::sanitize(text) : text;
}

std::string as_json(const config::Config& config, const std::vector<ProfileSummary>& profiles,
                    const std::vector<core::Diagnosis>& problems, const Context& context) {
  Json object;
  object["schema_version"] = 1;
  object["file"] = config.user_file().string();
  if (!config.system_file().empty()) object["system_file"] = config.system_file().string();
  object["profiles"] = Json::array();
  for (const ProfileSummary& profile : profiles) {
    object["profiles"].push_back({{"name", profile.name},
                                  {"active", profile.is_active},
                                  {"builtin", profile.is_builtin},
                                  {"where", profile.where},
                                  {"host", profile.host},
                                  {"model", profile.model},
                                  {"problems", problems_as_json(profile.problems, context.redactor)}});
  }
  object["problems"] = problems_as_json(problems, context.redactor);
  return json_line(object);
}

}  // namespace

int run_profiles_list(const Arguments& arguments, Context& context) {
  const config::Config config = config::Config::load(context.environment, arguments.last("config"));
  const std::vector<ProfileSummary> profiles = config.list();
  if (arguments.has("names")) {
    std::string names;
    for (const ProfileSummary& profile : profiles) names += profile.name + "\n";
    return context.print(names);
  }
  const std::vector<core::Diagnosis> problems = problems_of_file(config);
  const int code = arguments.has("json") ? context.print_json(as_json(config, profiles, problems, context))
                                         : context.print(as_text(config, profiles, problems, context));
  return code == 0 && has_errors(problems) ? static_cast<int>(ExitCode::config) : code;
}

int run_profiles_path(const Arguments& arguments, Context& context) {
  const config::Config config = config::Config::load(context.environment, arguments.last("config"));
  return context.print(config.user_file().string() + "\n");
}

}  // namespace byok::cli
