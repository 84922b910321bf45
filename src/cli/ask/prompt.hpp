// Prompt: the text that is sent, put together from words, files and standard input.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/ask/options.hpp"
#include "cli/context.hpp"

namespace byok::cli {

// Fails with ErrorKind::usage (no prompt, binary input, a file that cannot be read), ErrorKind::context_length (longer
// than max_input), ErrorKind::cancelled and ErrorKind::timeout (while standard input was waited for). Warnings about
// replaced bytes are printed.
[[nodiscard]] base::Result<std::string> assemble_prompt(const AskOptions& options, Context& context,
                                                        std::optional<std::chrono::steady_clock::time_point> deadline);

// Pure: a file as it stands in the prompt: its path, then the content between fences longer than any run inside.
[[nodiscard]] std::string fenced_file(std::string_view path, std::string_view content);

}  // namespace byok::cli
