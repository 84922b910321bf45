// The check of the credential: where it lies, whether it can be had, and what its form says.
#include <fmt/format.h>

#include <algorithm>

#include "config/credential.hpp"
#include "core/http.hpp"
#include "doctor/checks.hpp"
#include "doctor/claims.hpp"
#include "wire/wire.hpp"

namespace byok::doctor {
namespace {

using core::Credential;

std::string_view key_of(const Credential& credential) {
  return credential.slot == Credential::Slot::bearer_token ? "bearer_token" : "api_key";
}

bool is_minted(const Credential& credential) {
  return credential.source == Credential::Source::command || credential.source == Credential::Source::shell_command;
}

// Fills in the case's secret; what is wrong becomes part of the finding.
void read_secret(Case& c, Finding& finding) {
  const Credential& credential = c.profile->credential;
  std::vector<std::string> warnings;
  const config::CredentialContext context{.interrupt = c.options.interrupt, .deadline = c.deadline};
  auto secret = config::resolve_credential(c.config, *c.profile, context, false, warnings);
  for (std::string& warning : warnings) {
    finding.warn("credential-form", std::move(warning), fmt::format("remove it from {}", credential.where));
  }
  if (!secret) {
    base::Error error = std::move(secret).error();
    // A command that outlasts the check is a credential that cannot be had.
    if (error.kind == base::ErrorKind::timeout) error.kind = base::ErrorKind::auth;
    finding.fail(error, fmt::format("check {}", credential.where));
    return;
  }
  c.secret = *std::move(secret);
  if (c.options.on_secret) c.options.on_secret(c.secret.reveal());
  finding.seen =
      fmt::format("{} from {}, {} characters", key_of(credential), credential.where, c.secret.reveal().size());
  if (const auto claims = read_claims(c.secret.reveal())) {
    judge_claims(c, *claims, seconds_now(), finding);
  } else {
    judge_key_form(c, c.secret.reveal(), finding);
  }
}

}  // namespace

Finding check_credential(Case& c) {
  Finding finding;
  finding.diagnoses = c.on_credential;
  if (finding.status() == Status::fail) return finding;
  if (!c.profile) return skipped("after profile rules");
  const core::Profile& profile = *c.profile;
  const auto own = std::ranges::find_if(profile.headers,
                                        [](const core::Header& header) { return wire::is_auth_header(header.name); });
  if (own != profile.headers.end()) {
    finding.seen = fmt::format("the header {} of the profile", own->name);
    return finding;
  }
  if (profile.credential.slot == Credential::Slot::none) {
    finding.seen = "none is configured, and none will be sent";
    return finding;
  }
  finding.seen = fmt::format("{} from {}", key_of(profile.credential), profile.credential.where);
  if (c.options.is_offline && is_minted(profile.credential)) {
    return skipped(fmt::format("{}, which --offline does not run", profile.credential.where));
  }
  read_secret(c, finding);
  return finding;
}

}  // namespace byok::doctor
