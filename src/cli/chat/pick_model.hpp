// PickModel: where no model is named, a person takes one from a list, or types its id.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/context.hpp"
#include "cli/missing_model.hpp"
#include "terminal/line_editor.hpp"

namespace byok::cli {

// The code of an error that says only that the person took none: by Ctrl-C, then it is ErrorKind::cancelled, or by
// Ctrl-D.
inline constexpr std::string_view kNoneTaken = "no-model-taken";

// Shows what there is to choose from, and waits for a number or an id; one that is not listed is taken after a
// question.
[[nodiscard]] base::Result<std::string> pick_model(const ModelChoice& choice, terminal::LineEditor& editor,
                                                   Context& context);

}  // namespace byok::cli
