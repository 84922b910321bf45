// Reading and judging what tokens say, and the forms of well-known providers' keys.
#include "doctor/claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "base/text.hpp"
#include "wire/json.hpp"

namespace byok::doctor {
namespace {

using base::ErrorKind;
using core::Credential;
using core::ProviderType;
using wire::Json;

constexpr std::int64_t kSkew = 300;  // seconds that clocks may differ, as Entra itself allows

bool is_minted(const Credential& credential) {
  return credential.source == Credential::Source::command || credential.source == Credential::Source::shell_command;
}

// Azure OpenAI takes tokens for these (wire.md, 1.1), in each of its clouds.
bool is_azure_audience(std::string_view audience) {
  while (audience.ends_with('/')) audience.remove_suffix(1);
  static constexpr auto kKnown =
      std::to_array<std::string_view>({"https://cognitiveservices.azure.com", "https://cognitiveservices.azure.us",
                                       "https://cognitiveservices.azure.cn", "https://ai.azure.com",
                                       "https://ml.azure.com", "7d312290-28c8-473c-a0ed-8e53749b6d6d"});
  return std::ranges::find(kKnown, audience) != kKnown.end();
}

std::string scope_for(const core::Profile& profile) {
  const std::string& host = profile.base_url.host();
  const std::string_view cloud = host.ends_with(".us") ? "us" : host.ends_with(".cn") ? "cn" : "com";
  return fmt::format("https://cognitiveservices.azure.{}/.default", cloud);
}

std::string mint_with_az(const Case& c) {
  return how_to_set(
      c, {{"bearer_token", fmt::format("{{command: [az, account, get-access-token, --scope, \"{}\", -o, json]}}",
                                       scope_for(*c.profile))}});
}

std::string renew(const Case& c) {
  const Credential& credential = c.profile->credential;
  if (is_minted(credential))
    return fmt::format("sign in again, so that {} prints a new one (az: `az login`)", credential.where);
  if (core::is_azure_host(c.profile->base_url.host())) return mint_with_az(c);
  return fmt::format(
      "put a new token into {}, or let a command mint it:\n  bearer_token: {{command: [PROGRAM, ARGUMENT]}}",
      credential.where);
}

std::string span_text(std::int64_t seconds) {
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", seconds / 60);
  if (seconds < 172'800) return fmt::format("{} h", seconds / 3600);
  return fmt::format("{} days", seconds / 86'400);
}

struct KeyForm {
  std::string_view start;
  std::string_view provider;
  std::string_view host;
  std::string_view base_url;
  std::string_view type;
};
// The longest start that fits counts.
constexpr auto kKeyForms = std::to_array<KeyForm>({
    {"sk-ant-", "Anthropic", "api.anthropic.com", "https://api.anthropic.com", "anthropic"},
    {"sk-or-", "OpenRouter", "openrouter.ai", "https://openrouter.ai/api/v1", "openai"},
    {"sk-proj-", "OpenAI", "api.openai.com", "https://api.openai.com/v1", "openai"},
    {"gsk_", "Groq", "api.groq.com", "https://api.groq.com/openai/v1", "openai"},
    {"xai-", "xAI", "api.x.ai", "https://api.x.ai/v1", "openai"},
    {"AIza", "Google", "generativelanguage.googleapis.com", "https://generativelanguage.googleapis.com/v1beta/openai",
     "openai"},
    {"hf_", "Hugging Face", "router.huggingface.co", "https://router.huggingface.co/v1", "openai"},
    {"nvapi-", "NVIDIA", "integrate.api.nvidia.com", "https://integrate.api.nvidia.com/v1", "openai"},
});

bool is_public_host(std::string_view host) {
  return core::is_azure_host(host) || host.ends_with(".openai.com") ||
         std::ranges::find(kKeyForms, host, &KeyForm::host) != kKeyForms.end();
}

}  // namespace

std::optional<Claims> read_claims(std::string_view token) {
  const auto parts = base::split(token, '.');
  if (parts.size() != 3) return std::nullopt;
  const auto payload = base::base64url_decode(parts[1]);
  if (!payload) return std::nullopt;
  const Json json = Json::parse(*payload);
  if (!json.is_object()) return std::nullopt;
  Json audience = json["aud"];
  Json::Cursor several(audience.is_array() ? audience : Json());
  if (several.next()) audience = several.value();
  return Claims{.audience = audience.str(),
                .tenant = json["tid"].str(),
                .ends = json["exp"].integer(),
                .issued = json["iat"].integer()};
}

std::int64_t seconds_now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(since).count();
}

std::string utc_text(std::int64_t seconds) {
  constexpr std::int64_t kLast = 253'402'300'799;  // the end of the year 9999
  using namespace std::chrono;
  const sys_seconds time(std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, kLast)));
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02} UTC", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count());
}

void judge_claims(const Case& c, const Claims& claims, std::int64_t now, Finding& finding) {
  const auto show = [&finding](std::string_view name, const std::string& value) {
    if (!value.empty()) finding.details.push_back(fmt::format("{} {}", name, value));
  };
  show("aud", base::abbreviate(claims.audience, 120));
  show("tid", base::abbreviate(claims.tenant, 60));
  if (claims.ends) show("exp", utc_text(*claims.ends));
  if (claims.issued && *claims.issued > now + kSkew) {
    finding.warn("clock",
                 fmt::format("the token was issued in the future: this machine's clock says {}", utc_text(now)),
                 "set the clock: `sudo timedatectl set-ntp true`");
  }
  if (claims.ends && *claims.ends <= now) {
    finding.fail(ErrorKind::auth, "token-expired",
                 fmt::format("the token expired {} ago, at {}", span_text(now - *claims.ends), utc_text(*claims.ends)),
                 renew(c));
  } else if (claims.ends && *claims.ends < now + kSkew) {
    finding.warn("token-expires", fmt::format("the token expires in {}", span_text(*claims.ends - now)), renew(c));
  }
  const bool is_azure = core::is_azure_host(c.profile->base_url.host());
  if (is_azure && !claims.audience.empty() && !is_azure_audience(claims.audience)) {
    finding.fail(ErrorKind::auth, "token-audience",
                 fmt::format("the token is for {}, not for Azure OpenAI", base::abbreviate(claims.audience, 120)),
                 mint_with_az(c));
  }
}

void judge_key_form(const Case& c, std::string_view key, Finding& finding) {
  const std::string& host = c.profile->base_url.host();
  const auto* const form =
      std::ranges::find_if(kKeyForms, [key](const KeyForm& row) { return key.starts_with(row.start); });
  if (form == kKeyForms.end() || host == form->host || !is_public_host(host)) return;
  if (form->provider == "OpenAI" && host.ends_with(".openai.com")) return;
  Settings settings{{"base_url", std::string(form->base_url)}};
  const std::string_view type = core::to_string(c.profile->type);
  if (type != form->type) settings.emplace_back("type", std::string(form->type));
  finding.fail(
      ErrorKind::config, "key-of-another",
      fmt::format("the key has the form of {}'s, and {} is not {}'s host", form->provider, host, form->provider),
      fmt::format("{}\nor put a key of {} into {}", how_to_set(c, settings), host, c.profile->credential.where));
}

}  // namespace byok::doctor
