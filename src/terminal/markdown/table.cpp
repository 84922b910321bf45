// Cells are rendered first, because only then their widths are known.
#include "terminal/markdown/table.hpp"

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "terminal/markdown/flow.hpp"
#include "terminal/markdown/spans.hpp"

namespace byok::terminal {
namespace {

constexpr std::string_view kBetween = " │ ";
constexpr std::size_t kBetweenWidth = 3;
constexpr std::size_t kMostColumns = 64;

enum class Side { left, right, middle };

struct Cell {
  std::string bytes;
  std::size_t width = 0;
};

std::vector<std::string_view> cells_of(std::string_view line) {
  line = base::trim(line);
  if (line.starts_with('|')) line.remove_prefix(1);
  std::vector<std::string_view> cells;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '\\') {
      ++at;
    } else if (line[at] == '|') {
      cells.push_back(base::trim(line.substr(begin, at - begin)));
      begin = at + 1;
    }
  }
  if (begin < line.size()) cells.push_back(base::trim(line.substr(begin)));
  return cells;
}

Cell rendered(std::string_view text, Look look, bool is_styled) {
  Cell cell;
  Flow flow(0, is_styled);
  Spans spans;
  const SpanTarget target{.flow = flow, .out = cell.bytes, .look = look};
  spans.append(text, target);
  spans.end_line(target);
  flow.end_text(cell.bytes);
  cell.width = flow.column();
  return cell;
}

Side side_of(std::string_view rule) {
  if (!rule.ends_with(':')) return Side::left;
  return rule.starts_with(':') ? Side::middle : Side::right;
}

void append_repeated(std::size_t count, std::string_view text, std::string& out) {
  for (; count > 0; --count) out.append(text);
}

}  // namespace

bool is_table_rule(std::string_view line) {
  const std::vector<std::string_view> cells = cells_of(line);
  return !cells.empty() && std::ranges::all_of(cells, [](std::string_view cell) {
    if (cell.starts_with(':')) cell.remove_prefix(1);
    if (cell.ends_with(':')) cell.remove_suffix(1);
    return !cell.empty() && cell.find_first_not_of('-') == std::string_view::npos;
  });
}

bool append_table(std::span<const std::string> lines, std::size_t width, bool is_styled, std::string& out) {
  std::vector<Side> sides;
  for (const std::string_view rule : cells_of(lines[1])) sides.push_back(side_of(rule));
  if (sides.size() > kMostColumns) return false;
  std::vector<std::size_t> widths(sides.size(), 1);
  std::vector<std::vector<Cell>> rows;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i == 1) continue;
    std::vector<Cell> row;
    for (const std::string_view text : cells_of(lines[i])) {
      row.push_back(rendered(text, i == 0 ? kBoldLook : kPlain, is_styled));
    }
    // A row with other cells than the head would lose some, or is no row of this table.
    if (row.size() > sides.size()) return false;
    row.resize(sides.size());
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], row[column].width);
    }
    rows.push_back(std::move(row));
  }
  std::size_t total = kBetweenWidth * (widths.size() - 1);
  for (const std::size_t each : widths) total += each;
  if (width > 0 && total > width) return false;
  for (const std::vector<Cell>& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      const std::size_t free = widths[column] - row[column].width;
      const std::size_t before = sides[column] == Side::left ? 0 : sides[column] == Side::right ? free : free / 2;
      if (column > 0) out.append(kBetween);
      out.append(before, ' ').append(row[column].bytes);
      if (column + 1 < row.size()) out.append(free - before, ' ');
    }
    out.append("\n");
    if (&row != rows.data()) continue;
    for (std::size_t column = 0; column < widths.size(); ++column) {
      if (column > 0) out.append("─┼─");
      append_repeated(widths[column], "─", out);
    }
    out.append("\n");
  }
  return true;
}

}  // namespace byok::terminal
