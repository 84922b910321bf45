// Tests of the forms in which a schema is put to a provider, and of the way back from a tool's call.
#include <ostream>
//
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>

#include "core/url.hpp"
#include "wire/reply_form.hpp"
#include "wire/wire.hpp"

namespace byok::wire {
namespace {

using core::WireApi;
using Object = nlohmann::ordered_json;

constexpr std::string_view kSchema = R"({"type":"object","properties":{"a":{"type":"integer"}}})";

core::Profile profile_for(WireApi api) {
  core::Profile profile;
  profile.type = api == WireApi::messages ? core::ProviderType::anthropic : core::ProviderType::openai;
  profile.wire_api = api;
  profile.base_url = core::Url::parse("https://x.example/v1").value();
  profile.model = profile.wire_model = "m";
  return profile;
}

core::Request request_with(core::Adaptations adaptations, bool is_strict = false) {
  core::Request request;
  request.model = "m";
  request.stream = false;
  request.messages = {{.role = core::Role::user, .parts = {core::TextPart{"hi"}}}};
  request.schema = core::ReplySchema{.json = std::string(kSchema), .is_strict = is_strict};
  request.adaptations = std::move(adaptations);
  return request;
}

Object sent(WireApi api, const core::Request& request) {
  const auto outgoing = ask(profile_for(api), base::Secret(), request);
  REQUIRE(outgoing);
  return Object::parse(outgoing->http.body);
}

const std::string kWords =
    "hi\n\nReply with JSON alone, without a code fence and without any other word. It must be valid against this JSON "
    "Schema:\n" +
    std::string(kSchema);

// Text as it is, calls in <>, the end in ().
class Transcript final : public core::EventSink {
 public:
  void on(const core::StreamEvent& event) override {
    if (const auto* text = std::get_if<core::TextDelta>(&event)) out += text->text;
    if (const auto* call = std::get_if<core::ToolCallDelta>(&event)) {
      out += "<";
      out += call->name;
      out += call->arguments;
      out += ">";
    }
    if (const auto* end = std::get_if<core::Finished>(&event)) {
      out += "(";
      out += core::to_string(end->reason);
      out += ")";
    }
  }
  std::string out;
};

core::ToolCallDelta call(int index, std::string_view name, std::string_view arguments) {
  return {.index = index, .id = "c", .name = name, .arguments = arguments};
}

}  // namespace

TEST_CASE("without a schema no form is asked for") {
  for (const WireApi api : {WireApi::completions, WireApi::responses, WireApi::messages}) {
    core::Request request = request_with({"schema:object", "schema:tool", "schema:prompt"});
    request.schema.reset();
    CHECK(reply_form(request, api) == ReplyForm::none);
    const std::string body = sent(api, request).dump();
    CHECK_FALSE(body.contains("json_"));
    CHECK_FALSE(body.contains("tool"));
    CHECK_FALSE(body.contains("JSON Schema"));
  }
}

TEST_CASE("each wire API has its own form, and strict is said only where it holds") {
  CHECK(sent(WireApi::completions, request_with({})).at("response_format").dump() ==
        R"({"type":"json_schema","json_schema":{"name":"reply","schema":)" + std::string(kSchema) + "}}");
  CHECK(sent(WireApi::completions, request_with({}, true)).at("response_format").at("json_schema").at("strict") ==
        true);
  CHECK(sent(WireApi::responses, request_with({})).at("text").dump() ==
        R"({"format":{"type":"json_schema","name":"reply","schema":)" + std::string(kSchema) + "}}");
  CHECK(sent(WireApi::responses, request_with({}, true)).at("text").at("format").at("strict") == true);
  CHECK(sent(WireApi::messages, request_with({}, true)).at("output_config").dump() ==
        R"({"format":{"type":"json_schema","schema":)" + std::string(kSchema) + "}}");
}

TEST_CASE("the form stands beside what else is asked for under the same field") {
  core::Request request = request_with({});
  request.sampling.reasoning_effort = core::ReasoningEffort::high;
  CHECK(sent(WireApi::messages, request).at("output_config").dump() ==
        R"({"effort":"high","format":{"type":"json_schema","schema":)" + std::string(kSchema) + "}}");
  request = request_with({});
  request.body = R"({"text":{"verbosity":"low"}})";
  CHECK(sent(WireApi::responses, request).at("text").at("verbosity") == "low");
  CHECK(sent(WireApi::responses, request).at("text").at("format").at("type") == "json_schema");
}

TEST_CASE("any JSON object, with the schema behind the words of the prompt") {
  const Object chat = sent(WireApi::completions, request_with({"schema:object"}));
  CHECK(chat.at("response_format").dump() == R"({"type":"json_object"})");
  CHECK(chat.at("messages").at(0).at("content") == kWords);
  const Object responses = sent(WireApi::responses, request_with({"schema:object"}));
  CHECK(responses.at("text").dump() == R"({"format":{"type":"json_object"}})");
  CHECK(responses.at("input").at(0).at("content") == kWords);
}

TEST_CASE("at last the prompt alone") {
  const Object chat = sent(WireApi::completions, request_with({"schema:object", "schema:prompt"}));
  CHECK_FALSE(chat.contains("response_format"));
  CHECK(chat.at("messages").at(0).at("content") == kWords);
  const Object responses = sent(WireApi::responses, request_with({"schema:prompt"}));
  CHECK_FALSE(responses.contains("text"));
  CHECK(responses.at("input").at(0).at("content") == kWords);
  const Object messages = sent(WireApi::messages, request_with({"schema:tool", "schema:prompt"}));
  CHECK_FALSE(messages.contains("output_config"));
  CHECK_FALSE(messages.contains("tools"));
  CHECK(messages.at("messages").at(0).at("content") == kWords);
}

TEST_CASE("the schema goes to the last prompt of a conversation, and stays out of what was said before") {
  core::Request request = request_with({"schema:prompt"});
  request.messages.push_back({.role = core::Role::assistant, .parts = {core::TextPart{"yes?"}}});
  request.messages.push_back(
      {.role = core::Role::user, .parts = {core::ImagePart{.media_type = {}, .bytes = {}, .url = "https://h/a.png"}}});
  const Object messages = sent(WireApi::completions, request).at("messages");
  CHECK(messages.at(0).at("content") == "hi");
  CHECK(messages.at(2).at("content").at(1).at("text").get<std::string>().contains(kSchema));
}

TEST_CASE("Anthropic's tool is the only one, and must be called") {
  const Object body = sent(WireApi::messages, request_with({"schema:tool"}));
  CHECK(body.at("tools").dump() ==
        R"([{"name":"reply","description":"Gives the reply.","input_schema":)" + std::string(kSchema) + "}]");
  CHECK(body.at("tool_choice").dump() == R"({"type":"tool","name":"reply"})");
  CHECK_FALSE(body.contains("output_config"));
}

TEST_CASE("the tool's call is the reply's text; other calls stay calls") {
  Transcript seen;
  ToolReply reply(seen, true);
  reply.on(core::TextDelta{"x"});
  reply.on(call(0, "reply", ""));
  reply.on(call(0, "", R"({"a":)"));
  reply.on(call(1, "other", "{}"));
  reply.on(call(0, "", "1}"));
  reply.on(core::Finished{.reason = core::FinishReason::tool_calls, .provider_reason = "tool_use", .detail = {}});
  CHECK(seen.out == R"(x{"a":<other{}>1}(stop))");
}

TEST_CASE("a call is text only where the form asked for it, and an end that was cut stays one") {
  Transcript off;
  ToolReply unasked(off, false);
  unasked.on(call(0, "reply", "{}"));
  unasked.on(core::Finished{.reason = core::FinishReason::tool_calls, .provider_reason = {}, .detail = {}});
  CHECK(off.out == "<reply{}>(tool_calls)");
  Transcript on;
  ToolReply cut(on, true);
  cut.on(call(0, "reply", "{"));
  cut.on(core::Finished{.reason = core::FinishReason::length, .provider_reason = {}, .detail = {}});
  CHECK(on.out == "{(length)");
  Transcript other;
  ToolReply none(other, true);
  none.on(call(0, "search", "{}"));
  none.on(core::Finished{.reason = core::FinishReason::tool_calls, .provider_reason = {}, .detail = {}});
  CHECK(other.out == "<search{}>(tool_calls)");
}

}  // namespace byok::wire
