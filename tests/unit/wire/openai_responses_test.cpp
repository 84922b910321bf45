// Tests of the Responses request: its URL, its fields and its input items.
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
using byok::wire::kOpenAiResponses;

namespace {

// What is asked in most of these tests: nothing but the model and one question.
Request simple_request() {
  Request request;
  request.model = "m";
  request.messages = {{.role = Role::user, .parts = {TextPart{"hi"}}}};
  return request;
}

std::string body_of(const Request& request) {
  std::vector<std::string> warnings;
  const auto body = kOpenAiResponses.body(Profile{}, request, warnings);
  REQUIRE(body);
  CHECK(warnings.empty());
  return *body;
}

std::string input_of(Role role, std::vector<Part> parts) {
  Request request = simple_request();
  request.messages = {Message{.role = role, .parts = std::move(parts)}};
  return nlohmann::ordered_json::parse(body_of(request)).at("input").dump();
}

Profile profile_at(std::string_view url) {
  Profile profile;
  profile.base_url = *Url::parse(url);
  return profile;
}

}  // namespace

TEST_CASE("Responses request: the path is added to the base once, prefix and query kept") {
  struct Case {
    std::string_view base, want;
  };
  for (const auto& [base, want] : {
           Case{"https://api.openai.com/v1", "https://api.openai.com/v1/responses"},
           Case{"https://r.openai.azure.com/openai/v1/", "https://r.openai.azure.com/openai/v1/responses"},
           Case{"https://x.azure-api.net/PTU/?a=b", "https://x.azure-api.net/PTU/responses?a=b"},
       })
    CHECK(kOpenAiResponses.endpoint(profile_at(base), "m").str() == want);
}

TEST_CASE("Responses request: on Azure the host alone is given, and the deployment stands in the body") {
  Profile profile = profile_at("https://r.openai.azure.com");
  profile.type = byok::core::ProviderType::azure;
  profile.azure_api_version = "v1";
  CHECK(kOpenAiResponses.endpoint(profile, "m").str() == "https://r.openai.azure.com/openai/v1/responses");
  profile.azure_api_version = "2025-04-01-preview";
  CHECK(kOpenAiResponses.endpoint(profile, "m").str() ==
        "https://r.openai.azure.com/openai/responses?api-version=2025-04-01-preview");
}

TEST_CASE("Responses request: the least that is sent") {
  CHECK(body_of(simple_request()) ==
        R"({"model":"m","input":[{"role":"user","content":"hi"}],"store":false,"stream":true})");
  Request request = simple_request();
  request.stream = false;
  CHECK(body_of(request) == R"({"model":"m","input":[{"role":"user","content":"hi"}],"store":false})");
}

TEST_CASE("Responses request: system text, limits and sampling go under their own names, only when given") {
  Request request = simple_request();
  request.system = "Be brief.";
  request.sampling.max_output_tokens = 100;
  request.sampling.temperature = 0.5;
  request.sampling.top_p = 0.9;
  CHECK(body_of(request) ==
        R"({"model":"m","instructions":"Be brief.","input":[{"role":"user","content":"hi"}],"max_output_tokens":100,)"
        R"("temperature":0.5,"top_p":0.9,"store":false,"stream":true})");
}

TEST_CASE("Responses request: a summary is asked for only with an effort, and only where reasoning is wanted") {
  struct Case {
    std::optional<ReasoningEffort> effort;
    bool wants_reasoning;
    std::string_view want;
  };
  for (const auto& [effort, wants_reasoning, want] : {
           Case{std::nullopt, true, "null"},
           Case{ReasoningEffort::high, false, R"({"effort":"high"})"},
           Case{ReasoningEffort::high, true, R"({"effort":"high","summary":"auto"})"},
           Case{ReasoningEffort::none, true, R"({"effort":"none"})"},
           Case{ReasoningEffort::minimal, true, R"({"effort":"minimal","summary":"auto"})"},
       }) {
    CAPTURE(want);
    Request request = simple_request();
    request.sampling.reasoning_effort = effort;
    request.wants_reasoning = wants_reasoning;
    CHECK(nlohmann::ordered_json::parse(body_of(request)).value("reasoning", nlohmann::ordered_json()).dump() == want);
  }
}

TEST_CASE(
    "Responses request: encrypted reasoning is asked for only in a conversation that the provider does not keep") {
  struct Case {
    bool keeps_conversation;
    std::optional<bool> store;
    std::string_view want;
  };
  for (const auto& [keeps, store, want] : {
           Case{false, std::nullopt, R"("store":false,"stream":true})"},
           Case{true, std::nullopt, R"("store":false,"include":["reasoning.encrypted_content"],"stream":true})"},
           Case{true, false, R"("store":false,"include":["reasoning.encrypted_content"],"stream":true})"},
           Case{true, true, R"("content":"hi"}],"store":true,"stream":true})"},
       }) {
    Request request = simple_request();
    request.keeps_conversation = keeps;
    request.store = store;
    CHECK(body_of(request).ends_with(want));
  }
}

TEST_CASE("Responses request: stop and seed are refused as options and left out with a warning from a profile") {
  Request request = simple_request();
  request.sampling.stop = {"END"};
  request.sampling.seed = 7;
  std::vector<std::string> warnings;
  const auto body = kOpenAiResponses.body(Profile{}, request, warnings);
  REQUIRE(body);
  CHECK(*body == body_of(simple_request()));
  REQUIRE(warnings.size() == 2);
  CHECK(warnings[0] == "`stop` of the profile was left out: the Responses API has no such field.");
  CHECK(warnings[1] == "`seed` of the profile was left out: the Responses API has no such field.");
  for (const char* option : {"stop", "seed"}) {
    Request pinned = request;
    pinned.pinned = {option};
    const auto refused = kOpenAiResponses.body(Profile{}, pinned, warnings);
    REQUIRE(!refused);
    CHECK(refused.error().kind == ErrorKind::usage);
    CHECK(refused.error().message == std::string("--") + option + ": the Responses API has no such field");
  }
}

TEST_CASE("Responses request: images and documents are data URLs, addresses or text, in the order given") {
  CHECK(input_of(Role::user, {TextPart{"look"}, ImagePart{.media_type = "image/png", .bytes = "PNG", .url = {}},
                              ImagePart{.media_type = {}, .bytes = {}, .url = "https://e.org/a.png"}}) ==
        R"([{"role":"user","content":[{"type":"input_text","text":"look"},)"
        R"({"type":"input_image","image_url":"data:image/png;base64,UE5H","detail":"auto"},)"
        R"({"type":"input_image","image_url":"https://e.org/a.png","detail":"auto"}]}])");
  CHECK(
      input_of(Role::user,
               {DocumentPart{.media_type = "application/pdf", .bytes = "PDF", .url = {}, .filename = "a.pdf"},
                DocumentPart{.media_type = "application/pdf", .bytes = "PDF", .url = {}, .filename = {}},
                DocumentPart{.media_type = {}, .bytes = {}, .url = "https://e.org/a.pdf", .filename = {}},
                DocumentPart{.media_type = "text/plain", .bytes = "words", .url = {}, .filename = {}}}) ==
      R"([{"role":"user","content":[{"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,UERG"},)"
      R"({"type":"input_file","filename":"document.pdf","file_data":"data:application/pdf;base64,UERG"},)"
      R"({"type":"input_file","file_url":"https://e.org/a.pdf"},{"type":"input_text","text":"words"}]}])");
}

TEST_CASE("Responses request: a tool loop is echoed as items of its own, reasoning before what it led to") {
  CHECK(
      input_of(Role::assistant,
               {ReasoningPart{.text = "hm", .id = "rs_1", .signature = {}, .redacted = {}, .encrypted = "gAAA"},
                TextPart{"a"}, TextPart{"b"}, ToolCallPart{.id = "c1", .name = "f", .arguments = "{\"a\":1}"},
                ToolCallPart{.id = "c2", .name = "g", .arguments = {}}}) ==
      R"([{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"gAAA"},)"
      R"({"type":"message","role":"assistant","content":[{"type":"output_text","text":"a"},{"type":"output_text","text":"b"}]},)"
      R"({"type":"function_call","call_id":"c1","name":"f","arguments":"{\"a\":1}"},)"
      R"({"type":"function_call","call_id":"c2","name":"g","arguments":"{}"}])");
  CHECK(input_of(Role::tool, {ToolResultPart{.call_id = "c1", .content = "42", .is_error = false}}) ==
        R"([{"type":"function_call_output","call_id":"c1","output":"42"}])");
}

TEST_CASE("Responses request: reasoning that cannot be echoed is left out") {
  const ReasoningPart encrypted{.text = {}, .id = "rs", .signature = {}, .redacted = {}, .encrypted = "e"};
  const ReasoningPart foreign{.text = "hm", .id = {}, .signature = "sig", .redacted = {}, .encrypted = {}};
  CHECK(input_of(Role::assistant, {foreign, TextPart{"a"}}) ==
        R"([{"type":"message","role":"assistant","content":[{"type":"output_text","text":"a"}]}])");
  CHECK(input_of(Role::assistant, {TextPart{"a"}, encrypted, TextPart{""}}) ==
        R"([{"type":"message","role":"assistant","content":[{"type":"output_text","text":"a"}]}])");
  CHECK(input_of(Role::assistant, {encrypted}) == "[]");
  CHECK(input_of(Role::assistant, {encrypted, TextPart{"a"}})
            .starts_with(R"([{"type":"reasoning","id":"rs","summary":[],"encrypted_content":"e"},)"));
}

TEST_CASE("Responses request: empty texts and messages are left out, invalid UTF-8 does not break the body") {
  Request request = simple_request();
  request.messages = {{.role = Role::user, .parts = {TextPart{""}}},
                      {.role = Role::assistant, .parts = {}},
                      {.role = Role::user, .parts = {TextPart{"a\xff"}}}};
  CHECK(body_of(request).find("\"input\":[{\"role\":\"user\",\"content\":\"a\uFFFD\"}]") != std::string::npos);
}
