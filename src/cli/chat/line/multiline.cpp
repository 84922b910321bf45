// The rule of terminal/continuation applied line by line.
#include "cli/chat/line/multiline.hpp"

#include <utility>

#include "terminal/continuation.hpp"

namespace byok::cli {

std::optional<std::string> LineJoiner::add(std::string_view line) {
  if (is_quoted_) {
    text_.append("\n").append(line);
    // Quotes that close stand within one line, so the lines before need not be looked at again.
    if (!line.contains(terminal::kTextQuotes)) return std::nullopt;
    return terminal::without_quotes(end());
  }
  text_.append(line);
  is_quoted_ = terminal::is_open_text(text_);
  is_open_ = is_quoted_ || terminal::ends_with_backslash(line);
  if (!is_open_) return terminal::without_quotes(end());
  if (!is_quoted_) text_.back() = '\n';
  return std::nullopt;
}

std::optional<std::string> LineJoiner::take() {
  if (!is_open_) return std::nullopt;
  const bool is_quoted = is_quoted_;
  std::string text = end();
  return is_quoted ? terminal::without_quotes(text.append(terminal::kTextQuotes)) : text;
}

std::string LineJoiner::end() {
  is_open_ = is_quoted_ = false;
  return std::exchange(text_, {});
}

}  // namespace byok::cli
