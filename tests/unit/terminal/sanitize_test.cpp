// Tests of what outside text looks like on a terminal, whatever the seams between its pieces.
#include "terminal/sanitize.hpp"

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/text.hpp"

namespace byok::terminal {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::string in_pieces(std::string_view text, std::size_t size) {
  Sanitizer sanitizer;
  std::string out;
  for (; !text.empty(); text.remove_prefix(std::min(size, text.size()))) sanitizer.append(text.substr(0, size), out);
  sanitizer.finish(out);
  return out;
}

std::string utf8_of(char32_t code_point) {
  std::string out;
  base::append_utf8(out, code_point);
  return out;
}

struct Case {
  std::string in, out;
};

std::vector<Case> cases() {
  const std::string r(kReplacement);
  return {
      {"", ""},
      {"plain text\n\twith lines\n", "plain text\n\twith lines\n"},
      {"Grüße, 漢字, 😀, e\u0301", "Grüße, 漢字, 😀, e\u0301"},
      {"a\r\nb\r\n", "a\nb\n"},
      {"a\rb", "a␍b"},
      {"a\r\r\nb", "a␍\nb"},
      {"a\n\rb", "a\n␍b"},
      {"end\r", "end␍"},
      {"\r\r", "␍␍"},
      {"\x1b[31mred\x1b[0m", "␛[31mred␛[0m"},
      {"\x1b]0;title\x07", "␛]0;title␇"},
      {"\x1b]8;;http://evil\x1b\\link", "␛]8;;http://evil␛\\link"},
      {"\x1bP1;2q\x1b\\", "␛P1;2q␛\\"},
      {"\x1b", "␛"},
      {"bell\a back\b form\f vert\v del\x7f", "bell␇ back␈ form␌ vert␋ del␡"},
      {"\x0e\x0f", "␎␏"},
      {std::string("nul\0x", 5), "nul␀x"},
      {"\xC2\x9B"
       "31m",
       "‹U+009B›31m"},
      {"\xC2\x80\xC2\x9F\xC2\xA0", "‹U+0080›‹U+009F›\xC2\xA0"},
      {"\x9B"
       "31m",
       r + "31m"},
      {"a\u202Eb\u202C", "a‹U+202E›b‹U+202C›"},
      {"\u200E\u200F\u061C", "‹U+200E›‹U+200F›‹U+061C›"},
      {"zero\u200Dwidth \u200B stays", "zero\u200Dwidth \u200B stays"},
      {"caf\xE9!", "caf" + r + "!"},
      {"\xC0\xAF", r + r},
      {"\xED\xA0\x80", r + r + r},
      {"cut \xE2\x82", "cut " + r},
      {"cut \xF0\x9F\x98", "cut " + r},
      {"\xE2\x82\r\n", r + "\n"},
      {"\xE2\x1b[m", r + "␛[m"},
  };
}

TEST_CASE("controls, escapes, bidirectional marks and invalid UTF-8 are made visible") {
  for (const Case& c : cases()) {
    CAPTURE(c.in);
    CHECK(sanitize(c.in) == c.out);
  }
}

TEST_CASE("the seams between pieces make no difference") {
  for (const Case& c : cases()) {
    for (const std::size_t size : {1U, 2U, 3U, 5U}) {
      CAPTURE(c.in);
      CAPTURE(size);
      CHECK(in_pieces(c.in, size) == c.out);
    }
  }
}

TEST_CASE("every C0 control but newline and tab has its own picture") {
  for (char32_t c = 0; c < 0x20; ++c) {
    if (c == '\n' || c == '\t') continue;
    CHECK(sanitize(std::string(1, static_cast<char>(c))) == utf8_of(0x2400 + c));
  }
}

TEST_CASE("the bounds of the hidden ranges are exact") {
  for (const char32_t c : {0x80U, 0x9FU, 0x202AU, 0x202EU, 0x2066U, 0x2069U, 0x200EU, 0x200FU, 0x061CU}) {
    CHECK(sanitize(utf8_of(c)).starts_with("‹U+"));
  }
  for (const char32_t c : {0xA0U, 0x2029U, 0x202FU, 0x2065U, 0x206AU, 0x200DU, 0x2010U, 0x061BU, 0x061DU}) {
    CHECK(sanitize(utf8_of(c)) == utf8_of(c));
  }
}

TEST_CASE("whatever comes in, what goes out is UTF-8 without a control that a terminal obeys") {
  std::string all;
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      all.push_back(static_cast<char>(first));
      all.push_back(static_cast<char>(second));
    }
  }
  const std::string out = sanitize(all);
  CHECK(base::is_utf8(out));
  const auto is_obeyed = [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
  };
  CHECK(std::ranges::none_of(out, is_obeyed));
  CHECK(out.find("\xC2\x9B") == std::string::npos);
  CHECK(in_pieces(all, 7) == out);
  CHECK(sanitize(out) == out);
}

TEST_CASE("plain text comes out as soon as it is there") {
  Sanitizer sanitizer;
  std::string out;
  sanitizer.append("ready ", out);
  CHECK(out == "ready ");
  sanitizer.append("caf\xC3", out);
  CHECK(out == "ready caf");
  sanitizer.append("\xA9\r", out);
  CHECK(out == "ready café");
  sanitizer.append("\n", out);
  CHECK(out == "ready café\n");
  sanitizer.append("", out);
  sanitizer.finish(out);
  CHECK(out == "ready café\n");
}

TEST_CASE("after finish a sanitizer begins anew") {
  Sanitizer sanitizer;
  std::string out;
  sanitizer.append("\r", out);
  sanitizer.finish(out);
  sanitizer.append("\n\xC3", out);
  sanitizer.finish(out);
  sanitizer.append("\xA9", out);
  sanitizer.finish(out);
  CHECK(out == "␍\n" + std::string(kReplacement) + std::string(kReplacement));
}

TEST_CASE("a single line has no newline and no tab") {
  CHECK(sanitize_line("a\nb\tc\r\nd\r\x1b[m") == "a b c d␍␛[m");
  CHECK(sanitize_line("").empty());
}

}  // namespace
TEST_CASE("JSON for a terminal is the same value with nothing in it that is obeyed") {
  struct Row {
    std::string in, out;
  };
  for (const Row& row : std::vector<Row>{
           {"", ""},
           {"{\"a\": [1, \"Grüße 😀\\n\"]}\n", "{\"a\": [1, \"Grüße 😀\\n\"]}\n"},
           {"\"\xC2\x9B"
            "31m\"",
            "\"\\u009b31m\""},
           {"\"\x7F\"", "\"\\u007f\""},
           {"\"a\u202Eb\u2066c\"", "\"a\\u202eb\\u2066c\""},
       }) {
    CAPTURE(row.in);
    CHECK(sanitize_json(row.in) == row.out);
  }
}

}  // namespace byok::terminal
