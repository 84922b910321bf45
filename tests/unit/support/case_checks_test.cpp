// Tests of the comparisons: what must differ does, and what may differ does not.
#include "support/case_checks.hpp"

#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace byok::test;

TEST_CASE("Equal texts have no difference; others show the lines between the equal ends") {
  CHECK(diff("a\n", "a\n") == "");
  CHECK(diff("a\nb\nc\n", "a\nx\nc\n") == "-b\n+x\n");
  CHECK(diff("a\n", "") == "-a\n");
  CHECK(diff("a\n", "a") == "-\n");
  CHECK(diff("", "x\ny") == "-\n+x\n+y\n");
}

TEST_CASE("JSON may hold more than what is expected, never less or other") {
  struct Row {
    std::string_view expected, found;
    bool matches;
  };
  for (const Row& row : std::vector<Row>{
           {"{}", R"({"a":1})", true},
           {R"({"a":1})", R"({"a":1,"b":2})", true},
           {R"({"a":1})", R"({"a":2})", false},
           {R"({"a":1})", R"({"b":1})", false},
           {R"({"a":1})", R"({"a":"1"})", false},
           {R"({"a":{"b":1}})", R"({"a":{"b":1,"c":2}})", true},
           {R"({"a":{"b":1}})", R"({"a":{"c":1}})", false},
           {R"({"a":[{"b":1}]})", R"({"a":[{"b":1,"c":2}]})", true},
           {R"({"a":[1]})", R"({"a":[1,2]})", false},
           {R"({"a":"{{any}}"})", R"({"a":[1,2]})", true},
           {R"({"a":"{{any}}"})", "{}", false},
           {R"({"a":"{{absent}}"})", R"({"b":1})", true},
           {R"({"a":"{{absent}}"})", R"({"a":null})", false},
           {"{}", "[]", false},
           {"{}", "junk", false},
           {"junk", "{}", false},
       }) {
    CAPTURE(row.expected);
    CAPTURE(row.found);
    CHECK(json_lacks(row.expected, row.found).empty() == row.matches);
  }
  CHECK(json_lacks(R"({"a":{"b":1}})", R"({"a":{"b":2}})") == ".a.b: expected 1, found 2\n");
}

TEST_CASE("JSON compared as values ignores order and white space and nothing else") {
  CHECK(json_differs(R"({"a":1,"b":[2]})", "{ \"b\":[2],\n\"a\":1 }") == "");
  CHECK_FALSE(json_differs(R"({"a":1})", R"({"a":1,"b":2})").empty());
  CHECK_FALSE(json_differs("{}", "").empty());
}

TEST_CASE("A request is compared by its first line, headers and body") {
  const Received found{.head = "POST /v1/x HTTP/1.1\r\nHost: a\r\nX-Key: k \r\n\r\n", .body = R"({"a":1,"b":2})"};
  const auto differs = [&](std::string_view text) { return request_differs(*parse_request(text), found); };
  CHECK(differs("POST /v1/x HTTP/1.1\nhost: a\nX-KEY: k\n!Expect\nbody: {\"b\":2,\"a\":1}\n") == "");
  CHECK(differs("POST /v1/x HTTP/1.1\nbody-has: {\"a\":1}\n") == "");
  CHECK(differs("POST /v1/y HTTP/1.1\n") == "-POST /v1/y HTTP/1.1\n+POST /v1/x HTTP/1.1\n");
  CHECK(differs("POST /v1/x HTTP/1.1\nHost: b\n") == "-Host: b\n+Host: a\n");
  CHECK(differs("POST /v1/x HTTP/1.1\nAccept: b\n") == "-Accept: b\n");
  CHECK(differs("POST /v1/x HTTP/1.1\n!x-key\n") == "+x-key: k (must be absent)\n");
  CHECK_FALSE(differs("POST /v1/x HTTP/1.1\nbody: {\"a\":1}\n").empty());
  CHECK_FALSE(differs("POST /v1/x HTTP/1.1\nbody:\n").empty());
  Received cut = found;
  cut.is_whole = false;
  CHECK(request_differs(*parse_request("POST /v1/x HTTP/1.1\n"), cut) == "the request was not sent to its end\n");
}

TEST_CASE("The last line of a text is the last that is not empty") {
  CHECK(last_line("a\nb\n\n") == "b");
  CHECK(last_line("a") == "a");
  CHECK(last_line("\n") == "");
}

TEST_CASE("The secrets of a case are its words and the values of key variables") {
  const auto file = parse_case(
      "# "
      "X.\n[env]\nA_KEY=12345678\nB_TOKEN=abcdefgh\nC_KEY=short\nNAME=notasecret\n[secret]\nword\n\n[command]\nbyok\n");
  REQUIRE(file);
  CHECK(secrets_of(*file) == std::vector<std::string>{"word", "12345678", "abcdefgh"});
}
