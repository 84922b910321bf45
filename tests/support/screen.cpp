// libvterm's screen, read cell by cell.
#include "support/screen.hpp"

#include <vterm.h>

#include "base/text.hpp"

namespace byok::test {
namespace {

VTermPos position(std::size_t row, std::size_t column) {
  return {.row = static_cast<int>(row), .col = static_cast<int>(column)};
}

}  // namespace

Screen::Screen(std::size_t columns, std::size_t rows)
    : terminal_(vterm_new(static_cast<int>(rows), static_cast<int>(columns))),
      screen_(vterm_obtain_screen(terminal_)),
      columns_(columns),
      rows_(rows) {
  vterm_set_utf8(terminal_, 1);
  vterm_screen_reset(screen_, 1);
}

Screen::~Screen() { vterm_free(terminal_); }

void Screen::write(std::string_view bytes) { vterm_input_write(terminal_, bytes.data(), bytes.size()); }

void Screen::resize(std::size_t columns, std::size_t rows) {
  columns_ = columns;
  rows_ = rows;
  vterm_set_size(terminal_, static_cast<int>(rows), static_cast<int>(columns));
}

std::string Screen::row(std::size_t index) const {
  std::string text;
  std::size_t seen = 0;
  for (std::size_t column = 0; column < columns_;) {
    VTermScreenCell cell{};
    vterm_screen_get_cell(screen_, position(index, column), &cell);
    if (cell.chars[0] == 0) text.push_back(' ');
    for (std::size_t i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0; ++i) {
      base::append_utf8(text, static_cast<char32_t>(cell.chars[i]));
    }
    if (cell.chars[0] != 0 && cell.chars[0] != ' ') seen = text.size();
    column += cell.width > 1 ? 2 : 1;
  }
  text.resize(seen);
  return text;
}

std::vector<std::string> Screen::rows() const {
  std::vector<std::string> all;
  for (std::size_t index = 0; index < rows_; ++index) all.push_back(row(index));
  while (!all.empty() && all.back().empty()) all.pop_back();
  return all;
}

std::size_t Screen::cursor_row() const {
  VTermPos at{};
  vterm_state_get_cursorpos(vterm_obtain_state(terminal_), &at);
  return static_cast<std::size_t>(at.row);
}

std::size_t Screen::cursor_column() const {
  VTermPos at{};
  vterm_state_get_cursorpos(vterm_obtain_state(terminal_), &at);
  return static_cast<std::size_t>(at.col);
}

bool Screen::is_bold(std::size_t row, std::size_t column) const {
  VTermScreenCell cell{};
  vterm_screen_get_cell(screen_, position(row, column), &cell);
  return cell.attrs.bold != 0;
}

}  // namespace byok::test
