// The scanner: finds where values end, and unescapes strings only when asked.
#include "wire/json.hpp"

#include <bitset>
#include <cmath>
#include <cstddef>
#include <cstring>

#include "base/text.hpp"

namespace byok::wire {
namespace {

constexpr std::size_t kDeepest = 256;
constexpr std::size_t kNone = std::string_view::npos;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

// From the opening quote to behind the closing one. A quote is escaped by an odd number of backslashes before it.
std::size_t skip_string(std::string_view text, std::size_t at) {
  const std::size_t start = at + 1;
  std::size_t from = start;
  while (from < text.size()) {
    const void* found = std::memchr(text.data() + from, '"', text.size() - from);
    if (found == nullptr) return kNone;
    const auto quote = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    std::size_t backslashes = 0;
    while (quote - backslashes > start && text[quote - backslashes - 1] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return quote + 1;
    from = quote + 1;
  }
  return kNone;
}

std::size_t skip_container(std::string_view text, std::size_t at) {
  std::bitset<kDeepest> is_object;
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    switch (c) {
      case '"':
        at = skip_string(text, at);
        if (at == kNone) return kNone;
        continue;
      case '{':
      case '[':
        if (depth == kDeepest) return kNone;
        is_object[depth++] = c == '{';
        break;
      case '}':
      case ']':
        if (is_object[--depth] != (c == '}')) return kNone;
        if (depth == 0) return at + 1;
        break;
      default:
        break;
    }
    ++at;
  }
  return kNone;
}

std::size_t skip_word(std::string_view text, std::size_t at, std::string_view word) {
  return text.substr(at).starts_with(word) ? at + word.size() : kNone;
}

std::size_t skip_number(std::string_view text, std::size_t at) {
  const std::size_t start = at;
  while (at < text.size() &&
         (std::string_view("+-.eE").find(text[at]) != kNone || (text[at] >= '0' && text[at] <= '9'))) {
    ++at;
  }
  return at == start ? kNone : at;
}

// Behind the value that begins at `at`, or kNone.
std::size_t skip_value(std::string_view text, std::size_t at) {
  if (at >= text.size()) return kNone;
  switch (text[at]) {
    case '"':
      return skip_string(text, at);
    case '{':
    case '[':
      return skip_container(text, at);
    case 't':
      return skip_word(text, at, "true");
    case 'f':
      return skip_word(text, at, "false");
    case 'n':
      return skip_word(text, at, "null");
    default:
      return skip_number(text, at);
  }
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The four digits of a \u escape whose backslash is at `at`, or nothing.
std::optional<char32_t> escaped_unit(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  char32_t unit = 0;
  for (std::size_t i = at + 2; i < at + 6; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) return std::nullopt;
    unit = unit * 16 + static_cast<char32_t>(digit);
  }
  return unit;
}

char simple_escape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;  // quote, backslash, slash; anything else stands for itself
  }
}

// Appends what the escape at `at` stands for and returns the place behind it. A surrogate pair is one character (RFC
// 8259, section 7); half of one is none.
std::size_t append_escape(std::string_view text, std::size_t at, std::string& out) {
  if (at + 1 >= text.size()) return text.size();
  if (static_cast<unsigned char>(text[at + 1]) >= 0x80) return at + 1;  // no escape; the character stands for itself
  if (text[at + 1] != 'u') {
    out += simple_escape(text[at + 1]);
    return at + 2;
  }
  const auto unit = escaped_unit(text, at);
  if (!unit) {
    base::append_utf8(out, 0xFFFD);
    return at + 2;
  }
  if (*unit >= 0xD800 && *unit <= 0xDBFF) {
    const auto low = escaped_unit(text, at + 6);
    if (low && *low >= 0xDC00 && *low <= 0xDFFF) {
      base::append_utf8(out, 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00));
      return at + 12;
    }
  }
  base::append_utf8(out, *unit);
  return at + 6;
}

void append_bytes(std::string_view bytes, std::string& out) {
  if (base::is_utf8(bytes)) {
    out += bytes;
  } else {
    out += base::to_valid_utf8(bytes);
  }
}

}  // namespace

Json Json::parse(std::string_view text) {
  const std::size_t start = skip_space(text, 0);
  const std::size_t end = skip_value(text, start);
  return end == kNone ? Json() : Json(text.substr(start, end - start));
}

Json::Type Json::type() const {
  if (raw_.empty()) return Type::invalid;
  switch (raw_.front()) {
    case '{':
      return Type::object;
    case '[':
      return Type::array;
    case '"':
      return Type::string;
    case 't':
    case 'f':
      return Type::boolean;
    case 'n':
      return Type::null;
    default:
      return Type::number;
  }
}

bool Json::is_truthy() const {
  switch (type()) {
    case Type::object:
    case Type::array:
      return Cursor(*this).next();
    case Type::string:
      return raw_.size() > 2;
    case Type::boolean:
      return raw_.front() == 't';
    case Type::number:
      return base::to_double(raw_).value_or(1.0) != 0.0;
    case Type::null:
    case Type::invalid:
      return false;
  }
  return false;
}

Json Json::operator[](std::string_view key) const {
  if (!is_object()) return {};
  for (Cursor member(*this); member.next();) {
    if (member.key() == key) return member.value();
  }
  return {};
}

std::optional<std::string_view> Json::plain() const {
  if (!is_string()) return std::nullopt;
  const std::string_view inner = raw_.substr(1, raw_.size() - 2);
  if (!inner.empty() && std::memchr(inner.data(), '\\', inner.size()) != nullptr) return std::nullopt;
  return inner;
}

void Json::append_to(std::string& out) const {
  if (!is_string()) return;
  const std::string_view inner = raw_.substr(1, raw_.size() - 2);
  std::size_t at = 0;
  while (at < inner.size()) {
    const std::size_t backslash = inner.find('\\', at);
    append_bytes(inner.substr(at, backslash == kNone ? kNone : backslash - at), out);
    if (backslash == kNone) return;
    at = append_escape(inner, backslash, out);
  }
}

std::string Json::str() const {
  std::string text;
  append_to(text);
  return text;
}

std::optional<std::int64_t> Json::integer() const {
  std::string_view text = raw_;
  if (is_string()) {
    text = raw_.substr(1, raw_.size() - 2);
  } else if (type() != Type::number) {
    return std::nullopt;
  }
  if (const auto whole = base::to_int(text)) return whole;
  const auto real = base::to_double(text);
  constexpr double kLargest = 9.0e15;  // whole numbers up to here are exact in a double
  if (!real || !(std::abs(*real) < kLargest) || std::trunc(*real) != *real) return std::nullopt;
  return static_cast<std::int64_t>(*real);
}

std::string Json::display() const {
  switch (type()) {
    case Type::string:
      return str();
    case Type::null:
    case Type::invalid:
      return {};
    default:
      return base::to_valid_utf8(raw_);
  }
}

Json::Cursor::Cursor(Json container) : is_object_(container.is_object()) {
  if (is_object_ || container.is_array()) rest_ = container.raw().substr(1);
}

bool Json::Cursor::next() {
  std::size_t at = skip_space(rest_, 0);
  if (at < rest_.size() && rest_[at] == ',') at = skip_space(rest_, at + 1);
  if (at >= rest_.size() || rest_[at] == '}' || rest_[at] == ']') return false;
  if (is_object_) {
    if (rest_[at] != '"') return false;
    const std::size_t end = skip_string(rest_, at);
    if (end == kNone) return false;
    key_ = rest_.substr(at + 1, end - at - 2);
    at = skip_space(rest_, end);
    if (at >= rest_.size() || rest_[at] != ':') return false;
    at = skip_space(rest_, at + 1);
  }
  const std::size_t end = skip_value(rest_, at);
  if (end == kNone) return false;
  value_ = rest_.substr(at, end - at);
  rest_.remove_prefix(end);
  return true;
}

Json Json::Cursor::value() const { return Json(value_); }

}  // namespace byok::wire
