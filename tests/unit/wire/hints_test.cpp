// Tests of the hints: each error says the next thing to do, in words that can be copied.
#include <ostream>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "core/url.hpp"
#include "wire/wire.hpp"

namespace byok::wire {
namespace {

using base::Error;
using base::ErrorKind;
using core::Credential;
using core::ProviderType;
using core::WireApi;

core::Profile profile_at(std::string_view url, ProviderType type = ProviderType::openai,
                         WireApi api = WireApi::completions) {
  core::Profile profile;
  profile.name = "p";
  profile.type = type;
  profile.wire_api = type == ProviderType::anthropic ? WireApi::messages : api;
  profile.base_url = core::Url::parse(url).value();
  profile.model = profile.wire_model = "m-1";
  profile.azure_api_version = type == ProviderType::azure ? "2024-10-21" : "";
  profile.credential.slot = Credential::Slot::api_key;
  profile.credential.source = Credential::Source::text;
  profile.credential.where = "$THE_KEY";
  return profile;
}

core::Profile with_token(core::Profile profile, Credential::Source source) {
  profile.credential.slot = Credential::Slot::bearer_token;
  profile.credential.source = source;
  profile.credential.where = source == Credential::Source::command ? "command az" : "$THE_TOKEN";
  return profile;
}

core::Profile without_key(core::Profile profile) {
  profile.credential = {};
  return profile;
}

std::string hint(const core::Profile& profile, int status, std::string_view body) {
  return explain(profile, {.status = status, .headers = {}}, body).hint;
}

constexpr std::string_view kAzure = "https://res.openai.azure.com";
constexpr std::string_view kAzureV1 = "https://res.openai.azure.com/openai/v1";
constexpr std::string_view kNotFound = R"({"error":{"code":"404","message":"Resource not found"}})";

TEST_CASE("a missing /v1 is written out") {
  CHECK(hint(profile_at("http://localhost:11434"), 404, "404 page not found")
            .ends_with("write in profile p: base_url: http://localhost:11434/v1"));
  CHECK(hint(profile_at("http://localhost:11434/api"), 404, "404 page not found")
            .ends_with("base_url: http://localhost:11434/v1"));
  CHECK(hint(profile_at("https://gw.example/llm"), 404, "<html><h1>404 Not Found</h1></html>")
            .ends_with("base_url: https://gw.example/llm/v1"));
  CHECK(hint(profile_at("http://127.0.0.1:8080"), 404,
             R"({"error":{"code":404,"message":"File Not Found","type":"not_found_error"}})")
            .ends_with("base_url: http://127.0.0.1:8080/v1"));
  CHECK(hint(profile_at("https://gw.example/v1"), 404, "nope").contains("https://gw.example/v1"));
  CHECK(hint(profile_at("https://gw.example/v1beta/openai"), 404, "nope").contains("check base_url"));

  core::Profile env = profile_at("http://localhost:1234");
  env.origins["base_url"] = "$BYOK_BASE_URL";
  CHECK(hint(env, 404, "").ends_with("set BYOK_BASE_URL=http://localhost:1234/v1"));
  env.origins["base_url"] = "$COPILOT_PROVIDER_BASE_URL";
  CHECK(hint(env, 404, "").ends_with("set COPILOT_PROVIDER_BASE_URL=http://localhost:1234/v1"));
}

TEST_CASE("a web page with status 200 is a matter of the address, too") {
  Error error;
  error.kind = ErrorKind::protocol;
  add_hint(profile_at("https://gw.example"), error, "<html><title>Welcome</title></html>");
  CHECK(error.hint.ends_with("base_url: https://gw.example/v1"));
  Error junk;
  junk.kind = ErrorKind::protocol;
  add_hint(profile_at("https://gw.example"), junk, "junk");
  CHECK(junk.hint.empty());
}

TEST_CASE("a native Azure host under type openai gets both ways out") {
  const std::string said = hint(profile_at(kAzure), 404, kNotFound);
  CHECK(said.contains("type: azure"));
  CHECK(said.contains("base_url: https://res.openai.azure.com/openai/v1/"));
}

TEST_CASE("Azure's three kinds of 404 and its api-version refusals are told apart") {
  const core::Profile azure = profile_at(kAzure, ProviderType::azure);
  const std::string missing = hint(azure, 404, R"({"error":{"code":"DeploymentNotFound","message":"x"}})");
  CHECK(missing.contains("deployment's name"));
  CHECK(missing.contains("sent: m-1"));
  CHECK(missing.contains("5 minutes"));
  const std::string path = hint(azure, 404, kNotFound);
  CHECK(path.contains("azure.api_version (now 2024-10-21)"));
  CHECK(path.contains("https://res.openai.azure.com"));
  CHECK(hint(profile_at(kAzureV1, ProviderType::openai, WireApi::responses), 404, kNotFound)
            .ends_with("wire_api: completions"));

  for (const std::string_view message :
       {"Azure OpenAI Responses API is enabled only for api-version 2025-03-01-preview and later",
        "Model {modelName} is enabled only for api versions 2025-03-01-preview and later"}) {
    CAPTURE(message);
    const std::string said =
        hint(azure, 400, R"({"error":{"code":"BadRequest","message":")" + std::string(message) + "\"}}");
    CHECK(said.contains("azure:\n    api_version: \"2025-03-01-preview\"\n"));
    CHECK(said.contains("api_version: v1"));
  }
  CHECK(hint(azure, 404, R"({"error":{"code":"404","message":"API version not supported"}})")
            .contains("api_version: \"2024-10-21\""));
  core::Profile env = azure;
  env.origins["base_url"] = "$BYOK_BASE_URL";
  CHECK(hint(env, 400, R"({"error":{"message":"enabled only for api versions 2024-12-01-preview and later"}})")
            .starts_with("Set BYOK_AZURE_API_VERSION=2024-12-01-preview"));
}

TEST_CASE("Azure's refusals of a credential each have their own remedy") {
  const core::Profile classic = profile_at(kAzure, ProviderType::azure);
  const core::Profile v1 = profile_at(kAzureV1);
  struct Row {
    core::Profile profile;
    int status;
    std::string_view body;
    std::string_view want;
  };
  const std::vector<Row> rows{
      {classic, 403,
       R"({"error":{"code":"AuthenticationTypeDisabled","message":"Key based authentication is disabled"}})",
       "bearer_token: {command: [az, account, get-access-token, --scope, "
       "https://cognitiveservices.azure.com/.default, -o, json]}"},
      {v1, 403, R"({"error":{"code":"AuthenticationTypeDisabled","message":"x"}})", "https://ai.azure.com/.default"},
      {with_token(v1, Credential::Source::command), 401,
       R"({"error":{"code":"PermissionDenied","message":"The principal lacks the required data action"}})",
       "Cognitive Services OpenAI User"},
      {with_token(v1, Credential::Source::command), 403, "", "Azure AI User"},
      {v1, 403, R"({"error":{"code":"403","message":"Access denied due to Virtual Network/Firewall rules."}})",
       "Networking"},
      {classic, 401, R"({"error":{"code":"401","message":"Access denied due to invalid subscription key"}})",
       "another resource or region"},
      {with_token(v1, Credential::Source::text), 401, R"({"error":{"code":"Unauthorized","message":"expired"}})",
       "may have expired; let a command mint it:\n  bearer_token: {command: [az, "},
      {without_key(profile_at("https://res.openai.azure.us", ProviderType::azure)), 401, "",
       "${env:AZURE_OPENAI_API_KEY}"},
      {without_key(v1), 401, "", "${env:FOUNDRY_API_KEY}"},
      {profile_at("https://res.openai.azure.us", ProviderType::azure), 403,
       R"({"error":{"code":"AuthenticationTypeDisabled"}})", "https://cognitiveservices.azure.us/.default"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.body);
    CAPTURE(row.want);
    const std::string said = hint(row.profile, row.status, row.body);
    CAPTURE(said);
    CHECK(said.contains(row.want));
  }
}

TEST_CASE("a refused credential is named by its place") {
  const core::Profile plain = profile_at("https://api.example.com/v1");
  CHECK(hint(plain, 401, "").contains("$THE_KEY"));
  CHECK(hint(plain, 401, "").contains("api.example.com"));
  CHECK(hint(plain, 403, "").contains("project, region and models"));
  CHECK(hint(plain, 400, R"({"code":"invalid-argument","error":"Incorrect API key provided"})").contains("$THE_KEY"));
  CHECK(hint(with_token(plain, Credential::Source::text), 401, "").contains("may have expired"));
  CHECK(hint(with_token(plain, Credential::Source::command), 401, "").contains("command az: run it by hand"));

  core::Profile header = plain;
  header.headers.push_back({.name = "Api-Key", .value = "0123456789", .is_secret = true});
  CHECK(hint(header, 401, "").contains("header Api-Key"));
  CHECK_FALSE(hint(header, 401, "").contains("0123456789"));

  CHECK(hint(plain, 401,
             R"({"error":{"message":"litellm.AuthenticationError: OpenAIException - Incorrect API key provided"}})")
            .contains("the gateway's own key"));
}

TEST_CASE("where no credential was sent, the hint says which to set") {
  struct Row {
    std::string_view url;
    ProviderType type;
    std::string_view name;
    std::string_view origin;
    std::string_view want;
  };
  const std::vector<Row> rows{
      {"https://api.openai.com/v1", ProviderType::openai, "p", "a.yaml:1:1", "api_key: ${env:OPENAI_API_KEY}"},
      {"https://api.anthropic.com", ProviderType::anthropic, "p", "a.yaml:1:1", "api_key: ${env:ANTHROPIC_API_KEY}"},
      {"https://x.example/v1", ProviderType::openai, "my-gw.2", "a.yaml:1:1", "api_key: ${env:MY_GW_2_API_KEY}"},
      {"https://x.example/v1", ProviderType::openai, "env", "$BYOK_BASE_URL", "set BYOK_API_KEY"},
      {"https://x.example/v1", ProviderType::openai, "env", "$COPILOT_PROVIDER_BASE_URL",
       "set COPILOT_PROVIDER_API_KEY"},
  };
  for (const Row& row : rows) {
    core::Profile profile = without_key(profile_at(row.url, row.type));
    profile.name = row.name;
    profile.origins["base_url"] = row.origin;
    CHECK(hint(profile, 401, R"({"error":{"message":"Missing key"}})").contains(row.want));
  }
}

TEST_CASE("quota is told from a rate limit: a page to visit against a time to wait") {
  constexpr std::string_view kQuota = R"({"error":{"code":"insufficient_quota","message":"q"}})";
  CHECK(hint(profile_at("https://api.openai.com/v1"), 429, kQuota).contains("platform.openai.com/settings"));
  CHECK(hint(profile_at("https://x.example/v1"), 429, kQuota).contains("the provider's billing page"));
  CHECK(hint(profile_at("https://x.example/v1"), 429, "").contains("try again"));
  CHECK(hint(profile_at(kAzureV1), 429, "").contains("tokens-per-minute"));
}

TEST_CASE("how long to wait is said in words, and how to let byok wait longer") {
  const core::Profile profile = profile_at("https://x.example/v1");
  const auto wait = [&](std::string value) {
    return explain(profile, {.status = 429, .headers = {{"retry-after", std::move(value)}}}, "").hint;
  };
  CHECK(wait("20") == "Try again in 20 s.");
  CHECK(wait("0.2") == "Try again in 1 s.");
  CHECK(wait("600").contains("wait 10 min"));
  CHECK(wait("86400").contains("wait 24 h"));
  CHECK(wait("86400").contains("--retry-max-wait 86400"));
  CHECK(hint(profile, 503, R"({"error":{"message":"Loading model","code":503}})").contains("being loaded"));
  CHECK(hint(profile, 529, "").contains("try again later"));
  CHECK(hint(profile, 500, R"({"error":{"message":"image input is not supported"}})").empty());
}

TEST_CASE("Foundry Local is told to load a model that it has not loaded") {
  constexpr std::string_view kSaid = R"({"error":{"message":"Model is not loaded"}})";
  CHECK(hint(profile_at("http://127.0.0.1:5273/v1"), 400, kSaid).starts_with("Load it: foundry model load m-1"));
  CHECK_FALSE(hint(profile_at("https://api.example/v1"), 400, kSaid).contains("foundry"));
}

TEST_CASE("a missing model is fetched, listed or spelled, by the server that misses it") {
  const std::string pull = hint(profile_at("http://localhost:11434/v1"), 404,
                                R"({"error":{"message":"model 'm-1' not found","type":"not_found_error"}})");
  CHECK(pull.contains("ollama pull m-1"));
  CHECK(pull.contains("`byok models list -p p`"));
  CHECK(hint(profile_at("http://10.0.0.9:8000/v1"), 404, R"({"error":"model \"m-1\" not found, try pulling it first"})")
            .contains("ollama pull m-1"));
  CHECK(hint(profile_at("http://localhost:8000/v1"), 404, R"({"message":"The model `m-1` does not exist."})")
            .starts_with("`byok models list -p p`"));
  core::Profile local = profile_at("http://localhost:5273/v1");
  local.name = "foundry-local";
  CHECK(hint(local, 404, R"({"message":"m-1 is unknown"})").contains("not the alias"));
  CHECK(hint(profile_at("https://api.openai.com/v1", ProviderType::openai, WireApi::responses), 400,
             R"({"error":{"code":"model_not_found","message":"gone"}})")
            .contains("`byok models list -p p`"));
}

TEST_CASE("a server of the other dialect is told by what it misses") {
  CHECK(hint(profile_at("https://gw.example/v1"), 401, R"({"error":{"message":"x-api-key header is required"}})")
            .ends_with("type: anthropic"));
  CHECK(
      hint(profile_at("https://gw.example/v1"), 400, R"({"error":{"message":"anthropic-version: header is required"}})")
          .ends_with("type: anthropic"));
  CHECK(hint(profile_at("https://api.openai.com", ProviderType::anthropic), 404,
             R"j({"error":{"message":"Invalid URL (POST /v1/messages)"}})j")
            .ends_with("type: openai"));
  CHECK(hint(profile_at("https://gw.example", ProviderType::anthropic), 404, "nope").contains("type: openai"));
}

TEST_CASE("the other wire API is named where the server or the model lives there") {
  CHECK(hint(profile_at("https://api.openai.com/v1"), 404,
             R"({"error":{"message":"This model is only supported in v1/responses and not in v1/chat/completions."}})")
            .ends_with("wire_api: responses"));
  CHECK(hint(profile_at(kAzureV1), 400,
             R"({"error":{"message":"The chatCompletion operation does not work with the specified model"}})")
            .ends_with("wire_api: responses"));
  CHECK(hint(profile_at("http://localhost:8080/v1", ProviderType::openai, WireApi::responses), 404, "")
            .ends_with("wire_api: completions"));
}

TEST_CASE("prompts that are too long or filtered, and fields that are refused, have their own words") {
  core::Profile profile = profile_at("https://x.example/v1");
  profile.origins["temperature"] = "a.yaml:7:3";
  CHECK(hint(profile, 400, R"({"error":{"code":"context_length_exceeded"}})").contains("Shorten the prompt"));
  CHECK(hint(profile, 413, "").contains("larger context window"));
  CHECK(hint(profile, 400, R"({"error":{"type":"exceed_context_size_error","message":"m"}})").contains("-c N"));
  CHECK(hint(profile, 400, R"({"error":{"code":"content_filter","message":"m"}})").contains("rephrase"));
  CHECK(hint(profile_at(kAzureV1), 400, R"({"error":{"code":"content_filter","message":"m"}})").contains("portal"));
  const std::string field =
      hint(profile, 400, R"({"error":{"code":"unsupported_value","message":"m","param":"temperature"}})");
  CHECK(field.contains("--temperature"));
  CHECK(field.contains("a.yaml:7:3"));
  CHECK(hint(profile, 400, R"({"error":{"code":"unknown_parameter","message":"m","param":"store"}})")
            .contains("--set store=null"));
  CHECK(hint(profile, 400, R"({"error":{"code":"unsupported_value","message":"verify","param":"stream"}})")
            .contains("--no-stream"));
  CHECK(hint(profile, 422, R"({"detail":[{"type":"missing","loc":["body","x"],"msg":"Field required"}]})").empty());
  CHECK(hint(profile, 400, R"({"error":{"message":"odd"}})").empty());
}

TEST_CASE("a proxy that wants credentials is named by its origin") {
  core::Profile profile = profile_at("https://x.example/v1");
  profile.network.proxy_origin = "$HTTPS_PROXY";
  const std::string said = hint(profile, 407, "");
  CHECK(said.contains("$HTTPS_PROXY"));
  CHECK(said.contains("proxy_auth"));
}

TEST_CASE("an error found inside a stream is given its hint later, from its own words") {
  Error error = in_band_error(R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})");
  CHECK(error.hint.empty());
  add_hint(profile_at("https://api.anthropic.com", ProviderType::anthropic), error, "");
  CHECK(error.hint.contains("try again later"));
  const std::string first = error.hint;
  add_hint(profile_at("http://localhost:1"), error, "404 page not found");
  CHECK(error.hint == first);
}

}  // namespace
}  // namespace byok::wire
