// Tests of the validation rules, each by profiles that keep it and profiles that breach it.
#include "config/rules.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "unit/config/config_fixture.hpp"

using namespace byok;
using namespace byok::config;
using namespace byok::config::test;

namespace {

struct Row {
  std::string profile;   // the lines of profile p, in flow style
  std::string errors;    // codes
  std::string remedy;    // a part of the hint or of a warning's remedy
  std::string warnings;  // codes
};

std::string all_remedies(const std::expected<Resolved, Failure>& result) {
  std::string out;
  for (const core::Diagnosis& diagnosis : result ? result->notices : result.error().diagnoses) {
    out += diagnosis.remedy + "\n";
  }
  return out;
}

// Every row is resolved as profile p with a key that is set, and each of its diagnoses is complete.
void check_rows(std::initializer_list<Row> rows) {
  const ConfigFolder folder;
  for (const Row& row : rows) {
    CAPTURE(row.profile);
    const auto result = folder.resolve("profiles: {p: {" + row.profile + "}}", {{"KEY", "secret-value"}});
    CHECK(errors(result) == row.errors);
    CHECK(warnings(result) == row.warnings);
    CAPTURE(all_remedies(result));
    CHECK(all_remedies(result).find(row.remedy) != std::string::npos);
    for (const core::Diagnosis& diagnosis : result ? result->notices : result.error().diagnoses) {
      CHECK_FALSE(diagnosis.summary.empty());
      CHECK_FALSE(diagnosis.code.empty());
      if (diagnosis.severity != core::Severity::note) CHECK_FALSE(diagnosis.remedy.empty());
      CHECK(diagnosis.summary.find("secret-value") == std::string::npos);
    }
  }
}

std::string local(const std::string& more) { return "base_url: \"http://localhost:1/v1\", model: m" + more; }
std::string azure(const std::string& url, const std::string& more = "") {
  return "type: azure, base_url: \"" + url + "\", api_key: \"${env:KEY}\", model: m" + more;
}
std::string openai(const std::string& url) { return "base_url: \"" + url + "\", api_key: \"${env:KEY}\", model: m"; }

// The base URL that the profile ends with.
std::string base_url_of(const std::string& profile) {
  const ConfigFolder folder;
  const auto result = folder.resolve("profiles: {p: {" + profile + "}}", {{"KEY", "secret-value"}});
  return result ? result->profile.base_url.str() : errors(result);
}

}  // namespace

TEST_CASE("Rule 1: a model is named, and models that are known are offered") {
  check_rows({
      {local(""), "", "", ""},
      {"base_url: \"http://localhost/v1\"", "model-missing", "--model ID, or set BYOK_MODEL", ""},
      {"base_url: \"http://localhost/v1\", wire_model: w", "model-missing", "", ""},
      {"base_url: \"http://localhost/v1\", models: [a, b]", "model-missing", "models known: a, b", ""},
      {"type: azure, base_url: \"https://x.openai.azure.com\", api_key: \"${env:KEY}\"", "model-missing",
       "the deployment's name", ""},
  });
  const ConfigFolder folder;
  const auto result = folder.resolve("profiles: {p: {base_url: \"http://localhost/v1\"}}");
  REQUIRE_FALSE(result);
  CHECK(result.error().error.message == "~/.config/byok/config.yaml:1:12: `model` is required with a custom provider");
  Overrides overrides;
  overrides.needs_model = false;
  CHECK(folder.resolve({}, {}, overrides));
}

TEST_CASE("Rule 2: the base URL is absolute, http or https, and has no placeholder left in it") {
  check_rows({
      {"model: m", "base-url-missing", "write the provider's address as `base_url`", ""},
      {"base_url: \"localhost:11434/v1\", model: m", "base-url-invalid", "http://localhost:11434/v1", ""},
      {"base_url: api.openai.com/v1, model: m", "base-url-invalid", "https://api.openai.com/v1", ""},
      {"base_url: \"ftp://h/v1\", model: m", "base-url-invalid", "", ""},
      {"base_url: \"https://user:pass@h/v1\", model: m", "base-url-invalid", "", ""},
      {"base_url: \"https://h/v1#part\", model: m", "base-url-invalid", "", ""},
      {"base_url: \"http://localhost:<PORT>/v1\", model: m", "base-url-placeholder", "foundry server status", ""},
      {"base_url: \"https://your-resource.openai.azure.com/openai/v1/\", model: m", "base-url-placeholder",
       "your own resource's name", ""},
      {"base_url: \"https://YOUR-RESOURCE-NAME.openai.azure.com\", type: azure, model: m", "base-url-placeholder", "",
       ""},
      {"base_url: \"https://{resource}.openai.azure.com\", model: m", "base-url-placeholder", "", ""},
      {openai("https://www7.your-server.de/v1"), "", "", ""},
      {"base_url: \"${env:NONE}\", model: m", "unusable-value", "export NONE", ""},
      {"base_url: \"${env:NONE:-http://localhost/v1}\", model: m", "", "", ""},
  });
  CHECK(find_placeholder("http://127.0.0.1:<PORT>/v1") == "<PORT>");
  CHECK(find_placeholder("https://your-resource-name.openai.azure.com") == "your-resource-name");
  CHECK(find_placeholder("https://my-resource.openai.azure.com").empty());
}

TEST_CASE("Rule 3: unknown words get the list of known ones, and synonyms the word that is meant") {
  check_rows({
      {local(", type: ollama"), "unknown-value", "write type: openai", ""},
      {local(", type: azure-openai"), "unknown-value", "write type: azure", ""},
      {local(", type: claude"), "unknown-value", "write type: anthropic", ""},
      {local(", type: OpenAI"), "unknown-value", "write type: openai", ""},
      {local(", type: foobarbaz"), "unknown-value", "known values: openai, azure, anthropic", ""},
      {local(", wire_api: chat"), "unknown-value", "write wire_api: completions", ""},
      {local(", wireApi: response"), "unknown-value", "write wire_api: responses", ""},
      {local(", wire_api: responses"), "", "", ""},
      {local(", reasoning_effort: hgh"), "unknown-value", "write reasoning_effort: high", ""},
      {local(", reasoning_effort: xhigh"), "", "", ""},
      {local(", proxy_auth: kerberos"), "unknown-value", "any, basic, negotiate, ntlm", ""},
      {local(", transport: websockets"), "", "transport: http", "transport"},
      {local(", transport: http"), "", "", ""},
      {local(", transport: udp"), "unknown-value", "", ""},
      {"type: anthropic, base_url: \"http://localhost\", model: m, wire_api: responses", "", "remove it",
       "wire-api-unused"},
  });
}

TEST_CASE("Rule 4: an Azure base URL is just the host, and every pasted form says what to write") {
  check_rows({
      {azure("https://x.openai.azure.com"), "", "", ""},
      {azure("https://x.openai.azure.com/"), "", "", ""},
      {azure("https://x.openai.azure.com/openai/v1"), "azure-base-url-path",
       "write type: openai with base_url: https://x.openai.azure.com/openai/v1/", ""},
      {azure("https://x.openai.azure.com/openai/v1/"), "azure-base-url-path",
       "or drop the path: base_url: https://x.openai.azure.com", ""},
      {azure("https://x.openai.azure.com/openai"), "azure-base-url-path", "write base_url: https://x.openai.azure.com",
       ""},
      {azure("https://x.openai.azure.com/openai/v1/chat/completions"), "azure-base-url-path", "type: openai", ""},
      {azure("https://x.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21"),
       "azure-base-url-path",
       "write base_url: https://x.openai.azure.com, model: gpt-4o, azure: {api_version: \"2024-10-21\"}", ""},
      {azure("https://gw.example/aoai/openai/deployments/d/chat/completions"), "azure-base-url-path",
       "model: d, azure: {path_prefix: /aoai}", ""},
      {azure("https://gw.example/aoai"), "azure-base-url-path", "{path_prefix: /aoai}", ""},
      {azure("https://x.openai.azure.com?api-version=2024-10-21"), "azure-base-url-path", "api_version: \"2024-10-21\"",
       ""},
      {azure("https://gw.example", ", azure: {path_prefix: aoai/}"), "", "", ""},
      {azure("https://gw.example", ", azure: {path_prefix: /a/openai}"), "azure-path-prefix", "such as /aoai", ""},
      {azure("https://gw.example", ", azure: {path_prefix: \"/a?b\"}"), "azure-path-prefix", "", ""},
  });
  CHECK(base_url_of(azure("https://x.openai.azure.com/")) == "https://x.openai.azure.com");
}

TEST_CASE("Rule 5: an Azure host needs /openai/v1 with type openai") {
  check_rows({
      {openai("https://x.openai.azure.com/openai/v1/"), "", "", ""},
      {openai("https://x.services.ai.azure.com/openai/v1"), "", "", ""},
      {openai("https://x.openai.azure.com"), "azure-host-without-v1", "https://x.openai.azure.com/openai/v1/", ""},
      {openai("https://x.openai.azure.com/openai"), "azure-host-without-v1", "type: azure", ""},
      {openai("https://x.openai.azure.us/openai/v10"), "azure-host-without-v1", "", ""},
      {openai("https://x.services.ai.azure.com/api/projects/p"), "azure-host-without-v1",
       "https://x.services.ai.azure.com/openai/v1/", ""},
      {openai("https://x.cognitiveservices.azure.com/openai/deployments/d"), "azure-host-without-v1", "model: d", ""},
      {openai("https://x.services.ai.azure.com/anthropic"), "azure-host-without-v1", "type: anthropic", ""},
      {openai("https://x.azure-api.net/PTU"), "", "", ""},
  });
}

TEST_CASE("Rule 6: an endpoint at the end of the base URL is dropped with a warning") {
  for (const char* end : {"/chat/completions", "/responses", "/models", "/chat/completions/"}) {
    CAPTURE(end);
    check_rows({{openai("https://h.example/v1" + std::string(end)), "", "write base_url: https://h.example/v1",
                 "base-url-endpoint"}});
    CHECK(base_url_of(openai("https://h.example/v1" + std::string(end))) == "https://h.example/v1");
  }
  CHECK(base_url_of(openai("https://h.example/v1/responses?a=b")) == "https://h.example/v1?a=b");
  CHECK(base_url_of(openai("https://h.example/my-models")) == "https://h.example/my-models");
}

TEST_CASE("Rule 7: a known public host without its path is told the path") {
  check_rows({
      {openai("https://api.openai.com"), "base-url-without-path", "https://api.openai.com/v1", ""},
      {openai("https://api.openai.com/"), "base-url-without-path", "", ""},
      {openai("https://openrouter.ai"), "base-url-without-path", "https://openrouter.ai/api/v1", ""},
      {openai("https://api.openai.com/chat/completions"), "base-url-without-path", "", "base-url-endpoint"},
      {openai("https://api.openai.com/v1"), "", "", ""},
      {openai("https://gateway.example"), "", "", ""},
  });
}

TEST_CASE("Rule 8: every way to write an Anthropic base ends as what stands before /v1/messages") {
  struct Base {
    std::string given, expected;
  };
  for (const Base& row :
       {Base{"https://api.anthropic.com", "https://api.anthropic.com"},
        Base{"https://api.anthropic.com/", "https://api.anthropic.com"},
        Base{"https://api.anthropic.com/v1", "https://api.anthropic.com"},
        Base{"https://api.anthropic.com/v1/", "https://api.anthropic.com"},
        Base{"https://api.anthropic.com/v1/messages", "https://api.anthropic.com"},
        Base{"https://x.services.ai.azure.com/anthropic", "https://x.services.ai.azure.com/anthropic"},
        Base{"https://x.services.ai.azure.com/anthropic/v1/messages/", "https://x.services.ai.azure.com/anthropic"},
        Base{"https://gw.example/a/v1?k=v", "https://gw.example/a?k=v"}}) {
    CAPTURE(row.given);
    CHECK(base_url_of("type: anthropic, model: m, api_key: \"${env:KEY}\", base_url: \"" + row.given + "\"") ==
          row.expected);
  }
}

TEST_CASE("Rule 9: an api-version is well-formed, and a dated one is new enough for responses") {
  const std::string host = "https://x.openai.azure.com";
  check_rows({
      {azure(host, ", azure: {api_version: 2024-10-21}"), "", "", ""},
      {azure(host, ", azure: {apiVersion: \"2024-10-01-preview\"}"), "", "", ""},
      {azure(host, ", azure: {api_version: v1}"), "", "", ""},
      {azure(host, ", azure: {api_version: latest}"), "azure-api-version", "\"2024-10-21\"", ""},
      {azure(host, ", azure: {api_version: 2024-13-01}"), "azure-api-version", "", ""},
      {azure(host, ", azure: {api_version: 2024-10-21-beta}"), "azure-api-version", "", ""},
      {azure(host, ", wire_api: responses, azure: {api_version: 2024-10-21}"), "azure-api-version", "api_version: v1",
       ""},
      {azure(host, ", wire_api: responses, azure: {api_version: 2025-02-01-preview}"), "azure-api-version", "", ""},
      {azure(host, ", wire_api: responses, azure: {api_version: 2025-03-01-preview}"), "", "", ""},
      {azure(host, ", wire_api: responses, azure: {api_version: 2025-04-01}"), "", "", ""},
      {azure(host, ", wire_api: responses, azure: {api_version: preview}"), "", "", ""},
      {azure(host, ", wire_api: responses"), "", "", ""},
  });
  const ConfigFolder folder;
  const auto version = [&](const std::string& more) {
    const auto result = folder.resolve("profiles: {p: {" + azure(host, more) + "}}", {{"KEY", "k"}});
    return result ? result->profile.azure_api_version : errors(result);
  };
  CHECK(version("") == "2024-10-21");
  CHECK(version(", wire_api: responses") == "v1");
}

TEST_CASE("Rule 10: azure keys serve only Azure; from the defaults they are no breach") {
  check_rows({
      {local(", azure: {api_version: v1}"), "azure-keys", "type: azure", ""},
      {local(", azure: {path_prefix: /a}"), "azure-keys", "", ""},
      {local(", azure: {}"), "", "", ""},
  });
  const ConfigFolder folder;
  const auto result = folder.resolve("defaults: {azure: {api_version: v1}}\nprofiles: {p: {" + local("") + "}}");
  REQUIRE(result);
  CHECK_FALSE(result->profile.origins.contains("azure.api_version"));
}

TEST_CASE("Rules 11 and 12: a literal credential is whole, without white space or placeholder") {
  check_rows({
      {local(", bearer_token: Bearer"), "credential-value", "", ""},
      {local(", bearer_token: \"Bearer \""), "credential-value", "", ""},
      {local(", bearer_token: \"\""), "credential-value", "", ""},
      {local(", api_key: \"a b\""), "credential-value", "", ""},
      {local(", api_key: \"a\\tb\""), "credential-value", "", ""},
      {local(", api_key: sk-..."), "credential-value", "", ""},
      {local(", api_key: <key>"), "credential-value", "", ""},
      {local(", api_key: YOUR_KEY"), "credential-value", "", ""},
      {local(", api_key: sk-real-12345"), "", "", ""},
      {local(", api_key: \"  sk-real-12345 \""), "", "", ""},
  });
}

TEST_CASE("Rule 13: no credential over plain http to another machine, unless it is permitted") {
  check_rows({
      {openai("http://10.0.0.5:8000/v1"), "insecure-http", "allow_insecure_http: true", ""},
      {openai("http://gw.example/v1") + ", allow_insecure_http: true", "", "", ""},
      {openai("http://127.0.0.1:8000/v1"), "", "", ""},
      {openai("http://127.0.0.1:8000/v1") + ", proxy: \"http://proxy.example:3128\"", "", "", ""},
      {openai("https://gw.example/v1") + ", proxy: \"http://proxy.example:3128\"", "", "", ""},
      {openai("http://gw.example/v1") + ", proxy: \"http://proxy.example:3128\"", "insecure-http", "https://", ""},
      {"base_url: \"http://gw.example/v1\", model: m, auth: none", "", "", ""},
      {"base_url: \"http://gw.example/v1\", model: m, headers: {X-Api-Key: \"${env:KEY}\"}", "insecure-http", "", ""},
      {"base_url: \"http://gw.example/v1\", model: m, auth: none, headers: {X-Title: t}", "", "", ""},
  });
}

TEST_CASE("Rule 14: of both credentials the bearer token is used alone, which is a note") {
  const ConfigFolder folder;
  const auto result =
      folder.resolve("profiles: {p: {" + local(", api_key: sk-one-11111, bearer_token: tok-two-22222") + "}}");
  REQUIRE(result);
  CHECK(result->profile.credential.slot == core::Credential::Slot::bearer_token);
  CHECK(codes(result->notices, core::Severity::note) == "both-credentials");
}

TEST_CASE("Rule 15: without a credential the well-known hosts are an error, others a warning, loopback nothing") {
  const auto bare = [](const std::string& url, const std::string& more = "") {
    return "base_url: \"" + url + "\", model: m" + more;
  };
  check_rows({
      {bare("https://api.openai.com/v1"), "credential-missing", "OPENAI_API_KEY", ""},
      {bare("https://api.anthropic.com", ", type: anthropic"), "credential-missing", "ANTHROPIC_API_KEY", ""},
      {bare("https://x.openai.azure.com", ", type: azure"), "credential-missing",
       "command: [az, account, get-access-token, --scope, \"https://cognitiveservices.azure.com/.default\", -o, json]",
       ""},
      {bare("https://x.openai.azure.us/openai/v1"), "credential-missing", "https://cognitiveservices.azure.us/.default",
       ""},
      {bare("https://gw.example/v1"), "", "auth: none", "credential-missing"},
      {bare("http://192.168.1.5/v1"), "", "", "credential-missing"},
      {bare("https://gw.example/v1", ", auth: none"), "", "", ""},
      {bare("https://gw.example/v1", ", headers: {Ocp-Apim-Subscription-Key: abc}"), "", "", ""},
      {bare("https://api.openai.com/v1", ", headers: {Authorization: Bearer abc}"), "", "", ""},
      {bare("http://localhost:1/v1"), "", "", ""},
      {bare("http://[::1]:1/v1"), "", "", ""},
  });
}

TEST_CASE("Rule 16: numbers are in range, models have ids and no duplicates") {
  check_rows({
      {local(", temperature: 2"), "", "", ""},
      {local(", temperature: 2.1"), "out-of-range", "between 0 and 2", ""},
      {local(", temperature: -0.1"), "out-of-range", "", ""},
      {local(", top_p: 1.5"), "out-of-range", "between 0 and 1", ""},
      {local(", max_output_tokens: 0"), "out-of-range", "greater than 0", ""},
      {local(", maxPromptTokens: -5"), "out-of-range", "greater than 0", ""},
      {local(", retries: -1"), "out-of-range", "", ""},
      {local(", retries: 99999999999"), "out-of-range", "", ""},
      {local(", timeout: -1s"), "out-of-range", "0 or more", ""},
      {local(", connect_timeout: 0"), "", "", ""},
      {local(", models: [a, {name: x}]"), "models-entry", "- id: MODEL", ""},
      {local(", models: [a, b, a]"), "models-entry", "keep one", ""},
      {local(", temperature: 9, top_p: 9"), "out-of-range out-of-range", "", ""},
  });
  const ConfigFolder folder;
  Overrides overrides;
  overrides.sampling.temperature = 7;
  const auto result = folder.resolve("profiles: {p: {" + local("") + "}}", {}, overrides);
  REQUIRE_FALSE(result);
  CHECK(result.error().error.message == "--temperature must be between 0 and 2");
}

TEST_CASE("Rule 17: profile names are of letters, digits, dots, underscores and hyphens") {
  const ConfigFolder folder;
  for (const auto& [name, code] : {std::pair{"a.b_c-9", ""}, std::pair{"a b", "profile-name"},
                                   std::pair{"a/b", "profile-name"}, std::pair{"caf\xc3\xa9", "profile-name"}}) {
    CAPTURE(name);
    CHECK(errors(folder.resolve("profiles: {\"" + std::string(name) + "\": {" + local("") + "}}")) == code);
  }
}

TEST_CASE("Headers are tokens with values on one line, and what frames the request is byok's own") {
  check_rows({
      {local(", headers: {\"X A\": b}"), "header-name", "", ""},
      {local(", headers: {\"\": b}"), "header-name", "", ""},
      {local(", headers: {X-A: \"a\\nb\"}"), "header-value", "one line", ""},
      {local(", headers: {X-A: \"a\\0b\"}"), "header-value", "one line", ""},
      {local(", headers: {Host: h}"), "header-name", "remove it", ""},
      {local(", headers: {content-length: \"1\"}"), "header-name", "", ""},
      {local(", headers: {HTTP-Referer: \"https://x\", X-Title: t}"), "", "", ""},
  });
}

TEST_CASE("A private key needs its certificate, and ca_only a CA file") {
  check_rows({
      {local(", tls: {ca_only: true}"), "tls", "ca_file: PATH", ""},
      {local(", tls: {ca_only: true, ca_file: /a}"), "", "", ""},
      {local(", tls: {client_key: /a}"), "tls", "write both", ""},
      {local(", tls: {client_cert: /a}"), "", "", ""},
  });
}

TEST_CASE("local_only refuses every host but loopback, lan private addresses in digits besides") {
  const auto at = [](const std::string& url, const std::string& value, const std::string& model = "m") {
    return "base_url: \"" + url + "\", model: \"" + model + "\", auth: none, local_only: " + value;
  };
  check_rows({
      {at("http://localhost:1/v1", "true"), "", "", ""},
      {at("https://gw.example/v1", "true"), "local-only", "local_only: lan", ""},
      {at("http://192.168.1.5/v1", "true"), "local-only", "", ""},
      {at("http://192.168.1.5/v1", "lan"), "", "", ""},
      {at("https://gw.example/v1", "lan"), "local-only", "in digits", ""},
      {at("https://gw.example/v1", "false"), "", "", ""},
      {at("http://localhost:1/v1", "true", "gpt-oss:120b-cloud"), "local-only", "ollama list", ""},
      {at("http://localhost:1/v1", "true", "glm-4.6:cloud"), "local-only", "", ""},
      {at("http://localhost:1/v1", "false", "gpt-oss:120b-cloud"), "", "", ""},
      {at("http://192.168.1.5/v1", "lan") + ", proxy: \"http://proxy.example:1\"", "local-only", "no_proxy", ""},
  });
  const ConfigFolder folder;
  const std::string yaml = "profiles: {p: {" + at("https://gw.example/v1", "false") + "}}";
  CHECK(errors(folder.resolve(yaml, {{"BYOK_LOCAL_ONLY", "1"}})) == "local-only");
  CHECK(errors(folder.resolve(yaml, {{"BYOK_LOCAL_ONLY", "0"}})).empty());
  CHECK(errors(folder.resolve("local_only: true\nprofiles: {p: {base_url: \"https://gw.example/v1\", model: m, auth: "
                              "none}}")) == "local-only");
}

TEST_CASE("An api-version is a date with an optional -preview, or a word for the versionless route") {
  for (const char* good : {"2024-10-21", "2025-04-01-preview", "v1", "preview"}) CHECK(is_api_version(good));
  for (const char* bad : {"", "2024", "2024-10-21 ", "2024-1-21", "2024-10-32", "2024-00-10", "v2",
                          "2024-10-21-Preview", "20241-0-21", "2024/10/21"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_api_version(bad));
  }
}
