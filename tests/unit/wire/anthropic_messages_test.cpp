// Tests of the Anthropic Messages request: its URL, its fields and its content blocks.
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "wire/wire.hpp"

using byok::base::ErrorKind;
using byok::core::DocumentPart;
using byok::core::ImagePart;
using byok::core::Message;
using byok::core::Part;
using byok::core::Profile;
using byok::core::ReasoningEffort;
using byok::core::ReasoningPart;
using byok::core::Request;
using byok::core::Role;
using byok::core::TextPart;
using byok::core::ToolCallPart;
using byok::core::ToolResultPart;
using byok::core::Url;
using byok::wire::kAnthropicMessages;
using Json = nlohmann::ordered_json;

namespace {

Request simple_request() {
  Request request;
  request.model = "m";
  request.messages = {{.role = Role::user, .parts = {TextPart{"hi"}}}};
  return request;
}

std::string body_of(const Request& request) {
  std::vector<std::string> warnings;
  const auto body = kAnthropicMessages.body(Profile{}, request, warnings);
  REQUIRE(body);
  CHECK(warnings.empty());
  return *body;
}

std::string messages_of(std::vector<Message> messages) {
  Request request = simple_request();
  request.messages = std::move(messages);
  return Json::parse(body_of(request)).at("messages").dump();
}

}  // namespace

TEST_CASE("Anthropic request: exactly one /v1/messages, whatever the base") {
  struct Case {
    std::string_view base, want;
  };
  for (const auto& [base, want] : {
           Case{"https://api.anthropic.com", "https://api.anthropic.com/v1/messages"},
           Case{"https://api.anthropic.com/", "https://api.anthropic.com/v1/messages"},
           Case{"https://api.anthropic.com/v1", "https://api.anthropic.com/v1/messages"},
           Case{"https://api.anthropic.com/v1/", "https://api.anthropic.com/v1/messages"},
           Case{"https://api.anthropic.com/v1/messages", "https://api.anthropic.com/v1/messages"},
           Case{"https://r.services.ai.azure.com/anthropic", "https://r.services.ai.azure.com/anthropic/v1/messages"},
           Case{"https://r.services.ai.azure.com/anthropic/v1",
                "https://r.services.ai.azure.com/anthropic/v1/messages"},
           Case{"https://gate.way/x/?k=v", "https://gate.way/x/v1/messages?k=v"},
       }) {
    CAPTURE(base);
    Profile profile;
    profile.base_url = *Url::parse(base);
    CHECK(kAnthropicMessages.endpoint(profile, "m").str() == want);
  }
}

TEST_CASE("Anthropic request: the least that is sent has a limit, for the API requires one") {
  CHECK(body_of(simple_request()) ==
        R"({"model":"m","max_tokens":8192,"messages":[{"role":"user","content":"hi"}],"stream":true})");
  Request request = simple_request();
  request.stream = false;
  request.sampling.max_output_tokens = 5;
  CHECK(body_of(request) == R"({"model":"m","max_tokens":5,"messages":[{"role":"user","content":"hi"}]})");
}

TEST_CASE("Anthropic request: system text and sampling go under their own names") {
  Request request = simple_request();
  request.system = "Be brief.";
  request.sampling.temperature = 0.5;
  request.sampling.top_p = 0.9;
  request.sampling.stop = {"END", "FIN"};
  CHECK(body_of(request) ==
        R"({"model":"m","max_tokens":8192,"system":"Be brief.","messages":[{"role":"user","content":"hi"}],)"
        R"("temperature":0.5,"top_p":0.9,"stop_sequences":["END","FIN"],"stream":true})");
}

TEST_CASE("Anthropic request: a seed is refused as an option and left out with a warning from a profile") {
  Request request = simple_request();
  request.sampling.seed = 7;
  std::vector<std::string> warnings;
  const auto body = kAnthropicMessages.body(Profile{}, request, warnings);
  REQUIRE(body);
  CHECK(*body == body_of(simple_request()));
  CHECK(warnings ==
        std::vector<std::string>{"`seed` of the profile was left out: the Anthropic Messages API has no such field."});
  request.pinned = {"seed"};
  const auto refused = kAnthropicMessages.body(Profile{}, request, warnings);
  REQUIRE(!refused);
  CHECK(refused.error().kind == ErrorKind::usage);
  CHECK(refused.error().message == "--seed: the Anthropic Messages API has no such field");
}

TEST_CASE("Anthropic request: an effort is written for models that adapt, or as a budget for those that do not") {
  struct Case {
    ReasoningEffort effort;
    std::string_view adaptive, budget;
  };
  for (const auto& [effort, adaptive, budget] : {
           Case{ReasoningEffort::none, R"([{"type":"disabled"},null,100])", R"([{"type":"disabled"},null,100])"},
           Case{ReasoningEffort::minimal, R"([{"type":"adaptive"},{"effort":"low"},100])",
                R"([{"type":"enabled","budget_tokens":1024},null,1124])"},
           Case{ReasoningEffort::low, R"([{"type":"adaptive"},{"effort":"low"},100])",
                R"([{"type":"enabled","budget_tokens":1024},null,1124])"},
           Case{ReasoningEffort::medium, R"([{"type":"adaptive"},{"effort":"medium"},100])",
                R"([{"type":"enabled","budget_tokens":4096},null,4196])"},
           Case{ReasoningEffort::high, R"([{"type":"adaptive"},{"effort":"high"},100])",
                R"([{"type":"enabled","budget_tokens":16384},null,16484])"},
           Case{ReasoningEffort::xhigh, R"([{"type":"adaptive"},{"effort":"xhigh"},100])",
                R"([{"type":"enabled","budget_tokens":16384},null,16484])"},
           Case{ReasoningEffort::max, R"([{"type":"adaptive"},{"effort":"max"},100])",
                R"([{"type":"enabled","budget_tokens":16384},null,16484])"},
       }) {
    CAPTURE(adaptive);
    Request request = simple_request();
    request.sampling.max_output_tokens = 100;
    request.sampling.reasoning_effort = effort;
    const auto fields = [&] {
      const Json body = Json::parse(body_of(request));
      return Json::array({body.value("thinking", Json()), body.value("output_config", Json()), body.at("max_tokens")})
          .dump();
    };
    CHECK(fields() == adaptive);
    request.adaptations = {"thinking:budget"};
    CHECK(fields() == budget);
  }
}

TEST_CASE("Anthropic request: thinking is asked for in words only where it is wanted") {
  Request request = simple_request();
  request.wants_reasoning = true;
  CHECK(body_of(request).find("thinking") == std::string::npos);
  request.sampling.reasoning_effort = ReasoningEffort::high;
  CHECK(Json::parse(body_of(request)).at("thinking").dump() == R"({"type":"adaptive","display":"summarized"})");
}

TEST_CASE("Anthropic request: images and documents stand before the text") {
  CHECK(
      messages_of(
          {{.role = Role::user,
            .parts = {TextPart{"what is this?"}, ImagePart{.media_type = "image/png", .bytes = "PNG", .url = {}},
                      ImagePart{.media_type = {}, .bytes = {}, .url = "https://e.org/a.png"}}}}) ==
      R"([{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"UE5H"}},)"
      R"({"type":"image","source":{"type":"url","url":"https://e.org/a.png"}},{"type":"text","text":"what is this?"}]}])");
  CHECK(
      messages_of(
          {{.role = Role::user,
            .parts = {DocumentPart{.media_type = "application/pdf", .bytes = "PDF", .url = {}, .filename = "a.pdf"},
                      DocumentPart{.media_type = "text/plain", .bytes = "words", .url = {}, .filename = {}},
                      DocumentPart{.media_type = {}, .bytes = {}, .url = "https://e.org/a.pdf", .filename = {}}}}}) ==
      R"([{"role":"user","content":[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"UERG"},"title":"a.pdf"},)"
      R"({"type":"document","source":{"type":"text","media_type":"text/plain","data":"words"}},)"
      R"({"type":"document","source":{"type":"url","url":"https://e.org/a.pdf"}}]}])");
}

TEST_CASE("Anthropic request: a tool loop echoes thinking unchanged, results come back in the user's role") {
  CHECK(messages_of(
            {{.role = Role::assistant,
              .parts = {ReasoningPart{.text = "hm\n", .id = {}, .signature = "sig", .redacted = {}, .encrypted = {}},
                        ReasoningPart{.text = {}, .id = {}, .signature = {}, .redacted = "xx", .encrypted = {}},
                        ReasoningPart{.text = {}, .id = {}, .signature = "s2", .redacted = {}, .encrypted = {}},
                        TextPart{"a"}, ToolCallPart{.id = "t1", .name = "f", .arguments = "{\"b\":1, \"a\":[2]}"},
                        ToolCallPart{.id = "t2", .name = "g", .arguments = {}}}},
             {.role = Role::tool,
              .parts = {ToolResultPart{.call_id = "t1", .content = "42", .is_error = false},
                        ToolResultPart{.call_id = "t2", .content = "no", .is_error = true}}}}) ==
        R"([{"role":"assistant","content":[{"type":"thinking","thinking":"hm\n","signature":"sig"},)"
        R"({"type":"redacted_thinking","data":"xx"},{"type":"thinking","thinking":"","signature":"s2"},)"
        R"({"type":"text","text":"a"},{"type":"tool_use","id":"t1","name":"f","input":{"b":1,"a":[2]}},)"
        R"({"type":"tool_use","id":"t2","name":"g","input":{}}]},)"
        R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"42"},)"
        R"({"type":"tool_result","tool_use_id":"t2","content":"no","is_error":true}]}])");
}

TEST_CASE("Anthropic request: tool input that is no object is not echoed") {
  for (const char* arguments : {"", "[1]", "{\"a\":", "text", "7"})
    CHECK(messages_of(
              {{.role = Role::assistant, .parts = {ToolCallPart{.id = "t", .name = "f", .arguments = arguments}}}}) ==
          R"([{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{}}]}])");
}

TEST_CASE("Anthropic request: messages that follow in one role are one message") {
  CHECK(
      messages_of({{.role = Role::tool, .parts = {ToolResultPart{.call_id = "t", .content = "1", .is_error = false}}},
                   {.role = Role::user, .parts = {TextPart{"go on"}}},
                   {.role = Role::assistant, .parts = {TextPart{"a"}}},
                   {.role = Role::assistant, .parts = {TextPart{""}}},
                   {.role = Role::user, .parts = {}},
                   {.role = Role::assistant, .parts = {TextPart{"b"}}}}) ==
      R"([{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"1"},{"type":"text","text":"go on"}]},)"
      R"({"role":"assistant","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}])");
}

TEST_CASE("Anthropic request: thinking that nothing follows, or without a signature, is left out") {
  const ReasoningPart signed_part{.text = "hm", .id = {}, .signature = "s", .redacted = {}, .encrypted = {}};
  const ReasoningPart foreign{.text = "hm", .id = "rs", .signature = {}, .redacted = {}, .encrypted = "e"};
  CHECK(messages_of({{.role = Role::assistant, .parts = {TextPart{"a"}, signed_part}}}) ==
        R"([{"role":"assistant","content":"a"}])");
  CHECK(messages_of({{.role = Role::assistant, .parts = {foreign, TextPart{"a"}}}}) ==
        R"([{"role":"assistant","content":"a"}])");
  CHECK(messages_of({{.role = Role::assistant, .parts = {signed_part}}}) == "[]");
}

TEST_CASE("Anthropic request: invalid UTF-8 does not break the body") {
  CHECK(messages_of({{.role = Role::user, .parts = {TextPart{"a\xff"}}}}) ==
        "[{\"role\":\"user\",\"content\":\"a\uFFFD\"}]");
}
