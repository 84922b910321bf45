// Tests of the Chat Completions request: its URL, its messages and its fields.
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
using byok::core::ProviderType;
using byok::core::ReasoningEffort;
using byok::core::ReasoningPart;
using byok::core::Request;
using byok::core::Role;
using byok::core::TextPart;
using byok::core::ToolCallPart;
using byok::core::ToolResultPart;
using byok::core::Url;
using byok::wire::kOpenAiChat;
using Object = nlohmann::ordered_json;

namespace {

Profile profile_at(std::string_view url, ProviderType type = ProviderType::openai) {
  Profile profile;
  profile.type = type;
  profile.base_url = *Url::parse(url);
  if (type == ProviderType::azure) profile.azure_api_version = "2024-10-21";
  return profile;
}

const Profile kLocal = profile_at("http://localhost:8080/v1");

Request simple_request() {
  Request request;
  request.model = "m";
  request.messages = {{.role = Role::user, .parts = {TextPart{"hi"}}}};
  return request;
}

std::string body_of(const Request& request, const Profile& profile = kLocal) {
  std::vector<std::string> warnings;
  const auto body = kOpenAiChat.body(profile, request, warnings);
  REQUIRE(body);
  CHECK(warnings.empty());
  return *body;
}

std::string messages_of(std::vector<Message> messages, std::string system = {},
                        byok::core::Adaptations adaptations = {}) {
  Request request = simple_request();
  request.messages = std::move(messages);
  request.system = std::move(system);
  request.adaptations = std::move(adaptations);
  return Object::parse(body_of(request)).at("messages").dump();
}

std::string user_content(std::vector<Part> parts) {
  Request request = simple_request();
  request.messages = {{.role = Role::user, .parts = std::move(parts)}};
  return Object::parse(body_of(request)).at("messages").at(0).at("content").dump();
}

}  // namespace

TEST_CASE("Chat request: the least that can be asked, streamed and not") {
  Request request = simple_request();
  CHECK(
      body_of(request) ==
      R"({"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true,"stream_options":{"include_usage":true}})");
  request.stream = false;
  CHECK(body_of(request) == R"({"model":"m","messages":[{"role":"user","content":"hi"}]})");
}

TEST_CASE("Chat request: the path is added to the base, except on Azure, which has routes of its own") {
  CHECK(kOpenAiChat.endpoint(profile_at("https://h/v1/"), "m").str() == "https://h/v1/chat/completions");
  CHECK(kOpenAiChat.endpoint(profile_at("https://h/v1?a=b"), "m").str() == "https://h/v1/chat/completions?a=b");
  CHECK(kOpenAiChat.endpoint(profile_at("https://h", ProviderType::azure), "m").str() ==
        "https://h/openai/deployments/m/chat/completions?api-version=2024-10-21");
}

TEST_CASE("Chat request: the system text is a message of its own, under the role that the server knows") {
  const std::vector<Message> hi = {{.role = Role::user, .parts = {TextPart{"hi"}}}};
  CHECK(messages_of(hi, "Be brief.") == R"([{"role":"system","content":"Be brief."},{"role":"user","content":"hi"}])");
  CHECK(messages_of(hi, "Be brief.", {"system:developer"}) ==
        R"([{"role":"developer","content":"Be brief."},{"role":"user","content":"hi"}])");
  CHECK(messages_of(hi, "Be brief.", {"system:user"}) == R"([{"role":"user","content":"Be brief.\n\nhi"}])");
  CHECK(
      messages_of({{.role = Role::user, .parts = {TextPart{"a"}, TextPart{"b"}}}}, "S", {"system:user"}) ==
      R"([{"role":"user","content":[{"type":"text","text":"S"},{"type":"text","text":"a"},{"type":"text","text":"b"}]}])");
  CHECK(messages_of({{.role = Role::assistant, .parts = {TextPart{"x"}}}}, "S", {"system:user"}) ==
        R"([{"role":"user","content":"S"},{"role":"assistant","content":"x"}])");
  CHECK(messages_of(hi, "", {"system:user"}) == R"([{"role":"user","content":"hi"}])");
}

TEST_CASE("Chat request: one text is a string, anything more a list of parts in order") {
  CHECK(user_content({TextPart{"hi"}}) == R"("hi")");
  CHECK(
      user_content({ImagePart{.media_type = "image/png", .bytes = "\x89PNG", .url = {}}, TextPart{"what?"}}) ==
      R"([{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw=="}},{"type":"text","text":"what?"}])");
  CHECK(user_content({ImagePart{.media_type = {}, .bytes = {}, .url = "https://h/a.png"}}) ==
        R"([{"type":"image_url","image_url":{"url":"https://h/a.png"}}])");
  CHECK(user_content({DocumentPart{.media_type = "text/plain", .bytes = "words", .url = {}, .filename = "a.txt"}}) ==
        R"([{"type":"text","text":"words"}])");
  CHECK(
      user_content({DocumentPart{.media_type = "application/pdf", .bytes = "%PDF", .url = {}, .filename = "a.pdf"}}) ==
      R"([{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERg=="}}])");
  CHECK(user_content({DocumentPart{.media_type = "application/pdf", .bytes = "%PDF", .url = {}, .filename = {}}}) ==
        R"([{"type":"file","file":{"filename":"document.pdf","file_data":"data:application/pdf;base64,JVBERg=="}}])");
}

TEST_CASE("Chat request: a document that this wire has no part for is refused, naming the option") {
  struct Row {
    Profile profile;
    DocumentPart part;
  };
  const DocumentPart pdf{.media_type = "application/pdf", .bytes = "%PDF", .url = {}, .filename = {}};
  const DocumentPart link{.media_type = "application/pdf", .bytes = {}, .url = "https://h/a.pdf", .filename = {}};
  for (const Row& row : {Row{kLocal, link}, Row{profile_at("https://h", ProviderType::azure), pdf}}) {
    Request request = simple_request();
    request.messages[0].parts = {row.part};
    std::vector<std::string> warnings;
    const auto body = kOpenAiChat.body(row.profile, request, warnings);
    REQUIRE_FALSE(body);
    CHECK(body.error().kind == ErrorKind::usage);
    CHECK(body.error().message.starts_with("-a "));
    CHECK(body.error().message.contains("Chat Completions"));
    CHECK(body.error().hint.find("responses") != std::string::npos);
  }
}

TEST_CASE("Chat request: a conversation keeps its turns, tool calls and results; reasoning is not echoed") {
  CHECK(messages_of({{.role = Role::user, .parts = {TextPart{"weather?"}}},
                     {.role = Role::assistant,
                      .parts = {ReasoningPart{.text = "hm", .id = {}, .signature = {}, .redacted = {}, .encrypted = {}},
                                ToolCallPart{.id = "c1", .name = "w", .arguments = R"({"city":"Rome"})"},
                                ToolCallPart{.id = "c2", .name = "now", .arguments = {}}}},
                     {.role = Role::tool,
                      .parts = {ToolResultPart{.call_id = "c1", .content = "sun"},
                                ToolResultPart{.call_id = "c2", .content = "noon"}}},
                     {.role = Role::assistant, .parts = {TextPart{"Sun"}, TextPart{"ny."}}}}) ==
        R"([{"role":"user","content":"weather?"},)"
        R"({"role":"assistant","content":null,"tool_calls":[)"
        R"({"id":"c1","type":"function","function":{"name":"w","arguments":"{\"city\":\"Rome\"}"}},)"
        R"({"id":"c2","type":"function","function":{"name":"now","arguments":"{}"}}]},)"
        R"({"role":"tool","tool_call_id":"c1","content":"sun"},{"role":"tool","tool_call_id":"c2","content":"noon"},)"
        R"({"role":"assistant","content":"Sunny."}])");
}

TEST_CASE("Chat request: the output limit goes under the name that the server takes, or under the other when told so") {
  struct Row {
    Profile profile;
    std::string_view name, other;
  };
  constexpr std::string_view kOld = "max_tokens";
  constexpr std::string_view kNew = "max_completion_tokens";
  for (const Row& row :
       {Row{profile_at("https://api.openai.com/v1"), kNew, kOld},
        Row{profile_at("https://r.openai.azure.com/openai/v1"), kNew, kOld},
        Row{profile_at("https://gw.example.com", ProviderType::azure), kNew, kOld},
        Row{profile_at("https://api.mistral.ai/v1"), kOld, kNew},
        Row{profile_at("https://api.openai.com.evil.example/v1"), kOld, kNew}, Row{kLocal, kOld, kNew}}) {
    CAPTURE(row.profile.base_url.str());
    Request request = simple_request();
    request.sampling.max_output_tokens = 50;
    CHECK(Object::parse(body_of(request, row.profile)).value(row.name, 0) == 50);
    CHECK_FALSE(Object::parse(body_of(request, row.profile)).contains(row.other));
    request.adaptations = {"rename:max_tokens"};
    CHECK(Object::parse(body_of(request, row.profile)).value(row.other, 0) == 50);
    CHECK_FALSE(Object::parse(body_of(request, row.profile)).contains(row.name));
  }
}

TEST_CASE("Chat request: sampling fields are sent when given, and only then") {
  Request request = simple_request();
  request.stream = false;
  request.sampling = {.max_output_tokens = {},
                      .temperature = 0.0,
                      .top_p = 0.5,
                      .stop = {"END", "\n\n"},
                      .seed = 0,
                      .reasoning_effort = ReasoningEffort::minimal};
  request.store = false;
  Object body = Object::parse(body_of(request));
  body.erase("model");
  body.erase("messages");
  CHECK(body.dump() ==
        R"({"temperature":0.0,"top_p":0.5,"stop":["END","\n\n"],"seed":0,"reasoning_effort":"minimal","store":false})");
}

TEST_CASE("Chat request: reasoning goes back where the provider has asked for it, with each of its replies") {
  const std::vector<Message> turns = {
      {.role = Role::user, .parts = {TextPart{"a"}}},
      {.role = Role::assistant,
       .parts = {ReasoningPart{.text = "hm", .id = {}, .signature = {}, .redacted = {}, .encrypted = {}},
                 TextPart{"b"}}},
      {.role = Role::user, .parts = {TextPart{"c"}}},
      {.role = Role::assistant, .parts = {TextPart{"d"}}},
      {.role = Role::user, .parts = {TextPart{"e"}}}};
  CHECK(messages_of(turns, "", {"echo:reasoning"}) ==
        R"([{"role":"user","content":"a"},{"role":"assistant","content":"b","reasoning_content":"hm"},)"
        R"({"role":"user","content":"c"},{"role":"assistant","content":"d","reasoning_content":""},)"
        R"({"role":"user","content":"e"}])");
}
