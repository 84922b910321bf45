// Tests of the profile `env`: both families of variables, and that they never mix.
#include "config/env_profile.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "unit/config/config_fixture.hpp"

using namespace byok;
using namespace byok::config;
using namespace byok::config::test;

namespace {

Variables own(Variables more) {
  more.emplace_back("BYOK_BASE_URL", "https://gw.example/v1");
  more.emplace_back("BYOK_MODEL", "m");
  return more;
}
Variables theirs(Variables more) {
  more.emplace_back("COPILOT_PROVIDER_BASE_URL", "https://gw.example/v1");
  more.emplace_back("COPILOT_MODEL", "m");
  return more;
}
Variables copilot_azure(const std::string& url, Variables more = {}) {
  more.insert(more.end(), {{"COPILOT_PROVIDER_BASE_URL", url},
                           {"COPILOT_PROVIDER_TYPE", "azure"},
                           {"COPILOT_PROVIDER_API_KEY", "k"},
                           {"COPILOT_MODEL", "m"}});
  return more;
}

}  // namespace

TEST_CASE("BYOK_* variables describe a whole profile") {
  const ConfigFolder folder;
  const auto result = folder.resolve({}, {{"BYOK_BASE_URL", " https://x.openai.azure.com \n"},
                                          {"BYOK_PROVIDER_TYPE", "azure"},
                                          {"BYOK_API_KEY", "k"},
                                          {"BYOK_WIRE_API", "responses"},
                                          {"BYOK_AZURE_API_VERSION", "preview"},
                                          {"BYOK_MODEL", "shown"},
                                          {"BYOK_WIRE_MODEL", "sent"},
                                          {"BYOK_HEADERS", "X-A: one\n\n  x-b :two: three\nX-A: again"}});
  REQUIRE(result);
  const core::Profile& profile = result->profile;
  CHECK(profile.name == "env");
  CHECK(result->chosen_by == "$BYOK_BASE_URL");
  CHECK(profile.type == core::ProviderType::azure);
  CHECK(profile.wire_api == core::WireApi::responses);
  CHECK(profile.base_url.str() == "https://x.openai.azure.com");
  CHECK(profile.azure_api_version == "preview");
  CHECK(profile.model == "shown");
  CHECK(profile.wire_model == "sent");
  CHECK(profile.credential.where == "$BYOK_API_KEY");
  CHECK(profile.credential.text == "${env:BYOK_API_KEY}");
  CHECK(profile.origins.at("model") == "$BYOK_MODEL");
  REQUIRE(profile.headers.size() == 2);
  CHECK(profile.headers[0].value == "again");
  CHECK(profile.headers[1].name == "x-b");
  CHECK(profile.headers[1].value == "two: three");
}

TEST_CASE("Commands are JSON arrays, and come before the key beside them") {
  const ConfigFolder folder;
  auto result = folder.resolve({}, own({{"BYOK_API_KEY", "k"}, {"BYOK_API_KEY_COMMAND", R"(["pass", "show a"])"}}));
  REQUIRE(result);
  CHECK(result->profile.credential.source == core::Credential::Source::command);
  CHECK(result->profile.credential.command == std::vector<std::string>{"pass", "show a"});
  CHECK(codes(result->notices, core::Severity::note) == "env-ignored");
  result = folder.resolve({}, own({{"BYOK_BEARER_TOKEN_COMMAND", R"(["az"])"}, {"BYOK_API_KEY", "k"}}));
  REQUIRE(result);
  CHECK(result->profile.credential.slot == core::Credential::Slot::bearer_token);
  for (const char* bad : {"pass show", "[]", "{}", "[1]", "[\"a\", null]", "\"a\""}) {
    CAPTURE(bad);
    CHECK(errors(folder.resolve({}, own({{"BYOK_API_KEY_COMMAND", bad}}))) == "env-command");
  }
}

TEST_CASE("A header line without a name is an error with BYOK_HEADERS and left out with COPILOT_PROVIDER_HEADERS") {
  const ConfigFolder folder;
  for (const char* bad : {"no colon", ": value", "two words: v"}) {
    CAPTURE(bad);
    CHECK(errors(folder.resolve({}, own({{"BYOK_HEADERS", bad}, {"BYOK_API_KEY", "k"}}))) == "env-headers");
    const auto result = folder.resolve(
        {}, theirs({{"COPILOT_PROVIDER_HEADERS", std::string(bad) + "\\nX-A: a"}, {"COPILOT_PROVIDER_API_KEY", "k"}}));
    REQUIRE(result);
    CHECK(warnings(result) == "env-headers");
    REQUIRE(result->profile.headers.size() == 1);
    CHECK(result->profile.headers[0].name == "X-A");
  }
}

TEST_CASE("References in variables are no references") {
  const ConfigFolder folder;
  const auto result = folder.resolve({}, own({{"BYOK_HEADERS", "X-A: ${env:HOME}"}, {"BYOK_API_KEY", "k"}}));
  REQUIRE(result);
  CHECK(result->profile.headers[0].value == "${env:HOME}");
  CHECK(errors(folder.resolve({}, {{"BYOK_BASE_URL", "${env:HOME}"}, {"BYOK_MODEL", "m"}})) == "base-url-placeholder");
}

TEST_CASE("COPILOT_* variables mean what they mean to the Copilot CLI") {
  const ConfigFolder folder;
  auto result = folder.resolve({}, theirs({{"COPILOT_PROVIDER_API_KEY", "k"},
                                           {"COPILOT_PROVIDER_API_KEY_COMMAND", "echo $RANDOM"},
                                           {"COPILOT_PROVIDER_WIRE_API", "responses"},
                                           {"COPILOT_PROVIDER_MODEL_ID", "known"},
                                           {"COPILOT_PROVIDER_WIRE_MODEL", "sent"},
                                           {"COPILOT_PROVIDER_MAX_PROMPT_TOKENS", "1000"},
                                           {"COPILOT_PROVIDER_MAX_OUTPUT_TOKENS", "200"},
                                           {"COPILOT_PROVIDER_TRANSPORT", "websockets"},
                                           {"COPILOT_PROVIDER_HEADERS", "X-A: a\\nX-B: b"}}));
  REQUIRE(result);
  const core::Profile& profile = result->profile;
  CHECK(result->chosen_by == "$COPILOT_PROVIDER_BASE_URL");
  CHECK(profile.model == "m");
  CHECK(profile.wire_model == "sent");
  CHECK(profile.wire_api == core::WireApi::responses);
  CHECK(profile.max_prompt_tokens == 1000);
  CHECK(profile.sampling.max_output_tokens == 200);
  CHECK(profile.headers.size() == 2);
  CHECK(profile.credential.source == core::Credential::Source::shell_command);
  CHECK(profile.credential.text == "echo $RANDOM");
  CHECK(profile.credential.shell == "$(sh -c \"$COPILOT_PROVIDER_API_KEY_COMMAND\")");
  CHECK(warnings(result) == "transport");

  result =
      folder.resolve({}, theirs({{"COPILOT_PROVIDER_API_KEY_COMMAND", "x"}, {"COPILOT_PROVIDER_BEARER_TOKEN", "t"}}));
  REQUIRE(result);
  CHECK(result->profile.credential.where == "$COPILOT_PROVIDER_BEARER_TOKEN");
}

TEST_CASE("The model of COPILOT_* is COPILOT_MODEL, else the model id, never the wire model alone") {
  const ConfigFolder folder;
  const Variables base = {{"COPILOT_PROVIDER_BASE_URL", "http://localhost:1/v1"}};
  const auto model = [&](Variables more) {
    more.insert(more.end(), base.begin(), base.end());
    const auto result = folder.resolve({}, more);
    return result ? result->profile.model + "/" + result->profile.wire_model : errors(result);
  };
  CHECK(model({{"COPILOT_MODEL", "a"}, {"COPILOT_PROVIDER_MODEL_ID", "b"}}) == "a/a");
  CHECK(model({{"COPILOT_PROVIDER_MODEL_ID", "b"}}) == "b/b");
  CHECK(model({{"COPILOT_PROVIDER_MODEL_ID", "b"}, {"COPILOT_PROVIDER_WIRE_MODEL", "w"}}) == "b/w");
  CHECK(model({{"COPILOT_PROVIDER_WIRE_MODEL", "w"}}) == "model-missing");
  CHECK(model({{"BYOK_MODEL", "x"}}) == "model-missing");
}

TEST_CASE("Token limits of COPILOT_* must be positive whole numbers") {
  const ConfigFolder folder;
  for (const char* bad : {"0", "-5"}) {
    CAPTURE(bad);
    CHECK(errors(folder.resolve({}, theirs({{"COPILOT_PROVIDER_MAX_OUTPUT_TOKENS", bad},
                                            {"COPILOT_PROVIDER_API_KEY", "k"}}))) == "out-of-range");
  }
  for (const char* bad : {"many", "1.5"}) {
    CAPTURE(bad);
    CHECK(errors(folder.resolve({}, theirs({{"COPILOT_PROVIDER_MAX_PROMPT_TOKENS", bad},
                                            {"COPILOT_PROVIDER_API_KEY", "k"}}))) == "config-type");
  }
}

TEST_CASE("An Azure base of COPILOT_* is normalised: a route is dropped with a warning, a gateway's path is kept") {
  struct Base {
    std::string given, host, prefix, warning;
  };
  const ConfigFolder folder;
  for (const Base& row :
       {Base{"https://x.openai.azure.com", "https://x.openai.azure.com", "", ""},
        Base{"https://x.openai.azure.com/openai", "https://x.openai.azure.com", "", "copilot-azure-base-url"},
        Base{"https://x.openai.azure.com/openai/v1/", "https://x.openai.azure.com", "", "copilot-azure-base-url"},
        Base{"https://x.openai.azure.com/openai/deployments/d/chat/completions?api-version=1",
             "https://x.openai.azure.com", "", "copilot-azure-base-url"},
        Base{"https://x.services.ai.azure.com/api/projects/p1/", "https://x.services.ai.azure.com", "/api/projects/p1",
             ""},
        Base{"https://gw.example/aoai/openai/v1", "https://gw.example", "/aoai", "copilot-azure-base-url"},
        Base{"https://gw.example/openaicompat", "https://gw.example", "", ""}}) {
    CAPTURE(row.given);
    const auto result = folder.resolve({}, copilot_azure(row.given));
    if (row.given.ends_with("openaicompat")) {
      CHECK(errors(result) == "azure-path-prefix");
      continue;
    }
    REQUIRE(result);
    CHECK(result->profile.base_url.str() == row.host);
    CHECK(result->profile.azure_path_prefix == row.prefix);
    CHECK(result->profile.azure_api_version == "v1");
    CHECK(warnings(result) == row.warning);
  }
  const auto dated = folder.resolve(
      {}, copilot_azure("https://x.openai.azure.com", {{"COPILOT_PROVIDER_AZURE_API_VERSION", "2024-10-21"}}));
  REQUIRE(dated);
  CHECK(dated->profile.azure_api_version == "2024-10-21");
}

TEST_CASE("With BYOK_BASE_URL every COPILOT_* is ignored, and says so in a note") {
  const ConfigFolder folder;
  Variables both = theirs({{"COPILOT_PROVIDER_API_KEY", "theirs"}, {"COPILOT_PROVIDER_TYPE", "anthropic"}});
  both.insert(both.end(), {{"BYOK_BASE_URL", "http://localhost:1/v1"}, {"BYOK_MODEL", "ours"}});
  const auto result = folder.resolve({}, both);
  REQUIRE(result);
  CHECK(result->profile.type == core::ProviderType::openai);
  CHECK(result->profile.model == "ours");
  CHECK(result->profile.credential.slot == core::Credential::Slot::none);
  CHECK(codes(result->notices, core::Severity::note) == "env-ignored env-ignored env-ignored env-ignored");
}

TEST_CASE("With only COPILOT_PROVIDER_BASE_URL every BYOK_* connection or credential variable is ignored") {
  const ConfigFolder folder;
  const auto result = folder.resolve({}, theirs({{"BYOK_API_KEY", "ours"},
                                                 {"BYOK_PROVIDER_TYPE", "azure"},
                                                 {"BYOK_MODEL", "ours"},
                                                 {"BYOK_HEADERS", "X: y"},
                                                 {"COPILOT_PROVIDER_API_KEY", "k"}}));
  REQUIRE(result);
  CHECK(result->profile.type == core::ProviderType::openai);
  CHECK(result->profile.model == "m");
  CHECK(result->profile.headers.empty());
  CHECK(result->profile.credential.where == "$COPILOT_PROVIDER_API_KEY");
  CHECK(codes(result->notices, core::Severity::note) == "env-ignored env-ignored env-ignored env-ignored");
}

TEST_CASE("What to write instead is said in the family's own variables") {
  const ConfigFolder folder;
  const auto hint = [&](const Variables& variables) {
    const auto result = folder.resolve({}, variables);
    return result ? std::string("no error") : result.error().error.message + " / " + result.error().error.hint;
  };
  CHECK(
      hint({{"BYOK_BASE_URL", "https://api.openai.com"}, {"BYOK_MODEL", "m"}, {"BYOK_API_KEY", "k"}}) ==
      "BYOK_BASE_URL lacks the path of api.openai.com's API / add /v1: write BYOK_BASE_URL=https://api.openai.com/v1");
  CHECK(hint({{"BYOK_BASE_URL", "https://api.openai.com/v1"}, {"BYOK_MODEL", "m"}}) ==
        "profile env has no credential for api.openai.com / set BYOK_API_KEY");
  CHECK(hint({{"COPILOT_PROVIDER_BASE_URL", "http://localhost/v1"},
              {"COPILOT_PROVIDER_TYPE", "ollama"},
              {"COPILOT_MODEL", "m"}})
            .find("write COPILOT_PROVIDER_TYPE=openai; known values: openai, azure, anthropic") != std::string::npos);
  CHECK(hint({{"BYOK_BASE_URL", "https://x.openai.azure.com"}, {"BYOK_API_KEY", "k"}, {"BYOK_MODEL", "m"}})
            .find("BYOK_PROVIDER_TYPE=azure") != std::string::npos);
  CHECK(hint({{"BYOK_BASE_URL", "http://gw.example/v1"}, {"BYOK_API_KEY", "k"}, {"BYOK_MODEL", "m"}})
            .find("BYOK_ALLOW_INSECURE_HTTP=1") != std::string::npos);
}

TEST_CASE("BYOK_ALLOW_INSECURE_HTTP permits plain http, and an empty variable counts as unset") {
  const ConfigFolder folder;
  const Variables plain = {{"BYOK_BASE_URL", "http://gw.example/v1"}, {"BYOK_API_KEY", "k"}, {"BYOK_MODEL", "m"}};
  for (const auto& [text, code] : {std::pair{"1", ""}, std::pair{"true", ""}, std::pair{"0", "insecure-http"},
                                   std::pair{"", "insecure-http"}, std::pair{" ", "insecure-http"}}) {
    CAPTURE(text);
    Variables variables = plain;
    variables.emplace_back("BYOK_ALLOW_INSECURE_HTTP", text);
    CHECK(errors(folder.resolve({}, variables)) == code);
  }
  CHECK(errors(folder.resolve({}, {{"BYOK_BASE_URL", "  "}})) == "profile-none");
}

TEST_CASE("The file's defaults lie under env") {
  const ConfigFolder folder;
  const auto result = folder.resolve("defaults: {retries: 9, model: d, wire_model: w}\n",
                                     {{"BYOK_BASE_URL", "http://localhost/v1"}, {"BYOK_MODEL", "m"}});
  REQUIRE(result);
  CHECK(result->profile.limits.retries == 9);
  CHECK(result->profile.wire_model == "m");
}
