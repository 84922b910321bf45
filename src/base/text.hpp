// Small pure functions on text: trimming, splitting, UTF-8, encodings, nearest names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace byok::base {

[[nodiscard]] std::string_view trim(std::string_view text);  // ASCII white space at both ends
[[nodiscard]] std::string to_lower(std::string_view text);   // ASCII only
[[nodiscard]] bool iequals(std::string_view a, std::string_view b);
[[nodiscard]] bool istarts_with(std::string_view text, std::string_view prefix);
[[nodiscard]] bool icontains(std::string_view text, std::string_view part);
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
[[nodiscard]] std::string join(std::span<const std::string> parts, std::string_view separator);
[[nodiscard]] std::string replace_all(std::string text, std::string_view from, std::string_view to);

// The whole text as a number, else nothing.
[[nodiscard]] std::optional<std::int64_t> to_int(std::string_view text);
[[nodiscard]] std::optional<double> to_double(std::string_view text);

// Appends the code point as UTF-8; a surrogate or a value past U+10FFFF becomes U+FFFD.
void append_utf8(std::string& out, char32_t code_point);

// What a non-empty text begins with: a character, a maximal invalid sequence, or the valid beginning of a character
// that the end of the text cuts off.
struct Utf8Sequence {
  enum class State { valid, invalid, cut };
  std::size_t length = 0;
  State state = State::invalid;
  char32_t code_point = 0;  // of a valid one
};
[[nodiscard]] Utf8Sequence first_utf8(std::string_view text);

struct Utf8Check {
  std::size_t replaced = 0;                 // invalid sequences found
  std::optional<std::size_t> first_offset;  // of the first, in bytes
};
[[nodiscard]] bool is_utf8(std::string_view text);
// The text with each maximal invalid sequence replaced by U+FFFD (Unicode 15, section 3.9, table 3-8).
[[nodiscard]] std::string to_valid_utf8(std::string_view text, Utf8Check* check = nullptr);

[[nodiscard]] std::string percent_encode(std::string_view text);  // all but RFC 3986 unreserved characters
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);
[[nodiscard]] std::string base64_encode(std::string_view bytes);                   // RFC 4648 section 4, padded
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);  // section 5, padding optional
[[nodiscard]] std::string json_quote(
    std::string_view text);  // a JSON string literal, quotes included; invalid UTF-8 replaced
[[nodiscard]] std::string shell_quote(std::string_view text);  // one POSIX shell word, in single quotes where needed

// The candidate nearest to `word` within a third of its length (at least 1, at most 3 edits), or empty.
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string_view> candidates);

// At most `limit` characters, cut at a code point, with "…" where something was cut.
[[nodiscard]] std::string abbreviate(std::string_view text, std::size_t limit);

// What a person can read of an HTML page: title first, then text, tags, scripts and styles removed, white space folded.
[[nodiscard]] std::string strip_html(std::string_view html);

}  // namespace byok::base
