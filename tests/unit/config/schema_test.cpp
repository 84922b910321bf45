// Tests of the check of a whole file: unknown keys, spellings, types, defaults, cycles.
#include "config/schema.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "config/values.hpp"

using namespace byok;
using namespace byok::config;

namespace {

std::vector<core::Diagnosis> check(std::string_view yaml) { return check_file(parse_yaml(yaml, "c.yaml"), "c.yaml"); }

// "code where" of the only problem, or how many there are.
std::string only(std::string_view yaml) {
  const auto problems = check(yaml);
  if (problems.size() != 1) return std::to_string(problems.size()) + " problems";
  return problems[0].code + " " + problems[0].where;
}
std::string remedy(std::string_view yaml) {
  const auto problems = check(yaml);
  return problems.empty() ? "" : problems[0].remedy;
}

}  // namespace

TEST_CASE("A file that uses every key once has no problems") {
  const auto problems = check(R"(default_profile: a
show_reasoning: true
local_only: lan
save: terminal
usage_log: false
retention: 90d
x-anchors: &common {temperature: 1}
defaults: {retries: 1, tls: {ca_file: x}, azure: {api_version: v1}}
profiles:
  a:
    <<: *common
    type: openai
    base_url: https://h/v1
    api_key: {command: [a, b], ttl: 45m, timeout: 30s, cache: true}
    bearer_token: x
    wire_api: completions
    azure: {api_version: 2024-10-21, path_prefix: /aoai}
    model: m
    wire_model: w
    models: [x, {id: a, name: b, capabilities: {supports: {vision: true}}, policy: {state: enabled}, billing: {}}]
    extends: b
    system: s
    top_p: 0.5
    max_output_tokens: 1
    max_prompt_tokens: 1
    stop: [a]
    seed: 1
    reasoning_effort: low
    store: true
    headers: {X-A: b}
    body: {anything: {goes: [here]}}
    retries: 1
    retry_max_wait: 1m
    connect_timeout: 1
    first_token_timeout: 1
    idle_timeout: 1
    timeout: 1
    proxy: http://p:1
    no_proxy: [a]
    proxy_auth: basic
    tls: {ca_file: a, ca_only: true, client_cert: b, client_key: c}
    allow_insecure_http: false
    local_only: false
    show_reasoning: false
    save: never
    usage_log: true
    retention: 1d
    transport: http
  b: {baseUrl: https://h, apiKey: a, wireApi: responses, azure: {apiVersion: v1}, modelId: m, wireModel: w,
      maxPromptTokens: 1, maxOutputTokens: 1}
  c: {bearerToken: x}
  d:
)");
  for (const core::Diagnosis& problem : problems) MESSAGE(problem.where << " " << problem.summary);
  CHECK(problems.empty());
}

TEST_CASE("Sections whose entries are all commented out are empty, not wrong") {
  CHECK(check("profiles:\ndefaults:\n").empty());
  CHECK(check("profiles:\n  a:\n    headers:\n    azure:\n    tls:\n    body:\n").empty());
  CHECK(check("").empty());
}

TEST_CASE("Unknown keys are found at every level, with the word that was meant") {
  CHECK(only("profils: {}\n") == "config-unknown-key c.yaml:1:1");
  CHECK(remedy("profils: {}\n") == "did you mean `profiles`?");
  CHECK(remedy("profiles: {a: {temprature: 1}}") == "did you mean `temperature`?");
  CHECK(remedy("profiles: {a: {topP: 1}}") == "did you mean `top_p`?");
  CHECK(remedy("profiles: {a: {base-url: x}}") == "did you mean `base_url`?");
  CHECK(remedy("profiles: {a: {tls: {ca_fil: x}}}") == "did you mean `ca_file`?");
  CHECK(remedy("profiles: {a: {azure: {api_versio: x}}}") == "did you mean `api_version`?");
  CHECK(remedy("profiles: {a: {api_key: {command: [a], tll: 1}}}") == "did you mean `ttl`?");
  CHECK(remedy("profiles: {a: {models: [{ident: a}]}}").find("remove it") == 0);
  CHECK(remedy("defaults: {retrys: 1}") == "did you mean `retries`?");
  CHECK(remedy("model: m") == "`model` belongs to a profile: write it under `profiles:`, `NAME:`");
  CHECK(remedy("profiles: {a: {api_version: v1}}").find("azure: {api_version:") != std::string::npos);
  CHECK(remedy("profiles: {a: {azure.api_version: v1}}").find("azure: {api_version:") != std::string::npos);
  CHECK(remedy("profiles: {a: {max_tokens: 1}}") == "write `max_output_tokens`");
  CHECK(remedy("profiles: {a: {bearerTokenProvider: x}}").find("bearer_token.command") != std::string::npos);
  CHECK(only("profiles: {a: {x-free: 1}}") == "config-unknown-key c.yaml:1:16");
}

TEST_CASE("One key in both spellings is given twice") {
  CHECK(only("profiles: {a: {base_url: x, baseUrl: y}}") == "config-both-spellings c.yaml:1:29");
  CHECK(only("profiles: {a: {model: x, modelId: y}}") == "config-both-spellings c.yaml:1:26");
  CHECK(only("profiles: {a: {azure: {api_version: v1, apiVersion: v1}}}") == "config-both-spellings c.yaml:1:41");
  CHECK(only("profiles: {a: {headers: {X-A: a, x-a: b}}}") == "config-both-spellings c.yaml:1:34");
}

TEST_CASE("Wrong types are found with the place of the value") {
  for (const auto& [yaml, where] : {
           std::pair{"profiles: [a]", "c.yaml:1:11"},
           std::pair{"text", "c.yaml:1:1"},
           std::pair{"profiles: {a: text}", "c.yaml:1:15"},
           std::pair{"default_profile: [a]", "c.yaml:1:18"},
           std::pair{"profiles: {a: {temperature: hot}}", "c.yaml:1:29"},
           std::pair{"profiles: {a: {max_output_tokens: \"12\"}}", "c.yaml:1:35"},
           std::pair{"profiles: {a: {model: no}}", "c.yaml:1:23"},
           std::pair{"profiles: {a: {model: }}", "c.yaml:1:16"},
           std::pair{"profiles:\n  a:\n    model:\n    system: x\n", "c.yaml:3:5"},
           std::pair{"profiles: {a: {headers: [a]}}", "c.yaml:1:25"},
           std::pair{"profiles: {a: {headers: {A: on}}}", "c.yaml:1:29"},
           std::pair{"profiles: {a: {body: text}}", "c.yaml:1:22"},
           std::pair{"profiles: {a: {models: text}}", "c.yaml:1:24"},
           std::pair{"profiles: {a: {models: [[a]]}}", "c.yaml:1:25"},
           std::pair{"profiles: {a: {api_key: [a]}}", "c.yaml:1:25"},
           std::pair{"profiles: {a: {api_key: {command: az login}}}", "c.yaml:1:35"},
           std::pair{"profiles: {a: {api_key: {ttl: 1}}}", "c.yaml:1:25"},
           std::pair{"profiles: {a: {retries: 2m}}", "c.yaml:1:25"},
           std::pair{"profiles: {a: {timeout: soon}}", "c.yaml:1:25"},
           std::pair{"profiles: {a: {save: yes}}", "c.yaml:1:22"},
       }) {
    CAPTURE(yaml);
    CHECK(only(yaml) == std::string("config-type ") + where);
    CHECK_FALSE(remedy(yaml).empty());
  }
}

TEST_CASE("Defaults hold neither addresses nor credentials nor headers") {
  for (const char* key : {"base_url: x", "baseUrl: x", "api_key: x", "bearer_token: x", "headers: {}", "extends: a"}) {
    CAPTURE(key);
    CHECK(only("defaults: {" + std::string(key) + "}") == "config-defaults c.yaml:1:12");
  }
  CHECK(only("defaults: {auth: none}") == "config-defaults c.yaml:1:12");
}

TEST_CASE("auth knows one value, and stands beside no credential") {
  CHECK(check("profiles: {a: {auth: none}}").empty());
  CHECK(only("profiles: {a: {auth: basic}}") == "config-auth c.yaml:1:22");
  CHECK(only("profiles: {a: {auth: none, apiKey: x}}") == "config-auth c.yaml:1:22");
}

TEST_CASE("Each circle of extends is reported once, and a chain into one is none of its own") {
  CHECK(only("profiles: {a: {extends: b}, b: {extends: a}, c: {extends: a}}") == "config-cycle c.yaml:1:42");
  CHECK(check("profiles: {a: {extends: b}, b: {extends: a}, c: {extends: d}, d: {extends: c}}").size() == 2);
  CHECK(check("profiles: {openai: {extends: openai}, b: {extends: openai}}").empty());
}

TEST_CASE("Problems of several kinds come in one run, those of the syntax first") {
  const auto problems = check("a: 1\na: 2\nprofiles: {p: {temprature: 1, model: [x]}}\n");
  std::string codes;
  for (const core::Diagnosis& problem : problems) codes += problem.code + " ";
  CHECK(codes == "yaml-duplicate-key config-unknown-key config-unknown-key config-type ");
}

TEST_CASE("A value from a variable is checked by its key's type") {
  CHECK_FALSE(check_value("max_output_tokens", plain_node("12"), "$V"));
  REQUIRE(check_value("max_output_tokens", plain_node("x"), "$V"));
  CHECK(check_value("max_output_tokens", plain_node("x"), "$V")->where == "$V");
  CHECK_FALSE(check_value("model", text_node("no"), "$V"));
  CHECK_FALSE(check_value("api_key", text_node("no"), "$V"));
  CHECK_FALSE(check_value("nonsense", text_node("no"), "$V"));
  CHECK(canonical_key("apiVersion") == "api_version");
  CHECK(canonical_key("modelId") == "model");
  CHECK(canonical_key("whatever") == "whatever");
}
