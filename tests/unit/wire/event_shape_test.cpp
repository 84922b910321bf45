// Tests of EventShape: what is known again, and what must be read anew.
#include "wire/event_shape.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace byok::wire {
namespace {

// The string at `choices[0].delta.content`, as the chat decoder would point at it.
Json content_of(std::string_view data) {
  const Json event = Json::parse(data);
  Json::Cursor choice(event["choices"]);
  REQUIRE(choice.next());
  return choice.value()["delta"]["content"];
}

std::string chunk(std::string_view text, std::string_view rest = R"("finish_reason":null}],"obfuscation":"aB")") {
  return R"({"id":"c-1","choices":[{"index":0,"delta":{"content":")" + std::string(text) + R"("},)" +
         std::string(rest) + "}";
}

EventShape shape_of(const std::string& data, std::string_view name = {}) {
  EventShape shape;
  shape.learn({.name = name, .data = data}, content_of(data));
  return shape;
}

std::string text_in(const EventShape& shape, const std::string& data, std::string_view name = {}) {
  const Json text = shape.match({.name = name, .data = data});
  return text.is_valid() ? text.str() : "no match";
}

TEST_CASE("the text of an event of the same shape is found, whatever its length and padding") {
  const EventShape shape = shape_of(chunk("Hello"));
  CHECK(text_in(shape, chunk("Hello")) == "Hello");
  CHECK(text_in(shape, chunk("")) == "");
  CHECK(text_in(shape, chunk("a longer text")) == "a longer text");
  CHECK(text_in(shape, chunk(R"(say \"hi\" \\)")) == R"(say "hi" \)");
  CHECK(text_in(shape, chunk("x", R"("finish_reason":null}],"obfuscation":"a much longer one")")) == "x");
}

TEST_CASE("an event that differs in anything that counts is not of the shape") {
  const EventShape shape = shape_of(chunk("Hello"));
  const std::string other[] = {
      chunk("x", R"("finish_reason":"stop"}],"obfuscation":"aB")"),
      chunk("x", R"("finish_reason":null}],"obfuscation":"aB","usage":{"prompt_tokens":1})"),
      chunk("x", R"("finish_reason":null}],"obfuscation":["aB"])"),
      chunk("x", R"("finish_reason":null}])"),
      chunk(R"(x","refusal":"no)"),
      chunk("x") + " ",
      chunk("x") + "\n" + chunk("y"),
      chunk("x").substr(0, chunk("x").size() - 1),
      R"({"id":"c-2","choices":[{"index":0,"delta":{"content":"x"},"finish_reason":null}],"obfuscation":"aB"})",
      R"({"id":"c-1","choices":[{"index":0,"delta":{"content":null},"finish_reason":null}],"obfuscation":"aB"})",
      R"({"id":"c-1","choices":[{"index":0,"delta":{"content": "x"},"finish_reason":null}],"obfuscation":"aB"})",
      R"({"error":{"message":"x"}})",
      "",
  };
  for (const std::string& data : other) {
    CAPTURE(data);
    CHECK(text_in(shape, data) == "no match");
  }
}

TEST_CASE("every prefix of an event of the shape is none") {
  const std::string whole = chunk("Hello");
  const EventShape shape = shape_of(whole);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK(text_in(shape, whole.substr(0, length)) == "no match");
  }
}

TEST_CASE("a counter at the top may differ, one further down may not") {
  const auto event = [](std::string_view number, std::string_view inner) {
    return R"({"sequence_number":)" + std::string(number) + R"(,"choices":[{"p":)" + std::string(inner) +
           R"(,"delta":{"content":"x"}}]})";
  };
  const EventShape shape = shape_of(event("4", "1"));
  CHECK(text_in(shape, event("12345", "1")) == "x");
  CHECK(text_in(shape, event("\"4\"", "1")) == "no match");
  CHECK(text_in(shape, event("4", "2")) == "no match");
}

TEST_CASE("the event's name is a part of the shape") {
  const EventShape shape = shape_of(chunk("Hello"), "message");
  CHECK(text_in(shape, chunk("x"), "message") == "x");
  CHECK(text_in(shape, chunk("x")) == "no match");
  CHECK(text_in(shape, chunk("x"), "error") == "no match");
}

TEST_CASE("nothing is known before anything was learned, or after it was forgotten") {
  EventShape shape;
  CHECK(text_in(shape, chunk("x")) == "no match");
  const std::string data = chunk("Hello");
  shape.learn({.name = {}, .data = data}, content_of(data));
  shape.forget();
  CHECK(text_in(shape, chunk("x")) == "no match");
}

}  // namespace
}  // namespace byok::wire
