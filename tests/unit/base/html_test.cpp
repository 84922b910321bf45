// Tests of what is left of an HTML page for a person to read.
#include <ostream>
#include <string>

#include <doctest/doctest.h>

#include "base/text.hpp"

namespace byok::base {
namespace {

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) out.append(text);
  return out;
}

TEST_CASE("a gateway's error page becomes one readable line") {
  CHECK(strip_html("<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad "
                   "Gateway</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n") ==
        "502 Bad Gateway nginx/1.18.0");
  CHECK(strip_html("<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)!!1</title><style>*{margin:0}</style>"
                   "<p><b>404.</b> <ins>That’s an error.</ins>") == "Error 404 (Not Found)!!1: 404. That’s an error.");
}

TEST_CASE("the title comes first, once") {
  CHECK(strip_html("<title>Sign in</title><body>Please log in</body>") == "Sign in: Please log in");
  CHECK(strip_html("<title>Sign in</title><h1>Sign in</h1> with SSO") == "Sign in with SSO");
  CHECK(strip_html("<p>text</p><title>Late</title>") == "Late: text");
  CHECK(strip_html("<title>Only</title>") == "Only");
  CHECK(strip_html("<title>a &lt;b&gt; <i>c</title>x") == "a <b> <i>c: x");
}

TEST_CASE("tags, comments, scripts and styles are removed") {
  CHECK(strip_html("a<script>if (a < b) alert('</p>');</script>b") == "a b");
  CHECK(strip_html("a<SCRIPT src=x>x</Script >b") == "a b");
  CHECK(strip_html("a<style>p > a { }</style>b") == "a b");
  CHECK(strip_html("a<!-- <p>hidden</p> -->b") == "ab");
  CHECK(strip_html("<?xml version='1.0'?><!DOCTYPE x>y") == "y");
  CHECK(strip_html("<img alt='x' src=y>z") == "z");
}

TEST_CASE("blocks are set apart by a space and inline tags are not") {
  CHECK(strip_html("<p>one</p><p>two</p>") == "one two");
  CHECK(strip_html("one<br>two<br/>three") == "one two three");
  CHECK(strip_html("w<b>or</b>d") == "word");
  CHECK(strip_html("<b>w</b>x <em> y </em> z") == "wx y z");
}

TEST_CASE("white space and control characters fold into one space") {
  CHECK(strip_html("  a \r\n\t b  ") == "a b");
  CHECK(strip_html("a\x1b[31mb") == "a [31mb");
  CHECK(strip_html("a&#27;[31mb&#x9b;c") == "a [31mb c");
  CHECK(strip_html(std::string("a\0b", 3)) == "a b");
  CHECK(strip_html("a&nbsp;\xC2\xA0 b") == "a b");
}

TEST_CASE("character references are read, and what is none stays") {
  CHECK(strip_html("a &amp; b &lt;c&gt; &quot;d&quot; &#39;e&#x27; &mdash;") == "a & b <c> \"d\" 'e' —");
  CHECK(strip_html("AT&T &unknown; &; &#; &#x; &#xzz; & &amp") == "AT&T &unknown; &; &#; &#x; &#xzz; & &amp");
  CHECK(strip_html("&#128512;&#x1F600;") == "😀😀");
  CHECK(strip_html("&#xD800;") == "\xEF\xBF\xBD");
  CHECK(strip_html("&#x110000;") == "\xEF\xBF\xBD");
  CHECK(strip_html("&amp;lt;") == "&lt;");
}

TEST_CASE("text that is no HTML passes through") {
  CHECK(strip_html("").empty());
  CHECK(strip_html("upstream connect error") == "upstream connect error");
  CHECK(strip_html("1 < 2 and 3 > 2") == "1 < 2 and 3 > 2");
  CHECK(strip_html("a <- b, <3, <") == "a <- b, <3, <");
}

TEST_CASE("the result is valid UTF-8 whatever comes in") {
  CHECK(strip_html("a\xFF"
                   "b") ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(is_utf8(strip_html("<p \xC3>\xE2\x82</p>\xF0<title>\x80")));
}

TEST_CASE("an element that is never closed ends with the page") {
  CHECK(strip_html("a<script>b") == "a");
  CHECK(strip_html("a<style") == "a");
  CHECK(strip_html("a<!-- b") == "a");
  CHECK(strip_html("a<p title='b") == "a");
  CHECK(strip_html("<title>b") == "b");
  CHECK(strip_html("a</") == "a</");
  CHECK(strip_html("a</p") == "a");
}

TEST_CASE("hostile repetition is read in one pass") {
  // Quadratic work on these would take minutes; the results are what is checked.
  constexpr std::size_t kTimes = 200'000;
  CHECK(strip_html(repeat("<", kTimes)).size() == kTimes);
  CHECK(strip_html(repeat("<!--", kTimes)).empty());
  CHECK(strip_html(repeat("<script>", kTimes)).empty());
  CHECK(strip_html(repeat("<script></", kTimes)).empty());
  CHECK(strip_html(repeat("<a", kTimes)).empty());
  CHECK(strip_html(repeat("&", kTimes)).size() == kTimes);
  CHECK(strip_html(repeat("&#", kTimes)).size() == 2 * kTimes);
  CHECK(strip_html(repeat("<title></title>", kTimes)).empty());
}

}  // namespace
}  // namespace byok::base
