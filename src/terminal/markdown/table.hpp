// Tables of markdown, laid out once all of their lines are there. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace byok::terminal {

// Whether a line is the one below a table's head, as |---|:-:|.
[[nodiscard]] bool is_table_rule(std::string_view line);

// Appends the table whose first line is its head and whose second its rule. Where it would be wider than `width`
// columns (0: no width is too small), cells go on in further rows, with a rule between the table's rows. False, and
// nothing appended, when a cell would be narrower than 8 columns so, or there are more than 64. A row with fewer cells
// than the head is filled up; what it has more stays in its last cell.
[[nodiscard]] bool append_table(std::span<const std::string> lines, std::size_t width, bool is_styled,
                                std::string& out);

}  // namespace byok::terminal
