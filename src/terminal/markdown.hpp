// Markdown: a reply's markdown, styled for a terminal as it streams. Pure; keeps state across pieces.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "terminal/markdown/flow.hpp"
#include "terminal/markdown/spans.hpp"
#include "terminal/sanitize.hpp"
#include "terminal/style.hpp"

namespace byok::terminal {

// The output goes downwards only, and is the same whatever the seams between the pieces. Of control sequences it has
// none but SGR, and none at all where the style is off: then the marks stay as they were written, and paragraphs are
// wrapped and tables laid out alone. Newlines in paragraphs stay. Code is neither wrapped nor indented, and stands
// between its fences, so that it can be copied. At most 64 KiB are held back: a table until its end, which is shown
// line by line when it is longer, or too wide for the terminal; else the beginning of a line, a word, or a span.
class Markdown {
 public:
  Markdown(std::size_t width, Style style);  // columns; 0: rows never end

  void append(std::string_view in, std::string& out);
  void finish(std::string& out);  // what was held back, and the newline that is missing
  // Before something else is written: the words that are held of a begun line come out, and the line ends; what follows
  // of it begins a row. False, and nothing is appended, where no such line is begun.
  [[nodiscard]] bool break_line(std::string& out);
  // Nothing is shown of a table until its end.
  [[nodiscard]] bool is_in_table() const { return table_.size() > 1; }
  void set_width(std::size_t width);  // of the rows that follow

 private:
  enum class State { line_start, text, table_line, code_start, code, verbatim };
  void feed(std::string_view text, std::string& out);
  // Each takes some of the text, up to a newline at most.
  std::size_t take_start(std::string_view text, std::string& out);
  std::size_t take_text(std::string_view text, std::string& out);
  std::size_t take_table_line(std::string_view text, std::string& out);
  std::size_t take_code_start(std::string_view text, std::string& out);
  std::size_t take_verbatim(std::string_view text, std::string& out);
  void begin_block(bool is_whole, bool is_forced, std::string& out);
  void end_table(std::string& out);
  void put_plain_line(std::string_view line, std::string& out);
  void put_dim(std::string_view text, std::string& out);

  std::size_t width_;
  Flow flow_;
  Spans spans_;
  Sanitizer sanitizer_;
  std::string clean_;
  State state_ = State::line_start;
  std::string head_;  // the beginning of a line that is not told yet
  Look look_ = kPlain;
  char fence_ = '`';
  std::size_t fence_length_ = 0;
  std::vector<std::string> table_;
  std::size_t table_size_ = 0;  // bytes
  bool is_after_blank_ = true;
  bool is_in_list_ = false;
  bool is_broken_ = false;  // nothing has come since `break_line`
};

}  // namespace byok::terminal
