// Tests of Responses bodies.
#include <doctest/doctest.h>

#include <ostream>

#include "mock/answer.hpp"
#include "unit/mock/calls.hpp"

namespace byok::mock {
namespace {

using nlohmann::json;

Question question(bool is_stream) {
  Question made;
  made.api = Api::responses;
  made.model = "gpt-4o";
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

TEST_CASE("a response has one message with its text, and usage") {
  const json body = test::json_of(reply_in_responses(question(false), kAnswer));
  CHECK(body["id"].get<std::string>().starts_with("resp_"));
  CHECK(body["object"] == "response");
  CHECK(body["status"] == "completed");
  CHECK(body["error"].is_null());
  CHECK(body["incomplete_details"].is_null());
  REQUIRE(body["output"].size() == 1);
  CHECK(body["output"][0]["type"] == "message");
  CHECK(body["output"][0]["status"] == "completed");
  CHECK(body["output"][0]["content"][0]["type"] == "output_text");
  CHECK(body["output"][0]["content"][0]["text"] == "Hello there.");
  CHECK(body["usage"]["input_tokens"] == 3);
  CHECK(body["usage"]["output_tokens"] == 3);
  CHECK(body["usage"]["total_tokens"] == 6);
}

TEST_CASE("a stream of a response has its whole grammar, numbered") {
  const Reply reply = reply_in_responses(question(true), kAnswer);
  CHECK(names_of(reply) == std::vector<std::string>{"response.created", "response.in_progress",
                                                    "response.output_item.added", "response.content_part.added",
                                                    "response.output_text.delta", "response.output_text.delta",
                                                    "response.output_text.done", "response.content_part.done",
                                                    "response.output_item.done", "response.completed"});
  const auto events = test::events_of(reply);
  for (std::size_t i = 0; i < events.size(); ++i) {
    CHECK(events[i].data["type"] == events[i].name);
    CHECK(events[i].data["sequence_number"] == i);
  }
  CHECK(events[0].data["response"]["status"] == "in_progress");
  CHECK(events[0].data["response"]["usage"].is_null());
  CHECK(events[2].data["item"]["content"] == json::array());
  CHECK(events[4].data["delta"] == "Hello");
  CHECK(events[4].data["item_id"] == events[2].data["item"]["id"]);
  CHECK(events[4].data["output_index"] == 0);
  CHECK(events[4].data["content_index"] == 0);
  CHECK(events[6].data["text"] == "Hello there.");
  CHECK(events[9].data["response"]["output"][0]["content"][0]["text"] == "Hello there.");
  CHECK(events[9].data["response"]["id"] == events[0].data["response"]["id"]);
}

TEST_CASE("reasoning is an item of its own before the message") {
  Answer answer = kAnswer;
  answer.reasoning = {"Let", " me"};
  Question asked = question(true);
  asked.wants_encrypted = true;
  const Reply reply = reply_in_responses(asked, answer);
  const auto names = names_of(reply);
  REQUIRE(names.size() == 17);
  CHECK(std::vector<std::string>(names.begin() + 2, names.begin() + 9) ==
        std::vector<std::string>{"response.output_item.added", "response.reasoning_summary_part.added",
                                 "response.reasoning_summary_text.delta", "response.reasoning_summary_text.delta",
                                 "response.reasoning_summary_text.done", "response.reasoning_summary_part.done",
                                 "response.output_item.done"});
  const auto events = test::events_of(reply);
  CHECK(events[4].data["delta"] == "Let");
  CHECK(events[4].data["summary_index"] == 0);
  CHECK(events[8].data["item"]["summary"][0]["text"] == "Let me");
  CHECK_FALSE(events[8].data["item"]["encrypted_content"].get<std::string>().empty());
  CHECK(events[9].data["output_index"] == 1);
  CHECK(events[16].data["response"]["output"][0]["type"] == "reasoning");
  CHECK(events[16].data["response"]["output"][1]["type"] == "message");

  const json whole = test::json_of(reply_in_responses(question(false), answer));
  CHECK(whole["output"][0]["summary"][0]["text"] == "Let me");
  CHECK_FALSE(whole["output"][0].contains("encrypted_content"));
  CHECK(whole["usage"]["output_tokens_details"]["reasoning_tokens"] == 2);
}

TEST_CASE("each outcome of a response ends in its own way") {
  Answer answer = kAnswer;
  answer.outcome = Outcome::length;
  CHECK(test::json_of(reply_in_responses(question(false), answer))["incomplete_details"]["reason"] ==
        "max_output_tokens");
  CHECK(names_of(reply_in_responses(question(true), answer)).back() == "response.incomplete");

  answer.outcome = Outcome::unfinished;
  CHECK(test::json_of(reply_in_responses(question(false), answer))["status"] == "in_progress");
  CHECK(names_of(reply_in_responses(question(true), answer)).back() == "response.output_text.delta");

  answer.outcome = Outcome::failed;
  const json whole = test::json_of(reply_in_responses(question(false), answer));
  CHECK(whole["status"] == "failed");
  CHECK(whole["error"]["code"] == "server_error");
  const auto events = test::events_of(reply_in_responses(question(true), answer));
  CHECK(events[events.size() - 2].name == "error");
  CHECK(events[events.size() - 2].data["type"] == "error");
  CHECK(events[events.size() - 2].data["error"]["code"] == "server_error");
  CHECK(events.back().name == "response.failed");
  CHECK(events.back().data["response"]["error"]["code"] == "server_error");
}

}  // namespace byok::mock
