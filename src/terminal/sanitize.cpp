// Text from outside, made visible instead of obeyed.
#include "terminal/sanitize.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace byok::terminal {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr char32_t kControlPictures = 0x2400;
constexpr char32_t kDeletePicture = 0x2421;
constexpr char32_t kDelete = 0x7F;

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20 && byte < kDelete) || c == '\n' || c == '\t';
}

void append_visible(std::string& out, char32_t c, std::string_view bytes) {
  if (c < 0x20 || c == kDelete) {
    base::append_utf8(out, c == kDelete ? kDeletePicture : kControlPictures + c);
  } else if (is_hidden(c)) {
    out.append(fmt::format("‹U+{:04X}›", static_cast<unsigned>(c)));
  } else {
    out.append(bytes);
  }
}

// What must wait for the next piece stays in `text`.
void append_safe(std::string_view& text, std::string& out) {
  while (true) {
    const auto stop = std::ranges::find_if_not(text, is_plain);
    const auto plain = static_cast<std::size_t>(stop - text.begin());
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty() || text == "\r") return;
    if (text.starts_with("\r\n")) {
      text.remove_prefix(1);
      continue;
    }
    const base::Utf8Sequence sequence = base::first_utf8(text);
    if (sequence.state == base::Utf8Sequence::State::cut) return;
    if (sequence.state == base::Utf8Sequence::State::valid) {
      append_visible(out, sequence.code_point, text.substr(0, sequence.length));
    } else {
      out.append(kReplacement);
    }
    text.remove_prefix(sequence.length);
  }
}

}  // namespace

bool is_hidden(char32_t c) {
  return (c >= 0x80 && c <= 0x9F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E ||
         c == 0x200F || c == 0x061C;
}

void Sanitizer::append(std::string_view in, std::string& out) {
  if (held_.empty()) {
    append_safe(in, out);
    held_ = in;
    return;
  }
  const std::string joined = held_.append(in);
  std::string_view rest = joined;
  append_safe(rest, out);
  held_ = rest;
}

void Sanitizer::finish(std::string& out) {
  if (held_ == "\r") {
    append_visible(out, '\r', held_);
  } else if (!held_.empty()) {
    out.append(kReplacement);
  }
  held_.clear();
}

std::string sanitize(std::string_view text) {
  std::string out;
  Sanitizer sanitizer;
  sanitizer.append(text, out);
  sanitizer.finish(out);
  return out;
}

std::string sanitize_line(std::string_view text) {
  std::string out = sanitize(text);
  std::ranges::replace_if(out, [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return out;
}

std::string sanitize_json(std::string_view json) {
  std::string out;
  while (!json.empty()) {
    const base::Utf8Sequence sequence = base::first_utf8(json);
    if (sequence.state == base::Utf8Sequence::State::valid &&
        (is_hidden(sequence.code_point) || sequence.code_point == kDelete)) {
      out.append(fmt::format("\\u{:04x}", static_cast<unsigned>(sequence.code_point)));
    } else {
      out.append(json.substr(0, sequence.length));
    }
    json.remove_prefix(sequence.length);
  }
  return out;
}

}  // namespace byok::terminal
