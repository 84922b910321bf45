// Claims: what a token or key says of itself, and whether it fits where it is to be sent. Pure; never holds the value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/profile.hpp"
#include "doctor/case.hpp"

namespace byok::doctor {

// A JWT's claims that are shown (RFC 7519, section 4.1; `tid` is Entra's tenant). Absent ones are empty.
struct Claims {
  std::string audience;
  std::string tenant;
  std::optional<std::int64_t> ends;    // exp, seconds since 1970
  std::optional<std::int64_t> issued;  // iat
};
// Nothing for a text that is no JWT.
[[nodiscard]] std::optional<Claims> read_claims(std::string_view token);

// The time now, in seconds since 1970.
[[nodiscard]] std::int64_t seconds_now();
// "2026-11-27 02:30 UTC"
[[nodiscard]] std::string utc_text(std::int64_t seconds);

// Judges the claims for the case's host at `now` (seconds since 1970).
void judge_claims(const Case& c, const Claims& claims, std::int64_t now, Finding& finding);

// Says so where the key's form is that of another provider than the host's: it would be shown to a stranger.
void judge_key_form(const Case& c, std::string_view key, Finding& finding);

}  // namespace byok::doctor
