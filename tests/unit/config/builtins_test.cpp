// Tests of the built-in profiles and of what the environment makes of them.
#include "config/builtins.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "unit/config/config_fixture.hpp"

using namespace byok;
using namespace byok::config;
using namespace byok::config::test;

namespace {

// "type wire_api base_url credential", or the errors' codes.
std::string describe(const std::string& name, const Variables& variables) {
  const ConfigFolder folder;
  Overrides overrides = with_profile(name);
  overrides.model = "m";
  const auto result = folder.resolve({}, variables, overrides);
  if (!result) return errors(result);
  const core::Profile& profile = result->profile;
  return std::string(to_string(profile.type)) + " " + std::string(to_string(profile.wire_api)) + " " +
         profile.base_url.str() + " " + profile.credential.where;
}

}  // namespace

TEST_CASE("Each built-in profile works from its variables alone") {
  CHECK(describe("openai", {{"OPENAI_API_KEY", "k"}}) ==
        "openai completions https://api.openai.com/v1 $OPENAI_API_KEY");
  CHECK(describe("openai", {{"OPENAI_API_KEY", "k"}, {"OPENAI_BASE_URL", "https://gw.example/v1"}}) ==
        "openai completions https://gw.example/v1 $OPENAI_API_KEY");
  CHECK(describe("anthropic", {{"ANTHROPIC_API_KEY", "k"}}) ==
        "anthropic messages https://api.anthropic.com $ANTHROPIC_API_KEY");
  CHECK(describe("anthropic", {{"ANTHROPIC_API_KEY", "k"}, {"ANTHROPIC_AUTH_TOKEN", "t"}}) ==
        "anthropic messages https://api.anthropic.com $ANTHROPIC_AUTH_TOKEN");
  CHECK(describe("azure", {{"AZURE_OPENAI_ENDPOINT", "https://x.openai.azure.com/"}, {"AZURE_OPENAI_KEY", "k"}}) ==
        "azure completions https://x.openai.azure.com $AZURE_OPENAI_KEY");
  CHECK(describe("azure", {{"AZURE_OPENAI_ENDPOINT", "https://x.openai.azure.com/"},
                           {"AZURE_OPENAI_KEY", "k"},
                           {"AZURE_OPENAI_API_KEY", "k"}}) ==
        "azure completions https://x.openai.azure.com $AZURE_OPENAI_API_KEY");
  CHECK(
      describe("foundry", {{"FOUNDRY_MODEL_URL", "https://x.openai.azure.com/openai/v1/"}, {"FOUNDRY_API_KEY", "k"}}) ==
      "openai responses https://x.openai.azure.com/openai/v1/ $FOUNDRY_API_KEY");
  CHECK(describe("ollama", {}) == "openai completions http://localhost:11434/v1 ");
  CHECK(describe("demo", {}) == "openai completions http://127.0.0.1:9/v1 ");
}

TEST_CASE("Without its variables a built-in says which ones to set") {
  const ConfigFolder folder;
  const auto hint = [&](const std::string& name, const Variables& variables) {
    Overrides overrides = with_profile(name);
    overrides.model = "m";
    const auto result = folder.resolve({}, variables, overrides);
    return result ? std::string("none") : result.error().error.hint;
  };
  CHECK(hint("openai", {}) == "set OPENAI_API_KEY");
  CHECK(hint("anthropic", {}) == "set ANTHROPIC_API_KEY");
  CHECK(hint("azure", {}).find("AZURE_OPENAI_ENDPOINT") != std::string::npos);
  CHECK(
      hint("azure", {{"AZURE_OPENAI_ENDPOINT", "https://x.openai.azure.com"}})
          .starts_with("set AZURE_OPENAI_API_KEY; or sign in with Microsoft Entra ID:\nbearer_token:\n  command: [az"));
  CHECK(hint("foundry", {}).find("FOUNDRY_MODEL_URL") != std::string::npos);
  CHECK(hint("foundry", {{"FOUNDRY_MODEL_URL", "https://x.openai.azure.com/openai/v1"}})
            .starts_with("set FOUNDRY_API_KEY"));
  CHECK(hint("foundry-local", {}).find("foundry server status") != std::string::npos);
}

TEST_CASE("Foundry Local is used where it was found, also by what extends it, and nowhere else") {
  const ConfigFolder folder;
  const std::string_view yaml =
      "profiles:\n  mine: {extends: foundry-local, model: phi-4-mini}\n"
      "  fixed: {extends: foundry-local, model: m, base_url: \"http://localhost:<PORT>/v1\"}\n";
  for (const char* name : {"foundry-local", "mine"}) {
    Overrides overrides = with_profile(name);
    overrides.model = "m";
    CHECK(errors(folder.resolve(yaml, {}, overrides)) == kFoundryPortUnknown);
    overrides.foundry_origin = "http://127.0.0.1:5273";
    const auto result = folder.resolve(yaml, {}, overrides);
    REQUIRE(result);
    CHECK(result->profile.base_url.str() == "http://127.0.0.1:5273/v1");
    CHECK(result->profile.origins.at("base_url") == "Foundry Local");
    CHECK(result->profile.limits.first_token_timeout.count() == 0);
  }
  Overrides overrides = with_profile("fixed");
  overrides.foundry_origin = "http://127.0.0.1:5273";
  CHECK(errors(folder.resolve(yaml, {}, overrides)) == "base-url-placeholder");
}

TEST_CASE("A port that is found when it is needed is no problem in the list of profiles") {
  const ConfigFolder folder;
  folder.write(".config/byok/config.yaml", "profiles: {mine: {extends: foundry-local, model: phi-4-mini}}");
  const Config config = Config::load(folder.environment({}), std::nullopt);
  for (const ProfileSummary& summary : config.list()) {
    if (summary.name == "mine" || summary.name == "foundry-local") CHECK(summary.problems.empty());
  }
}

TEST_CASE("The built-in azure takes its version from OPENAI_API_VERSION") {
  const ConfigFolder folder;
  Overrides overrides = with_profile("azure");
  overrides.model = "m";
  const auto result = folder.resolve({},
                                     {{"AZURE_OPENAI_ENDPOINT", "https://x.openai.azure.com"},
                                      {"AZURE_OPENAI_API_KEY", "k"},
                                      {"OPENAI_API_VERSION", "2025-01-01-preview"}},
                                     overrides);
  REQUIRE(result);
  CHECK(result->profile.azure_api_version == "2025-01-01-preview");
  CHECK(result->profile.origins.at("azure.api_version") == "$OPENAI_API_VERSION");
}

TEST_CASE("OLLAMA_HOST is read as Ollama reads it") {
  for (const auto& [value, expected] : {
           std::pair{"0.0.0.0", "http://0.0.0.0:11434/v1"},
           std::pair{"127.0.0.1:11500", "http://127.0.0.1:11500/v1"},
           std::pair{":11500", "http://127.0.0.1:11500/v1"},
           std::pair{"box", "http://box:11434/v1"},
           std::pair{"http://box:8080", "http://box:8080/v1"},
           std::pair{"http://box", "http://box/v1"},
           std::pair{"https://ollama.com", "https://ollama.com/v1"},
           std::pair{"HTTPS://box/path/", "https://box/path/v1"},
           std::pair{"http://box:1/v1", "http://box:1/v1"},
           std::pair{"::1", "http://[::1]:11434/v1"},
           std::pair{"[::1]:99", "http://[::1]:99/v1"},
       }) {
    CAPTURE(value);
    CHECK(base_url_from_ollama_host(value) == expected);
  }
  CHECK(describe("ollama", {{"OLLAMA_HOST", "0.0.0.0"}}) == "openai completions http://127.0.0.1:11434/v1 ");
}

TEST_CASE("Names are unique, and each is found by its name") {
  for (const Builtin& builtin : builtins()) {
    CAPTURE(builtin.name);
    CHECK(find_builtin(builtin.name) == &builtin);
    CHECK((!builtin.base_url.empty() || !builtin.missing_base_url.empty()));
  }
  CHECK(find_builtin("none") == nullptr);
}
