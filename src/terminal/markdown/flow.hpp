// Flow: styled text laid out in rows of a width, broken between words. Pure; never goes back.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace byok::terminal {

// A set of looks, each a bit.
using Look = unsigned;
inline constexpr Look kPlain = 0;
inline constexpr Look kBoldLook = 1;
inline constexpr Look kDimLook = 2;
inline constexpr Look kItalicLook = 4;
inline constexpr Look kUnderlinedLook = 8;
inline constexpr Look kStruckLook = 16;
inline constexpr Look kCodeLook = 32;

// The SGR sequence for exactly these looks.
[[nodiscard]] std::string sgr(Look look);

// A word longer than a row stands on rows of its own, unbroken, so that a terminal can copy it whole. Wide characters
// (CJK) may part from each other. No look crosses the end of a row.
class Flow {
 public:
  Flow(std::size_t width, bool is_styled) : width_(width), is_styled_(is_styled) {}  // width 0: rows never end

  void set_width(std::size_t width) { width_ = width; }
  // What stands before the text of a line, and before each row that it goes on in.
  void begin_line(std::string_view first, std::string_view rest, std::string& out);
  void put(std::string_view text, Look look, std::string& out);  // a newline begins a row
  void end_text(std::string& out);                               // what is held comes out
  void end_line(std::string& out);
  [[nodiscard]] std::size_t column() const { return column_; }
  [[nodiscard]] bool is_styled() const { return is_styled_; }

 private:
  void end_word(std::string& out);
  void begin_row(std::string& out);

  std::size_t width_;
  bool is_styled_;
  std::string rest_;
  std::size_t column_ = 0;
  std::string word_;  // with the sequences of its looks
  std::size_t word_width_ = 0;
  std::size_t spaces_ = 0;     // before the word
  Look look_ = kPlain;         // at the end of the word
  Look shown_ = kPlain;        // at the end of what came out
  bool is_row_begun_ = false;  // with more than what stands before the text
  bool is_long_ = false;       // the word's beginning has come out
};

}  // namespace byok::terminal
