// Patterns by RE2: ECMA-262 is rewritten token by token as RE2 spells it, and what is wrong in it RE2 finds.
#include "session/schema/pattern.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <optional>
#include <system_error>

#include "base/result.hpp"
#include "base/text.hpp"

namespace byok::session {
namespace {

using re2::RE2;
using Fault = Pattern::Fault;
using Done = std::expected<void, Fault>;

struct Class {
  char letter;
  std::string_view content;  // as it stands within []
};
constexpr auto kClasses = std::to_array<Class>({
    {'d', R"(\d)"},
    {'D', R"(\D)"},
    {'w', R"(\w)"},
    {'W', R"(\W)"},
    // RE2's \s is ASCII, and lacks the vertical tab. A range comes last so that no - behind it begins another.
    {'s', R"(\s\v\x{A0}\x{1680}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF}\x{2000}-\x{200A})"},
    {'S', R"(\x{0}-\x{8}\x{E}-\x{1F}\x{21}-\x{9F}\x{A1}-\x{167F}\x{1681}-\x{1FFF}\x{200B}-\x{2027}\x{202A}-\x{202E})"
          R"(\x{2030}-\x{205E}\x{2060}-\x{2FFF}\x{3001}-\x{FEFE}\x{FF00}-\x{10FFFF})"},
});
constexpr std::string_view kNoLineEnd = R"([^\n\r\x{2028}\x{2029}])";
constexpr std::string_view kAnything = R"([\x{0}-\x{10FFFF}])";
constexpr std::string_view kNothing = R"([^\x{0}-\x{10FFFF}])";
constexpr unsigned kTooMany = 10'000;  // repetitions, for RE2
constexpr unsigned kNoNumber = kTooMany + 1;

struct Words {
  RE2::ErrorCode code;
  std::string_view what;
};
constexpr auto kWords = std::to_array<Words>({
    {RE2::ErrorMissingParen, "a ( that nothing closes"},
    {RE2::ErrorUnexpectedParen, "a ) that closes nothing"},
    {RE2::ErrorMissingBracket, "a [ that nothing closes"},
    {RE2::ErrorBadCharRange, "a range in [] that ends before it begins"},
    {RE2::ErrorBadEscape, "a range in [] that ends in no character"},
    {RE2::ErrorTrailingBackslash, "a \\ at its end"},
    {RE2::ErrorRepeatArgument, "a repetition of nothing"},
    {RE2::ErrorRepeatOp, "a repetition of a repetition"},
    {RE2::ErrorRepeatSize, "its repetitions are too many"},
});

std::unexpected<Fault> wrong(std::string what) { return std::unexpected(Fault{.what = std::move(what)}); }
std::unexpected<Fault> unsupported(std::string what) {
  return std::unexpected(Fault{.is_unsupported = true, .what = std::move(what)});
}

RE2::Options options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(Pattern::kMostMemory);
  return options;
}

class Rewriter {
 public:
  explicit Rewriter(std::string_view text) : rest_(text) {}

  std::expected<std::string, Fault> rewritten() {
    while (!rest_.empty()) BYOK_CHECK(token());
    return std::move(out_);
  }

 private:
  bool take(std::string_view prefix) {
    if (!rest_.starts_with(prefix)) return false;
    rest_.remove_prefix(prefix.size());
    return true;
  }
  char take_one() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  void put(std::uint32_t code_point) { fmt::format_to(std::back_inserter(out_), "\\x{{{:X}}}", code_point); }

  Done token();
  Done group();
  Done repetition();
  Done escape();
  Done unicode();
  Done property(char letter);
  std::optional<std::uint32_t> hexadecimal(std::size_t digits);

  std::string_view rest_;
  std::string out_;
  bool is_in_brackets_ = false;
};

Done Rewriter::token() {
  if (rest_.size() > 1 && take("\\")) return escape();
  if (is_in_brackets_) {
    if (take("[")) {  // RE2 has names in it: [[:alpha:]]
      put('[');
    } else {
      out_ += take_one();
      is_in_brackets_ = out_.back() != ']';
    }
    return {};
  }
  if (take("(?")) return group();
  if (take("{")) return repetition();
  if (take("[^]")) {
    out_ += kAnything;
  } else if (take("[]")) {
    out_ += kNothing;
  } else if (take(".")) {
    out_ += kNoLineEnd;
  } else {
    is_in_brackets_ = rest_.front() == '[';
    out_ += take_one();
    if (is_in_brackets_ && take("^")) out_ += '^';
  }
  return {};
}

Done Rewriter::group() {
  if (rest_.starts_with('=') || rest_.starts_with('!')) return unsupported("it looks ahead");
  if (rest_.starts_with("<=") || rest_.starts_with("<!")) return unsupported("it looks behind");
  if (take("<")) {
    const std::size_t length = rest_.find('>');
    if (length == std::string_view::npos) return wrong("the name of a group has no end");
    rest_.remove_prefix(length + 1);
  } else if (!take(":")) {
    return wrong("(? that begins no group");
  }
  out_ += "(?:";
  return {};
}

// RE2 takes a number with zeros before it, or a very large one, for text.
Done Rewriter::repetition() {
  std::string_view rest = rest_;
  const auto number = [&rest]() -> unsigned {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (error == std::errc::invalid_argument) return kNoNumber;
    return error == std::errc() ? std::min(value, kTooMany) : kTooMany;
  };
  const unsigned least = number();
  const bool has_comma = rest.starts_with(',');
  if (has_comma) rest.remove_prefix(1);
  const unsigned most = has_comma ? number() : least;
  if (least == kNoNumber || !rest.starts_with('}')) {
    put('{');
    return {};
  }
  if (most < least) return wrong("a repetition that ends before it begins");
  rest_ = rest.substr(1);
  out_ += fmt::format("{{{},{}}}", least, most == kNoNumber ? "" : fmt::to_string(most));
  return {};
}

// What follows a backslash.
Done Rewriter::escape() {
  const char c = take_one();
  if (const auto* known = std::ranges::find(kClasses, c, &Class::letter); known != kClasses.end()) {
    out_ += is_in_brackets_ ? known->content : fmt::format("[{}]", known->content);
    return {};
  }
  constexpr std::string_view kNames = "nrtvf0b";
  constexpr std::string_view kValues("\n\r\t\v\f\0\b", 7);
  if ((c == 'b' || c == 'B') && !is_in_brackets_) {
    out_ += {'\\', c};
  } else if (const std::size_t named = kNames.find(c); named != std::string_view::npos) {
    put(static_cast<unsigned char>(kValues[named]));
  } else if (c == 'p' || c == 'P') {
    return property(c);
  } else if (c == 'k' || (c >= '1' && c <= '9')) {
    return unsupported("it refers back to a group");
  } else if (c == 'u') {
    return unicode();
  } else if (c == 'x') {
    const auto value = hexadecimal(2);
    if (!value) return wrong("an escape with too few digits");
    put(*value);
  } else if (c == 'c') {
    const char letter = rest_.empty() ? '\0' : static_cast<char>(take_one() | 0x20);
    if (letter < 'a' || letter > 'z') return wrong("\\c without a letter");
    put(static_cast<unsigned char>(letter & 0x1F));
  } else if (static_cast<unsigned char>(c) < 0x80) {
    put(static_cast<unsigned char>(c));
  } else {
    out_ += c;
  }
  return {};
}

std::optional<std::uint32_t> Rewriter::hexadecimal(std::size_t digits) {
  std::uint32_t value = 0;
  const std::string_view text = rest_.substr(0, digits);
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (text.size() < digits || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  rest_.remove_prefix(digits);
  return value;
}

Done Rewriter::unicode() {
  if (take("{")) {
    const auto value = hexadecimal(std::min(rest_.find('}'), rest_.size()));
    if (!value || *value > 0x10FFFF || !take("}")) return wrong("an escape \\u{…} that is no code point");
    put(*value);
    return {};
  }
  auto value = hexadecimal(4);
  if (!value) return wrong("an escape with too few digits");
  if (*value >= 0xD800 && *value < 0xDC00) {
    const std::string_view behind = rest_;
    const auto low = take("\\u") ? hexadecimal(4) : std::nullopt;
    if (low && *low >= 0xDC00 && *low < 0xE000) {
      value = 0x10000 + ((*value - 0xD800) << 10U) + (*low - 0xDC00);
    } else {
      rest_ = behind;
    }
  }
  put(*value);
  return {};
}

// RE2 knows categories and scripts by their short names alone.
Done Rewriter::property(char letter) {
  const bool is_braced = take("{");
  for (const std::string_view key : {"General_Category=", "gc=", "Script=", "sc="}) {
    if (is_braced && take(key)) break;
  }
  const std::size_t length = is_braced ? rest_.find('}') : std::string_view::npos;
  const std::string name = fmt::format("\\{}{{{}}}", letter, rest_.substr(0, length));
  if (length == std::string_view::npos || rest_.starts_with('^') || !RE2(name, options()).ok())
    return unsupported("it names a Unicode property");
  rest_.remove_prefix(length + 1);
  out_ += name;
  return {};
}

}  // namespace

std::expected<Pattern, Pattern::Fault> Pattern::parse(std::string_view text) {
  if (text.size() > kLongest) return wrong("it is too long");
  const std::string valid = base::to_valid_utf8(text);
  BYOK_TRY(const std::string rewritten, Rewriter(valid).rewritten());
  auto compiled = std::make_shared<const RE2>(rewritten, options());
  if (compiled->ok()) return Pattern(std::move(compiled));
  if (compiled->error_code() == RE2::ErrorPatternTooLarge) return unsupported("it is too large");
  const auto* const words = std::ranges::find(kWords, compiled->error_code(), &Words::code);
  return wrong(words == kWords.end() ? compiled->error() : std::string(words->what));
}

bool Pattern::is_in(std::string_view text) const {
  const std::string valid = base::is_utf8(text) ? std::string() : base::to_valid_utf8(text);
  return RE2::PartialMatch(valid.empty() ? text : std::string_view(valid), *compiled_);
}

}  // namespace byok::session
