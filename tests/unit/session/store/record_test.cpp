// What is written as an event is read as the same event, part by part.
#include "session/store/record.hpp"

#include <ostream>
//
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "session/store/event_line.hpp"
#include "session/store/parts.hpp"
#include "support/saved_turns.hpp"

using namespace byok;
using namespace byok::session;
using namespace byok::core;
using byok::test::parts_text;

namespace {

std::string line_of(const RecordData& data, const base::Redactor& redactor = test::kNothingToHide) {
  return event_line({.type = type_of(data), .id = "i", .timestamp = "t", .parent = ""}, data_of(data, redactor));
}

template <class T>
T again(const T& data) {
  const std::string line = line_of(data);
  CAPTURE(line);
  REQUIRE(nlohmann::json::accept(line));
  const auto record = read_record(line);
  REQUIRE(record.has_value());
  REQUIRE(std::holds_alternative<T>(record->data));
  CHECK(record->id == "i");
  CHECK(record->timestamp == "t");
  CHECK(type_of(record->data) == type_of(data));
  return std::get<T>(record->data);
}

nlohmann::json data_json(const Message& message) {
  return nlohmann::json::parse(data_of(MessageRecord{.message_id = {}, .message = message}, test::kNothingToHide));
}

void check_parts(Role role, const std::vector<Part>& parts) {
  const Message message{.role = role, .parts = parts};
  const auto read = again(MessageRecord{.message_id = "x", .message = message});
  CHECK(read.message.role == role);
  CHECK(parts_text(read.message.parts) == parts_text(parts));
}

const ReasoningPart kThought{.text = "Hm\n", .id = "rs_1", .signature = "sig==", .redacted = "", .encrypted = "enc+/="};
const ToolCallPart kCall{.id = "c1", .name = "look", .arguments = R"({"a": [1, "x"]})"};

}  // namespace

TEST_CASE("a plain reply has the names of the event stream and nothing else") {
  const auto data = data_json({.role = Role::assistant, .parts = {TextPart{"Hello"}}});
  CHECK(data == nlohmann::json{{"content", "Hello"}});
  const auto full = data_json({.role = Role::assistant, .parts = {kThought, TextPart{"Hello"}, kCall}});
  CHECK(full["reasoningText"] == "Hm\n");
  CHECK(full["reasoningOpaque"] == "sig==");
  CHECK(full["encryptedContent"] == "enc+/=");
  CHECK(full["toolRequests"][0]["arguments"]["a"][1] == "x");
  CHECK_FALSE(full.contains("parts"));
}

TEST_CASE("messages survive with their parts in order") {
  check_parts(Role::user, {TextPart{"a\"\\\n\xC3\xA9\xF0\x9F\x98\x80"}});
  check_parts(
      Role::user,
      {TextPart{"see"}, ImagePart{.media_type = "image/png", .bytes = std::string("\0\xFF\x10+/", 5), .url = ""},
       DocumentPart{.media_type = "application/pdf", .bytes = "%PDF", .url = "", .filename = "a.pdf"}});
  check_parts(Role::user, {ImagePart{.media_type = "", .bytes = "", .url = "https://x/y.png"}, TextPart{"what?"}});
  check_parts(Role::user, {ToolResultPart{.call_id = "c1", .content = "42", .is_error = true}, TextPart{"go on"}});
  check_parts(Role::assistant, {kThought, TextPart{"Hello"}, kCall, kCall});
  check_parts(Role::assistant, {kThought, kCall, kThought, TextPart{"Hello"}});
  check_parts(Role::assistant, {TextPart{"Hello"}, kThought});
  check_parts(
      Role::assistant,
      {ReasoningPart{.text = "", .id = "", .signature = "", .redacted = "opaque", .encrypted = ""}, TextPart{"x"}});
  check_parts(Role::assistant, {});
}

TEST_CASE("arguments stay as the model wrote them") {
  for (const char* arguments : {"{}", "", "not json", "{\"a\":\n1}", "{\"a\":1", R"({"b":2,"a":1.50})", "[1]"}) {
    CAPTURE(arguments);
    check_parts(Role::assistant, {ToolCallPart{.id = "c", .name = "n", .arguments = arguments}});
  }
}

TEST_CASE("the other records survive") {
  const auto start =
      again(StartRecord{.is_resume = false,
                        .session_id = "abcd",
                        .title = "T",
                        .setup = {.profile = "p", .origin = "https://o", .wire_api = "messages", .model = "m"}});
  CHECK(start.session_id == "abcd");
  CHECK(start.title == "T");
  CHECK(start.setup == Setup{.profile = "p", .origin = "https://o", .wire_api = "messages", .model = "m"});
  CHECK(again(StartRecord{.is_resume = true, .session_id = {}, .title = {}, .setup = {}}).is_resume);
  CHECK(again(SystemRecord{"Be brief."}).text == "Be brief.");
  const auto error = again(ErrorRecord{.kind = "rate_limit", .message = "slow down", .status = 429});
  CHECK(error.kind == "rate_limit");
  CHECK(error.status == 429);
  const auto end =
      again(TurnEndRecord{.turns = 3,
                          .profile = "p",
                          .model = "m",
                          .finish = "stop",
                          .response_id = "resp_1",
                          .usage = {.input_tokens = 1, .output_tokens = 2, .reasoning_tokens = 3, .cached_tokens = 0},
                          .duration_ms = 1500});
  CHECK(end.turns == 3);
  CHECK(end.response_id == "resp_1");
  CHECK(end.usage.reasoning_tokens == 3);
  CHECK(end.usage.cached_tokens == 0);
  CHECK(end.duration_ms == 1500);
  CHECK_FALSE(again(TurnEndRecord{}).usage.input_tokens.has_value());
  CHECK(again(RewindRecord{.turns = 2, .profile = "p", .model = "m"}).turns == 2);
  const auto tool = again(ToolRecord{{.call_id = "c1", .content = "42", .is_error = false}});
  CHECK(tool.result.call_id == "c1");
  CHECK_FALSE(tool.result.is_error);
}

TEST_CASE("lines of `ask --output-format stream-json` are read") {
  const auto record = read_record(
      R"({"type":"assistant.message","id":"1","timestamp":"2026-11-24T03:04:05.678Z","parentId":"0","data":{"messageId":"m","content":"Hi","reasoningText":"r","encryptedContent":"e"}})");
  REQUIRE(record.has_value());
  const auto& message = std::get<MessageRecord>(record->data).message;
  CHECK(parts_text(message.parts) == "reasoning(r,,,,e) text(Hi)");
  const auto delta = read_record(
      R"({"type":"assistant.message_delta","id":"1","timestamp":"t","parentId":"0","ephemeral":true,"data":{"deltaContent":"H"}})");
  REQUIRE(delta.has_value());
  CHECK(delta->is_ephemeral);
  CHECK(std::holds_alternative<OtherRecord>(delta->data));
}

TEST_CASE("what is no event is none") {
  for (const char* line : {"", "x", "[]", "{}", R"({"type":"user.message"})", R"({"type":"user.message","data":[]})",
                           R"({"type":7,"data":{}})", R"({"type":"a","data":{})", R"({"type":"a","data":{}}{})"}) {
    CAPTURE(line);
    CHECK_FALSE(read_record(line).has_value());
  }
}

TEST_CASE("members of a wrong type are empty") {
  const auto record = read_record(
      R"({"type":"assistant.turn_end","id":1,"timestamp":null,"data":{"turns":-4,"usage":7,"duration":"x","finishReason":[]}})");
  REQUIRE(record.has_value());
  const auto& end = std::get<TurnEndRecord>(record->data);
  CHECK(record->id.empty());
  CHECK(end.turns == 0);
  CHECK(end.usage.is_empty());
  CHECK(end.finish.empty());
  CHECK_FALSE(end.duration_ms.has_value());
}

TEST_CASE("no text reaches a line with a secret in it") {
  base::Redactor redactor;
  redactor.add("sk-0123456789");
  const std::string secret = "my sk-0123456789!";
  const ReasoningPart thought{
      .text = secret, .id = secret, .signature = secret, .redacted = secret, .encrypted = secret};
  const std::vector<RecordData> all{
      StartRecord{.is_resume = false, .session_id = "abcd", .title = secret, .setup = {secret, secret, secret, secret}},
      SystemRecord{secret},
      MessageRecord{
          .message_id = "x",
          .message = {.role = Role::user,
                      .parts = {TextPart{secret}, ImagePart{.media_type = "image/png", .bytes = secret, .url = ""},
                                DocumentPart{.media_type = secret, .bytes = "", .url = secret, .filename = secret}}}},
      MessageRecord{
          .message_id = "x",
          .message = {.role = Role::assistant,
                      .parts = {thought, TextPart{secret},
                                ToolCallPart{.id = secret, .name = secret, .arguments = "{\"k\":\"sk-0123456789\"}"}}}},
      ToolRecord{{.call_id = secret, .content = secret, .is_error = false}},
      ErrorRecord{.kind = secret, .message = secret, .status = 0},
      TurnEndRecord{.turns = 1,
                    .profile = secret,
                    .model = secret,
                    .finish = secret,
                    .response_id = secret,
                    .usage = {},
                    .duration_ms = {}},
      RewindRecord{.turns = 1, .profile = secret, .model = secret}};
  for (const auto& data : all) {
    const std::string line = line_of(data, redactor);
    CAPTURE(line);
    CHECK(line.contains("[redacted]"));
    CHECK(redactor.redact(line) == line);
    CHECK(nlohmann::json::accept(line));
  }
}
