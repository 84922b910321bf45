// Tests of the whole request: the URL and authorization of every provider and wire, and what is laid over the body.
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "wire/wire.hpp"

using byok::base::ErrorKind;
using byok::base::Secret;
using byok::core::Credential;
using byok::core::FieldEdit;
using byok::core::Profile;
using byok::core::ProviderType;
using byok::core::Request;
using byok::core::Url;
using byok::core::WireApi;
using byok::wire::ask;
using Object = nlohmann::ordered_json;

namespace {

Profile profile_at(std::string_view base, ProviderType type = ProviderType::openai,
                   WireApi api = WireApi::completions) {
  Profile profile;
  profile.type = type;
  profile.wire_api = api;
  profile.base_url = *Url::parse(base);
  profile.credential.slot = Credential::Slot::api_key;
  return profile;
}

Request question() {
  Request request;
  request.model = "m";
  request.messages = {{.role = byok::core::Role::user, .parts = {byok::core::TextPart{"hi"}}}};
  return request;
}

Object body_of(const Request& request, WireApi api = WireApi::completions) {
  const ProviderType type = api == WireApi::messages ? ProviderType::anthropic : ProviderType::openai;
  const auto outgoing = ask(profile_at("http://localhost/v1", type, api), Secret(), request);
  REQUIRE(outgoing);
  return Object::parse(outgoing->http.body);
}

std::string merged(const std::string& patch) {
  Request request = question();
  request.stream = false;
  request.body = patch;
  Object body = body_of(request);
  body.erase("model");
  body.erase("messages");
  return body.dump();
}

std::string edited(std::vector<FieldEdit> edits) {
  Request request = question();
  request.edits = std::move(edits);
  Object body = body_of(request);
  body.erase("model");
  return body.dump();
}

byok::base::Error edit_error(const std::string& path, const std::string& json) {
  Request request = question();
  request.edits = {{.path = path, .json = json}};
  const auto outgoing = ask(profile_at("http://localhost/v1"), Secret(), request);
  REQUIRE_FALSE(outgoing);
  return outgoing.error();
}

}  // namespace

TEST_CASE("every provider and wire is asked at its own URL, with its own authorization") {
  struct Row {
    std::string_view base;
    ProviderType type;
    WireApi api;
    std::string_view version, url, auth;
  };
  using enum ProviderType;
  using enum WireApi;
  for (const Row& row : std::initializer_list<Row>{
           {"https://api.openai.com/v1", openai, completions, "", "https://api.openai.com/v1/chat/completions",
            "Authorization: Bearer k"},
           {"https://api.openai.com/v1", openai, responses, "", "https://api.openai.com/v1/responses",
            "Authorization: Bearer k"},
           {"https://openrouter.ai/api/v1/", openai, completions, "", "https://openrouter.ai/api/v1/chat/completions",
            "Authorization: Bearer k"},
           {"https://x.azure-api.net/PTU//", openai, completions, "", "https://x.azure-api.net/PTU/chat/completions",
            "Authorization: Bearer k"},
           {"https://r.openai.azure.com/openai/v1?api-version=preview", openai, responses, "",
            "https://r.openai.azure.com/openai/v1/responses?api-version=preview", "Authorization: Bearer k"},
           {"http://127.0.0.1:11434/v1", openai, completions, "", "http://127.0.0.1:11434/v1/chat/completions",
            "Authorization: Bearer k"},
           {"https://r.openai.azure.com", azure, completions, "2024-10-21",
            "https://r.openai.azure.com/openai/deployments/m/chat/completions?api-version=2024-10-21", "api-key: k"},
           {"https://r.openai.azure.com", azure, responses, "2025-03-01-preview",
            "https://r.openai.azure.com/openai/responses?api-version=2025-03-01-preview", "api-key: k"},
           {"https://r.services.ai.azure.com", azure, completions, "v1",
            "https://r.services.ai.azure.com/openai/v1/chat/completions", "api-key: k"},
           {"https://r.services.ai.azure.com", azure, responses, "preview",
            "https://r.services.ai.azure.com/openai/v1/responses?api-version=preview", "api-key: k"},
           {"https://api.anthropic.com", anthropic, messages, "", "https://api.anthropic.com/v1/messages",
            "x-api-key: k"},
           {"https://r.services.ai.azure.com/anthropic", anthropic, messages, "",
            "https://r.services.ai.azure.com/anthropic/v1/messages", "x-api-key: k"},
           {"https://gw.example.com/x?beta=true", anthropic, messages, "",
            "https://gw.example.com/x/v1/messages?beta=true", "x-api-key: k"},
       }) {
    CAPTURE(row.url);
    Profile profile = profile_at(row.base, row.type, row.api);
    profile.azure_api_version = row.version;
    for (const bool is_bearer : {false, true}) {
      profile.credential.slot = is_bearer ? Credential::Slot::bearer_token : Credential::Slot::api_key;
      const auto outgoing = ask(profile, Secret("k"), question());
      REQUIRE(outgoing);
      CHECK(outgoing->http.method == "POST");
      CHECK(outgoing->http.url.str() == row.url);
      std::string auth;
      for (const auto& header : outgoing->http.headers) {
        if (byok::wire::is_auth_header(header.name)) auth += header.name + ": " + header.value;
      }
      CHECK(auth == (is_bearer ? "Authorization: Bearer k" : row.auth));
    }
  }
}

TEST_CASE("a request that is not streamed asks for JSON") {
  Request request = question();
  for (const bool is_stream : {true, false}) {
    request.stream = is_stream;
    const auto outgoing = ask(profile_at("http://localhost/v1"), Secret(), request);
    REQUIRE(outgoing);
    bool found = false;
    for (const auto& header : outgoing->http.headers) {
      if (header.name == "Accept") found = header.value == (is_stream ? "text/event-stream" : "application/json");
    }
    CHECK(found);
    CHECK(Object::parse(outgoing->http.body).contains("stream") == is_stream);
  }
}

TEST_CASE("a body that nothing is laid over is the dialect's own, to the byte") {
  const Profile profile = profile_at("http://localhost/v1");
  std::vector<std::string> warnings;
  const auto plain = byok::wire::wire_for(profile).body(profile, question(), warnings);
  const auto outgoing = ask(profile, Secret(), question());
  REQUIRE(plain);
  REQUIRE(outgoing);
  CHECK(outgoing->http.body == *plain);
}

TEST_CASE("`body` is merged as RFC 7396 says: objects member by member, null removes, all else replaces") {
  CHECK(merged(R"({"top_k":40})") == R"({"top_k":40})");
  CHECK(merged(R"({"a":{"b":{"c":1}}})") == R"({"a":{"b":{"c":1}}})");
  CHECK(merged(R"({"a":{"b":null,"c":2}})") == R"({"a":{"c":2}})");
  CHECK(merged(R"({"none":null})") == "{}");
  CHECK(merged(R"({"list":[1,null,{"a":null}]})") == R"({"list":[1,null,{"a":null}]})");
  CHECK(merged("{}") == "{}");

  Request request = question();
  request.body = R"({"model":"other","stream_options":{"include_usage":null,"x":1},"messages":"gone","stream":false})";
  CHECK(body_of(request).dump() == R"({"model":"other","messages":"gone","stream":false,"stream_options":{"x":1}})");
  request.body = R"({"stream_options":7})";
  CHECK(body_of(request).at("stream_options") == 7);
  request.body = R"({"stream_options":null,"stream":{"a":{"b":null}}})";
  CHECK_FALSE(body_of(request).contains("stream_options"));
  CHECK(body_of(request).at("stream").dump() == R"({"a":{}})");
}

TEST_CASE("a `body` that is no object is the configuration's mistake") {
  for (const std::string body : {"[]", "1", "\"x\"", "{", "null"}) {
    CAPTURE(body);
    Request request = question();
    request.body = body;
    const auto outgoing = ask(profile_at("http://localhost/v1"), Secret(), request);
    REQUIRE_FALSE(outgoing);
    CHECK(outgoing.error().kind == ErrorKind::config);
    CHECK_FALSE(outgoing.error().hint.empty());
  }
}

TEST_CASE("--set writes at a path, makes objects on its way and takes for text what is no JSON") {
  constexpr std::string_view kRest = R"("stream":true,"stream_options":{"include_usage":true}})";
  const std::string head = R"({"messages":[{"role":"user","content":"hi"}],)";
  const auto with = [&](std::string_view added) {
    return head + std::string(kRest.substr(0, kRest.size() - 1)) + "," + std::string(added) + "}";
  };
  CHECK(edited({{"top_k", "40"}}) == with(R"("top_k":40)"));
  CHECK(edited({{"a.b.c", "true"}}) == with(R"("a":{"b":{"c":true}})"));
  CHECK(edited({{"a", "{\"b\":[1]}"}, {"a.b.1", "2"}, {"a.b.0", "\"x\""}}) == with(R"("a":{"b":["x",2]})"));
  CHECK(edited({{"word", "plain text"}}) == with(R"("word":"plain text")"));
  CHECK(edited({{"word", "{broken"}}) == with(R"("word":"{broken")"));
  CHECK(edited({{"word", "1 2"}}) == with(R"("word":"1 2")"));
  CHECK(edited({{"word", ""}}) == with(R"("word":"")"));
  CHECK(edited({{"a.0", "1"}}) == with(R"("a":{"0":1})"));
  CHECK(edited({{"a", "1"}, {"a", "2"}}) == with(R"("a":2)"));
}

TEST_CASE("--set reaches into what the dialect wrote, lists included, one past the end appends") {
  Request request = question();
  request.edits = {{"messages.0.content", "\"other\""},
                   {"messages.1", R"({"role":"user","content":"more"})"},
                   {"messages.1.name", "me"},
                   {"stream_options.include_usage", "false"}};
  const Object body = body_of(request);
  CHECK(body.at("messages").dump() ==
        R"([{"role":"user","content":"other"},{"role":"user","content":"more","name":"me"}])");
  CHECK(body.at("stream_options").dump() == R"({"include_usage":false})");
}

TEST_CASE("--set with null removes, and makes nothing where there is nothing") {
  const std::string unchanged = edited({});
  for (const std::string path : {"none", "none.at.all", "messages.7", "messages.7.role", "messages.x", "stream.a.b"}) {
    CAPTURE(path);
    CHECK(edited({{path, "null"}}) == unchanged);
  }
  CHECK(edited({{"messages", "null"}, {"stream_options", "null"}}) == R"({"stream":true})");
  CHECK(edited({{"messages.0.role", "null"}, {"stream_options.include_usage", "null"}}) ==
        R"({"messages":[{"content":"hi"}],"stream":true,"stream_options":{}})");
  CHECK(edited({{"messages.0", "null"}}).starts_with(R"({"messages":[],)"));
  // "null" in quotes is a text.
  CHECK(edited({{"stream", "\"null\""}}).find(R"("stream":"null")") != std::string::npos);
}

TEST_CASE("--set at a place that cannot be is refused, naming the path") {
  for (const std::string path : {"messages.5", "messages.x", "messages.-1", "messages.0.content.deep", "model.x"}) {
    CAPTURE(path);
    const auto error = edit_error(path, "1");
    CHECK(error.kind == ErrorKind::usage);
    CHECK(error.message.starts_with("--set " + path + ": "));
    CHECK_FALSE(error.hint.empty());
  }
  for (const std::string path : {"", ".", "a.", ".a", "a..b"}) {
    CAPTURE(path);
    CHECK(edit_error(path, "1").kind == ErrorKind::usage);
    CHECK(edit_error(path, "null").kind == ErrorKind::usage);
  }
}

TEST_CASE("a value or a path that is nested without end does no harm") {
  const std::string deep(100'000, '[');
  Request request = question();
  request.edits = {{"a", deep + std::string(100'000, ']')}};
  CHECK(body_of(request).at("a").is_string());
  std::string path = "a";
  for (int i = 0; i < 10'000; ++i) path += ".a";
  CHECK(edit_error(path, "1").kind == ErrorKind::usage);
}

TEST_CASE("adaptations drop fields, edits come last") {
  Request request = question();
  request.sampling.temperature = 0.5;
  request.sampling.top_p = 0.9;
  request.adaptations = {"drop:temperature", "drop:stream_options", "drop:not_there", "drop:messages.0.x"};
  Object body = body_of(request);
  CHECK_FALSE(body.contains("temperature"));
  CHECK_FALSE(body.contains("stream_options"));
  CHECK(body.at("top_p") == 0.9);
  request.edits = {{"temperature", "1"}};
  CHECK(body_of(request).at("temperature") == 1);
  request.body = R"({"top_p":0.1,"temperature":0.2})";
  CHECK(body_of(request).at("top_p") == 0.1);
}

TEST_CASE("an object goes with the last field that an adaptation drops from it") {
  Request request = question();
  request.adaptations = {"drop:stream_options.include_usage"};
  CHECK_FALSE(body_of(request).contains("stream_options"));
  request.body = R"({"stream_options":{"other":1}})";
  CHECK(body_of(request).at("stream_options").dump() == R"({"other":1})");
}

TEST_CASE("a pinned option without a field is refused in the words of the command line") {
  struct Row {
    WireApi api;
    std::string_view field, option;
  };
  for (const Row& row : std::initializer_list<Row>{{WireApi::responses, "stop", "--stop"},
                                                   {WireApi::responses, "seed", "--seed"},
                                                   {WireApi::messages, "seed", "--seed"}}) {
    CAPTURE(row.option);
    Request request = question();
    request.sampling.stop = {"x"};
    request.sampling.seed = 7;
    request.sampling.max_output_tokens = 10;
    const ProviderType type = row.api == WireApi::messages ? ProviderType::anthropic : ProviderType::openai;
    const Profile profile = profile_at("http://localhost", type, row.api);
    const auto from_profile = ask(profile, Secret(), request);
    REQUIRE(from_profile);
    CHECK_FALSE(from_profile->warnings.empty());
    CHECK_FALSE(Object::parse(from_profile->http.body).contains(row.field));
    request.pinned = {std::string(row.field)};
    const auto refused = ask(profile, Secret(), request);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::usage);
    CHECK(refused.error().message.starts_with(row.option));
  }
}

TEST_CASE("text that is not UTF-8 is made so in the body") {
  Request request = question();
  request.system =
      "a\xFF"
      "b";
  request.edits = {{"x", "c\xC3"}};
  const Object body = body_of(request);
  CHECK(body.at("messages").at(0).at("content") == "a\uFFFDb");
  CHECK(body.at("x") == "c\uFFFD");
}
