// Redirects, which byok does not follow: what to write instead.
#pragma once

#include "base/result.hpp"
#include "core/http.hpp"
#include "core/profile.hpp"

namespace byok::wire {

// An answer of status 3xx, explained: where it leads, and the base_url that leads there at once.
[[nodiscard]] base::Error explain_redirect(const core::Profile& profile, const core::HttpHead& head);

}  // namespace byok::wire
