// Resolve: a profile from its configuration, with what only the running machine can tell: where Foundry Local listens.
#pragma once

#include <expected>

#include "cli/context.hpp"
#include "config/config.hpp"

namespace byok::cli {

// `Config::resolve`; and where only Foundry Local's port is missing, its program is asked (10 s, an interrupt ends it)
// and the profile resolved with it. The answer is kept in the context for the run. A `<PORT>` that the user's own
// base_url holds stays an error, whose hint then has the line with the port found. ErrorKind::network when Foundry
// Local does not run or does not tell, config when it is not installed.
[[nodiscard]] std::expected<config::Resolved, config::Failure> resolve_profile(const config::Config& config,
                                                                               config::Overrides overrides,
                                                                               Context& context);

}  // namespace byok::cli
