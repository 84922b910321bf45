// Code points of a UTF-8 text, for patterns.
#pragma once

#include <string>
#include <string_view>

#include "base/text.hpp"

namespace byok::session {

// What is no UTF-8 counts as U+FFFD.
inline std::u32string code_points(std::string_view text) {
  std::u32string out;
  while (!text.empty()) {
    const base::Utf8Sequence sequence = base::first_utf8(text);
    out += sequence.state == base::Utf8Sequence::State::valid ? sequence.code_point : U'\uFFFD';
    text.remove_prefix(sequence.length);
  }
  return out;
}

}  // namespace byok::session
