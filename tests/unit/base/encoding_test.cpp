// Tests of UTF-8, percent-encoding, base64, JSON strings and shell words.
#include <array>
#include <cstdio>
#include <ostream>
#include <string>

#include <doctest/doctest.h>

#include "base/text.hpp"

namespace byok::base {
namespace {

std::string utf8_of(char32_t code_point) {
  std::string out;
  append_utf8(out, code_point);
  return out;
}

TEST_CASE("code points are written as UTF-8, and impossible ones as U+FFFD") {
  CHECK(utf8_of('a') == "a");
  CHECK(utf8_of(0) == std::string(1, '\0'));
  CHECK(utf8_of(0x7F) == "\x7F");
  CHECK(utf8_of(0x80) == "\xC2\x80");
  CHECK(utf8_of(0x7FF) == "\xDF\xBF");
  CHECK(utf8_of(0x800) == "\xE0\xA0\x80");
  CHECK(utf8_of(0xFFFF) == "\xEF\xBF\xBF");
  CHECK(utf8_of(0x10000) == "\xF0\x90\x80\x80");
  CHECK(utf8_of(0x10FFFF) == "\xF4\x8F\xBF\xBF");
  CHECK(utf8_of(0xD800) == "\xEF\xBF\xBD");
  CHECK(utf8_of(0xDFFF) == "\xEF\xBF\xBD");
  CHECK(utf8_of(0x110000) == "\xEF\xBF\xBD");
}

TEST_CASE("each code point that is written is read back") {
  for (const char32_t c : {U'a', U'\x7F', U'\x80', U'é', U'\u07FF', U'\u0800', U'\uD7FF', U'\uE000', U'\uFFFD',
                           U'\U00010000', U'😀', U'\U0010FFFF'}) {
    const std::string text = utf8_of(c) + "tail";
    const Utf8Sequence first = first_utf8(text);
    CHECK(first.state == Utf8Sequence::State::valid);
    CHECK(static_cast<std::uint32_t>(first.code_point) == static_cast<std::uint32_t>(c));
    CHECK(first.length == text.size() - 4);
  }
}

TEST_CASE("a character that the end cuts off is told from an invalid one") {
  using enum Utf8Sequence::State;
  struct Case {
    std::string_view text;
    Utf8Sequence::State state;
    std::size_t length;
  };
  for (const Case& c : {Case{"\xC3", cut, 1}, Case{"\xE2\x82", cut, 2}, Case{"\xF0\x9F\x98", cut, 3},
                        Case{"\xF0", cut, 1}, Case{"\x80", invalid, 1}, Case{"\xC0\x80", invalid, 1},
                        Case{"\xE0\x80", invalid, 1}, Case{"\xED\xA0\x80", invalid, 1}, Case{"\xF5", invalid, 1},
                        Case{"\xE2\x82x", invalid, 2}, Case{"\xF4\x90", invalid, 1}, Case{"\xFF", invalid, 1}}) {
    CAPTURE(percent_encode(c.text));
    CHECK(first_utf8(c.text).state == c.state);
    CHECK(first_utf8(c.text).length == c.length);
  }
}

TEST_CASE("is_utf8 accepts exactly well-formed text") {
  CHECK(is_utf8(""));
  CHECK(is_utf8("plain, Grüße, 漢字, 😀"));
  CHECK_FALSE(is_utf8("caf\xE9"));
  CHECK_FALSE(is_utf8("\xC0\xAF"));
  CHECK_FALSE(is_utf8("\xED\xA0\x80"));
  CHECK_FALSE(is_utf8("cut \xE2\x82"));
}

TEST_CASE("each maximal invalid sequence becomes one U+FFFD, as in the Unicode standard's table 3-8") {
  const std::string r = "\xEF\xBF\xBD";
  // The example of table 3-8, and those of tables 3-9 to 3-11.
  CHECK(to_valid_utf8("\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64") ==
        "a" + r + r + r + "b" + r + "c" + r + r + "d");
  CHECK(to_valid_utf8("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41") == r + r + r + r + r + r + r + r + "A");
  CHECK(to_valid_utf8("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41") == r + r + r + r + r + r + r + r + "A");
  CHECK(to_valid_utf8("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42") == r + r + r + r + r + "A" + r + r + "B");
}

TEST_CASE("the check counts the replacements and names the first offset") {
  Utf8Check check;
  CHECK(to_valid_utf8("ok", &check) == "ok");
  CHECK(check.replaced == 0);
  CHECK_FALSE(check.first_offset.has_value());
  CHECK(to_valid_utf8("ab\xFF"
                      "c\xE2\x82",
                      &check) ==
        "ab\xEF\xBF\xBD"
        "c\xEF\xBF\xBD");
  CHECK(check.replaced == 2);
  CHECK(check.first_offset == 2);
}

TEST_CASE("percent-encoding leaves only RFC 3986 unreserved characters") {
  CHECK(percent_encode("aZ09-._~") == "aZ09-._~");
  CHECK(percent_encode("gpt 4/x?y=é&+%") == "gpt%204%2Fx%3Fy%3D%C3%A9%26%2B%25");
  CHECK(percent_encode("").empty());
  CHECK(percent_encode(std::string(1, '\0')) == "%00");
}

TEST_CASE("percent-decoding undoes it and refuses a broken escape") {
  CHECK(percent_decode("a%2Fb%2fc") == "a/b/c");
  CHECK(percent_decode("a+b") == "a+b");
  CHECK(percent_decode("") == "");
  for (const std::string_view text : {"%", "%1", "a%", "%zz", "%1g", "%%41"}) {
    CAPTURE(text);
    CHECK_FALSE(percent_decode(text).has_value());
  }
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  CHECK(percent_decode(percent_encode(all)) == all);
}

TEST_CASE("base64 gives the vectors of RFC 4648") {
  struct Case {
    std::string_view plain, coded;
  };
  for (const Case& c : {Case{"", ""}, Case{"f", "Zg=="}, Case{"fo", "Zm8="}, Case{"foo", "Zm9v"},
                        Case{"foob", "Zm9vYg=="}, Case{"fooba", "Zm9vYmE="}, Case{"foobar", "Zm9vYmFy"}}) {
    CHECK(base64_encode(c.plain) == c.coded);
    CHECK(base64url_decode(c.coded) == c.plain);
    CHECK(base64url_decode(c.coded.substr(0, c.coded.find('='))) == c.plain);
  }
  CHECK(base64_encode("\xFB\xFF\xFE") == "+//+");
}

TEST_CASE("base64url is read with its own alphabet and malformed text is refused") {
  CHECK(base64url_decode("-__-") == "\xFB\xFF\xFE");
  CHECK(base64url_decode("eyJhbGciOiJIUzI1NiJ9") == R"({"alg":"HS256"})");
  for (const std::string_view text :
       {"+//+", "A", "AAAAA", "Zg=", "Zg===", "=", "====", "Z g=", "Zg==Zg==", "Zm9v\n"}) {
    CAPTURE(text);
    CHECK_FALSE(base64url_decode(text).has_value());
  }
}

TEST_CASE("a JSON string escapes what JSON demands and replaces invalid UTF-8") {
  CHECK(json_quote("") == R"("")");
  CHECK(json_quote("a\"b\\c/") == R"("a\"b\\c/")");
  CHECK(json_quote("\b\f\n\r\t") == R"("\b\f\n\r\t")");
  CHECK(json_quote(std::string("\0\x1f\x7f", 3)) == "\"\\u0000\\u001f\x7f\"");
  CHECK(json_quote("é😀") == "\"é😀\"");
  CHECK(json_quote("\xFF") == "\"\xEF\xBF\xBD\"");
}

TEST_CASE("a shell word is quoted only where needed") {
  CHECK(shell_quote("plain-word_1.2/x:y=z,@%+") == "plain-word_1.2/x:y=z,@%+");
  CHECK(shell_quote("") == "''");
  CHECK(shell_quote("two words") == "'two words'");
  CHECK(shell_quote("it's") == R"('it'\''s')");
  CHECK(shell_quote("$HOME") == "'$HOME'");
  CHECK(shell_quote("~") == "'~'");
  CHECK(shell_quote("a\nb") == "'a\nb'");
}

TEST_CASE("a shell reads each quoted word back unchanged") {
  for (const std::string text : {"it's", "$(id) `id` \\ \"x\"", "a\tb*?[c]", "''", "'", "é ; & | < > # !"}) {
    CAPTURE(text);
    FILE* pipe = ::popen(("printf %s " + shell_quote(text)).c_str(), "r");  // NOLINT(cert-env33-c)
    REQUIRE(pipe != nullptr);
    std::array<char, 256> buffer{};
    const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe);
    CHECK(::pclose(pipe) == 0);
    CHECK(std::string(buffer.data(), count) == text);
  }
}

}  // namespace
}  // namespace byok::base
