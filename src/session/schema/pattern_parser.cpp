// Patterns as steps: each repetition written out, so that a search needs no counters.
#include "session/schema/pattern.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <optional>
#include <span>

#include "base/result.hpp"
#include "session/schema/code_points.hpp"

namespace byok::session {
namespace {

using Kind = Pattern::Step::Kind;
using Range = Pattern::Range;
using Step = Pattern::Step;
using Steps = std::vector<Step>;
using Fault = Pattern::Fault;

constexpr char32_t kLast = 0x10FFFF;
constexpr auto kDigits = std::to_array<Range>({{'0', '9'}});
constexpr auto kWordCharacters = std::to_array<Range>({{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}});
// WhiteSpace and LineTerminator of ECMA-262.
constexpr auto kSpaces = std::to_array<Range>({{0x09, 0x0D},
                                               {0x20, 0x20},
                                               {0xA0, 0xA0},
                                               {0x1680, 0x1680},
                                               {0x2000, 0x200A},
                                               {0x2028, 0x2029},
                                               {0x202F, 0x202F},
                                               {0x205F, 0x205F},
                                               {0x3000, 0x3000},
                                               {0xFEFF, 0xFEFF}});
constexpr auto kLineEnds = std::to_array<Range>({{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}});

// All that is in none of the ranges, which stand in order.
std::vector<Range> complement(std::span<const Range> ranges) {
  std::vector<Range> out;
  char32_t next = 0;
  for (const Range& range : ranges) {
    if (range.first > next) out.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  out.push_back({next, kLast});
  return out;
}

template <class T>
using Parsed = std::expected<T, Fault>;

std::unexpected<Fault> wrong(std::string what) { return std::unexpected(Fault{.what = std::move(what)}); }
std::unexpected<Fault> unsupported(std::string what) {
  return std::unexpected(Fault{.is_unsupported = true, .what = std::move(what)});
}

// A class of an escape or a single character.
struct Atom {
  std::vector<Range> ranges;
  [[nodiscard]] bool is_single() const { return ranges.size() == 1 && ranges[0].first == ranges[0].last; }
};

class Parser {
 public:
  explicit Parser(std::u32string text) : text_(std::move(text)) {}

  Parsed<Steps> parse() {
    BYOK_TRY(Steps steps, alternatives(0));
    if (!is_end()) return wrong("a ) that closes nothing");
    return steps;
  }

 private:
  [[nodiscard]] bool is_end() const { return at_ == text_.size(); }
  [[nodiscard]] char32_t peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : U'\0';
  }
  bool take(char32_t c) {
    if (is_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  Parsed<Steps> alternatives(std::size_t depth);
  Parsed<Steps> sequence(std::size_t depth);
  Parsed<Steps> term(std::size_t depth);
  Parsed<Steps> group(std::size_t depth);
  Parsed<Steps> repeated(Steps once);
  Parsed<Steps> escaped();
  Parsed<Steps> bracketed();
  Parsed<Atom> escape(bool is_in_brackets);
  Parsed<Atom> hexadecimal(std::size_t digits);
  std::optional<std::size_t> number();

  std::u32string text_;
  std::size_t at_ = 0;
};

Steps one(Kind kind) { return {Step{.kind = kind, .is_negated = false, .to = 0, .ranges = {}}}; }
Steps one(std::vector<Range> ranges, bool is_negated = false) {
  return {Step{.kind = Kind::set, .is_negated = is_negated, .to = 0, .ranges = std::move(ranges)}};
}

// Steps count from their own beginning until they are put behind others.
void append(Steps& steps, Steps more) {
  const std::size_t offset = steps.size();
  for (Step& step : more) step.to += offset;
  std::ranges::move(more, std::back_inserter(steps));
}

void append(Steps& steps, Kind kind, std::size_t to) {
  steps.push_back(Step{.kind = kind, .is_negated = false, .to = to, .ranges = {}});
}

Parsed<Steps> Parser::alternatives(std::size_t depth) {
  BYOK_TRY(Steps steps, sequence(depth));
  while (take(U'|')) {
    BYOK_TRY(Steps other, sequence(depth));
    Steps both;
    append(both, Kind::split, steps.size() + 2);
    append(both, std::move(steps));
    append(both, Kind::jump, both.size() + 1 + other.size());
    append(both, std::move(other));
    steps = std::move(both);
    if (steps.size() > Pattern::kMostSteps) return wrong("it is too large");
  }
  return steps;
}

Parsed<Steps> Parser::sequence(std::size_t depth) {
  Steps steps;
  while (!is_end() && peek() != U'|' && peek() != U')') {
    BYOK_TRY(Steps next, term(depth));
    append(steps, std::move(next));
    if (steps.size() > Pattern::kMostSteps) return wrong("it is too large");
  }
  return steps;
}

Parsed<Steps> Parser::term(std::size_t depth) {
  if (take(U'^')) return one(Kind::begin);
  if (take(U'$')) return one(Kind::end);
  if (take(U'(')) {
    BYOK_TRY(Steps inner, group(depth + 1));
    return repeated(std::move(inner));
  }
  if (take(U'[')) {
    BYOK_TRY(Steps set, bracketed());
    return repeated(std::move(set));
  }
  if (take(U'\\')) return escaped();
  const char32_t c = text_[at_++];
  if (c == U'.') return repeated(one({kLineEnds.begin(), kLineEnds.end()}, true));
  if (c == U'*' || c == U'+' || c == U'?') return wrong("a repetition of nothing");
  return repeated(one({{c, c}}));
}

Parsed<Steps> Parser::group(std::size_t depth) {
  if (depth > Pattern::kDeepest) return wrong("its groups are nested too deep");
  if (take(U'?')) {
    if (peek() == U'=' || peek() == U'!') return unsupported("it looks ahead");
    if (peek() == U'<' && (peek(1) == U'=' || peek(1) == U'!')) return unsupported("it looks behind");
    if (take(U'<')) {
      while (!is_end() && peek() != U'>') ++at_;
      if (!take(U'>')) return wrong("the name of a group has no end");
    } else if (!take(U':')) {
      return wrong("(? that begins no group");
    }
  }
  BYOK_TRY(Steps inner, alternatives(depth));
  if (!take(U')')) return wrong("a ( that nothing closes");
  return inner;
}

std::optional<std::size_t> Parser::number() {
  std::optional<std::size_t> value;
  while (peek() >= U'0' && peek() <= U'9') {
    value = std::min<std::size_t>(value.value_or(0) * 10 + (text_[at_] - U'0'), 1'000'000);
    ++at_;
  }
  return value;
}

// Written out: what must come, then what may, each within the one before.
Parsed<Steps> Parser::repeated(Steps once) {
  std::size_t least = 0;
  std::optional<std::size_t> most;
  if (take(U'*')) {
  } else if (take(U'+')) {
    least = 1;
  } else if (take(U'?')) {
    most = 1;
  } else if (peek() == U'{') {
    const std::size_t begin = at_++;
    const auto first = number();
    most = first;
    if (first && take(U',')) most = number();
    if (!first || !take(U'}')) {
      at_ = begin + 1;
      return wrong("a { that begins no repetition");
    }
    least = *first;
    if (most && *most < least) return wrong("a repetition that ends before it begins");
  } else {
    return once;
  }
  take(U'?');  // how eagerly it takes changes nothing in whether it is found
  const std::size_t copies = std::max<std::size_t>(most.value_or(least + 1), 1);
  if (copies * (once.size() + 1) > Pattern::kMostSteps) return wrong("its repetitions are too many");
  Steps steps;
  for (std::size_t i = 0; i < least; ++i) append(steps, once);
  if (!most) {
    const std::size_t loop = steps.size();
    append(steps, Kind::split, loop + once.size() + 2);
    append(steps, std::move(once));
    append(steps, Kind::jump, loop);
    return steps;
  }
  const std::size_t end = steps.size() + (*most - least) * (once.size() + 1);
  for (std::size_t i = least; i < *most; ++i) {
    append(steps, Kind::split, end);
    append(steps, once);
  }
  return steps;
}

Parsed<Steps> Parser::escaped() {
  if (take(U'b')) return one(Kind::word_edge);
  if (take(U'B')) return one(Kind::no_word_edge);
  BYOK_TRY(Atom atom, escape(false));
  return repeated(one(std::move(atom.ranges)));
}

Parsed<Atom> Parser::hexadecimal(std::size_t digits) {
  char32_t value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const char32_t c = peek();
    const bool is_digit = c >= U'0' && c <= U'9';
    const char32_t lower = c | 0x20;
    if (!is_digit && (lower < U'a' || lower > U'f')) return wrong("an escape with too few digits");
    value = value * 16 + (is_digit ? c - U'0' : lower - U'a' + 10);
    ++at_;
  }
  return Atom{{{value, value}}};
}

// What follows a backslash.
Parsed<Atom> Parser::escape(bool is_in_brackets) {
  if (is_end()) return wrong("a \\ at its end");
  const char32_t c = text_[at_++];
  switch (c) {
    case U'd':
      return Atom{{kDigits.begin(), kDigits.end()}};
    case U'D':
      return Atom{complement(kDigits)};
    case U'w':
      return Atom{{kWordCharacters.begin(), kWordCharacters.end()}};
    case U'W':
      return Atom{complement(kWordCharacters)};
    case U's':
      return Atom{{kSpaces.begin(), kSpaces.end()}};
    case U'S':
      return Atom{complement(kSpaces)};
    case U'p':
    case U'P':
      return unsupported("it names a Unicode property");
    case U'k':
      return unsupported("it refers back to a group");
    case U'x':
      return hexadecimal(2);
    case U'u': {
      if (!take(U'{')) return hexadecimal(4);
      std::size_t digits = 0;
      while (peek(digits) != U'}' && digits < 7 && at_ + digits < text_.size()) ++digits;
      if (digits == 0 || digits > 6) return wrong("an escape \\u{…} that is no code point");
      BYOK_TRY(Atom atom, hexadecimal(digits));
      if (!take(U'}')) return wrong("an escape \\u{…} that is no code point");
      return atom;
    }
    case U'c': {
      const char32_t letter = peek() | 0x20;
      if (letter < U'a' || letter > U'z') return wrong("\\c without a letter");
      ++at_;
      return Atom{{{letter & 0x1F, letter & 0x1F}}};
    }
    default:
      break;
  }
  if (c >= U'1' && c <= U'9') return unsupported("it refers back to a group");
  constexpr std::u32string_view kNames = U"nrtvf0";
  constexpr std::u32string_view kValues(U"\n\r\t\v\f\0", 6);
  const std::size_t named = kNames.find(c);
  char32_t value = named == std::u32string_view::npos ? c : kValues[named];
  if (is_in_brackets && c == U'b') value = U'\b';
  return Atom{{{value, value}}};
}

Parsed<Steps> Parser::bracketed() {
  const bool is_negated = take(U'^');
  std::vector<Range> ranges;
  while (!take(U']')) {
    if (is_end()) return wrong("a [ that nothing closes");
    const auto item = [&]() -> Parsed<Atom> {
      if (take(U'\\')) return escape(true);
      const char32_t c = text_[at_++];
      return Atom{{{c, c}}};
    };
    BYOK_TRY(Atom first, item());
    if (peek() == U'-' && peek(1) != U']' && at_ + 1 < text_.size()) {
      ++at_;
      BYOK_TRY(Atom last, item());
      if (!first.is_single() || !last.is_single() || first.ranges[0].first > last.ranges[0].first)
        return wrong("a range in [] that ends before it begins");
      ranges.push_back({first.ranges[0].first, last.ranges[0].first});
    } else {
      std::ranges::copy(first.ranges, std::back_inserter(ranges));
    }
  }
  return one(std::move(ranges), is_negated);
}

}  // namespace

std::expected<Pattern, Pattern::Fault> Pattern::parse(std::string_view text) {
  if (text.size() > kLongest) return wrong("it is too long");
  BYOK_TRY(Steps steps, Parser(code_points(text)).parse());
  if (steps.size() >= kMostSteps) return wrong("it is too large");
  append(steps, Kind::found, 0);
  return Pattern(std::move(steps));
}

}  // namespace byok::session
