// Tests of Anthropic Messages bodies.
#include <doctest/doctest.h>

#include <ostream>

#include "mock/answer.hpp"
#include "unit/mock/calls.hpp"

namespace byok::mock {
namespace {

using nlohmann::json;

Question question(bool is_stream) {
  Question made;
  made.service = Service::anthropic;
  made.api = Api::messages;
  made.model = "claude";
  made.input_bytes = 12;
  made.is_stream = is_stream;
  made.serial = 3;
  return made;
}

const Answer kAnswer = {.reasoning = {}, .text = {"Hello", " there."}};

std::vector<std::string> names_of(const Reply& reply) {
  std::vector<std::string> names;
  for (const test::Event& event : test::events_of(reply)) names.push_back(event.name);
  return names;
}

}  // namespace

TEST_CASE("a message has one text block, a stop reason and usage") {
  const json body = test::json_of(reply_in_messages(question(false), kAnswer));
  CHECK(body["id"].get<std::string>().starts_with("msg_01"));
  CHECK(body["type"] == "message");
  CHECK(body["role"] == "assistant");
  CHECK(body["content"] == json::parse(R"([{"type":"text","text":"Hello there."}])"));
  CHECK(body["stop_reason"] == "end_turn");
  CHECK(body["usage"]["input_tokens"] == 3);
  CHECK(body["usage"]["output_tokens"] == 3);
}

TEST_CASE("a stream of a message has its whole grammar, with a ping behind the first block's start") {
  const Reply reply = reply_in_messages(question(true), kAnswer);
  CHECK(names_of(reply) == std::vector<std::string>{"message_start", "content_block_start", "ping",
                                                    "content_block_delta", "content_block_delta", "content_block_stop",
                                                    "message_delta", "message_stop"});
  const auto events = test::events_of(reply);
  for (const test::Event& event : events) CHECK(event.data["type"] == event.name);
  CHECK(events[0].data["message"]["content"] == json::array());
  CHECK(events[0].data["message"]["stop_reason"].is_null());
  CHECK(events[0].data["message"]["usage"]["output_tokens"] == 1);
  CHECK(events[3].data["delta"] == json::parse(R"({"type":"text_delta","text":"Hello"})"));
  CHECK(events[3].data["index"] == 0);
  CHECK(events[6].data["delta"]["stop_reason"] == "end_turn");
  CHECK(events[6].data["usage"]["output_tokens"] == 3);
}

TEST_CASE("thinking is a block of its own with a signature, before the text") {
  Answer answer = kAnswer;
  answer.reasoning = {"Let", " me"};
  const Reply reply = reply_in_messages(question(true), answer);
  const auto events = test::events_of(reply);
  REQUIRE(events.size() == 13);
  CHECK(events[1].data["content_block"]["type"] == "thinking");
  CHECK(events[2].name == "ping");
  CHECK(events[3].data["delta"]["thinking"] == "Let");
  CHECK(events[5].data["delta"]["type"] == "signature_delta");
  CHECK(events[6].name == "content_block_stop");
  CHECK(events[6].data["index"] == 0);
  CHECK(events[7].data["content_block"]["type"] == "text");
  CHECK(events[7].data["index"] == 1);
  CHECK(events[8].data["index"] == 1);

  const json whole = test::json_of(reply_in_messages(question(false), answer));
  CHECK(whole["content"][0]["thinking"] == "Let me");
  CHECK(whole["content"][0]["signature"] == events[5].data["delta"]["signature"]);
  CHECK(whole["content"][1]["text"] == "Hello there.");
}

TEST_CASE("each outcome of a message ends in its own way") {
  Answer answer = kAnswer;
  answer.outcome = Outcome::length;
  CHECK(test::json_of(reply_in_messages(question(false), answer))["stop_reason"] == "max_tokens");
  CHECK(test::events_of(reply_in_messages(question(true), answer))[6].data["delta"]["stop_reason"] == "max_tokens");

  answer.outcome = Outcome::unfinished;
  CHECK(test::json_of(reply_in_messages(question(false), answer))["stop_reason"].is_null());
  CHECK(names_of(reply_in_messages(question(true), answer)).back() == "content_block_delta");

  answer.outcome = Outcome::failed;
  CHECK(test::json_of(reply_in_messages(question(false), answer))["error"]["type"] == "overloaded_error");
  const auto events = test::events_of(reply_in_messages(question(true), answer));
  CHECK(events.back().name == "error");
  CHECK(events.back().data["type"] == "error");
  CHECK(events.back().data["error"]["type"] == "overloaded_error");
}

}  // namespace byok::mock
