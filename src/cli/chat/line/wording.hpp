// Wording: errors that were worded for the command line, said as a conversation can heed them. Pure.
#pragma once

#include "base/result.hpp"

namespace byok::cli {

// Options become what can be typed at the prompt, or the profile's key; what only repeats "/retry" goes.
[[nodiscard]] base::Error said_at_prompt(base::Error error);

}  // namespace byok::cli
