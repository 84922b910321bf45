// Catalog: the models that a profile can use: its own list, or the provider's, kept for an hour.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "core/model_info.hpp"
#include "core/profile.hpp"
#include "transport/transport.hpp"

namespace byok::session {

struct CatalogOptions {
  std::filesystem::path cache_directory;  // empty: nothing is kept
  bool refresh = false;                   // ask even when a list was kept within the hour
  bool details = true;                    // false: the list alone, which is then not kept
  std::int64_t now = 0;                   // seconds since 1970
  std::optional<std::chrono::steady_clock::time_point> deadline;
  int interrupt = -1;
  std::function<base::Result<base::Secret>(bool again)> secret;
};

// The profile's own list, else the kept one, else the provider's: all pages, until an id repeats or 100 were read, with
// what the server tells of its models elsewhere (within 5 s, and without a failure where it does not). Errors as those
// of a turn.
[[nodiscard]] base::Result<std::vector<core::ModelInfo>> list_models(transport::Transport& transport,
                                                                     const core::Profile& profile,
                                                                     const CatalogOptions& options);

// What the cache holds for the profile and is no older than an hour; empty where it holds nothing
// that can be read.
[[nodiscard]] std::vector<core::ModelInfo> cached_models(const core::Profile& profile, const CatalogOptions& options);

// JSON under the Copilot SDK's names; absent fields are left out.
[[nodiscard]] std::string to_json(const std::vector<core::ModelInfo>& models);
[[nodiscard]] std::string to_json(const core::ModelInfo& model);

}  // namespace byok::session
