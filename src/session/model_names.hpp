// ModelNames: what a word that a person typed may mean among the models that are listed. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/model_info.hpp"

namespace byok::session {

// The one listed model that the word means: by its id, else the only one by its id in another case, by its name, or by
// the beginning of its id up to a separator (`phi-4-mini` for `Phi-4-mini-instruct-generic-cpu:5`; of several, the one
// tagged `:latest`). Null where there is none or it could be several. Points into `models`.
[[nodiscard]] const core::ModelInfo* find_model(std::string_view word, const std::vector<core::ModelInfo>& models);

// The ids that the word may have been meant for, the likeliest first, at most `most`: those that begin with it or are
// named so, hold it, differ in a few letters, or share most of its parts.
[[nodiscard]] std::vector<std::string> nearest_models(std::string_view word, const std::vector<core::ModelInfo>& models,
                                                      std::size_t most);

}  // namespace byok::session
