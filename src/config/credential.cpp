// From a Credential to its Secret: read or run the source, judge the value, keep what a command minted.
#include "config/credential.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "config/interpolate.hpp"
#include "config/secret_rules.hpp"
#include "config/token_cache.hpp"

namespace byok::config {
namespace {

using base::ErrorKind;
using base::Result;
using core::Credential;

// A token is not used in its last minutes: a request that begins in time must not end too late.
constexpr std::int64_t kMargin = 300;

std::int64_t seconds_now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(since).count();
}

std::string_view key_of(const Credential& credential) {
  return credential.slot == Credential::Slot::bearer_token ? "bearer_token" : "api_key";
}

// The message names the line, or else the source, in front of what happened.
base::Error named(base::Error error, const core::Profile& profile) {
  const auto origin = profile.origins.find(key_of(profile.credential));
  const std::string& place = origin != profile.origins.end() ? origin->second : profile.credential.where;
  error.message =
      fmt::format("{}{}`{}`: {}", place, place.empty() ? "" : ": ", key_of(profile.credential), error.message);
  return error;
}

std::vector<std::string> argv_of(const Credential& credential) {
  if (credential.source == Credential::Source::shell_command) return {"sh", "-c", credential.text};
  return credential.command;
}

std::optional<std::int64_t> stale_time(const Minted& minted, const Credential& credential, std::int64_t now) {
  if (minted.expires_at) return *minted.expires_at - kMargin;
  if (!credential.ttl) return std::nullopt;
  return now + std::chrono::duration_cast<std::chrono::seconds>(*credential.ttl).count();
}

Result<Minted> run(const Config& config, const Credential& credential, const CredentialContext& context) {
  BYOK_TRY(std::string output, run_command(argv_of(credential), credential.timeout, context, config.environment()));
  Result<Minted> minted = parse_command_output(output);
  base::wipe(output);
  return minted;
}

Result<KeptSecret> mint(const Config& config, const core::Profile& profile, const CredentialContext& context,
                        std::vector<std::string>& warnings) {
  const Credential& credential = profile.credential;
  Result<Minted> minted = run(config, credential, context);
  if (!minted) return std::unexpected(named(std::move(minted).error(), profile));
  const std::int64_t now = seconds_now();
  if (const auto end = minted->expires_at; end && *end <= now) {
    base::Error error;
    error.kind = ErrorKind::auth;
    error.message = fmt::format("the command printed an expired token: it ended {} s ago", now - *end);
    error.hint = "sign in again with the tool that prints it, or set this machine's clock";
    return std::unexpected(named(std::move(error), profile));
  }
  BYOK_TRY(base::Secret secret,
           accept_secret(std::string(minted->secret.reveal()), credential.slot, credential.where, warnings));
  return KeptSecret{std::move(secret), stale_time(*minted, credential, now)};
}

Result<KeptSecret> from_command(const Config& config, const core::Profile& profile, const CredentialContext& context,
                                bool again, std::vector<std::string>& warnings) {
  const Credential& credential = profile.credential;
  if (!credential.cache) return mint(config, profile, context, warnings);
  const TokenCache cache(config.environment(), argv_of(credential), profile.base_url.origin());
  if (!again) {
    if (auto entry = cache.find(seconds_now())) return KeptSecret{std::move(entry->secret), entry->stale_at};
  }
  BYOK_TRY(KeptSecret kept, mint(config, profile, context, warnings));
  if (kept.stale_at && *kept.stale_at > seconds_now()) cache.store(kept.secret.reveal(), *kept.stale_at);
  return kept;
}

// The paths in the text are whole: config made them so when it read the file.
Result<std::string> from_text(const Config& config, const core::Profile& profile, std::vector<std::string>& warnings) {
  Result<std::string> text = interpolate(profile.credential.text, config.environment(), {}, warnings);
  if (!text) return std::unexpected(named(std::move(text).error(), profile));
  return text;
}

}  // namespace

Result<KeptSecret> resolve_kept_credential(const Config& config, const core::Profile& profile,
                                           const CredentialContext& context, bool again,
                                           std::vector<std::string>& warnings) {
  const Credential& credential = profile.credential;
  if (credential.slot == Credential::Slot::none) return KeptSecret{};
  std::string value;
  switch (credential.source) {
    case Credential::Source::none:
      return KeptSecret{};
    case Credential::Source::command:
    case Credential::Source::shell_command:
      return from_command(config, profile, context, again, warnings);
    case Credential::Source::literal:
      value = config.literal(credential.literal_place);
      break;
    case Credential::Source::text: {
      BYOK_TRY(value, from_text(config, profile, warnings));
      break;
    }
  }
  BYOK_TRY(base::Secret secret, accept_secret(std::move(value), credential.slot, credential.where, warnings));
  return KeptSecret{std::move(secret), std::nullopt};
}

Result<base::Secret> resolve_credential(const Config& config, const core::Profile& profile,
                                        const CredentialContext& context, bool again,
                                        std::vector<std::string>& warnings) {
  BYOK_TRY(KeptSecret kept, resolve_kept_credential(config, profile, context, again, warnings));
  return std::move(kept.secret);
}

}  // namespace byok::config
