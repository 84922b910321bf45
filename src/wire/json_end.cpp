// Counts braces outside strings.
#include "wire/json_end.hpp"

namespace byok::wire {

void JsonEnd::feed(std::string_view piece) {
  for (const char c : piece) {
    if (is_in_string_) {
      if (!is_escaped_ && c == '"') is_in_string_ = false;
      is_escaped_ = !is_escaped_ && c == '\\';
      continue;
    }
    switch (c) {
      case ' ':
      case '\t':
      case '\r':
      case '\n':
        break;
      case '{':
      case '[':
        ++depth_;
        is_closed_ = false;
        break;
      case '}':
      case ']':
        is_closed_ = depth_ == 1;
        if (depth_ > 0) --depth_;
        break;
      default:
        is_in_string_ = c == '"';
        is_closed_ = false;
    }
  }
}

}  // namespace byok::wire
