// Continuation: when a typed text goes on in the next line, and what it is without the marks for that. Pure.
#pragma once

#include <string>
#include <string_view>

namespace byok::terminal {

inline constexpr std::string_view kTextQuotes = "\"\"\"";

// Whether the text begins with quotes that nothing in it closes: an Enter is then a newline of it.
[[nodiscard]] bool is_open_text(std::string_view text);
// Whether an odd number of \ stands at the end; the last one means a newline. (An even number is that many in the
// text.)
[[nodiscard]] bool ends_with_backslash(std::string_view text);
// The TEXT of """TEXT""" without one newline at each end, where the quotes are the first and last of the text; any
// other text as it is.
[[nodiscard]] std::string without_quotes(std::string_view text);

}  // namespace byok::terminal
