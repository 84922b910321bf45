// Tests of Pattern: what is found, what is refused, and that no pattern takes long.
#include <ostream>
//
#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "session/schema/pattern.hpp"

using byok::session::Pattern;

namespace {

bool is_found(std::string_view pattern, std::string_view text) {
  const auto parsed = Pattern::parse(pattern);
  REQUIRE_MESSAGE(parsed.has_value(), pattern, ": ", parsed ? "" : parsed.error().what);
  return parsed->is_in(text);
}

std::string fault(std::string_view pattern) {
  const auto parsed = Pattern::parse(pattern);
  return parsed ? "" : parsed.error().what;
}

bool is_unsupported(std::string_view pattern) {
  const auto parsed = Pattern::parse(pattern);
  return !parsed && parsed.error().is_unsupported;
}

}  // namespace

TEST_CASE("Pattern: it is found anywhere, unless it is anchored") {
  CHECK(is_found("b", "abc"));
  CHECK_FALSE(is_found("^b", "abc"));
  CHECK_FALSE(is_found("b$", "abc"));
  CHECK(is_found("^abc$", "abc"));
  CHECK(is_found("", ""));
  CHECK(is_found("^$", ""));
  CHECK_FALSE(is_found("^$", "\n"));
  CHECK(is_found("a|", "x"));
  CHECK(is_found("^(?:ab|c)d$", "cd"));
  CHECK(is_found("^(?:ab|c)d$", "abd"));
  CHECK_FALSE(is_found("^(?:ab|c)d$", "ad"));
  CHECK(is_found("^(?<year>[0-9]{4})$", "2026"));
  CHECK(is_found("^(a|b|cc)+$", "abccba"));
}

TEST_CASE("Pattern: repetitions") {
  CHECK(is_found("^a{2,3}$", "aa"));
  CHECK(is_found("^a{2,3}$", "aaa"));
  CHECK_FALSE(is_found("^a{2,3}$", "a"));
  CHECK_FALSE(is_found("^a{2,3}$", "aaaa"));
  CHECK(is_found("^a{2}$", "aa"));
  CHECK(is_found("^a{2,}$", "aaaaa"));
  CHECK_FALSE(is_found("^a{2,}$", "a"));
  CHECK(is_found("^a{0}b$", "b"));
  CHECK_FALSE(is_found("^a{0}b$", "ab"));
  CHECK(is_found("^a*?b+?c??$", "aab"));
  CHECK(is_found("^(ab?)*$", "aabab"));
  CHECK(is_found("^(a*)*$", "aaa"));
  CHECK(is_found("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
                 "123e4567-e89b-12d3-a456-426614174000"));
}

TEST_CASE("Pattern: classes and escapes") {
  CHECK(is_found(R"(^\d\D\w\W\s\S$)", "1a_- x"));
  CHECK_FALSE(is_found(R"(^\d$)", "٣"));
  CHECK(is_found(R"(^[\w.+-]+@[\w-]+\.[a-z]{2,}$)", "a.b+c@x-y.org"));
  CHECK_FALSE(is_found(R"(^[\w.+-]+@[\w-]+\.[a-z]{2,}$)", "a b@x.org"));
  CHECK(is_found("^[^a-c]$", "d"));
  CHECK_FALSE(is_found("^[^a-c]$", "b"));
  CHECK(is_found(R"(^[\]\\-]+$)", R"(]\-)"));
  CHECK(is_found("[^]", "x"));
  CHECK_FALSE(is_found("[]", "x"));
  CHECK(is_found(R"(^\x41\u0042\u{43}\t\cA$)", "ABC\t\x01"));
  CHECK(is_found(R"(\bcat\b)", "a cat!"));
  CHECK_FALSE(is_found(R"(\bcat\b)", "concat"));
  CHECK(is_found(R"(\Bcat)", "concat"));
  CHECK(is_found(R"(^\/\.\$$)", "/.$"));
  CHECK_FALSE(is_found("^.$", "\n"));
}

TEST_CASE("Pattern: characters count, not bytes") {
  CHECK(is_found("^.{3}$", "äöü"));
  CHECK(is_found("^[ä-ü]+$", "äöü"));
  CHECK(is_found("^.$", "😀"));
  CHECK(is_found("^.$", "\xFF"));
}

TEST_CASE("Pattern: what is no pattern says why") {
  CHECK(fault("(") == "a ( that nothing closes");
  CHECK(fault(")") == "a ) that closes nothing");
  CHECK(fault("[a") == "a [ that nothing closes");
  CHECK(fault("*a") == "a repetition of nothing");
  CHECK(fault("a{2,1}") == "a repetition that ends before it begins");
  CHECK(fault("a{x}") == "a { that begins no repetition");
  CHECK(fault("[b-a]") == "a range in [] that ends before it begins");
  CHECK(fault("a\\") == "a \\ at its end");
  CHECK(fault("\\u12") == "an escape with too few digits");
  CHECK(fault("(?x)") == "(? that begins no group");
  for (const char* pattern : {"(?=a)", "(?!a)", "(?<=a)", "(?<!a)", R"((a)\1)", R"(\p{L})", R"(\k<n>)"}) {
    CAPTURE(pattern);
    CHECK(is_unsupported(pattern));
  }
}

TEST_CASE("Pattern: hostile ones are refused or searched for in no time") {
  CHECK(fault("((a{100}){100}){100}") == "its repetitions are too many");
  CHECK(fault("a{999999999999}") == "its repetitions are too many");
  CHECK(fault(std::string(60, '(') + std::string(60, ')')) == "its groups are nested too deep");
  CHECK(fault(std::string(5000, 'a')) == "it is too long");
  CHECK_FALSE(fault("(a?){1500}").empty());
  // Each of these takes ages where all ways are tried one after the other.
  CHECK_FALSE(is_found("^(a+)+$", std::string(50000, 'a') + "!"));
  CHECK_FALSE(is_found("^(a|aa)+$", std::string(50000, 'a') + "!"));
  CHECK_FALSE(is_found("^(.*a){12}$", std::string(20000, 'x')));
  CHECK(is_found("(x+x+)+y", std::string(5000, 'x') + "y"));
}
