// Tests of the whole way from file, environment and flags to a profile.
#include "config/config.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "unit/config/config_fixture.hpp"

using namespace byok;
using namespace byok::config;
using namespace byok::config::test;

namespace {

constexpr std::string_view kFile = R"(default_profile: foundry
defaults:
  retries: 5
  idle_timeout: 2m
profiles:
  foundry:
    type: openai
    base_url: https://my-resource.openai.azure.com/openai/v1/
    wire_api: responses
    api_key: ${env:FOUNDRY_API_KEY}
    model: gpt-5.2-codex
  azure:
    type: azure
    base_url: https://my-resource.openai.azure.com
    api_key: ${env:AZURE_OPENAI_KEY}
    azure:
      api_version: 2024-10-21
    model: gpt-4.1
    headers: {X-Team: blue, X-Trace: "${env:TRACE:-none}"}
  claude:
    type: anthropic
    baseUrl: https://api.anthropic.com/v1/messages
    apiKey: sk-ant-literal-key
    modelId: claude-sonnet-4-5
  local:
    base_url: http://localhost:11434/v1
    model: llama3.2
    temperature: 0.5
    stop: END
)";

const Variables kKeys = {{"FOUNDRY_API_KEY", "key-foundry"}, {"AZURE_OPENAI_KEY", "key-azure"}};

}  // namespace

TEST_CASE("The default profile of a file resolves with every value's origin") {
  const ConfigFolder folder;
  const auto result = folder.resolve(kFile, kKeys);
  REQUIRE(result);
  const core::Profile& profile = result->profile;
  CHECK(result->chosen_by == "default_profile");
  CHECK(profile.name == "foundry");
  CHECK(profile.type == core::ProviderType::openai);
  CHECK(profile.wire_api == core::WireApi::responses);
  CHECK(profile.base_url.str() == "https://my-resource.openai.azure.com/openai/v1/");
  CHECK(profile.model == "gpt-5.2-codex");
  CHECK(profile.wire_model == "gpt-5.2-codex");
  CHECK(profile.limits.retries == 5);
  CHECK(profile.limits.idle_timeout == std::chrono::minutes(2));
  CHECK(profile.limits.first_token_timeout == std::chrono::minutes(10));
  CHECK(profile.credential.slot == core::Credential::Slot::api_key);
  CHECK(profile.credential.source == core::Credential::Source::text);
  CHECK(profile.credential.where == "$FOUNDRY_API_KEY");
  CHECK(profile.credential.text == "${env:FOUNDRY_API_KEY}");
  CHECK(profile.credential.shell == "$FOUNDRY_API_KEY");
  CHECK(profile.origins.at("model") == "~/.config/byok/config.yaml:11:12");
  CHECK(profile.origins.at("retries") == "~/.config/byok/config.yaml:3:12");
  CHECK(profile.origins.at("timeout") == "default");
  CHECK(result->notices.empty());
}

TEST_CASE("An Azure profile keeps an unquoted date as it was written, and its headers in both kinds") {
  const ConfigFolder folder;
  const auto result = folder.resolve(kFile, {{"AZURE_OPENAI_KEY", "k"}, {"TRACE", "abc"}}, with_profile("azure"));
  REQUIRE(result);
  CHECK(result->chosen_by == "--profile");
  CHECK(result->profile.azure_api_version == "2024-10-21");
  CHECK(result->profile.wire_api == core::WireApi::completions);
  REQUIRE(result->profile.headers.size() == 2);
  CHECK(result->profile.headers[0].name == "X-Team");
  CHECK(result->profile.headers[0].value == "blue");
  CHECK_FALSE(result->profile.headers[0].is_secret);
  CHECK(result->profile.headers[1].value == "abc");
  CHECK(result->profile.headers[1].is_secret);
  CHECK(result->profile.headers[1].shell == "${TRACE:-none}");
}

TEST_CASE("camelCase keys serve, a literal key is only described, and its text is found by its place") {
  const ConfigFolder folder;
  folder.write(".config/byok/config.yaml", kFile);
  const Config config = Config::load(folder.environment({}), std::nullopt);
  const auto result = config.resolve(with_profile("claude"));
  REQUIRE(result);
  CHECK(result->profile.type == core::ProviderType::anthropic);
  CHECK(result->profile.wire_api == core::WireApi::messages);
  CHECK(result->profile.base_url.str() == "https://api.anthropic.com");
  CHECK(result->profile.model == "claude-sonnet-4-5");
  const core::Credential& credential = result->profile.credential;
  CHECK(credential.source == core::Credential::Source::literal);
  CHECK(credential.where == "~/.config/byok/config.yaml:23:13");
  CHECK(config.literal(credential.literal_place) == "sk-ant-literal-key");
  CHECK(config.literal("profiles.none.api_key").empty());
  CHECK(config.literal("").empty());
}

TEST_CASE("A literal key in a file that others can read is a warning") {
  const ConfigFolder folder;
  const std::filesystem::path file = folder.write(".config/byok/config.yaml", kFile);
  std::filesystem::permissions(file, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  const Config config = Config::load(folder.environment(kKeys), std::nullopt);
  CHECK(warnings(config.resolve(with_profile("claude"))) == "literal-readable");
  CHECK(warnings(config.resolve(with_profile("foundry"))).empty());
}

TEST_CASE("On loopback there is no first-token limit unless one is given") {
  const ConfigFolder folder;
  auto overrides = with_profile("local");
  auto result = folder.resolve(kFile, {}, overrides);
  REQUIRE(result);
  CHECK(result->profile.limits.first_token_timeout.count() == 0);
  CHECK(result->profile.credential.slot == core::Credential::Slot::none);
  CHECK(result->profile.sampling.temperature == 0.5);
  CHECK(result->profile.sampling.stop == std::vector<std::string>{"END"});
  overrides.first_token_timeout = std::chrono::seconds(7);
  result = folder.resolve({}, {}, overrides);
  REQUIRE(result);
  CHECK(result->profile.limits.first_token_timeout == std::chrono::seconds(7));
}

TEST_CASE("Flags are laid over the profile and are their own origin") {
  const ConfigFolder folder;
  auto overrides = with_profile("azure");
  overrides.model = "other";
  overrides.system = "be brief";
  overrides.sampling.temperature = 1.5;
  overrides.sampling.max_output_tokens = 99;
  overrides.retries = 0;
  overrides.timeout = std::chrono::seconds(3);
  overrides.headers = {{.name = "x-team", .value = "red"}};
  const auto result = folder.resolve(kFile, kKeys, overrides);
  REQUIRE(result);
  const core::Profile& profile = result->profile;
  CHECK(profile.model == "other");
  CHECK(profile.wire_model == "other");
  CHECK(profile.system == "be brief");
  CHECK(profile.sampling.temperature == 1.5);
  CHECK(profile.sampling.max_output_tokens == 99);
  CHECK(profile.limits.retries == 0);
  CHECK(profile.origins.at("model") == "--model");
  CHECK(profile.origins.at("temperature") == "--temperature");
  CHECK(profile.origins.at("retries") == "--retries");
  CHECK(profile.origins.at("headers.x-team") == "--header");
  REQUIRE(profile.headers.size() == 2);
  CHECK(profile.headers[1].value == "red");
}

TEST_CASE("A header that authenticates replaces the profile's credential") {
  const ConfigFolder folder;
  for (const char* name : {"Authorization", "api-key", "X-Api-Key"}) {
    CAPTURE(name);
    auto overrides = with_profile("azure");
    overrides.headers = {{.name = name, .value = "Bearer x", .is_secret = true}};
    const auto result = folder.resolve(kFile, kKeys, overrides);
    REQUIRE(result);
    CHECK(result->profile.credential.slot == core::Credential::Slot::none);
    CHECK(codes(result->notices, core::Severity::note) == "credential-replaced");
  }
}

TEST_CASE("A dry run accepts variables that are not set, but not an address that is unknown") {
  const ConfigFolder folder;
  CHECK(errors(folder.resolve(kFile, {}, with_profile("foundry"))) == "unset-variable");
  auto overrides = with_profile("foundry");
  overrides.allow_unset = true;
  CHECK(errors(folder.resolve(kFile, {}, overrides)).empty());
  overrides.profile = "a";
  const auto result = folder.resolve(
      "profiles:\n  a: {base_url: \"${env:NONE}\", model: m}\n  b: {base_url: \"http://localhost/v1\", model: m, "
      "headers: {X-A: \"${env:NONE}\"}}\n",
      {}, overrides);
  CHECK(errors(result) == "unusable-value");
  overrides.profile = "b";
  const auto header = folder.resolve({}, {}, overrides);
  REQUIRE(header);
  CHECK(header->profile.headers[0].value == "${env:NONE}");
}

TEST_CASE("An unset variable is an error that names the line") {
  const ConfigFolder folder;
  const auto result = folder.resolve(kFile, {});
  REQUIRE_FALSE(result);
  CHECK(result.error().error.kind == base::ErrorKind::config);
  CHECK(result.error().error.message ==
        "~/.config/byok/config.yaml:10:14: `api_key` needs the variable FOUNDRY_API_KEY, which is not set");
  CHECK(result.error().error.hint.find("export FOUNDRY_API_KEY") != std::string::npos);
  CHECK(result.error().error.code == "unset-variable");
}

TEST_CASE("Problems of the file are all listed in one run, at most twenty, and block every profile") {
  const ConfigFolder folder;
  std::string yaml =
      "defalts: {}\nprofiles:\n  a:\n    base_url: http://localhost/v1\n    model: m\n    temprature: 1\n";
  auto result = folder.resolve(yaml, {}, with_profile("demo"));
  REQUIRE_FALSE(result);
  CHECK(result.error().error.message ==
        "~/.config/byok/config.yaml:1:1: `defalts` is not a key that byok knows\n"
        "~/.config/byok/config.yaml:6:5: `profiles.a.temprature` is not a key that byok knows");
  CHECK(result.error().error.hint == "did you mean `defaults`?\ndid you mean `temperature`?");
  yaml = "profiles:\n  a:\n";
  for (int i = 0; i < 30; ++i) yaml += "    wrong_" + std::to_string(i) + ": 1\n";
  result = folder.resolve(yaml);
  REQUIRE_FALSE(result);
  CHECK(result.error().diagnoses.size() == 30);
  CHECK(result.error().error.message.ends_with("\nand 10 more"));
}

TEST_CASE("A file that was named and does not exist is an error; the usual one may be missing") {
  const ConfigFolder folder;
  CHECK(errors(folder.resolve({}, {}, with_profile("demo"))).empty());
  Overrides overrides = with_profile("demo");
  overrides.config_file = (folder.path() / "none.yaml").string();
  const Config config = Config::load(folder.environment({}), overrides.config_file);
  CHECK(errors(config.resolve(overrides)) == "config-missing");
  CHECK(config.user_file() == folder.path() / "none.yaml");
  CHECK(errors(folder.resolve({}, {{"BYOK_CONFIG", "/nowhere/byok.yaml"}}, with_profile("demo"))) == "config-missing");
}

TEST_CASE("--config comes before BYOK_CONFIG, that before XDG_CONFIG_HOME, and that before home") {
  const ConfigFolder folder;
  const auto file = [&](std::string_view where, std::string_view model) {
    return folder.write(where,
                        "profiles: {p: {base_url: \"http://localhost/v1\", model: " + std::string(model) + "}}\n");
  };
  const auto model_of = [&](const Variables& variables, std::optional<std::string> flag) {
    Overrides overrides;
    overrides.config_file = std::move(flag);
    const auto result = folder.resolve({}, variables, overrides);
    return result ? result->profile.model : errors(result);
  };
  const std::string by_flag = file("flag.yaml", "flag");
  const std::string by_variable = file("variable.yaml", "variable");
  file("xdg/byok/config.yaml", "xdg");
  file(".config/byok/config.yaml", "home");
  const std::string xdg = (folder.path() / "xdg").string();
  CHECK(model_of({}, std::nullopt) == "home");
  CHECK(model_of({{"XDG_CONFIG_HOME", xdg}}, std::nullopt) == "xdg");
  CHECK(model_of({{"XDG_CONFIG_HOME", "relative"}}, std::nullopt) == "home");
  CHECK(model_of({{"XDG_CONFIG_HOME", xdg}, {"BYOK_CONFIG", by_variable}}, std::nullopt) == "variable");
  CHECK(model_of({{"XDG_CONFIG_HOME", xdg}, {"BYOK_CONFIG", by_variable}}, by_flag) == "flag");
}

TEST_CASE("The list holds every profile once, marks the active one and judges each") {
  const ConfigFolder folder;
  folder.write(".config/byok/config.yaml",
               "default_profile: b\nprofiles:\n  a: {base_url: nonsense, model: m}\n"
               "  b: {base_url: \"http://localhost:1/v1\", model: m}\n  openai: {extends: openai, model: gpt}\n");
  const Config config =
      Config::load(folder.environment({{"COPILOT_PROVIDER_BASE_URL", "http://127.0.0.1:2/v1"}}), std::nullopt);
  std::string names;
  for (const ProfileSummary& summary : config.list()) {
    names += summary.name + (summary.is_builtin ? "(builtin)" : "") + (summary.is_active ? "*" : "") + " ";
    if (summary.name == "a") CHECK(codes(summary.problems, core::Severity::error) == "base-url-invalid");
    if (summary.name == "b") CHECK(summary.problems.empty());
    if (summary.name == "b") CHECK(summary.host == "localhost");
    if (summary.name == "env") CHECK(codes(summary.problems, core::Severity::error) == "model-missing");
    if (summary.name == "openai") CHECK(codes(summary.problems, core::Severity::error) == "credential-missing");
    if (summary.name == "demo") CHECK(summary.model == "demo");
  }
  CHECK(names ==
        "a b* openai env anthropic(builtin) azure(builtin) foundry(builtin) ollama(builtin) foundry-local(builtin) "
        "demo(builtin) ");
}

TEST_CASE("A file with commands is refused when others can write it, one without is not") {
  const ConfigFolder folder;
  const auto result_of = [&](std::string_view yaml) {
    const std::filesystem::path file = folder.write(".config/byok/config.yaml", yaml);
    std::filesystem::permissions(file, std::filesystem::perms::group_write, std::filesystem::perm_options::add);
    return errors(Config::load(folder.environment({}), std::nullopt).resolve(with_profile("demo")));
  };
  CHECK(result_of("profiles: {p: {base_url: \"http://h/v1\", api_key: {command: [x]}}}") == "config-owner");
  CHECK(result_of("profiles: {p: {base_url: \"http://h/v1\", api_key: \"${file:k}\"}}") == "config-owner");
  CHECK(result_of("profiles: {p: {base_url: \"http://h/v1\", api_key: abc}}").empty());
}

TEST_CASE("A key file's relative path starts at the configuration file, also in the shell's words") {
  const ConfigFolder folder;
  const auto result = folder.resolve(
      "profiles: {p: {base_url: \"http://localhost/v1\", model: m, api_key: "
      "\"${file:keys/p}\", tls: {ca_file: ca.pem, client_cert: /abs/c.pem}}}");
  REQUIRE(result);
  const std::string directory = (folder.path() / ".config/byok").string();
  CHECK(result->profile.credential.text == "${file:" + directory + "/keys/p}");
  CHECK(result->profile.credential.shell == "$(cat " + directory + "/keys/p)");
  CHECK(result->profile.network.ca_file == directory + "/ca.pem");
  CHECK(result->profile.network.client_cert == "/abs/c.pem");
}

TEST_CASE("A command is described with all its settings and run by nobody") {
  const ConfigFolder folder;
  const auto result = folder.resolve(
      "profiles:\n  p:\n    base_url: http://localhost/v1\n    model: m\n    bearer_token:\n"
      "      command: [az, 'get token']\n      ttl: 45m\n      timeout: 5s\n      cache: true\n");
  REQUIRE(result);
  const core::Credential& credential = result->profile.credential;
  CHECK(credential.slot == core::Credential::Slot::bearer_token);
  CHECK(credential.source == core::Credential::Source::command);
  CHECK(credential.command == std::vector<std::string>{"az", "get token"});
  CHECK(credential.ttl == std::chrono::minutes(45));
  CHECK(credential.timeout == std::chrono::seconds(5));
  CHECK(credential.cache);
  CHECK(credential.where == "command az");
  CHECK(credential.shell == "$(az 'get token')");
}

TEST_CASE("The demo profile needs nothing and says that its address is a placeholder") {
  const ConfigFolder folder;
  const auto result = folder.resolve({}, {}, with_profile("demo"));
  REQUIRE(result);
  CHECK(result->profile.is_demo);
  CHECK(result->profile.model == "demo");
  CHECK(result->profile.base_url.str() == "http://127.0.0.1:9/v1");
  const auto own = folder.resolve("profiles: {demo: {base_url: \"http://127.0.0.1:9/v1\", model: m}}");
  REQUIRE(own);
  CHECK_FALSE(own->profile.is_demo);
}

TEST_CASE("A model list is read with either spelling of its fields, and plain names serve as ids") {
  const ConfigFolder folder;
  const auto result = folder.resolve(R"(profiles:
  p:
    base_url: http://localhost/v1
    model: a
    models:
      - b
      - id: a
        name: The A
        capabilities:
          supports: {vision: true, reasoningEffort: false}
          limits: {max_context_window_tokens: 1000, maxPromptTokens: 900, max_output_tokens: 100}
)");
  REQUIRE(result);
  const auto& models = result->profile.models;
  REQUIRE(models.size() == 2);
  CHECK(models[0].id == "b");
  CHECK_FALSE(models[0].vision.has_value());
  CHECK(models[1].name == "The A");
  CHECK(models[1].vision == true);
  CHECK(models[1].reasoning_effort == false);
  CHECK(models[1].max_context_window_tokens == 1000);
  CHECK(models[1].max_prompt_tokens == 900);
  CHECK(models[1].max_output_tokens == 100);
}

TEST_CASE("A body is kept as JSON with the types that YAML's core schema gives") {
  const ConfigFolder folder;
  const auto result = folder.resolve(
      "profiles: {p: {base_url: \"http://localhost/v1\", model: m, body: {a: 1, b: \"1\", c: [true, null, on], d: {e: "
      "0.5}, f: 2024-10-21}}}");
  REQUIRE(result);
  CHECK(result->profile.body == R"({"a":1,"b":"1","c":[true,null,"on"],"d":{"e":0.5},"f":"2024-10-21"})");
}

TEST_CASE("Each profile of the example file resolves once its keys are set") {
  const std::filesystem::path file = std::filesystem::path(BYOK_SOURCE_DIR) / "config.example.yaml";
  const ConfigFolder folder;
  const Config config = Config::load(folder.environment({{"OPENAI_API_KEY", "k1"},
                                                         {"AZURE_OPENAI_API_KEY", "k2"},
                                                         {"FOUNDRY_API_KEY", "k3"},
                                                         {"ANTHROPIC_API_KEY", "k4"},
                                                         {"LITELLM_API_KEY", "k5"}}),
                                     file.string());
  CHECK(config.file_problems().empty());
  std::size_t of_file = 0;
  for (const ProfileSummary& summary : config.list()) {
    if (summary.is_builtin) continue;
    ++of_file;
    CAPTURE(summary.name);
    for (const core::Diagnosis& problem : summary.problems) MESSAGE(problem.summary);
    CHECK(summary.problems.empty());
    CHECK_FALSE(summary.model.empty());
    CHECK(config.resolve(with_profile(summary.name)));
  }
  CHECK(of_file == 10);
}

TEST_CASE("What is kept of conversations is said at the top level, for all or in a profile") {
  const ConfigFolder folder;
  constexpr std::string_view kProfile = "base_url: http://localhost:1/v1, model: m";
  const auto resolve = [&](const std::string& top, const std::string& own) {
    const auto result = folder.resolve(top + "profiles: {p: {" + std::string(kProfile) + own + "}}\n");
    REQUIRE(result);
    return result->profile;
  };
  const core::Profile plain = resolve("", "");
  CHECK(plain.save == core::Save::terminal);
  CHECK(plain.usage_log);
  CHECK(plain.retention.count() == 0);
  const core::Profile general = resolve("save: always\nusage_log: false\nretention: 90d\n", "");
  CHECK(general.save == core::Save::always);
  CHECK_FALSE(general.usage_log);
  CHECK(general.retention == std::chrono::hours(24 * 90));
  CHECK(general.origins.at("save").ends_with("config.yaml:1:7"));
  const core::Profile own = resolve("save: always\nretention: 90d\n", ", save: never, retention: 1h");
  CHECK(own.save == core::Save::never);
  CHECK(own.retention == std::chrono::hours(1));
  CHECK(resolve("save: Never\n", "").save == core::Save::never);
  CHECK(resolve("save: ALWAYS\n", "").save == core::Save::always);
}
