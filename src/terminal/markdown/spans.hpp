// Spans: what stands inside a line of markdown: emphasis, code, links, escapes. Pure; keeps state across pieces.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "terminal/markdown/flow.hpp"

namespace byok::terminal {

// Where the text of a line goes, and the look that it has anyway.
struct SpanTarget {
  Flow& flow;
  std::string& out;
  Look look = kPlain;
};

// A mark (*, **, _, ~~, `) counts where its other end is within the next 1 KiB of the line, else it is text; so long is
// what follows it held back. A flow that is not styled gets the marks as they are. Links become TEXT (URL).
class Spans {
 public:
  void append(std::string_view text, const SpanTarget& target);
  void end_line(const SpanTarget& target);

 private:
  // What a mark, link or code span begins, as far as can be seen.
  struct Window {
    std::string_view text;
    bool can_wait = false;  // more may come, and would be looked at
  };
  struct Open {
    char mark;
    std::size_t length;
  };
  void go_through(std::string_view& text, bool is_last, const SpanTarget& target);
  // Each returns how many bytes were dealt with; 0: more must come.
  std::size_t step(const Window& window, const SpanTarget& target);
  std::size_t take_code(const Window& window, const SpanTarget& target);
  std::size_t take_mark(const Window& window, const SpanTarget& target);
  std::size_t take_link(const Window& window, std::size_t bracket, const SpanTarget& target);
  std::size_t take_entity(const Window& window, const SpanTarget& target);
  std::size_t take_address(const Window& window, const SpanTarget& target);
  std::size_t put(std::string_view text, Look look, const SpanTarget& target);
  [[nodiscard]] Look look(const SpanTarget& target) const;

  std::string held_;
  char before_ = ' ';  // the character before what comes
  std::vector<Open> open_;
  std::size_t depth_ = 0;  // of links' texts
};

}  // namespace byok::terminal
