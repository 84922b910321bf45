// Credential resolution: from where a key lies to the Secret itself: environment, file, literal or command.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "config/command.hpp"
#include "config/config.hpp"
#include "core/profile.hpp"

namespace byok::config {

// The secret that will be sent, trimmed, a leading `Bearer ` dropped (rule 11, with a warning), checked by rules 11 and
// 12 (the value is never shown). An empty Secret when the profile has no credential. Kinds of failure: config (unset
// variable, unreadable file, not a key), auth (a command that fails, hangs or prints nothing).
// `again`: skip what is cached, run the command anew.
[[nodiscard]] base::Result<base::Secret> resolve_credential(const Config& config, const core::Profile& profile,
                                                            const CredentialContext& context, bool again,
                                                            std::vector<std::string>& warnings);

// The same, with the time (seconds since 1970) from which it should be resolved anew; absent: good for the whole run.
struct KeptSecret {
  base::Secret secret;
  std::optional<std::int64_t> stale_at;
};
[[nodiscard]] base::Result<KeptSecret> resolve_kept_credential(const Config& config, const core::Profile& profile,
                                                               const CredentialContext& context, bool again,
                                                               std::vector<std::string>& warnings);

// What a token command printed: the secret, or JSON with token/accessToken and expires_on/expiresOn. Pure.
struct Minted {
  base::Secret secret;
  std::optional<std::int64_t> expires_at;  // seconds since 1970: from the JSON, else the JWT's exp
};
[[nodiscard]] base::Result<Minted> parse_command_output(std::string_view output);

}  // namespace byok::config
