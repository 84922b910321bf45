// ModelCache: the file that keeps a model list for an hour; reading it is part of catalog.hpp.
#pragma once

#include <vector>

#include "core/model_info.hpp"
#include "core/profile.hpp"
#include "session/catalog.hpp"

namespace byok::session {

// Writes the list whole (mode 0600), or not at all: one that cannot be kept is asked for again.
void keep_models(const core::Profile& profile, const CatalogOptions& options,
                 const std::vector<core::ModelInfo>& models);

}  // namespace byok::session
