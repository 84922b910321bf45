// Blocks: what a line of markdown is, told by how it begins. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "terminal/markdown/flow.hpp"

namespace byok::terminal {

struct Block {
  enum class Kind {
    text,      // a paragraph, heading, list item or quote: what follows `used` is its text
    blank,     // nothing but what stands before it
    fence,     // the whole line begins a code block
    rule,      // the whole line is a thematic break
    table,     // a line of a table, if what follows says so
    verbatim,  // indented code
  };
  Kind kind = Kind::text;
  std::size_t used = 0;     // bytes of the line that `first` stands for
  std::string first, rest;  // before the text, and before each row that it goes on in
  Look look = kPlain;       // of the text
  char fence = '`';
  std::size_t fence_length = 0;
  bool is_item = false;  // of a list
};

struct LineStart {
  std::string_view text;     // without the newline
  bool is_whole = false;     // the line ends where the text does
  bool is_forced = false;    // no more can be waited for
  bool may_be_code = false;  // four spaces begin code here: after a blank line, outside of lists
  bool is_styled = false;
};

// Nothing while the text may yet become several things. What is said of a beginning stays true of every longer one.
[[nodiscard]] std::optional<Block> block_of(const LineStart& line);

// Whether the line closes a code block; nothing while that cannot be told.
[[nodiscard]] std::optional<bool> closes_fence(std::string_view text, bool is_whole, char fence, std::size_t length);

}  // namespace byok::terminal
