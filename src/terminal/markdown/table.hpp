// Tables of markdown, laid out once all of their lines are there. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace byok::terminal {

// Whether a line is the one below a table's head, as |---|:-:|.
[[nodiscard]] bool is_table_rule(std::string_view line);

// Appends the table whose first line is its head and whose second its rule. False, and nothing appended, when it would
// be wider than `width` columns (0: no width is too small), has more than 64 columns, or a row with more than its head.
[[nodiscard]] bool append_table(std::span<const std::string> lines, std::size_t width, bool is_styled,
                                std::string& out);

}  // namespace byok::terminal
