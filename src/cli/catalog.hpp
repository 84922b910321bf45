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

// Where the cache is and what time it is; the rest as by default.
[[nodiscard]] session::CatalogOptions catalog_options(const Context& context);

// The profile's own list, or a kept one; nobody is asked.
[[nodiscard]] std::vector<core::ModelInfo> models_at_hand(const core::Profile& profile, const Context& context);

// `session::list_models` with the run's transport, credential and interrupt; the run's deadline bounds that of
// `options`.
[[nodiscard]] base::Result<std::vector<core::ModelInfo>> fetch_models(const Launched& launched, Context& context,
                                                                      session::CatalogOptions options);

}  // namespace byok::cli
