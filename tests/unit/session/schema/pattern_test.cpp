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
  CHECK(is_found("^(?<größe>[0-9]{4})$", "2026"));
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
  CHECK(is_found("^a{002}$", "aa"));
  CHECK(is_found("^a{x}b{,2}{$", "a{x}b{,2}{"));
  CHECK(is_found("^.{1,1000}$", std::string(1000, 'a')));
  CHECK_FALSE(is_found(R"(^\S{1,1000}$)", std::string(1001, 'a')));
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
  CHECK(is_found(R"(^\/\.\$\-\_\ \"$)", "/.$-_ \""));
  CHECK(is_found(R"(^\n\r\t\v\f\0[\b]$)", std::string("\n\r\t\v\f\0\b", 7)));
  // Letters that mean something to RE2, but nothing here.
  CHECK(is_found(R"(^\a\z\C\Q.\E$)", "azCQ.E"));
  CHECK(is_found("^[[:alpha:]]$", ":]"));
  CHECK_FALSE(is_found("^[[:alpha:]]$", "b"));
  for (const char* end : {"\n", "\r", "\u2028", "\u2029"}) {
    CAPTURE(end);
    CHECK_FALSE(is_found("^.$", end));
    CHECK(is_found("^[^]$", end));
  }
}

TEST_CASE("Pattern: spaces are those of ECMA-262") {
  for (const char* space : {"\t", "\n", "\v", "\f", "\r", " ", "\u00A0", "\u1680", "\u2000", "\u200A", "\u2028",
                            "\u2029", "\u202F", "\u205F", "\u3000", "\uFEFF"}) {
    CAPTURE(space);
    CHECK(is_found(R"(^\s$)", space));
    CHECK(is_found(R"(^[x\s]$)", space));
    CHECK_FALSE(is_found(R"(^[^\s]$)", space));
    CHECK_FALSE(is_found(R"(^\S$)", space));
    CHECK_FALSE(is_found(R"(^[x\S]$)", space));
    CHECK(is_found(R"(^[^\S]$)", space));
  }
  for (const char* other :
       {"\b", "\x0E", "x", "\u009F", "\u00A1", "\u1FFF", "\u200B", "\u2027", "\u202A", "\u2060", "\uFF00"}) {
    CAPTURE(other);
    CHECK_FALSE(is_found(R"(^[\s]$)", other));
    CHECK(is_found(R"(^\S$)", other));
    CHECK(is_found(R"(^[\S]$)", other));
  }
}

TEST_CASE("Pattern: a - beside a class stands for itself") {
  CHECK(is_found(R"(^[\w-.]+$)", "a-b.c"));
  CHECK(is_found(R"(^[\s-.]+$)", "\u2000-."));
  CHECK_FALSE(is_found(R"(^[\s-.]+$)", "\u200B"));
  CHECK(is_found(R"(^[a\-z]+$)", "a-z"));
  CHECK_FALSE(is_found(R"(^[a\-z]+$)", "b"));
  CHECK(fault(R"([a-\s])") == "a range in [] that ends in no character");
  CHECK(fault(R"([a-\d])") == "a range in [] that ends in no character");
}

TEST_CASE("Pattern: characters count, not bytes") {
  CHECK(is_found("^.{3}$", "äöü"));
  CHECK(is_found("^[ä-ü]+$", "äöü"));
  CHECK(is_found("^.$", "😀"));
  CHECK(is_found("^.$", "\xFF"));
  CHECK(is_found(R"(^\u{1F600}$)", "😀"));
  CHECK(is_found(R"(^\uD83D\uDE00$)", "😀"));
  CHECK(is_found(R"(^[\uD83D\uDE00-\uD83D\uDE4F]$)", "😁"));
  CHECK_FALSE(is_found(R"(\uD83D)", "😀"));
}

TEST_CASE("Pattern: Unicode properties, by the names of categories and scripts that are known") {
  CHECK(is_found(R"(^\p{L}+$)", "Größe"));
  CHECK_FALSE(is_found(R"(^\p{L}+$)", "x1"));
  CHECK(is_found(R"(^[\p{Lu}\d]+$)", "Ä1"));
  CHECK(is_found(R"(^\P{L}$)", "1"));
  CHECK(is_found(R"(^\p{Script=Greek}+\p{sc=Latin}\p{gc=Nd}$)", "λx1"));
  for (const char* pattern : {R"(\p{Letter})", R"(\p{Nonsense})", R"(\p{^L})", R"(\pL)", R"(\p{L)", R"(\p{})"}) {
    CAPTURE(pattern);
    CHECK(is_unsupported(pattern));
  }
  CHECK(fault(R"(\p{Emoji})") == "it names a Unicode property");
}

TEST_CASE("Pattern: what is no pattern says why") {
  CHECK(fault("(") == "a ( that nothing closes");
  CHECK(fault(")") == "a ) that closes nothing");
  CHECK(fault("[a") == "a [ that nothing closes");
  CHECK(fault("*a") == "a repetition of nothing");
  CHECK(fault("a{2,1}") == "a repetition that ends before it begins");
  CHECK(fault("a**") == "a repetition of a repetition");
  CHECK(fault("{2}") == "a repetition of nothing");
  CHECK(fault("[b-a]") == "a range in [] that ends before it begins");
  CHECK(fault("a\\") == "a \\ at its end");
  CHECK(fault("[a\\") == "a \\ at its end");
  CHECK(fault("\\u12") == "an escape with too few digits");
  CHECK(fault("\\x{41}") == "an escape with too few digits");
  CHECK(fault("\\u{110000}") == "an escape \\u{…} that is no code point");
  CHECK(fault("\\u{41") == "an escape \\u{…} that is no code point");
  CHECK(fault("\\c1") == "\\c without a letter");
  CHECK(fault("(?<n") == "the name of a group has no end");
  CHECK(fault("(?x)") == "(? that begins no group");
  for (const char* pattern : {"(?=a)", "(?!a)", "(?<=a)", "(?<!a)", R"((a)\1)", R"(\k<n>)"}) {
    CAPTURE(pattern);
    CHECK(is_unsupported(pattern));
  }
}

TEST_CASE("Pattern: hostile ones are refused or searched for in no time") {
  CHECK(fault("((a{100}){100}){100}") == "its repetitions are too many");
  CHECK(fault("a{999999999999}") == "its repetitions are too many");
  CHECK(fault("a{1001}") == "its repetitions are too many");
  CHECK(is_found(std::string(1000, '(') + std::string(1000, ')'), ""));
  CHECK(is_unsupported(R"(\p{L}{1000})"));
  CHECK(fault(std::string(5000, 'a')) == "it is too long");
  CHECK_FALSE(fault("(a?){1500}").empty());
  // Each of these takes ages where all ways are tried one after the other.
  CHECK_FALSE(is_found("^(a+)+$", std::string(50000, 'a') + "!"));
  CHECK_FALSE(is_found("^(a|aa)+$", std::string(50000, 'a') + "!"));
  CHECK_FALSE(is_found("^(.*a){12}$", std::string(20000, 'x')));
  CHECK(is_found("(x+x+)+y", std::string(5000, 'x') + "y"));
}
