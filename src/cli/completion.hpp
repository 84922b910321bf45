// Completion: scripts that complete byok's commands and options in a shell, made from the command table.
#pragma once

#include <string>
#include <string_view>

namespace byok::cli {

// For "bash", "zsh" or "fish"; empty for any other word.
[[nodiscard]] std::string completion_script(std::string_view shell);

}  // namespace byok::cli
