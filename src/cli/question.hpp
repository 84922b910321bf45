// Question: what a person is asked before something is done that cannot be taken back.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "cli/context.hpp"

namespace byok::cli {

// A person can be asked: what is asked and what is answered are both on a terminal.
[[nodiscard]] bool can_ask(const Context& context);

// Whether the answer is yes: "QUESTION [y/N] " on stderr, a line from standard input. The question is made safe for a
// terminal. ErrorKind::cancelled when it was interrupted.
[[nodiscard]] base::Result<bool> ask_consent(std::string_view question, const Context& context);

}  // namespace byok::cli
