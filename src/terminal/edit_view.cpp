// Rows of a text at a width, and the least that makes a screen show them.
#include "terminal/edit_view.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "terminal/sanitize.hpp"
#include "terminal/width.hpp"

namespace byok::terminal {
namespace {

constexpr std::size_t kTab = 8;
// A hidden character is shown as ‹U+202E›, which must fit.
constexpr std::size_t kFewestColumns = 8;
constexpr std::string_view kClearToEndOfLine = "\x1b[K";
constexpr std::string_view kClearBelow = "\x1b[J";
constexpr std::string_view kClearAll = "\x1b[H\x1b[2J";

// One code point of the text, and what it takes on the screen.
struct Glyph {
  std::size_t length = 0;
  std::size_t width = 0;
  bool is_plain = false;  // drawn as it is
};

Glyph glyph_at(std::string_view text, std::size_t at, std::size_t column, std::size_t columns) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte >= 0x20 && byte < 0x7F) return {.length = 1, .width = 1, .is_plain = true};
  if (byte == '\t') return {.length = 1, .width = std::min(kTab - column % kTab, columns - column % columns)};
  if (byte < 0x80) return {.length = 1, .width = 1};
  const base::Utf8Sequence sequence = base::first_utf8(text.substr(at));
  if (is_hidden(sequence.code_point)) {
    return {.length = sequence.length, .width = width_of(sanitize(text.substr(at, sequence.length)))};
  }
  return {.length = sequence.length, .width = width_of(sequence.code_point), .is_plain = true};
}

struct Row {
  std::size_t begin = 0, end = 0;  // of the text, in bytes
  std::size_t indent = 0;          // columns of the prompt before it
  std::size_t width = 0;           // columns, indent and all
};

struct Layout {
  std::vector<Row> rows;
  std::size_t cursor_row = 0, cursor_column = 0;
};

// A prompt leaves at least half of the row to the text.
std::string_view fitted(std::string_view prompt, std::size_t columns) {
  std::size_t end = 0;
  for (std::size_t next = 0; end < prompt.size(); end = next) {
    next = next_character(prompt, end);
    if (width_of(prompt.substr(0, next)) > columns / 2) break;
  }
  return prompt.substr(0, end);
}

Layout lay_out(const EditFrame& frame, std::size_t columns) {
  const std::size_t first_indent = width_of(fitted(frame.prompt, columns));
  const std::size_t next_indent = width_of(fitted(frame.continuation, columns));
  Layout layout;
  Row row{.begin = 0, .end = 0, .indent = first_indent, .width = first_indent};
  const auto break_at = [&](std::size_t end, std::size_t begin, std::size_t indent) {
    row.end = end;
    layout.rows.push_back(row);
    row = {.begin = begin, .end = begin, .indent = indent, .width = indent};
  };
  const auto mark_cursor = [&] {
    layout.cursor_row = layout.rows.size();
    layout.cursor_column = std::min(row.width, columns - 1);
  };
  for (std::size_t at = 0; at < frame.text.size();) {
    if (frame.text[at] == '\n') {
      if (at == frame.cursor) mark_cursor();
      break_at(at, at + 1, next_indent);
      ++at;
      continue;
    }
    Glyph glyph = glyph_at(frame.text, at, row.width, columns);
    if (row.width + glyph.width > columns) {
      break_at(at, at, 0);
      glyph = glyph_at(frame.text, at, 0, columns);
    }
    if (at == frame.cursor) mark_cursor();
    row.width += glyph.width;
    at += glyph.length;
  }
  if (row.width >= columns && frame.cursor >= frame.text.size()) break_at(frame.text.size(), frame.text.size(), 0);
  if (frame.cursor >= frame.text.size()) mark_cursor();
  row.end = frame.text.size();
  layout.rows.push_back(row);
  return layout;
}

std::string render(const EditFrame& frame, const Row& row, std::size_t columns, Style style) {
  std::string bytes;
  if (row.indent > 0)
    bytes = style.bold(sanitize_line(fitted(row.begin == 0 ? frame.prompt : frame.continuation, columns)));
  std::size_t column = row.indent;
  for (std::size_t at = row.begin; at < row.end;) {
    const Glyph glyph = glyph_at(frame.text, at, column, columns);
    const std::string_view shown = frame.text.substr(at, glyph.length);
    if (glyph.is_plain) {
      bytes.append(shown);
    } else if (shown == "\t") {
      bytes.append(glyph.width, ' ');
    } else {
      bytes.append(sanitize(shown));
    }
    column += glyph.width;
    at += glyph.length;
  }
  return bytes;
}

// Whether a terminal would add what the text begins with to the character before it.
bool combines(std::string_view text) {
  const base::Utf8Sequence first = base::first_utf8(text);
  return first.code_point >= 0x80 && width_of(first.code_point) == 0;
}

}  // namespace

void EditView::set_size(ScreenSize size) {
  size_ = {.columns = std::max(size.columns, kFewestColumns), .rows = std::max<std::size_t>(size.rows, 1)};
}

void EditView::draw(const EditFrame& frame, std::string& out) {
  const Layout layout = lay_out(frame, size_.columns);
  const std::size_t count = std::min(layout.rows.size(), size_.rows);
  first_ = std::clamp(first_, layout.cursor_row < count ? 0 : layout.cursor_row - count + 1, layout.cursor_row);
  first_ = std::min(first_, layout.rows.size() - count);
  for (std::size_t i = 0; i < count; ++i) {
    const Row& row = layout.rows[first_ + i];
    draw_row(i, {.bytes = render(frame, row, size_.columns, style_), .width = row.width}, out);
  }
  if (drawn_.size() > count) {
    go_to(count, 0, out);
    out.append(kClearBelow);
    drawn_.resize(count);
  }
  go_to(layout.cursor_row - first_, layout.cursor_column, out);
}

void EditView::draw_row(std::size_t row, Drawn drawn, std::string& out) {
  const bool is_new = row >= drawn_.size();
  const Drawn old = is_new ? Drawn{} : drawn_[row];
  if (!is_new && old == drawn) return;
  const std::string_view added = std::string_view(drawn.bytes).substr(std::min(old.bytes.size(), drawn.bytes.size()));
  if (!is_new && !old.bytes.empty() && drawn.bytes.starts_with(old.bytes) && !combines(added)) {
    go_to(row, old.width, out);
    out.append(added);
  } else {
    go_to(row, 0, out);
    out.append(drawn.bytes);
    // On a full row the cursor stands on the last character, which would be cleared.
    if (old.width > drawn.width) out.append(kClearToEndOfLine);
  }
  column_ = drawn.width;
  if (column_ >= size_.columns) {
    out.append("\r");
    column_ = 0;
  }
  if (is_new) drawn_.emplace_back();
  drawn_[row] = std::move(drawn);
}

void EditView::go_to(std::size_t row, std::size_t column, std::string& out) {
  const std::size_t last = drawn_.empty() ? 0 : drawn_.size() - 1;
  if (const std::size_t reachable = std::min(row, last); reachable < row_) {
    out.append(fmt::format("\x1b[{}A", row_ - reachable));
  } else if (reachable > row_) {
    out.append(fmt::format("\x1b[{}B", reachable - row_));
  }
  // There may be no line yet below the last row: a newline makes one.
  for (std::size_t at = last; at < row; ++at) {
    out.append("\r\n");
    column_ = 0;
  }
  if (column != column_) {
    out.append("\r");
    if (column > 0) out.append(fmt::format("\x1b[{}C", column));
  }
  row_ = row;
  column_ = column;
}

void EditView::take_back(std::string& out) {
  if (!drawn_.empty()) go_to(0, 0, out);
  out.append("\r").append(kClearBelow);
  drawn_.clear();
  row_ = 0;
  column_ = 0;
}

void EditView::resize(ScreenSize size, const EditFrame& frame, std::string& out) {
  const std::size_t columns = std::max(size.columns, kFewestColumns);
  if (rewraps_rows_ && columns < size_.columns) {
    // Each row drawn stands in as many as it needs now, and the cursor is where it was in the text.
    std::size_t above = column_ / columns;
    for (std::size_t i = 0; i < row_; ++i) above += std::max<std::size_t>((drawn_[i].width + columns - 1) / columns, 1);
    out.append(above > row_ ? fmt::format("\x1b[{}A", above - row_) : "");
  }
  take_back(out);
  set_size(size);
  draw(frame, out);
}

void EditView::clear_screen(const EditFrame& frame, std::string& out) {
  out.append(kClearAll);
  drawn_.clear();
  row_ = 0;
  column_ = 0;
  draw(frame, out);
}

void EditView::finish(const EditFrame& edited, std::string& out) {
  EditFrame frame = edited;
  frame.cursor = 0;  // at the end of a full row it would need a row of its own
  const Layout layout = lay_out(frame, size_.columns);
  if (layout.rows.size() <= size_.rows) {
    draw(frame, out);
  } else {
    take_back(out);
    for (const Row& row : layout.rows) {
      if (&row != layout.rows.data()) out.append("\r\n");
      out.append(render(frame, row, size_.columns, style_));
    }
  }
  if (!drawn_.empty()) go_to(drawn_.size() - 1, column_, out);
  out.append("\r\n");
  drawn_.clear();
  first_ = 0;
  row_ = 0;
  column_ = 0;
}

std::optional<std::size_t> EditView::offset_beside(const EditFrame& frame, int direction) const {
  const Layout layout = lay_out(frame, size_.columns);
  if (direction < 0 ? layout.cursor_row == 0 : layout.cursor_row + 1 >= layout.rows.size()) return std::nullopt;
  const Row& row = layout.rows[direction < 0 ? layout.cursor_row - 1 : layout.cursor_row + 1];
  const bool is_wrapped = row.end < frame.text.size() && frame.text[row.end] != '\n';
  std::size_t column = row.indent;
  std::size_t at = row.begin;
  while (at < row.end) {
    const std::size_t next = next_character(frame.text, at);
    for (std::size_t each = at; each < next;) {
      const Glyph glyph = glyph_at(frame.text, each, column, size_.columns);
      column += glyph.width;
      each += glyph.length;
    }
    // The end of a wrapped row is the beginning of the next.
    if (column > layout.cursor_column || (is_wrapped && next >= row.end)) break;
    at = next;
  }
  return at;
}

}  // namespace byok::terminal
