// ModelTable: models as lines of columns for people to read. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/model_info.hpp"

namespace byok::cli {

// "131072", or "-" for what is not known; "yes", "no", "-".
[[nodiscard]] std::string count_text(const std::optional<std::int64_t>& count);
[[nodiscard]] std::string yes_no(const std::optional<bool>& value);

// A heading and a line a model, sorted by id without regard to case, made safe for a terminal. With a `width`, no line
// is longer: names are cut first and then left out, then the columns from the right, ids are cut last and in their
// middle. A name that no model has is left out in any case.
[[nodiscard]] std::string model_table(std::vector<core::ModelInfo> models, std::optional<std::size_t> width);

}  // namespace byok::cli
