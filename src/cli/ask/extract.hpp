// Extraction of a fenced code block from a reply (CommonMark 0.31, section 4.5). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace byok::cli {

// The content of the first fenced code block, or nothing. A block that is never closed ends with the text, as
// CommonMark has it.
[[nodiscard]] std::optional<std::string> first_code_block(std::string_view markdown);

}  // namespace byok::cli
