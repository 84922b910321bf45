// Markers peeled off one by one: quotes and list items may stand in each other.
#include "terminal/markdown/block.hpp"

#include <algorithm>

#include "terminal/width.hpp"

namespace byok::terminal {
namespace {

constexpr std::size_t kMostNested = 8;
constexpr std::size_t kCodeIndent = 4;
constexpr std::size_t kTab = 4;
constexpr std::size_t kDeepest = 32;  // columns of indentation that are kept

bool is_space(char c) { return c == ' ' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

enum class Answer { no, yes, unknown };

std::size_t end_of_run(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(text[at], at), text.size());
}

std::size_t end_of_spaces(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(" \t", at), text.size());
}

std::size_t columns_of(std::string_view spaces) {
  std::size_t columns = 0;
  for (const char c : spaces) columns += c == '\t' ? kTab : 1;
  return columns;
}

class Reader {
 public:
  explicit Reader(const LineStart& line) : line_(line), text_(line.text) {}

  std::optional<Block> read() {
    for (std::size_t nested = 0; nested <= kMostNested; ++nested) {
      const std::size_t at = end_of_spaces(text_, block_.used);
      if (at == text_.size()) {
        if (!is_all() && !line_.is_forced) return std::nullopt;
        return finished(is_all() ? Block::Kind::blank : Block::Kind::text, block_.used);
      }
      const std::size_t columns = columns_of(text_.substr(block_.used, at - block_.used));
      if (block_.used == 0 && columns >= kCodeIndent && line_.may_be_code) return finished(Block::Kind::verbatim, 0);
      const Answer marker = nested < kMostNested ? take_marker(at, columns) : Answer::no;
      if (marker == Answer::unknown) return std::nullopt;
      if (marker == Answer::yes) continue;
      if (block_.first.empty() && text_[at] == '|') return finished(Block::Kind::table, 0);
      return leaf(at, columns);
    }
    return finished(Block::Kind::text, block_.used);
  }

 private:
  [[nodiscard]] bool is_all() const { return line_.is_whole; }
  [[nodiscard]] bool can_wait() const { return !line_.is_whole && !line_.is_forced; }

  Block finished(Block::Kind kind, std::size_t used) {
    block_.kind = kind;
    block_.used = used;
    return block_;
  }

  // A quote or a list item, whose own text is then looked at.
  Answer take_marker(std::size_t at, std::size_t columns) {
    const char c = text_[at];
    const std::string indent(std::min(columns, kDeepest), ' ');
    if (c == '>') {
      if (at + 1 == text_.size() && can_wait()) return Answer::unknown;
      block_.used = at + 1 < text_.size() && is_space(text_[at + 1]) ? at + 2 : at + 1;
      block_.first.append(indent).append("> ");
      block_.rest.append(indent).append("> ");
      return Answer::yes;
    }
    std::size_t end = at;
    if (c == '-' || c == '*' || c == '+') {
      const Answer rule = is_rule(at);
      if (rule != Answer::no) return rule == Answer::unknown ? rule : Answer::no;
      end = at + 1;
    } else if (is_digit(c)) {
      while (end < text_.size() && is_digit(text_[end])) ++end;
      if (end - at > 9) return Answer::no;
      if (end == text_.size()) return can_wait() ? Answer::unknown : Answer::no;
      if (text_[end] != '.' && text_[end] != ')') return Answer::no;
      ++end;
    } else {
      return Answer::no;
    }
    if (end == text_.size() && can_wait()) return Answer::unknown;
    if (end < text_.size() && !is_space(text_[end])) return Answer::no;
    const bool is_bullet = !is_digit(c) && line_.is_styled;
    block_.first.append(indent).append(is_bullet ? "•" : text_.substr(at, end - at)).append(" ");
    block_.rest.append(indent).append(end - at + 1, ' ');
    block_.used = std::min(end + 1, text_.size());
    block_.is_item = true;
    return Answer::yes;
  }

  Answer is_rule(std::size_t at) const {
    const char mark = text_[at];
    std::size_t count = 0;
    for (std::size_t i = at; i < text_.size(); ++i) {
      if (text_[i] != mark && !is_space(text_[i])) return Answer::no;
      count += text_[i] == mark ? 1 : 0;
    }
    if (can_wait()) return Answer::unknown;
    return is_all() && count >= 3 ? Answer::yes : Answer::no;
  }

  std::optional<Block> leaf(std::size_t at, std::size_t columns) {
    const char c = text_[at];
    if (c == '-' || c == '*' || c == '_') {
      const Answer rule = is_rule(at);
      if (rule == Answer::unknown) return std::nullopt;
      if (rule == Answer::yes) return finished(Block::Kind::rule, text_.size());
    }
    const std::size_t end = end_of_run(text_, at);
    if (c == '`' || c == '~') {
      if (end == text_.size() && can_wait()) return std::nullopt;
      const bool is_fence = end - at >= 3 && (c == '~' || text_.find('`', end) == std::string_view::npos);
      if (is_fence && can_wait()) return std::nullopt;
      if (is_fence && is_all()) {
        block_.fence = c;
        block_.fence_length = end - at;
        return finished(Block::Kind::fence, block_.used);
      }
    }
    const std::string indent(std::min(columns, kDeepest), ' ');
    block_.first.append(indent);
    block_.rest.append(indent);
    std::size_t begin = at;
    if (c == '#') {
      if (end == text_.size() && can_wait()) return std::nullopt;
      if (end - at <= 6 && (end == text_.size() || is_space(text_[end]))) {
        block_.look = end - at == 1 ? kBoldLook | kUnderlinedLook : kBoldLook;
        if (line_.is_styled) begin = std::min(end + 1, text_.size());
      }
    }
    return finished(Block::Kind::text, begin);
  }

  const LineStart& line_;
  std::string_view text_;
  Block block_;
};

}  // namespace

std::optional<Block> block_of(const LineStart& line) { return Reader(line).read(); }

std::optional<bool> closes_fence(std::string_view text, bool is_whole, char fence, std::size_t length) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t>"), text.size());
  const std::size_t end = begin < text.size() && text[begin] == fence ? end_of_run(text, begin) : begin;
  const bool is_bare = end_of_spaces(text, end) == text.size();
  if (!is_bare || (end < text.size() && end - begin < length)) return false;
  if (!is_whole) return std::nullopt;
  return end - begin >= length;
}

}  // namespace byok::terminal
