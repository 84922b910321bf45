// Width: how many columns a character takes on a terminal, and where what a person sees as one character ends. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace byok::terminal {

// 0 for what combines with the character before it or is not seen, 2 for wide characters, else 1. The table is our own:
// wcwidth depends on the process's locale, which byok does not set, and on the C library's age.
[[nodiscard]] std::size_t width_of(char32_t code_point);
// The sum over a text without controls. An invalid sequence counts as the one column of its replacement.
[[nodiscard]] std::size_t width_of(std::string_view text);

// A byte of a UTF-8 sequence after its first.
[[nodiscard]] bool is_continuation(char c);
// The byte offset after the character that begins at `at`, with all that combines with it; `text.size()` at the end.
[[nodiscard]] std::size_t next_character(std::string_view text, std::size_t at);
// The byte offset at which the character before `at` begins; 0 at the beginning.
[[nodiscard]] std::size_t previous_character(std::string_view text, std::size_t at);

}  // namespace byok::terminal
