// PickModel: where no model is named, a person takes one from a list.
#pragma once

#include <string>

#include "base/result.hpp"
#include "cli/context.hpp"
#include "config/config.hpp"
#include "terminal/line_editor.hpp"

namespace byok::cli {

// Shows what the profile can use, from its own list, the kept one or the provider (10 s), and waits for a number or a
// name. The id; empty where nobody took one, or there is none to take. Fails where the provider cannot be asked.
[[nodiscard]] base::Result<std::string> pick_model(const config::Overrides& overrides, terminal::LineEditor& editor,
                                                   Context& context);

}  // namespace byok::cli
