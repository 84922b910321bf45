// How a command that fails says so: on stderr for people, as a result object on stdout for scripts.
#pragma once

#include "base/result.hpp"
#include "cli/context.hpp"
#include "core/profile.hpp"

namespace byok::cli {

// Reports the error and returns its exit code. With `as_json`, the result object goes to stdout as well; it names the
// profile where one is given.
[[nodiscard]] int fail_command(Context& context, const base::Error& error, bool as_json,
                               const core::Profile* profile = nullptr);

}  // namespace byok::cli
