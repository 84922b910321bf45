// Tests of Chat Completions bodies.
#include <doctest/doctest.h>

#include <ostream>

#include "mock/answer.hpp"
#include "unit/mock/calls.hpp"

namespace byok::mock {
namespace {

using nlohmann::json;

Question question(bool is_stream) {
  Question made;
  made.model = "gpt-4o";
  made.input_bytes = 12;
  made.is_stream = is_stream;
  made.time = 1'700'000'000;
  made.serial = 3;
  return made;
}

const Answer kAnswer = {.reasoning = {}, .text = {"Hello", " there."}};

}  // namespace

TEST_CASE("a chat answer has id, model, message, finish reason and usage") {
  const Reply reply = reply_in_chat(question(false), kAnswer);
  CHECK_FALSE(reply.is_stream);
  CHECK(reply.content_type == "application/json");
  const json body = test::json_of(reply);
  CHECK(body["id"].get<std::string>().starts_with("chatcmpl-"));
  CHECK(body["object"] == "chat.completion");
  CHECK(body["created"] == 1'700'000'000);
  CHECK(body["model"] == "gpt-4o");
  CHECK(body["choices"][0]["message"]["content"] == "Hello there.");
  CHECK(body["choices"][0]["message"]["role"] == "assistant");
  CHECK_FALSE(body["choices"][0]["message"].contains("reasoning_content"));
  CHECK(body["choices"][0]["finish_reason"] == "stop");
  CHECK(body["usage"]["prompt_tokens"] == 3);
  CHECK(body["usage"]["completion_tokens"] == 3);
  CHECK(body["usage"]["total_tokens"] == 6);
}

TEST_CASE("a chat stream is role, text, finish and [DONE], with one id throughout") {
  const Reply reply = reply_in_chat(question(true), kAnswer);
  CHECK(reply.is_stream);
  CHECK(reply.content_type.starts_with("text/event-stream"));
  REQUIRE(reply.chunks.size() == 5);
  CHECK(reply.chunks.back() == "data: [DONE]\n\n");
  const auto events = test::events_of(reply);
  CHECK(events[0].data["choices"][0]["delta"]["role"] == "assistant");
  CHECK(events[1].data["choices"][0]["delta"] == json::parse(R"({"content":"Hello"})"));
  CHECK(events[2].data["choices"][0]["delta"]["content"] == " there.");
  CHECK(events[2].data["choices"][0]["finish_reason"].is_null());
  CHECK(events[3].data["choices"][0]["delta"] == json::object());
  CHECK(events[3].data["choices"][0]["finish_reason"] == "stop");
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(events[i].name.empty());
    CHECK(events[i].data["object"] == "chat.completion.chunk");
    CHECK(events[i].data["id"] == events[0].data["id"]);
    CHECK_FALSE(events[i].data.contains("usage"));
  }
}

TEST_CASE("usage comes in a chunk without choices before [DONE], when it was asked for") {
  Question asked = question(true);
  asked.wants_usage = true;
  const Reply reply = reply_in_chat(asked, kAnswer);
  REQUIRE(reply.chunks.size() == 6);
  const auto events = test::events_of(reply);
  for (std::size_t i = 0; i < 4; ++i) CHECK(events[i].data["usage"].is_null());
  CHECK(events[4].data["choices"] == json::array());
  CHECK(events[4].data["usage"]["completion_tokens"] == 3);
}

TEST_CASE("Azure's stream begins with a chunk of filter results that has no id") {
  Question asked = question(true);
  asked.service = Service::azure;
  const auto first = test::events_of(reply_in_chat(asked, kAnswer)).front().data;
  CHECK(first["choices"] == json::array());
  CHECK(first["id"] == "");
  CHECK(first["prompt_filter_results"][0]["prompt_index"] == 0);
}

TEST_CASE("reasoning goes in its own field, before the text") {
  Answer answer = kAnswer;
  answer.reasoning = {"Let", " me"};
  const auto events = test::events_of(reply_in_chat(question(true), answer));
  CHECK(events[1].data["choices"][0]["delta"] == json::parse(R"({"reasoning_content":"Let"})"));
  CHECK(events[2].data["choices"][0]["delta"]["reasoning_content"] == " me");
  CHECK(events[3].data["choices"][0]["delta"]["content"] == "Hello");
  const json whole = test::json_of(reply_in_chat(question(false), answer));
  CHECK(whole["choices"][0]["message"]["reasoning_content"] == "Let me");
  CHECK(whole["usage"]["completion_tokens_details"]["reasoning_tokens"] == 2);
}

TEST_CASE("each outcome of a chat answer ends in its own way") {
  Answer answer = kAnswer;
  answer.outcome = Outcome::length;
  CHECK(test::json_of(reply_in_chat(question(false), answer))["choices"][0]["finish_reason"] == "length");
  CHECK(test::events_of(reply_in_chat(question(true), answer))[3].data["choices"][0]["finish_reason"] == "length");

  answer.outcome = Outcome::unfinished;
  CHECK(test::json_of(reply_in_chat(question(false), answer))["choices"][0]["finish_reason"].is_null());
  CHECK(reply_in_chat(question(true), answer).chunks.size() == 3);

  answer.outcome = Outcome::failed;
  CHECK(test::json_of(reply_in_chat(question(false), answer))["error"]["type"] == "server_error");
  const auto events = test::events_of(reply_in_chat(question(true), answer));
  REQUIRE(events.size() == 4);
  CHECK(events[3].data["error"]["type"] == "server_error");
}

TEST_CASE("text that is no UTF-8 does not break the JSON") {
  const Answer answer = {.reasoning = {}, .text = {"a\xFFz"}};
  CHECK(test::json_of(reply_in_chat(question(false), answer))["choices"][0]["message"]["content"] == "a\xEF\xBF\xBDz");
}

}  // namespace byok::mock
