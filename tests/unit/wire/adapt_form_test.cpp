// Tests of adapt.cpp: a schema that is refused in one form is given in the next.
#include <ostream>
//
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/url.hpp"
#include "wire/wire.hpp"

namespace byok::wire {
namespace {

using core::WireApi;

core::Profile profile_for(WireApi api) {
  core::Profile profile;
  profile.name = "p";
  profile.type = api == WireApi::messages ? core::ProviderType::anthropic : core::ProviderType::openai;
  profile.wire_api = api;
  profile.base_url = core::Url::parse("https://x.example/v1").value();
  profile.model = profile.wire_model = "m-1";
  return profile;
}

core::Request with_schema(core::Adaptations adaptations = {}) {
  core::Request request;
  request.model = "m-1";
  request.schema = core::ReplySchema{.json = R"({"type":"object"})"};
  request.adaptations = std::move(adaptations);
  return request;
}

std::string error_of(std::string_view message, std::string_view param = "", std::string_view code = "") {
  return fmt::format(R"({{"error":{{"message":"{}","param":"{}","code":"{}"}}}})", message, param, code);
}

std::optional<Adaptation> proposed(WireApi api, const core::Request& request, int status, std::string_view body) {
  const auto change = adapt(profile_for(api), request, status, body);
  REQUIRE(change);
  return *change;
}

std::string word(WireApi api, const core::Request& request, int status, std::string_view body) {
  const auto change = proposed(api, request, status, body);
  return change ? change->word : "";
}

}  // namespace

TEST_CASE("a form that is refused, as each server words it, gives way to the next") {
  struct Row {
    WireApi api;
    int status;
    std::string body;
    std::string_view from, word;
  };
  const std::vector<Row> rows{
      {WireApi::completions, 400, error_of("This response_format type is unavailable now"), "", "schema:object"},
      {WireApi::completions, 422, error_of("This response_format type is unavailable now"), "schema:object",
       "schema:prompt"},
      {WireApi::completions, 400,
       error_of("Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
                "response_format"),
       "", "schema:object"},
      {WireApi::completions, 400, error_of("'response_format.type' must be 'json_schema' or 'text'"), "schema:object",
       "schema:prompt"},
      {WireApi::completions, 422,
       R"({"detail":[{"type":"extra_forbidden","loc":["body","response_format"],"msg":"Extra inputs are not permitted"}]})",
       "", "schema:object"},
      {WireApi::responses, 400,
       error_of("Invalid parameter: 'text.format' of type 'json_schema' is not supported.", "text.format"), "",
       "schema:object"},
      {WireApi::responses, 400, error_of("unsupported", "text.format.type"), "schema:object", "schema:prompt"},
      {WireApi::messages, 400,
       R"({"type":"error","error":{"type":"invalid_request_error","message":"output_config.format: Extra inputs are not permitted"}})",
       "", "schema:tool"},
      {WireApi::messages, 400,
       R"({"type":"error","error":{"type":"invalid_request_error","message":"m-1 does not support structured outputs"}})",
       "", "schema:tool"},
      {WireApi::messages, 400,
       R"({"type":"error","error":{"type":"invalid_request_error","message":"tool_choice: tools are not supported"}})",
       "schema:tool", "schema:prompt"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.body);
    core::Adaptations before;
    if (!row.from.empty()) before.emplace(row.from);
    CHECK(word(row.api, with_schema(before), row.status, row.body) == row.word);
    const auto change = proposed(row.api, with_schema(before), row.status, row.body);
    REQUIRE(change);
    CHECK(change->is_kept);
    CHECK(change->note.starts_with("m-1 takes "));
  }
}

TEST_CASE("nothing is changed without a schema, behind the last form, or where something else is wrong") {
  const std::string refusal = error_of("This response_format type is unavailable now");
  core::Request plain = with_schema();
  plain.schema.reset();
  CHECK(word(WireApi::completions, plain, 400, refusal).empty());
  CHECK(word(WireApi::completions, with_schema({"schema:object", "schema:prompt"}), 400, refusal).empty());
  CHECK(word(WireApi::completions, with_schema(), 401, refusal).empty());
  CHECK(word(WireApi::completions, with_schema(), 400, error_of("maximum context length is 8192 tokens")).empty());
  CHECK(word(WireApi::completions, with_schema(), 500, error_of("internal error")).empty());
}

TEST_CASE("a form that the user wrote is the user's") {
  const std::string refusal = error_of("This response_format type is unavailable now", "response_format");
  core::Request request = with_schema();
  request.body = R"({"response_format":{"type":"text"}})";
  CHECK(word(WireApi::completions, request, 400, refusal).empty());
  request = with_schema();
  request.edits = {{.path = "response_format.type", .json = R"("text")"}};
  CHECK(word(WireApi::completions, request, 400, refusal).empty());
  // A neighbour under the same field takes nothing away.
  request = with_schema();
  request.body = R"({"text":{"verbosity":"low"}})";
  CHECK(word(WireApi::responses, request, 400, error_of("no", "text.format")) == "schema:object");
}

TEST_CASE("a schema that OpenAI cannot hold a model to is the user's to mend; Anthropic's tool takes more") {
  const std::string refusal =
      error_of("Invalid schema for response_format 'reply': In context=(), 'required' is missing", "response_format",
               "invalid_json_schema");
  CHECK(word(WireApi::completions, with_schema(), 400, refusal).empty());
  CHECK(word(WireApi::responses, with_schema(), 400, error_of("Invalid schema", "text.format.schema")).empty());
  const auto change = proposed(
      WireApi::messages, with_schema(), 400,
      R"({"type":"error","error":{"type":"invalid_request_error","message":"output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false"}})");
  REQUIRE(change);
  CHECK(change->word == "schema:tool");
  CHECK_FALSE(change->is_kept);
  CHECK(change->note.contains("additionalProperties"));
}

TEST_CASE("a tool cannot be forced upon a model that thinks: that is not remembered") {
  core::Request request = with_schema({"schema:tool"});
  request.sampling.reasoning_effort = core::ReasoningEffort::high;
  const auto change = proposed(
      WireApi::messages, request, 400,
      R"({"type":"error","error":{"type":"invalid_request_error","message":"Thinking may not be enabled when tool_choice forces tool use."}})");
  REQUIRE(change);
  CHECK(change->word == "schema:prompt");
  CHECK_FALSE(change->is_kept);
}

TEST_CASE("a grammar that cannot be made of this schema says nothing of others") {
  const auto change = proposed(WireApi::completions, with_schema(), 500, error_of("failed to parse grammar"));
  REQUIRE(change);
  CHECK(change->word == "schema:object");
  CHECK_FALSE(change->is_kept);
}

TEST_CASE("an effort beside a form is not blamed for it") {
  core::Request request = with_schema();
  request.sampling.reasoning_effort = core::ReasoningEffort::high;
  CHECK(
      word(
          WireApi::messages, request, 400,
          R"({"type":"error","error":{"type":"invalid_request_error","message":"output_config.format: Extra inputs are not permitted"}})") ==
      "schema:tool");
}

TEST_CASE("who wants the reasoning back gets it") {
  core::Request request;
  request.model = "m-1";
  const std::string deepseek = error_of("The `reasoning_content` in the thinking mode must be passed back to the API.");
  const std::string kimi =
      error_of("thinking is enabled but reasoning_content is missing in assistant tool call message at index 2");
  CHECK(word(WireApi::completions, request, 400, deepseek) == "echo:reasoning");
  CHECK(word(WireApi::completions, request, 400, kimi) == "echo:reasoning");
  CHECK(word(WireApi::responses, request, 400, deepseek).empty());
  request.adaptations = {"echo:reasoning"};
  CHECK(word(WireApi::completions, request, 400, deepseek).empty());
}

}  // namespace byok::wire
