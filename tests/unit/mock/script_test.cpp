// Tests of scripts.
#include "mock/script.hpp"

#include <doctest/doctest.h>

#include <ostream>

#include "unit/mock/calls.hpp"

namespace byok::mock {
namespace {

Script parsed(std::string_view text) {
  auto script = Script::parse(text);
  REQUIRE(script.has_value());
  return *std::move(script);
}

Reply only(std::string_view line) {
  Script script = parsed(line);
  auto reply = script.next("");
  REQUIRE(reply.has_value());
  return *std::move(reply);
}

}  // namespace

TEST_CASE("lines are given in order, each once") {
  Script script = parsed("{\"status\":500}\n\n{\"status\":429}\r\n{\"body\":\"ok\"}");
  CHECK(script.next("a")->status == 500);
  CHECK(script.next("b")->status == 429);
  CHECK(test::body_of(*script.next("c")) == "ok");
  CHECK_FALSE(script.next("d").has_value());
}

TEST_CASE("a line with a match waits for a request that holds it") {
  Script script = parsed("{\"match\":\"two\",\"status\":402}\n{\"status\":401}\n{\"match\":\"two\",\"status\":403}");
  CHECK(script.next("one")->status == 401);
  CHECK(script.next("one two")->status == 402);
  CHECK_FALSE(script.next("one").has_value());
  CHECK(script.next("two")->status == 403);
}

TEST_CASE("a body is a string as it is, or JSON as its text") {
  struct Row {
    const char* line;
    const char* body;
    const char* type;
  };
  const Row rows[] = {
      {R"({"body":"plain"})", "plain", "text/plain"},
      {R"({"body":"<html>"})", "<html>", "text/html"},
      {R"({"body":" {\"a\":1}"})", " {\"a\":1}", "application/json"},
      {R"({"body":{"b":1,"a":2}})", "{\"b\":1,\"a\":2}", "application/json"},
      {R"({"body":[1]})", "[1]", "application/json"},
      {R"({"body":""})", "", "text/plain"},
      {R"({"body":{},"headers":{"Content-Type":"text/odd"}})", "{}", "text/odd"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.line);
    const Reply reply = only(row.line);
    CHECK(test::body_of(reply) == row.body);
    CHECK(reply.content_type == row.type);
    CHECK_FALSE(reply.is_stream);
    CHECK(reply.status == 200);
  }
}

TEST_CASE("chunks are strings as they are, or objects as events") {
  const Reply reply = only(R"({"chunks":["data: a","\n\n",{"x":1}],"delay_ms":5,"headers":{"x-a":"b"}})");
  CHECK(reply.chunks == std::vector<std::string>{"data: a", "\n\n", "data: {\"x\":1}\n\n"});
  CHECK(reply.is_stream);
  CHECK(reply.content_type == "text/event-stream");
  CHECK(reply.delay == std::chrono::milliseconds(5));
  CHECK(test::header_of(reply, "x-a") == "b");
}

TEST_CASE("a bad line is a usage error with its number") {
  struct Row {
    const char* line;
    const char* complaint;
  };
  const Row rows[] = {
      {"nonsense", "not a JSON object"},
      {"[]", "not a JSON object"},
      {"{\"status\":200", "not a JSON object"},
      {R"({"status":"200"})", "`status`"},
      {R"({"status":99})", "`status`"},
      {R"({"status":1000})", "`status`"},
      {R"({"match":1})", "`match`"},
      {R"({"headers":[]})", "`headers`"},
      {R"({"headers":{"a":1}})", "header"},
      {R"({"headers":{"a":"b\r\nc: d"}})", "header"},
      {R"({"headers":{"":"b"}})", "header"},
      {R"({"chunks":"a"})", "`chunks`"},
      {R"({"body":"a","chunks":[]})", "exclude each other"},
      {R"({"delay_ms":-1})", "`delay_ms`"},
      {R"({"delay_ms":"1"})", "`delay_ms`"},
      {R"({"reply":"a"})", "unknown member `reply`"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.line);
    const auto script = Script::parse("{\"body\":\"ok\"}\n\n" + std::string(row.line) + "\n");
    REQUIRE_FALSE(script.has_value());
    CHECK(script.error().kind == base::ErrorKind::usage);
    CHECK(script.error().message.starts_with("Line 3 of the script: "));
    CHECK(script.error().message.contains(row.complaint));
    CHECK_FALSE(script.error().hint.empty());
  }
}

TEST_CASE("a line that nests too deep is refused, not followed") {
  CHECK_FALSE(Script::parse("{\"body\":" + std::string(400, '[') + std::string(400, ']') + "}").has_value());
}

TEST_CASE("an empty script has nothing to give") {
  Script script = parsed(" \n\n");
  CHECK_FALSE(script.next("").has_value());
}

}  // namespace byok::mock
