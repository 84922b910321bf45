// Tests of adapt.cpp: what is changed after a refusal, and what never is.
#include <ostream>

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/url.hpp"
#include "wire/wire.hpp"

namespace byok::wire {
namespace {

using base::ErrorKind;
using core::ProviderType;
using core::WireApi;

core::Profile profile_for(WireApi api) {
  core::Profile profile;
  profile.name = "p";
  profile.type = api == WireApi::messages ? ProviderType::anthropic : ProviderType::openai;
  profile.wire_api = api;
  profile.base_url = core::Url::parse("https://x.example/v1").value();
  profile.model = profile.wire_model = "m-1";
  profile.origins["temperature"] = "a.yaml:3:5";
  return profile;
}

// Everything is set, nothing on the command line.
core::Request full_request() {
  core::Request request;
  request.model = "m-1";
  request.system = "Be brief.";
  request.sampling = {.max_output_tokens = 100,
                      .temperature = 0.5,
                      .top_p = 0.9,
                      .stop = {"END"},
                      .seed = 7,
                      .reasoning_effort = core::ReasoningEffort::high};
  return request;
}

std::string word(WireApi api, const core::Request& request, int status, std::string_view body) {
  const auto change = adapt(profile_for(api), request, status, body);
  REQUIRE(change.has_value());
  return change->has_value() ? (*change)->word : "";
}

std::string openai_error(std::string_view message, std::string_view param = "", std::string_view code = "") {
  std::string out = R"({"error":{"message":")" + std::string(message) + R"(","type":"invalid_request_error","param":)";
  out += param.empty() ? "null" : "\"" + std::string(param) + "\"";
  out += R"(,"code":)";
  out += code.empty() ? "null" : "\"" + std::string(code) + "\"";
  return out + "}}";
}

TEST_CASE("a refusal as each server words it becomes the one change that may help") {
  struct Row {
    WireApi api;
    int status;
    std::string body;
    std::string_view word;
  };
  const WireApi chat = WireApi::completions;
  const WireApi responses = WireApi::responses;
  const WireApi messages = WireApi::messages;
  const std::vector<Row> rows{
      {chat, 400,
       openai_error("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' "
                    "instead.",
                    "max_tokens", "unsupported_parameter"),
       "rename:max_tokens"},
      {chat, 422,
       R"({"detail":[{"type":"extra_forbidden","loc":["body","max_completion_tokens"],"msg":"Extra inputs are not permitted"}]})",
       "rename:max_tokens"},
      {chat, 422,
       R"({"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","max_completion_tokens"],"msg":"Extra inputs are not permitted","input":9}]},"type":"invalid_request_error"})",
       "rename:max_tokens"},
      {chat, 400,
       R"({"object":"error","message":"[{'type': 'extra_forbidden', 'loc': ('body', 'max_completion_tokens'), 'msg': 'Extra inputs are not permitted'}]","type":"BadRequestError","code":400})",
       "rename:max_tokens"},
      {chat, 400, openai_error("Unrecognized request argument supplied: stream_options"), "drop:stream_options"},
      {chat, 422,
       R"({"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]})",
       "drop:stream_options"},
      {chat, 422,
       R"({"detail":[{"type":"extra_forbidden","loc":["body","stream_options","include_usage"],"msg":"Extra inputs are not permitted"}]})",
       "drop:stream_options"},
      {chat, 400,
       openai_error("Unsupported parameter: 'temperature' is not supported with this model.", "temperature",
                    "unsupported_parameter"),
       "drop:temperature"},
      {chat, 400,
       openai_error("Unsupported value: 'temperature' does not support 0.5 with this model. Only the default "
                    "(1) value is supported.",
                    "temperature", "unsupported_value"),
       "drop:temperature"},
      {messages, 400,
       R"({"type":"error","error":{"type":"invalid_request_error","message":"`temperature` is deprecated for this model."}})",
       "drop:temperature"},
      {messages, 400,
       R"({"type":"error","error":{"type":"invalid_request_error","message":"`temperature` may only be set to 1 when thinking is enabled."}})",
       "drop:temperature"},
      {messages, 400,
       R"({"type":"error","error":{"type":"invalid_request_error","message":"`temperature` and `top_p` cannot both be specified for this model."}})",
       "drop:temperature"},
      {chat, 400, openai_error("Unsupported parameter: 'top_p'"), "drop:top_p"},
      {chat, 400, openai_error("Unsupported parameter: 'stop' is not supported with this model."), "drop:stop"},
      {chat, 400, openai_error("Unknown parameter: 'seed'.", "seed", "unknown_parameter"), "drop:seed"},
      {chat, 400, openai_error("Unrecognized request argument supplied: reasoning_effort"), "drop:reasoning_effort"},
      {chat, 400, openai_error("Unrecognized request arguments supplied: store, user"), "drop:store"},
      {chat, 400, openai_error("Unrecognized request argument supplied: parallel_tool_calls"),
       "drop:parallel_tool_calls"},
      {responses, 400, openai_error("Encrypted content is not supported with this model.", "include"), "drop:include"},
      {responses, 400, openai_error("Unsupported value.", "include[0]", "unsupported_value"), "drop:include"},
      {responses, 400,
       openai_error("Your organization must be verified to generate reasoning summaries.", "reasoning.summary",
                    "unsupported_value"),
       "drop:reasoning.summary"},
      {responses, 400,
       openai_error("Unsupported parameter: 'reasoning.effort' is not supported with this model.", "reasoning.effort",
                    "unsupported_parameter"),
       "drop:reasoning"},
      {responses, 400, openai_error("Unsupported parameter: 'reasoning'", "", "unsupported_parameter"),
       "drop:reasoning"},
      {messages, 400,
       R"({"type":"error","error":{"type":"invalid_request_error","message":"adaptive thinking is not supported on this model"}})",
       "thinking:budget"},
      {messages, 400,
       R"({"type":"error","error":{"type":"invalid_request_error","message":"output_config: Extra inputs are not permitted"}})",
       "thinking:budget"},
      {messages, 400,
       R"({"type":"error","error":{"type":"invalid_request_error","message":"This model does not support effort level 'xhigh'. Supported levels: high, low."}})",
       ""},
      {messages, 400,
       R"({"type":"error","error":{"type":"invalid_request_error","message":"This model does not support the effort parameter."}})",
       "thinking:budget"},
      {chat, 400, R"({"error":{"message":"\"m-1\" does not support thinking","type":"api_error"}})",
       "drop:reasoning_effort"},
      {responses, 400, R"({"error":{"message":"\"m-1\" does not support thinking","type":"api_error"}})",
       "drop:reasoning"},
      // What no change of ours would mend.
      {chat, 400, openai_error("max_tokens is too large: 99999. This model takes at most 16384."), ""},
      {chat, 400, openai_error("Invalid value for 'temperature'", "temperature", "invalid_value"), ""},
      {chat, 400, openai_error("Image input is not supported"), ""},
      {chat, 400, openai_error("This model does not support image input, so please stop and store nothing"), ""},
      {chat, 400, openai_error("Unsupported parameter: 'metadata'", "metadata", "unsupported_parameter"), ""},
      {chat, 401, openai_error("Unsupported parameter: 'temperature'"), ""},
      {chat, 500, openai_error("Unsupported parameter: 'temperature'"), ""},
      {responses, 400, openai_error("Unsupported parameter: 'max_tokens'", "max_tokens", "unsupported_parameter"), ""},
      {chat, 400, "<html>not supported: temperature</html>", ""},
      {chat, 400, "", ""},
      {chat, 400, "{\"error\":", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.body);
    CHECK(word(row.api, full_request(), row.status, row.body) == row.word);
  }
}

TEST_CASE("the role of the system text gives way, one step at a time") {
  core::Request request = full_request();
  const WireApi chat = WireApi::completions;
  const std::string refused =
      openai_error("Unsupported value: 'messages[0].role' does not support 'system' with this model.",
                   "messages[0].role", "unsupported_value");
  CHECK(word(chat, request, 400, refused) == "system:user");
  CHECK(word(chat, request, 400,
             openai_error("'system' is not supported, use 'developer' instead.", "messages[0].role",
                          "unsupported_value")) == "system:developer");
  request.adaptations = {"system:developer"};
  CHECK(word(chat, request, 400,
             openai_error("'x' is not supported, use 'developer' instead.", "messages[0].role", "unsupported_value")) ==
        "system:user");
  request.adaptations = {};
  for (const std::string_view message :
       {"System role not supported", "Conversation roles must alternate user/assistant/user/assistant/...",
        "Only user and assistant roles are supported!", "Unexpected message role.",
        "invalid parameter 'messages[0].role': invalid role 'developer', must be one of: system, user",
        "developer is not one of ['system', 'assistant', 'user'] - 'messages.['0].role'",
        "Developer instruction is not enabled for models/g"}) {
    CAPTURE(message);
    CHECK(word(chat, request, 400, openai_error(message)) == "system:user");
    CHECK(word(chat, request, 500, openai_error(message)) == "system:user");
  }
  CHECK(word(WireApi::messages, request, 400, openai_error("System role not supported")).empty());
  CHECK(word(chat, request, 400, openai_error("m", "messages[3].role", "unsupported_value")).empty());
  request.adaptations = {"system:user"};
  CHECK(word(chat, request, 400, refused).empty());
  request.adaptations = {};
  request.system.clear();
  CHECK(word(chat, request, 400, refused).empty());
}

TEST_CASE("a change that was tried is not proposed again") {
  core::Request request = full_request();
  const std::string renamed = openai_error("m", "max_tokens", "unsupported_parameter");
  request.adaptations = {"rename:max_tokens"};
  CHECK(word(WireApi::completions, request, 400, renamed).empty());
  const std::string dropped = openai_error("Unrecognized request argument supplied: stream_options");
  request.adaptations = {"drop:stream_options"};
  CHECK(word(WireApi::completions, request, 400, dropped).empty());
  request.adaptations = {"thinking:budget"};
  CHECK(word(WireApi::messages, request, 400, openai_error("adaptive thinking is not supported")).empty());
  request.adaptations = {"drop:temperature"};
  CHECK(word(WireApi::messages, request, 400, openai_error("`temperature` and `top_p` cannot both be specified.")) ==
        "drop:top_p");
}

TEST_CASE("a field of the command line is never dropped: the error names the option") {
  struct Row {
    std::string_view pin;
    std::string_view field;
    std::string_view option;
  };
  for (const Row& row : std::vector<Row>{{"temperature", "temperature", "--temperature"},
                                         {"top_p", "top_p", "--top-p"},
                                         {"stop", "stop", "--stop"},
                                         {"seed", "seed", "--seed"},
                                         {"reasoning_effort", "reasoning_effort", "--reasoning-effort"}}) {
    CAPTURE(row.pin);
    core::Request request = full_request();
    request.pinned.insert(std::string(row.pin));
    const auto change = adapt(profile_for(WireApi::completions), request, 400,
                              openai_error("No such thing.", row.field, "unsupported_parameter"));
    REQUIRE_FALSE(change.has_value());
    CHECK(change.error().kind == ErrorKind::bad_request);
    CHECK(change.error().message.contains(row.option));
    CHECK(change.error().message.contains("No such thing."));
    CHECK(change.error().hint.contains(row.option));
    CHECK(change.error().status == 400);
    CHECK(change.error().code == "unsupported_parameter");
  }
}

TEST_CASE("a rename changes nothing that was asked for, so a pinned limit is renamed, too") {
  core::Request request = full_request();
  request.pinned = {"max_output_tokens"};
  CHECK(word(WireApi::completions, request, 400, openai_error("m", "max_tokens", "unsupported_parameter")) ==
        "rename:max_tokens");
}

TEST_CASE("a field that --set wrote is never dropped, and the error names it") {
  struct Row {
    std::string_view edit;
    std::string_view refused;
  };
  for (const Row& row : std::vector<Row>{{"temperature", "temperature"},
                                         {"reasoning.summary", "reasoning.summary"},
                                         {"max_tokens", "max_tokens"},
                                         {"user", "user"}}) {
    CAPTURE(row.edit);
    core::Request request = full_request();
    request.edits.push_back({.path = std::string(row.edit), .json = "1"});
    const std::string body = openai_error("no such field", row.refused, "unsupported_parameter");
    const auto change = adapt(profile_for(WireApi::completions), request, 400, body);
    REQUIRE_FALSE(change.has_value());
    CHECK(change.error().kind == base::ErrorKind::bad_request);
    CHECK(change.error().message == "--set " + std::string(row.edit) + " was refused: no such field");
  }
}

TEST_CASE("a field that is only near to one that --set wrote is left alone or dropped as ever") {
  struct Row {
    std::string_view edit;
    std::string_view refused;
    std::string_view word;
  };
  for (const Row& row : std::vector<Row>{{"stream_options.include_usage", "stream_options", ""},
                                         {"reasoning", "reasoning.effort", ""},
                                         {"max_completion_tokens", "max_tokens", ""},
                                         {"temperatures", "temperature", "drop:temperature"}}) {
    CAPTURE(row.edit);
    core::Request request = full_request();
    request.edits.push_back({.path = std::string(row.edit), .json = "1"});
    const auto change =
        adapt(profile_for(WireApi::completions), request, 400, openai_error("m", row.refused, "unsupported_parameter"));
    const std::string word = change && *change ? (*change)->word : "";
    CHECK(word == row.word);
  }
}

TEST_CASE("a field of the profile's body goes, once, and the note says where it stood") {
  struct Row {
    std::string_view body;
    std::string_view refused;
    std::string_view word;
  };
  for (const Row& row : std::vector<Row>{{R"({"temperature":0.1})", "temperature", "body:temperature"},
                                         {R"({"reasoning":{"summary":"auto"}})", "reasoning.summary", "body:reasoning"},
                                         {R"({"max_tokens":5})", "max_tokens", "body:max_tokens"},
                                         {R"({"user":"u"})", "user", "body:user"}}) {
    CAPTURE(row.body);
    core::Request request = full_request();
    request.body = row.body;
    const auto change =
        adapt(profile_for(WireApi::completions), request, 400, openai_error("m", row.refused, "unsupported_parameter"));
    REQUIRE(change.has_value());
    REQUIRE(change->has_value());
    CHECK((*change)->word == row.word);
    CHECK((*change)->note.contains("set by `body` of profile"));
    request.adaptations.insert((*change)->word);
    const auto again =
        adapt(profile_for(WireApi::completions), request, 400, openai_error("m", row.refused, "unsupported_parameter"));
    CHECK((!again || !*again || (*again)->word != row.word));
  }
}

TEST_CASE("a sampling field that was not sent is not dropped") {
  for (const std::string_view field : {"temperature", "top_p", "stop", "seed"}) {
    CAPTURE(field);
    CHECK(word(WireApi::completions, core::Request(), 400, openai_error("m", field, "unsupported_parameter")).empty());
  }
}

TEST_CASE("the note names a field of the profile and where it was set, and is silent about byok's own") {
  const auto note = [](std::string_view field) {
    const auto change =
        adapt(profile_for(WireApi::responses), full_request(), 400, openai_error("m", field, "unsupported_parameter"));
    REQUIRE(change.has_value());
    REQUIRE(change->has_value());
    return (*change)->note;
  };
  CHECK(note("temperature") == "m-1 does not take `temperature` (set by a.yaml:3:5): it was left out.");
  CHECK(note("top_p") == "m-1 does not take `top_p`: it was left out.");
  CHECK(note("store").contains("`store`"));
  CHECK(note("include").empty());
}

}  // namespace
}  // namespace byok::wire
