// What a person can read of an HTML page: enough to show which proxy or login page answered instead of the API.
#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace byok::base {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Appends text with runs of white space and control characters as one space.
class Folder {
 public:
  void put(char32_t code_point) {
    const bool is_space = code_point <= 0x20 || (code_point >= 0x7F && code_point <= 0xA0);
    if (is_space) return space();
    if (wants_space_ && !text_.empty()) text_.push_back(' ');
    wants_space_ = false;
    append_utf8(text_, code_point);
  }
  void space() { wants_space_ = true; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  bool wants_space_ = false;
};

struct Entity {
  std::string_view name;
  char32_t code_point;
};
constexpr auto kEntities = std::to_array<Entity>({{"amp", '&'},
                                                  {"lt", '<'},
                                                  {"gt", '>'},
                                                  {"quot", '"'},
                                                  {"apos", '\''},
                                                  {"nbsp", ' '},
                                                  {"ndash", 0x2013},
                                                  {"mdash", 0x2014},
                                                  {"lsquo", 0x2018},
                                                  {"rsquo", 0x2019},
                                                  {"ldquo", 0x201C},
                                                  {"rdquo", 0x201D},
                                                  {"hellip", 0x2026},
                                                  {"middot", 0xB7},
                                                  {"copy", 0xA9}});

std::optional<char32_t> numeric_entity(std::string_view digits) {
  const bool is_hex = istarts_with(digits, "x");
  if (is_hex) digits.remove_prefix(1);
  if (digits.empty()) return std::nullopt;
  char32_t value = 0;
  for (const char c : to_lower(digits)) {
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit && !(is_hex && c >= 'a' && c <= 'f')) return std::nullopt;
    value = value * (is_hex ? 16 : 10) + static_cast<char32_t>(is_digit ? c - '0' : c - 'a' + 10);
    if (value > 0x10FFFF) return 0xFFFD;
  }
  return value;
}

// The character reference that `text` begins with, and its length; none: nothing.
std::optional<std::pair<char32_t, std::size_t>> entity_at(std::string_view text) {
  constexpr std::size_t kLongest = 10;
  const std::size_t end = text.substr(0, kLongest).find(';');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view name = text.substr(1, end - 1);
  if (name.starts_with('#')) {
    const std::optional<char32_t> value = numeric_entity(name.substr(1));
    if (!value) return std::nullopt;
    return std::pair{*value, end + 1};
  }
  const auto* const found = std::ranges::find(kEntities, name, &Entity::name);
  if (found == kEntities.end()) return std::nullopt;
  return std::pair{found->code_point, end + 1};
}

void put_text(std::string_view text, Folder& out) {
  while (!text.empty()) {
    if (text.front() == '&') {
      if (const auto entity = entity_at(text)) {
        out.put(entity->first);
        text.remove_prefix(entity->second);
        continue;
      }
    }
    const Utf8Sequence sequence = first_utf8(text);
    out.put(sequence.state == Utf8Sequence::State::valid ? sequence.code_point : 0xFFFD);
    text.remove_prefix(sequence.length);
  }
}

// Where "</name" begins, or the end of the text: an element that is never closed reaches to the end, so that each byte
// is looked at once.
std::size_t find_close(std::string_view html, std::size_t from, std::string_view name) {
  for (std::size_t at = html.find("</", from); at != std::string_view::npos; at = html.find("</", at + 2)) {
    if (istarts_with(html.substr(at + 2), name)) return at;
  }
  return html.size();
}

bool is_inline(std::string_view tag) {
  static constexpr auto kInline = std::to_array<std::string_view>(
      {"a", "abbr", "b", "code", "em", "font", "i", "kbd", "small", "span", "strong", "sub", "sup", "tt", "u", "wbr"});
  return std::ranges::find(kInline, tag) != kInline.end();
}

class HtmlText {
 public:
  explicit HtmlText(std::string_view html) : html_(html) {}

  std::string read() {
    while (at_ < html_.size()) {
      const std::size_t open = std::min(html_.find('<', at_), html_.size());
      put_text(html_.substr(at_, open - at_), body_);
      at_ = open;
      if (at_ < html_.size()) markup();
    }
    return titled();
  }

 private:
  void markup() {
    const std::string_view rest = html_.substr(at_);
    if (rest.starts_with("<!--")) return skip_past("-->");
    const std::size_t name_at = rest.substr(1).starts_with('/') ? 2 : 1;
    const char first = rest.size() > name_at ? rest[name_at] : ' ';
    if (first == '!' || first == '?') return skip_past(">");
    if (!is_letter(first)) {
      body_.put('<');
      ++at_;
      return;
    }
    const std::string_view after = rest.substr(name_at);
    const auto end = std::ranges::find_if_not(after, [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
    const std::string tag = to_lower(std::string_view(after.begin(), end));
    skip_past(">");
    if (!is_inline(tag)) body_.space();
    if (name_at == 2) return;
    if (tag == "script" || tag == "style") at_ = find_close(html_, at_, tag);
    if (tag == "title") {
      const std::size_t close = find_close(html_, at_, tag);
      put_text(html_.substr(at_, close - at_), title_);
      title_.space();
      at_ = close;
    }
  }

  // Without an end all the rest belongs to the tag, as in a browser.
  void skip_past(std::string_view end) {
    const std::size_t found = html_.find(end, at_);
    at_ = found == std::string_view::npos ? html_.size() : found + end.size();
  }

  // Most error pages repeat the title as their heading: once is enough.
  [[nodiscard]] std::string titled() const {
    const std::string& title = title_.text();
    const std::string& body = body_.text();
    if (title.empty() || body.starts_with(title)) return body;
    return body.empty() ? title : title + ": " + body;
  }

  std::string_view html_;
  std::size_t at_ = 0;
  Folder title_;
  Folder body_;
};

}  // namespace

std::string strip_html(std::string_view html) { return HtmlText(html).read(); }

}  // namespace byok::base
