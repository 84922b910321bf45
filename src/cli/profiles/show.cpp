// `byok profiles show`: every value of one profile, and where it comes from.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/failure.hpp"
#include "cli/profiles/profile_line.hpp"
#include "cli/resolve.hpp"
#include "config/config.hpp"
#include "config/credential.hpp"
#include "terminal/sanitize.hpp"

namespace byok::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestShown = 60;

std::string secret_text(const config::Config& config, const core::Profile& profile) {
  if (profile.credential.slot == core::Credential::Slot::none) return "";
  if (!profile.credential.command.empty() || profile.credential.source == core::Credential::Source::shell_command) {
    return fmt::format("made by {}, which is not run here", profile.credential.where);
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

// A header's key is in lower case there, as its name has no case.
std::string origin_of(const core::Profile& profile, std::string_view key) {
  if (key == "proxy" && !profile.network.proxy_origin.empty()) return profile.network.proxy_origin;
  for (const auto& [name, variable] :
       {std::pair{"ca bundle", "$SSL_CERT_FILE or $CURL_CA_BUNDLE"}, std::pair{"ca directory", "$SSL_CERT_DIR"},
        std::pair{"extra ca file", "$NODE_EXTRA_CA_CERTS"}}) {
    if (key == name) return variable;
  }
  const std::string lower = base::to_lower(key);
  const auto found = profile.origins.find(lower);
  if (found != profile.origins.end()) return found->second;
  const auto parent = profile.origins.find(lower.substr(0, lower.find('.')));
  return parent != profile.origins.end() ? parent->second : "default";
}

std::string without_user_info(const std::string& proxy) {
  const std::size_t at = proxy.rfind('@');
  const std::size_t scheme = proxy.find("://");
  const std::size_t start = scheme == std::string::npos ? 0 : scheme + 3;
  if (at == std::string::npos || at < start) return proxy;
  return fmt::format("{}{}{}", proxy.substr(0, start), base::Redactor::kMask, proxy.substr(at));
}

using Values = std::vector<std::pair<std::string, std::string>>;

void add(Values& values, std::string_view key, std::string value) {
  if (!value.empty()) values.emplace_back(key, std::move(value));
}

void add_request_values(Values& values, const core::Profile& profile) {
  const core::Sampling& sampling = profile.sampling;
  add(values, "system", profile.system);
  if (sampling.temperature) add(values, "temperature", fmt::format("{}", *sampling.temperature));
  if (sampling.top_p) add(values, "top_p", fmt::format("{}", *sampling.top_p));
  if (sampling.max_output_tokens) add(values, "max_output_tokens", fmt::format("{}", *sampling.max_output_tokens));
  if (profile.max_prompt_tokens) add(values, "max_prompt_tokens", fmt::format("{}", *profile.max_prompt_tokens));
  add(values, "stop", base::join(sampling.stop, ", "));
  if (sampling.seed) add(values, "seed", fmt::format("{}", *sampling.seed));
  if (sampling.reasoning_effort) {
    add(values, "reasoning_effort", std::string(core::to_string(*sampling.reasoning_effort)));
  }
  if (profile.store) add(values, "store", *profile.store ? "true" : "false");
  for (const core::Header& header : profile.headers) {
    const std::string key = "headers." + header.name;
    add(values, key,
        header.is_secret ? fmt::format("set (from {}, {} characters)", origin_of(profile, key), header.value.size())
                         : header.value);
  }
  add(values, "body", profile.body);
}

void add_network_values(Values& values, const core::Profile& profile) {
  const core::Network& network = profile.network;
  add(values, "retries", fmt::format("{}", profile.limits.retries));
  add(values, "retry_max_wait", milliseconds_text(profile.limits.retry_max_wait));
  add(values, "connect_timeout", milliseconds_text(profile.limits.connect_timeout));
  add(values, "first_token_timeout", milliseconds_text(profile.limits.first_token_timeout));
  add(values, "idle_timeout", milliseconds_text(profile.limits.idle_timeout));
  add(values, "timeout", milliseconds_text(profile.limits.timeout));
  add(values, "proxy", without_user_info(network.proxy));
  if (!network.proxy.empty()) add(values, "proxy_auth", network.proxy_auth);
  add(values, "tls.ca_file", network.ca_file);
  if (network.ca_only) add(values, "tls.ca_only", "true");
  add(values, "tls.client_cert", network.client_cert);
  add(values, "tls.client_key", network.client_key);
  add(values, "ca bundle", network.ca_bundle);
  add(values, "ca directory", network.ca_directory);
  add(values, "extra ca file", network.extra_ca_file);
  if (profile.allow_insecure_http) add(values, "allow_insecure_http", "true");
  if (profile.local_only != core::LocalOnly::no) {
    add(values, "local_only", profile.local_only == core::LocalOnly::lan ? "lan" : "true");
  }
  if (profile.show_reasoning) add(values, "show_reasoning", *profile.show_reasoning ? "true" : "false");
}

// Every resolved value as key and text, in the order of the configuration page.
Values values_of(const config::Config& config, const core::Profile& profile) {
  Values values;
  add(values, "type", std::string(core::to_string(profile.type)));
  add(values, "base_url", profile.base_url.display());
  add(values, "wire_api", std::string(core::to_string(profile.wire_api)));
  const bool is_bearer = profile.credential.slot == core::Credential::Slot::bearer_token;
  add(values, is_bearer ? "bearer_token" : "api_key", secret_text(config, profile));
  add(values, "azure.api_version", profile.azure_api_version);
  add(values, "azure.path_prefix", profile.azure_path_prefix);
  add(values, "model", profile.model);
  if (profile.wire_model != profile.model) add(values, "wire_model", profile.wire_model);
  if (!profile.models.empty()) add(values, "models", fmt::format("{} listed", profile.models.size()));
  add_request_values(values, profile);
  add_network_values(values, profile);
  return values;
}

std::string as_json(const config::Resolved& resolved, const Values& values, const Context& context) {
  Json object;
  object["schema_version"] = 1;
  object["name"] = resolved.profile.name;
  object["chosen_by"] = resolved.chosen_by;
  object["values"] = Json::object();
  for (const auto& [key, value] : values) {
    object["values"][key] = {{"value", context.redactor.redact(value)}, {"origin", origin_of(resolved.profile, key)}};
  }
  object["problems"] = problems_as_json(resolved.notices, context.redactor);
  return json_line(object);
}

std::string as_text(const config::Resolved& resolved, const Values& values, const Context& context) {
  std::size_t key_width = 0;
  std::size_t value_width = 0;
  std::vector<std::string> shown;
  for (const auto& [key, value] : values) {
    shown.push_back(terminal::sanitize_line(context.redactor.redact(value)));
    if (key == "system") shown.back() = base::abbreviate(shown.back(), kLongestShown);
    key_width = std::max(key_width, key.size());
    value_width = std::max(value_width, std::min<std::size_t>(shown.back().size(), 48));
  }
  std::string text = fmt::format("profile {} (chosen by {})\n", resolved.profile.name, resolved.chosen_by);
  for (std::size_t i = 0; i < values.size(); ++i) {
    text += fmt::format("  {:<{}}  {:<{}}  {}\n", terminal::sanitize_line(values[i].first), key_width, shown[i],
                        value_width, context.out_style.dim(origin_of(resolved.profile, values[i].first)));
  }
  return text;
}

}  // namespace

int run_profiles_show(const Arguments& arguments, Context& context) {
  const bool is_json = arguments.has("json");
  std::vector<std::string> words = arguments.words;
  words.insert(words.end(), arguments.literal_words.begin(), arguments.literal_words.end());
  if (words.size() > 1) {
    auto error =
        base::fail(base::ErrorKind::usage, "byok profiles show takes one name", "byok profiles list shows them");
    return fail_command(context, error.error(), is_json);
  }
  const config::Config config = config::Config::load(context.environment, arguments.last("config"));
  config::Overrides overrides;
  if (!words.empty()) overrides.profile = words.front();
  overrides.needs_model = false;
  overrides.allow_unset = true;
  const auto resolved = resolve_profile(config, overrides, context);
  if (!resolved) return fail_command(context, resolved.error().error, is_json);
  const Values values = values_of(config, resolved->profile);
  if (is_json) return context.print_json(as_json(*resolved, values, context));
  for (const core::Diagnosis& notice : resolved->notices) {
    if (notice.severity != core::Severity::note) context.warn(line_of(notice));
  }
  return context.print(as_text(*resolved, values, context));
}

}  // namespace byok::cli
