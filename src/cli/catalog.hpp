// The catalog of models as commands use it: with the run's transport, cache, clock and credential.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/result.hpp"
#include "cli/context.hpp"
#include "cli/launch.hpp"
#include "session/catalog.hpp"

namespace byok::cli {

[[nodiscard]] std::int64_t seconds_since_1970();

// Where what providers refuse is kept; empty without a cache directory.
[[nodiscard]] std::filesystem::path adaptations_file(const Context& context);

[[nodiscard]] base::Result<std::vector<core::ModelInfo>> fetch_models(const Launched& launched, Context& context,
                                                                      bool refresh);

}  // namespace byok::cli
