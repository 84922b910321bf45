// Hints: for an error that was classified, the next thing to do, written out.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "core/profile.hpp"
#include "wire/envelope.hpp"
#include "wire/hints.hpp"
#include "wire/wire.hpp"

namespace byok::wire {
namespace {

using base::Error;
using base::ErrorKind;
using core::ProviderType;
using core::WireApi;

std::string spell(std::chrono::milliseconds wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", (seconds + 59) / 60);
  return fmt::format("{} h", (seconds + 3599) / 3600);
}

// The line that sets a key, where this profile keeps it: in the file or in a variable.
std::string write(const ErrorCase& c, std::string_view key, std::string_view value) {
  const std::string variable = variable_of(c.profile, key);
  return variable.empty() ? fmt::format("write in profile {}: {}: {}", c.profile.name, key, value)
                          : fmt::format("set {}={}", variable, value);
}

std::string list_command(const core::Profile& profile) { return fmt::format("`byok models list -p {}`", profile.name); }

std::string advise_on_proxy(const ErrorCase& c) {
  if (c.error.status != 407) return {};
  const std::string& origin = c.profile.network.proxy_origin;
  return fmt::format(
      "The proxy{} wants credentials: write proxy: http://USER:PASSWORD@HOST:PORT in profile {}, or set proxy_auth.",
      origin.empty() ? "" : " (from " + origin + ")", c.profile.name);
}

// A dialect of the other family, told by what the server misses.
std::string advise_on_type(const ErrorCase& c) {
  if (c.profile.type == ProviderType::openai && (c.says("x-api-key header") || c.says("anthropic-version"))) {
    return "This server speaks Anthropic Messages: " + write(c, "type", "anthropic");
  }
  const bool is_openai_host = c.host().ends_with("openai.com") || c.says("/messages)");
  if (c.profile.type == ProviderType::anthropic && (c.error.kind == ErrorKind::route || c.error.status == 401) &&
      is_openai_host) {
    return "This server does not speak Anthropic Messages: " + write(c, "type", "openai");
  }
  return {};
}

std::string advise_on_wire_api(const ErrorCase& c) {
  const bool is_chat = c.profile.wire_api == WireApi::completions;
  if (is_chat && (c.says("v1/responses") || c.says("chatCompletion operation does not work"))) {
    return "This model is served over the Responses API: " + write(c, "wire_api", "responses");
  }
  if (c.profile.wire_api == WireApi::responses && c.says("responses api*not supported")) {
    return "The Responses API is not served here: " + write(c, "wire_api", "completions");
  }
  return {};
}

// The first YYYY-MM-DD[-preview] in the text, or empty.
std::string find_api_version(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-dd";
  const auto fits = [](char have, char want) { return want == 'd' ? have >= '0' && have <= '9' : have == want; };
  for (std::size_t at = 0; at + kShape.size() <= text.size(); ++at) {
    const std::string_view date = text.substr(at, kShape.size());
    if (!std::ranges::equal(date, kShape, fits)) continue;
    const bool is_preview = text.substr(at + kShape.size()).starts_with("-preview");
    return std::string(date) + (is_preview ? "-preview" : "");
  }
  return {};
}

std::string advise_on_api_version(const ErrorCase& c) {
  const std::string version = c.says("enabled only for api*version") ? find_api_version(c.error.message) : "";
  const bool is_unknown = c.says("api*version*not supported") || c.says("unsupported api version");
  if (version.empty() && !is_unknown) return {};
  const std::string wanted = version.empty() ? "2024-10-21" : version;
  if (const std::string variable = variable_of(c.profile, "azure.api_version"); !variable.empty()) {
    return fmt::format("Set {}={}, or v1 for the route without versions.", variable, wanted);
  }
  return fmt::format(
      "Write in profile {}:\n  azure:\n    api_version: \"{}\"\nor api_version: v1, the route without versions.",
      c.profile.name, wanted);
}

struct BillingPage {
  std::string_view host;
  std::string_view page;
};
constexpr auto kBillingPages = std::to_array<BillingPage>({
    {"api.openai.com", "https://platform.openai.com/settings/organization/billing"},
    {"api.anthropic.com", "https://console.anthropic.com/settings/billing"},
    {"openrouter.ai", "https://openrouter.ai/settings/credits"},
});

std::string advise_on_quota(const ErrorCase& c) {
  if (c.error.kind != ErrorKind::quota) return {};
  const auto* const row =
      std::ranges::find_if(kBillingPages, [&](const BillingPage& known) { return known.host == c.host(); });
  return fmt::format("Credit or quota is used up, and waiting does not help: see {}.",
                     row != kBillingPages.end() ? row->page : "the provider's billing page");
}

std::string advise_on_waiting(const ErrorCase& c) {
  const bool is_limit = c.error.kind == ErrorKind::rate_limit;
  if (!is_limit && c.error.kind != ErrorKind::overloaded) return {};
  if (c.error.retry_after) {
    const auto longest = c.profile.limits.retry_max_wait;
    if (longest.count() > 0 && *c.error.retry_after > longest) {
      const auto seconds = std::chrono::ceil<std::chrono::seconds>(*c.error.retry_after).count();
      return fmt::format("The server asks to wait {}: try again then, or let byok wait with --retry-max-wait {}.",
                         spell(*c.error.retry_after), seconds);
    }
    return fmt::format("Try again in {}.", spell(*c.error.retry_after));
  }
  if (is_limit && c.is_azure()) {
    return "Wait a minute, or raise the deployment's tokens-per-minute limit in the portal; --retries N tries more "
           "often.";
  }
  if (is_limit) return "Wait a little and try again; --retries N tries more often.";
  if (c.says("loading model")) return "The model is still being loaded: try again in a moment.";
  // llama.cpp answers 500 to what it cannot do, and other servers to what they did not foresee: the message says more.
  if (c.error.status == 500 || c.error.status == 0) return {};
  return "The provider, or a gateway before it, cannot answer now: try again later.";
}

bool looks_like_ollama(const ErrorCase& c) {
  return c.profile.base_url.port() == 11434 || c.says("try pulling it first") ||
         (c.profile.base_url.is_loopback() && c.says("model '*' not found"));
}

// Foundry Local's own words for a model that is on the disk and not in memory.
std::string advise_on_loading(const ErrorCase& c) {
  if (!c.profile.base_url.is_loopback() || !c.says("model*is not loaded")) return {};
  return fmt::format("Load it: foundry model load {} (foundry model run, before 0.10)", c.profile.wire_model);
}

std::string advise_on_model(const ErrorCase& c) {
  if (c.error.kind != ErrorKind::not_found) return {};
  const core::Profile& profile = c.profile;
  const std::string& model = profile.wire_model;
  if (c.is_azure()) {
    return fmt::format(
        "`model` must be the deployment's name as the portal shows it (sent: {}).\nA new deployment takes up to 5 "
        "minutes to appear.",
        model);
  }
  if (looks_like_ollama(c)) {
    return fmt::format("Fetch it: ollama pull {}\nor choose one that is there: {}", model, list_command(profile));
  }
  if (profile.base_url.is_loopback() && base::icontains(profile.name, "foundry")) {
    return fmt::format(
        "Foundry Local wants the id of a variant (qwen2.5-0.5b-instruct-generic-cpu:4), not the alias: {}",
        list_command(profile));
  }
  return fmt::format("{} shows what is there; the model sent was {}.", list_command(profile), model);
}

bool has_version_segment(std::string_view path) {
  return std::ranges::any_of(base::split(path, '/'), [](std::string_view segment) {
    return segment.size() >= 2 && segment[0] == 'v' && segment[1] >= '0' && segment[1] <= '9';
  });
}

std::string advise_on_azure_route(const ErrorCase& c) {
  const core::Profile& profile = c.profile;
  const std::string origin = profile.base_url.origin();
  if (profile.type == ProviderType::azure) {
    const std::string variable = variable_of(profile, "azure.api_version");
    return fmt::format(
        "Check that {} is just the host ({}) and {} (now {}) is right{};\n{} is the route without versions.",
        key_or_variable(profile, "base_url"), origin, variable.empty() ? "azure.api_version" : variable,
        profile.azure_api_version, variable.empty() ? " in profile " + profile.name : "",
        variable.empty() ? "api_version: v1" : variable + "=v1");
  }
  if (profile.type != ProviderType::openai || !core::is_azure_host(c.host())) return {};
  if (!profile.base_url.path().contains("/openai/v1")) {
    return fmt::format("This is a native Azure OpenAI host: {}\nor, keeping type: openai, {}",
                       write(c, "type", "azure"), write(c, "base_url", origin + "/openai/v1/"));
  }
  return {};
}

std::string advise_on_route(const ErrorCase& c) {
  const bool is_page = c.error.kind == ErrorKind::protocol && c.said.form == Envelope::Form::html;
  if (c.error.kind != ErrorKind::route && !is_page) return {};
  const core::Profile& profile = c.profile;
  if (std::string hint = advise_on_azure_route(c); !hint.empty()) return hint;
  const core::Url base = profile.base_url.without_query();
  if (profile.type == ProviderType::openai && !has_version_segment(base.path())) {
    const bool is_native_ollama = base.port() == 11434 && base.path().starts_with("/api");
    const core::Url mended = is_native_ollama ? base.with_path("/v1") : base.join("/v1");
    return "The path lacks its /v1: " + write(c, "base_url", mended.str());
  }
  if (profile.type == ProviderType::openai && profile.wire_api == WireApi::responses) {
    return "The server may lack the Responses API: " + write(c, "wire_api", "completions");
  }
  const std::string key = key_or_variable(profile, "base_url");
  if (profile.type == ProviderType::anthropic) {
    return fmt::format("Check {} ({}); for a server that speaks OpenAI's dialect {}", key, base.str(),
                       write(c, "type", "openai"));
  }
  return fmt::format("The server does not know the path: check {} ({}).", key, base.str());
}

std::string advise_on_length(const ErrorCase& c) {
  if (c.error.kind != ErrorKind::context_length) return {};
  if (c.says("exceed_context_size_error")) {
    return "Shorten the prompt or the conversation, or start llama-server with a larger context (-c N).";
  }
  return fmt::format("Shorten the prompt or the conversation, or take a model with a larger context window: {}",
                     list_command(c.profile));
}

std::string advise_on_filter(const ErrorCase& c) {
  if (c.error.kind != ErrorKind::content_filter) return {};
  return c.is_azure() ? "Rephrase the prompt, or change the deployment's content filter in the portal."
                      : "The provider's filter refused the prompt: rephrase it.";
}

struct Setting {
  std::string_view field;   // in a request body
  std::string_view option;  // of `byok ask`
  std::string_view key;     // of a profile
};
constexpr auto kSettings = std::to_array<Setting>({
    {"temperature", "--temperature", "temperature"},
    {"top_p", "--top-p", "top_p"},
    {"stop", "--stop", "stop"},
    {"stop_sequences", "--stop", "stop"},
    {"seed", "--seed", "seed"},
    {"max_tokens", "--max-output-tokens", "max_output_tokens"},
    {"max_completion_tokens", "--max-output-tokens", "max_output_tokens"},
    {"max_output_tokens", "--max-output-tokens", "max_output_tokens"},
    {"reasoning_effort", "--reasoning-effort", "reasoning_effort"},
    {"reasoning.effort", "--reasoning-effort", "reasoning_effort"},
    {"output_config.effort", "--reasoning-effort", "reasoning_effort"},
    {"response_format", "--schema", ""},
    {"text.format", "--schema", ""},
});

std::string advise_on_field(const ErrorCase& c) {
  if (c.error.kind != ErrorKind::bad_request || c.said.fields.empty()) return {};
  const std::string& field = c.said.fields.front();
  if (field == "stream") return "Ask for the reply in one piece: --no-stream";
  const auto* const row = std::ranges::find_if(kSettings, [&](const Setting& known) { return known.field == field; });
  if (row != kSettings.end()) {
    const std::string origin = origin_of(c.profile, row->key);
    return fmt::format("Change or leave out {}{}{}.", row->option,
                       row->key.empty() ? "" : fmt::format(", or the key {} of profile {}", row->key, c.profile.name),
                       origin.empty() || origin == "default" ? "" : fmt::format(" (set by {})", origin));
  }
  const bool is_refused = c.says("unsupported_parameter") || c.says("unknown_parameter") || c.says("extra_forbidden");
  return is_refused ? fmt::format("Leave it out of the request: --set {}=null", field) : "";
}

using Advice = std::string (*)(const ErrorCase& c);
// The first that has something to say. The rows above advise_on_credential look at the words, whatever the kind.
constexpr auto kAdvice = std::to_array<Advice>({
    advise_on_proxy,
    advise_on_type,
    advise_on_wire_api,
    advise_on_api_version,
    advise_on_credential,
    advise_on_quota,
    advise_on_waiting,
    advise_on_loading,
    advise_on_model,
    advise_on_route,
    advise_on_length,
    advise_on_filter,
    advise_on_field,
});

}  // namespace

bool ErrorCase::says(std::string_view pattern) const {
  return mentions(error.message, pattern) || mentions(error.code, pattern) || said.has_code(pattern);
}

bool ErrorCase::is_azure() const { return profile.type == ProviderType::azure || core::is_azure_host(host()); }

void add_hint(const core::Profile& profile, Error& error, std::string_view body) {
  if (!error.hint.empty()) return;
  const Envelope said = read_envelope(body);
  const ErrorCase c{.profile = profile, .error = error, .said = said};
  for (const Advice advise : kAdvice) {
    error.hint = advise(c);
    if (!error.hint.empty()) return;
  }
}

}  // namespace byok::wire
