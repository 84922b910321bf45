// EditView: draws a text being edited, and nothing but what has changed of it. Pure: bytes for the terminal.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "terminal/style.hpp"
#include "terminal/terminal.hpp"

namespace byok::terminal {

struct EditFrame {
  std::string_view prompt;        // before the first row; cut to half the screen's width
  std::string_view continuation;  // before what follows a newline
  std::string_view text;          // valid UTF-8
  std::size_t cursor = 0;         // byte offset
};

// It draws from where the cursor stands when it first draws, which is the first column of a line, and touches the rows
// from there on alone. A text that is longer than the screen is shown in part, around its cursor. Controls in the text
// are shown and not obeyed.
class EditView {
 public:
  // `rewraps_rows`: a terminal that gets narrower wraps what it shows anew, rather than to cut it.
  explicit EditView(Style style, bool rewraps_rows = false) : style_(style), rewraps_rows_(rewraps_rows) {}

  void draw(const EditFrame& frame, std::string& out);
  // The terminal has another size: what was drawn is taken back and drawn anew.
  void resize(ScreenSize size, const EditFrame& frame, std::string& out);
  void clear_screen(const EditFrame& frame, std::string& out);
  // Draws all of the text, however long, and puts the cursor on the line after it. Then nothing counts as drawn.
  void finish(const EditFrame& frame, std::string& out);

  // The offset of what stands above (-1) or below (1) the cursor on the screen; nothing at the first and last row.
  [[nodiscard]] std::optional<std::size_t> offset_beside(const EditFrame& frame, int direction) const;
  [[nodiscard]] ScreenSize size() const { return size_; }
  // Before anything is drawn.
  void set_size(ScreenSize size);

 private:
  struct Drawn {
    std::string bytes;
    std::size_t width = 0;
    bool operator==(const Drawn&) const = default;
  };
  void go_to(std::size_t row, std::size_t column, std::string& out);
  void draw_row(std::size_t row, Drawn drawn, std::string& out);
  void take_back(std::string& out);

  Style style_;
  bool rewraps_rows_;
  ScreenSize size_;
  std::vector<Drawn> drawn_;
  std::size_t first_ = 0;   // of the text's rows, the one drawn at the top
  std::size_t row_ = 0;     // where the cursor is, from the first row drawn
  std::size_t column_ = 0;  // and from the left
};

}  // namespace byok::terminal
