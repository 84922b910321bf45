// `byok profiles list`, `show` and `path`: what is configured, and where each value comes from.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/failure.hpp"
#include "config/config.hpp"
#include "config/credential.hpp"
#include "terminal/sanitize.hpp"

namespace byok::cli {
namespace {

using Json = nlohmann::ordered_json;

config::Config load(const Arguments& arguments, const Context& context) {
  return config::Config::load(context.environment, arguments.last("config"));
}

bool has_errors(const std::vector<core::Diagnosis>& problems) {
  return std::ranges::any_of(problems,
                             [](const core::Diagnosis& one) { return one.severity == core::Severity::error; });
}

std::string line_of(const core::Diagnosis& diagnosis) {
  std::string text = diagnosis.where.empty() ? "" : diagnosis.where + ": ";
  text += diagnosis.summary;
  if (!diagnosis.remedy.empty()) text += "; " + diagnosis.remedy;
  return text;
}

Json problems_of(const std::vector<core::Diagnosis>& problems, const base::Redactor& redactor) {
  constexpr std::string_view kSeverities[] = {"note", "warning", "error"};
  Json list = Json::array();
  for (const core::Diagnosis& one : problems) {
    list.push_back({{"severity", kSeverities[static_cast<std::size_t>(one.severity)]},
                    {"code", one.code},
                    {"where", one.where},
                    {"summary", redactor.redact(one.summary)},
                    {"remedy", redactor.redact(one.remedy)}});
  }
  return list;
}

std::string dump(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

std::string row(const config::ProfileSummary& profile, std::size_t name_width, std::size_t host_width) {
  const bool is_broken = has_errors(profile.problems);
  std::string line = fmt::format("{} {:<{}}  {:<{}}  {}", profile.is_active ? '*' : ' ', profile.name, name_width,
                                 profile.host.empty() ? "-" : terminal::sanitize_line(profile.host), host_width,
                                 profile.model.empty() ? "-" : terminal::sanitize_line(profile.model));
  if (profile.is_builtin) line += "  (built in)";
  if (is_broken && !profile.is_builtin) line += "  !";
  return line + "\n";
}

int list_as_text(const config::Config& config, const std::vector<config::ProfileSummary>& profiles, Context& context) {
  std::string text = fmt::format("{}{}\n", config.user_file().string(),
                                 base::status_of(config.user_file()).exists ? "" : " (not there)");
  std::size_t name_width = 0;
  std::size_t host_width = 0;
  for (const auto& profile : profiles) {
    name_width = std::max(name_width, profile.name.size());
    host_width = std::max(host_width, std::max<std::size_t>(profile.host.size(), 1));
  }
  for (const auto& profile : profiles) {
    text += row(profile, name_width, host_width);
    if (profile.is_builtin && !profile.is_active) continue;
    for (const core::Diagnosis& problem : profile.problems) {
      if (problem.severity != core::Severity::note)
        text += fmt::format("    {}\n", context.redactor.redact(line_of(problem)));
    }
  }
  for (const core::Diagnosis& problem : config.file_problems()) {
    text += fmt::format("! {}\n", context.redactor.redact(line_of(problem)));
  }
  return context.print(context.streams.out_is_terminal ? terminal::sanitize(text) : text);
}

std::string secret_text(const config::Config& config, const core::Profile& profile) {
  if (profile.credential.slot == core::Credential::Slot::none) return "";
  if (!profile.credential.command.empty() || profile.credential.source == core::Credential::Source::shell_command) {
    return fmt::format("made by {}", profile.credential.where);
  }
  std::vector<std::string> ignored;
  const auto secret = config::resolve_credential(config, profile, {}, false, ignored);
  if (!secret) return fmt::format("not usable: {}", secret.error().message);
  return fmt::format("set (from {}, {} characters)", profile.credential.where, secret->reveal().size());
}

std::string milliseconds_text(std::chrono::milliseconds time) {
  if (time.count() == 0) return "none";
  return fmt::format("{}s", static_cast<double>(time.count()) / 1000.0);
}

// Every resolved value as key and text, in the order of the configuration page.
std::vector<std::pair<std::string, std::string>> values_of(const config::Config& config, const core::Profile& profile) {
  const core::Sampling& sampling = profile.sampling;
  std::vector<std::pair<std::string, std::string>> values = {
      {"type", std::string(core::to_string(profile.type))},
      {"base_url", profile.base_url.display()},
      {"wire_api", std::string(core::to_string(profile.wire_api))},
  };
  const auto add = [&values](std::string key, std::string value) {
    if (!value.empty()) values.emplace_back(std::move(key), std::move(value));
  };
  const bool is_bearer = profile.credential.slot == core::Credential::Slot::bearer_token;
  add(is_bearer ? "bearer_token" : "api_key", secret_text(config, profile));
  add("azure.api_version", profile.azure_api_version);
  add("azure.path_prefix", profile.azure_path_prefix);
  add("model", profile.model);
  if (profile.wire_model != profile.model) add("wire_model", profile.wire_model);
  if (!profile.models.empty()) add("models", fmt::format("{} listed", profile.models.size()));
  add("system", base::abbreviate(terminal::sanitize_line(profile.system), 60));
  if (sampling.temperature) add("temperature", fmt::format("{}", *sampling.temperature));
  if (sampling.top_p) add("top_p", fmt::format("{}", *sampling.top_p));
  if (sampling.max_output_tokens) add("max_output_tokens", fmt::format("{}", *sampling.max_output_tokens));
  if (profile.max_prompt_tokens) add("max_prompt_tokens", fmt::format("{}", *profile.max_prompt_tokens));
  if (!sampling.stop.empty()) add("stop", base::join(sampling.stop, ", "));
  if (sampling.seed) add("seed", fmt::format("{}", *sampling.seed));
  if (sampling.reasoning_effort) add("reasoning_effort", std::string(core::to_string(*sampling.reasoning_effort)));
  if (profile.store) add("store", *profile.store ? "true" : "false");
  for (const core::Header& header : profile.headers) {
    add("headers." + header.name,
        header.is_secret ? fmt::format("set ({} characters)", header.value.size()) : header.value);
  }
  add("body", profile.body);
  add("retries", fmt::format("{}", profile.limits.retries));
  add("retry_max_wait", milliseconds_text(profile.limits.retry_max_wait));
  add("connect_timeout", milliseconds_text(profile.limits.connect_timeout));
  add("first_token_timeout", milliseconds_text(profile.limits.first_token_timeout));
  add("idle_timeout", milliseconds_text(profile.limits.idle_timeout));
  add("timeout", milliseconds_text(profile.limits.timeout));
  if (!profile.network.proxy.empty()) {
    const std::string& proxy = profile.network.proxy;
    const std::size_t at = proxy.rfind('@');
    const std::size_t scheme = proxy.find("://");
    const std::size_t start = scheme == std::string::npos ? 0 : scheme + 3;
    add("proxy",
        at == std::string::npos || at < start ? proxy : proxy.substr(0, start) + "[redacted]" + proxy.substr(at));
  }
  add("tls.ca_file", profile.network.ca_file);
  add("tls.client_cert", profile.network.client_cert);
  add("tls.client_key", profile.network.client_key);
  if (profile.allow_insecure_http) add("allow_insecure_http", "true");
  if (profile.local_only != core::LocalOnly::no) {
    add("local_only", profile.local_only == core::LocalOnly::lan ? "lan" : "true");
  }
  return values;
}

std::string origin_of(const core::Profile& profile, std::string_view key) {
  const auto found = profile.origins.find(key);
  if (found != profile.origins.end()) return found->second;
  const std::size_t dot = key.find('.');
  if (dot != std::string_view::npos) {
    const auto parent = profile.origins.find(key.substr(0, dot));
    if (parent != profile.origins.end()) return parent->second;
  }
  return "default";
}

}  // namespace

int run_profiles_list(const Arguments& arguments, Context& context) {
  const config::Config config = load(arguments, context);
  const auto profiles = config.list();
  if (arguments.has("names")) {
    std::string names;
    for (const auto& profile : profiles) names += profile.name + "\n";
    return context.print(names);
  }
  const bool is_broken = has_errors(config.file_problems());
  int code = 0;
  if (arguments.has("json")) {
    Json object;
    object["schema_version"] = 1;
    object["file"] = config.user_file().string();
    object["profiles"] = Json::array();
    for (const auto& profile : profiles) {
      object["profiles"].push_back({{"name", profile.name},
                                    {"active", profile.is_active},
                                    {"builtin", profile.is_builtin},
                                    {"host", profile.host},
                                    {"model", profile.model},
                                    {"problems", problems_of(profile.problems, context.redactor)}});
    }
    object["problems"] = problems_of(config.file_problems(), context.redactor);
    code = context.print_json(dump(object));
  } else {
    code = list_as_text(config, profiles, context);
  }
  return code == 0 && is_broken ? static_cast<int>(ExitCode::config) : code;
}

int run_profiles_show(const Arguments& arguments, Context& context) {
  const bool as_json = arguments.has("json");
  if (arguments.words.size() > 1) {
    auto error =
        base::fail(base::ErrorKind::usage, "byok profiles show takes one name", "byok profiles list shows them");
    return fail_command(context, error.error(), as_json);
  }
  const config::Config config = load(arguments, context);
  config::Overrides overrides;
  if (!arguments.words.empty()) overrides.profile = arguments.words.front();
  overrides.needs_model = false;
  overrides.allow_unset = true;
  const auto resolved = config.resolve(overrides);
  if (!resolved) return fail_command(context, resolved.error().error, as_json);
  const core::Profile& profile = resolved->profile;
  const auto values = values_of(config, profile);
  if (as_json) {
    Json object;
    object["schema_version"] = 1;
    object["name"] = profile.name;
    object["chosen_by"] = resolved->chosen_by;
    object["values"] = Json::object();
    for (const auto& [key, value] : values) {
      object["values"][key] = {{"value", value}, {"origin", origin_of(profile, key)}};
    }
    object["problems"] = problems_of(resolved->notices, context.redactor);
    return context.print_json(dump(object));
  }
  std::size_t key_width = 0;
  std::size_t value_width = 0;
  for (const auto& [key, value] : values) {
    key_width = std::max(key_width, key.size());
    value_width = std::max(value_width, std::min<std::size_t>(value.size(), 48));
  }
  std::string text = fmt::format("profile {} (chosen by {})\n", profile.name, resolved->chosen_by);
  for (const auto& [key, value] : values) {
    text +=
        fmt::format("  {:<{}}  {:<{}}  {}\n", key, key_width, terminal::sanitize_line(context.redactor.redact(value)),
                    value_width, context.out_style.dim(origin_of(profile, key)));
  }
  for (const core::Diagnosis& notice : resolved->notices) {
    if (notice.severity != core::Severity::note) context.warn(line_of(notice));
  }
  return context.print(text);
}

int run_profiles_path(const Arguments& arguments, Context& context) {
  return context.print(load(arguments, context).user_file().string() + "\n");
}

}  // namespace byok::cli
