// A model that is not named: the error that helps, and the one case where it can be filled in.
#pragma once

#include "base/result.hpp"
#include "cli/launch.hpp"

namespace byok::cli {

// `launch`, and where it fails only because no model is named: a loopback server that serves exactly one is taken at
// its word (said on stderr, for built-in profiles), else the error lists up to 8 models, from the cache or asked of a
// loopback server (2 s), and the command that keeps one. A remote server is never asked.
[[nodiscard]] base::Result<Launched> launch_with_model(const config::Overrides& overrides, Context& context);

}  // namespace byok::cli
