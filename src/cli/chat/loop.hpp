// Loop: reads what a person or a pipe says, line by line, and does it, until the conversation is over.
#pragma once

#include <string_view>

#include "cli/chat/state.hpp"

namespace byok::cli {

// `first` is what the command line says already, or empty. The exit code.
[[nodiscard]] int run_loop(Chat& chat, std::string_view first);

}  // namespace byok::cli
