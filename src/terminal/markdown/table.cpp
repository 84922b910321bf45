// Cells are rendered first, because only then their widths are known.
#include "terminal/markdown/table.hpp"

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "terminal/markdown/flow.hpp"
#include "terminal/markdown/spans.hpp"
#include "terminal/width.hpp"

namespace byok::terminal {
namespace {

constexpr std::string_view kBetween = " │ ";
constexpr std::size_t kBetweenWidth = 3;
constexpr std::size_t kMostColumns = 64;
constexpr std::size_t kNarrowest = 8;  // columns of a cell that is wrapped
constexpr std::string_view kPlainSequence = "\x1b[0m";

enum class Side { left, right, middle };

struct Cell {
  std::string bytes;
  std::size_t width = 0;
};

// Behind the code that begins at `at`, or behind its marks where it has no end. Models write a | in code as it is.
std::size_t code_end(std::string_view line, std::size_t at) {
  const auto run_from = [line](std::size_t from) {
    return std::min(line.find_first_not_of('`', from), line.size()) - from;
  };
  const std::size_t length = run_from(at);
  for (std::size_t next = line.find('`', at + length); next != std::string_view::npos; next = line.find('`', next)) {
    const std::size_t run = run_from(next);
    next += run;
    if (run == length) return next;
  }
  return at + length;
}

// At most `most`: the last one holds what is too much.
std::vector<std::string_view> cells_of(std::string_view line, std::size_t most = std::string_view::npos) {
  line = base::trim(line);
  if (line.starts_with('|')) line.remove_prefix(1);
  if (line.ends_with('|') && !line.ends_with("\\|")) line.remove_suffix(1);
  std::vector<std::string_view> cells;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '\\') {
      ++at;
    } else if (line[at] == '`') {
      at = code_end(line, at) - 1;
    } else if (line[at] == '|' && cells.size() + 1 < most) {
      cells.push_back(base::trim(line.substr(begin, at - begin)));
      begin = at + 1;
    }
  }
  cells.push_back(base::trim(line.substr(begin)));
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

using Row = std::vector<Cell>;
struct Table {
  std::vector<Side> sides;
  std::vector<std::size_t> widths;
  std::vector<Row> rows;  // the head is the first
};

// A row has as many cells as the head: what is missing is empty, and what is too much stays in the last.
Row row_of(std::string_view line, std::size_t count, Look look, bool is_styled) {
  Row row;
  for (const std::string_view text : cells_of(line, count)) row.push_back(rendered(text, look, is_styled));
  row.resize(count);
  return row;
}

// Makes the widest columns narrower, until all are within `width`. False where they would be too narrow to read.
bool shrink(std::vector<std::size_t>& widths, std::size_t width) {
  const std::size_t between = kBetweenWidth * (widths.size() - 1);
  const auto total_at = [&](std::size_t most) {
    std::size_t total = between;
    for (const std::size_t each : widths) total += std::min(each, most);
    return total;
  };
  if (total_at(kNarrowest) > width) return false;
  std::size_t most = *std::ranges::max_element(widths);
  if (total_at(most) <= width) return true;
  while (total_at(most) > width) --most;
  std::size_t left = width - total_at(most);
  for (std::size_t& each : widths) {
    if (each <= most) continue;
    each = most + (left > 0 ? 1 : 0);
    if (left > 0) --left;
  }
  return true;
}

// What a person sees as one character, with the sequence of its look; none where it is plain.
struct Glyph {
  std::string_view bytes, look;
  std::size_t width = 0;
};

std::vector<Glyph> glyphs_of(std::string_view bytes) {
  std::vector<Glyph> glyphs;
  std::string_view look;
  for (std::size_t at = 0; at < bytes.size();) {
    if (bytes[at] == '\x1b') {
      const std::size_t end = bytes.find('m', at) + 1;
      look = bytes.substr(at, end - at);
      if (look == kPlainSequence) look = {};
      at = end;
      continue;
    }
    std::size_t end = next_character(bytes, at);
    end = std::min(end, bytes.find('\x1b', at));
    const std::string_view character = bytes.substr(at, end - at);
    glyphs.push_back({.bytes = character, .look = look, .width = width_of(character)});
    at = end;
  }
  return glyphs;
}

Cell line_of(std::span<const Glyph> glyphs) {
  Cell line;
  std::string_view look;
  for (const Glyph& each : glyphs) {
    if (each.look != look) line.bytes.append(each.look.empty() ? kPlainSequence : each.look);
    look = each.look;
    line.bytes.append(each.bytes);
    line.width += each.width;
  }
  if (!look.empty()) line.bytes.append(kPlainSequence);
  return line;
}

// The cell in lines of a width, parted between words, and within a word that is longer.
std::vector<Cell> wrapped(const Cell& cell, std::size_t width) {
  if (cell.width <= width) return {cell};
  const std::vector<Glyph> glyphs = glyphs_of(cell.bytes);
  std::vector<Cell> lines;
  for (std::size_t begin = 0; begin < glyphs.size();) {
    std::size_t end = begin;
    std::size_t used = 0;
    std::size_t blank = begin;
    while (end < glyphs.size() && used + glyphs[end].width <= width) {
      used += glyphs[end].width;
      if (glyphs[end].bytes == " ") blank = end;
      ++end;
    }
    if (end == begin) ++end;  // wider than the column
    const bool is_last = end == glyphs.size();
    if (!is_last && glyphs[end].bytes != " " && blank > begin) end = blank;
    lines.push_back(line_of(std::span(glyphs).subspan(begin, end - begin)));
    begin = end;
    while (begin < glyphs.size() && glyphs[begin].bytes == " ") ++begin;
  }
  return lines;
}

void append_rule(const std::vector<std::size_t>& widths, std::string& out) {
  for (std::size_t column = 0; column < widths.size(); ++column) {
    if (column > 0) out.append("─┼─");
    for (std::size_t i = 0; i < widths[column]; ++i) out.append("─");
  }
  out.append("\n");
}

void append_row(const Row& row, const Table& table, std::string& out) {
  std::vector<std::vector<Cell>> cells;
  std::size_t height = 1;
  for (std::size_t column = 0; column < row.size(); ++column) {
    cells.push_back(wrapped(row[column], table.widths[column]));
    height = std::max(height, cells.back().size());
  }
  for (std::size_t line = 0; line < height; ++line) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      const Cell cell = line < cells[column].size() ? cells[column][line] : Cell{};
      const std::size_t free = table.widths[column] - std::min(cell.width, table.widths[column]);
      const Side side = table.sides[column];
      const std::size_t before = side == Side::left ? 0 : side == Side::right ? free : free / 2;
      if (column > 0) out.append(kBetween);
      out.append(before, ' ').append(cell.bytes);
      if (column + 1 < row.size()) out.append(free - before, ' ');
    }
    out.append("\n");
  }
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
  Table table;
  for (const std::string_view rule : cells_of(lines[1])) table.sides.push_back(side_of(rule));
  if (table.sides.size() > kMostColumns) return false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i != 1) table.rows.push_back(row_of(lines[i], table.sides.size(), i == 0 ? kBoldLook : kPlain, is_styled));
  }
  std::vector<std::size_t> natural(table.sides.size(), 1);
  for (const Row& row : table.rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      natural[column] = std::max(natural[column], row[column].width);
    }
  }
  table.widths = natural;
  if (width > 0 && !shrink(table.widths, width)) return false;
  // Cells of several rows would run into those below them.
  const bool is_wrapped = table.widths != natural;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    append_row(table.rows[i], table, out);
    const bool is_last = i + 1 == table.rows.size();
    if (i == 0 || (is_wrapped && !is_last)) append_rule(table.widths, out);
  }
  return true;
}

}  // namespace byok::terminal
