// Two marks, read at the two ends of a text.
#include "terminal/continuation.hpp"

namespace byok::terminal {

bool is_open_text(std::string_view text) {
  return text.starts_with(kTextQuotes) && text.find(kTextQuotes, kTextQuotes.size()) == std::string_view::npos;
}

bool ends_with_backslash(std::string_view text) {
  const std::size_t last = text.find_last_not_of('\\');
  return (text.size() - (last == std::string_view::npos ? 0 : last + 1)) % 2 == 1;
}

std::string without_quotes(std::string_view text) {
  if (!text.starts_with(kTextQuotes) ||
      text.find(kTextQuotes, kTextQuotes.size()) + kTextQuotes.size() != text.size()) {
    return std::string(text);
  }
  text.remove_prefix(kTextQuotes.size());
  text.remove_suffix(kTextQuotes.size());
  if (text.starts_with('\n')) text.remove_prefix(1);
  if (text.ends_with('\n')) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace byok::terminal
