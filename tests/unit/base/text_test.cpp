// Tests of trimming, comparing, splitting, numbers, near names and abbreviation.
#include "base/text.hpp"

#include <array>
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace byok::base {
namespace {

TEST_CASE("trim removes ASCII white space at both ends and nothing inside") {
  CHECK(trim("  a b \t\r\n") == "a b");
  CHECK(trim("a") == "a");
  CHECK(trim("\v\f") == "");
  CHECK(trim("") == "");
  CHECK(trim("\xC2\xA0x") == "\xC2\xA0x");
}

TEST_CASE("comparison without regard to case is ASCII only") {
  CHECK(to_lower("AbC-É9") == "abc-É9");
  CHECK(iequals("Content-Type", "content-TYPE"));
  CHECK_FALSE(iequals("abc", "abcd"));
  CHECK_FALSE(iequals("É", "é"));
  CHECK(iequals("", ""));
  CHECK_FALSE(iequals("[", "{"));
  CHECK(istarts_with("Bearer x", "bearer "));
  CHECK(istarts_with("x", ""));
  CHECK_FALSE(istarts_with("Bear", "bearer"));
  CHECK(icontains("The Quick", "quick"));
  CHECK(icontains("x", ""));
  CHECK(icontains("", ""));
  CHECK_FALSE(icontains("quic", "quick"));
}

TEST_CASE("split keeps empty parts") {
  using Parts = std::vector<std::string_view>;
  CHECK(split("a,b,c", ',') == Parts{"a", "b", "c"});
  CHECK(split("", ',') == Parts{""});
  CHECK(split(",", ',') == Parts{"", ""});
  CHECK(split("a,,b,", ',') == Parts{"a", "", "b", ""});
  CHECK(split("abc", ',') == Parts{"abc"});
}

TEST_CASE("join puts the separator only between parts") {
  CHECK(join(std::vector<std::string>{}, ", ").empty());
  CHECK(join(std::vector<std::string>{"a"}, ", ") == "a");
  CHECK(join(std::vector<std::string>{"a", "", "c"}, ", ") == "a, , c");
}

TEST_CASE("replace_all replaces each occurrence once and never what it put in") {
  CHECK(replace_all("a.b.c", ".", "..") == "a..b..c");
  CHECK(replace_all("aaa", "aa", "b") == "ba");
  CHECK(replace_all("abc", "", "x") == "abc");
  CHECK(replace_all("", "a", "x").empty());
  CHECK(replace_all("xax", "x", "") == "a");
}

TEST_CASE("a number is the whole text or nothing") {
  CHECK(to_int("42") == 42);
  CHECK(to_int("-7") == -7);
  CHECK(to_int("9223372036854775807") == INT64_MAX);
  for (const std::string_view text : {"", " 1", "1 ", "+1", "1.0", "0x10", "9223372036854775808", "ten", "-"}) {
    CAPTURE(text);
    CHECK_FALSE(to_int(text).has_value());
  }
  CHECK(to_double("0.5") == 0.5);
  CHECK(to_double("-1e3") == -1000.0);
  CHECK(to_double("2") == 2.0);
  for (const std::string_view text : {"", "1,5", "1.5x", " 1", "nan", "inf", "-inf", "1e999", "infinity"}) {
    CAPTURE(text);
    CHECK_FALSE(to_double(text).has_value());
  }
}

TEST_CASE("nearest finds the name that was meant") {
  constexpr std::array<std::string_view, 7> kNames{"base_url", "api_key",    "model", "wire_api",
                                                   "headers",  "wire_model", "stop"};
  struct Case {
    std::string_view word, found;
  };
  for (const Case& c :
       {Case{"base_ulr", "base_url"}, Case{"baseurl", "base_url"}, Case{"BASE_URL", "base_url"},
        Case{"apikey", "api_key"}, Case{"modle", "model"}, Case{"header", "headers"}, Case{"wire_apii", "wire_api"},
        Case{"wire_modl", "wire_model"}, Case{"spot", ""}, Case{"sotp", "stop"}, Case{"temperature", ""}, Case{"", ""},
        Case{"x", ""}, Case{"model", "model"}}) {
    CAPTURE(c.word);
    CHECK(nearest(c.word, kNames) == c.found);
  }
}

TEST_CASE("nearest prefers fewer edits, then the first, and allows at most three") {
  constexpr std::array<std::string_view, 3> kNames{"abcdefghi", "abcdefghx", "abcdefgh"};
  CHECK(nearest("abcdefghx", kNames) == "abcdefghx");
  CHECK(nearest("abcdefghz", kNames) == "abcdefghi");
  constexpr std::array<std::string_view, 1> kLong{"abcdefghijklmnopqrstuvwxyz"};
  CHECK(nearest("abcdefghijklmnopqrstuvw", kLong) == kLong[0]);
  CHECK(nearest("abcdefghijklmnopqrstuv", kLong).empty());
  CHECK(nearest("model", {}).empty());
}

TEST_CASE("abbreviate cuts at a character and marks the cut") {
  CHECK(abbreviate("hello", 5) == "hello");
  CHECK(abbreviate("hello!", 5) == "hell…");
  CHECK(abbreviate("äöüßé", 5) == "äöüßé");
  CHECK(abbreviate("äöüßé!", 5) == "äöüß…");
  CHECK(abbreviate("hello", 1) == "…");
  CHECK(abbreviate("h", 1) == "h");
  CHECK(abbreviate("hello", 0).empty());
  CHECK(abbreviate("", 3).empty());
  CHECK(is_utf8(abbreviate("😀😀😀😀", 3)));
  CHECK(abbreviate("😀😀😀😀", 3) == "😀😀…");
}

}  // namespace
}  // namespace byok::base
