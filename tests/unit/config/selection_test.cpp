// Tests of which profile is used, what it inherits, and what does not travel.
#include <unistd.h>

#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "unit/config/config_fixture.hpp"

using namespace byok;
using namespace byok::config;
using namespace byok::config::test;

namespace {

constexpr std::string_view kTwo = R"(profiles:
  a: {base_url: "http://localhost:1/v1", model: ma}
  b: {base_url: "http://localhost:2/v1", model: mb}
)";
const std::string kTwoWithDefault = "default_profile: b\n" + std::string(kTwo);

std::string name_of(const std::expected<Resolved, Failure>& result) {
  return result ? result->profile.name + " by " + result->chosen_by : errors(result);
}

// One value of profile `p` of a file.
template <class Read>
std::string value(std::string_view yaml, const Variables& variables, Read read, std::string name = "p") {
  const ConfigFolder folder;
  const auto result = folder.resolve(yaml, variables, with_profile(std::move(name)));
  return result ? std::string(read(result->profile)) : "error: " + errors(result);
}
const auto kCredential = [](const core::Profile& profile) { return profile.credential.where; };
const auto kModel = [](const core::Profile& profile) { return profile.model + "/" + profile.wire_model; };

}  // namespace

TEST_CASE("The profile is chosen in the order of the contract") {
  const ConfigFolder folder;
  const Variables byok = {{"BYOK_BASE_URL", "http://localhost:3/v1"}, {"BYOK_MODEL", "m"}};
  const Variables copilot = {{"COPILOT_PROVIDER_BASE_URL", "http://localhost:4/v1"}, {"COPILOT_MODEL", "m"}};
  const auto with = [](Variables variables, const std::string& name, const std::string& text) {
    variables.emplace_back(name, text);
    return variables;
  };
  CHECK(name_of(folder.resolve(kTwoWithDefault, with(byok, "BYOK_PROFILE", "b"), with_profile("a"))) ==
        "a by --profile");
  CHECK(name_of(folder.resolve(kTwoWithDefault, with(byok, "BYOK_PROFILE", "a"))) == "a by $BYOK_PROFILE");
  CHECK(name_of(folder.resolve(kTwoWithDefault, byok)) == "env by $BYOK_BASE_URL");
  CHECK(name_of(folder.resolve(kTwoWithDefault, copilot)) == "b by default_profile");
  CHECK(name_of(folder.resolve(kTwo, copilot)) == "env by $COPILOT_PROVIDER_BASE_URL");
  CHECK(name_of(folder.resolve("profiles: {a: {base_url: \"http://localhost/v1\", model: m}}")) ==
        "a by the only profile");
  CHECK(name_of(folder.resolve(kTwo)) == "profile-none");
}

TEST_CASE("With nothing chosen the error lists what exists, with the command for each") {
  const ConfigFolder folder;
  auto result = folder.resolve({}, {{"OPENAI_API_KEY", "sk-x"}, {"OLLAMA_HOST", "h"}});
  REQUIRE_FALSE(result);
  CHECK(result.error().error.message == "no profile is configured");
  CHECK(result.error().error.hint.find("OPENAI_API_KEY is set: byok ask -p openai -m MODEL …") != std::string::npos);
  CHECK(result.error().error.hint.find("OLLAMA_HOST is set: byok ask -p ollama") != std::string::npos);
  CHECK(result.error().error.hint.find("anthropic") == std::string::npos);
  CHECK(result.error().error.hint.find("byok ask -p demo") != std::string::npos);
  CHECK(result.error().error.hint.find("sk-x") == std::string::npos);
  result = folder.resolve(kTwo);
  REQUIRE_FALSE(result);
  CHECK(result.error().error.hint.find("b: byok ask -p b …") != std::string::npos);
}

TEST_CASE("A profile that does not exist is an error that suggests one and lists all") {
  const ConfigFolder folder;
  const auto result = folder.resolve("profiles: {foundry-a: {base_url: \"http://localhost/v1\", model: m}}", {},
                                     with_profile("fondry-a"));
  REQUIRE_FALSE(result);
  CHECK(result.error().error.message == "--profile: there is no profile named fondry-a");
  CHECK(result.error().error.hint.starts_with("did you mean foundry-a? profiles: foundry-a, openai, anthropic"));
  CHECK(errors(folder.resolve({}, {{"BYOK_PROFILE", "x"}})) == "profile-unknown");
  CHECK(errors(folder.resolve(kTwo, {}, with_profile("env"))) == "profile-unknown");
  CHECK(errors(folder.resolve("default_profile: none\n")) == "profile-unknown");
  CHECK(errors(folder.resolve("profiles: {env: {base_url: \"http://localhost/v1\"}}")) == "profile-name");
}

TEST_CASE("Values come from the nearest of profile, parents and defaults") {
  const std::string yaml = R"(defaults: {retries: 1, timeout: 1, temperature: 0.1, model: from-defaults}
profiles:
  top: {base_url: "http://localhost/v1", retries: 2, timeout: 2, stop: [x, y], body: {a: {b: 1, c: 1}, d: [1]},
        headers: {X-One: top, X-Two: top}}
  mid: {extends: top, retries: 3, body: {a: {c: 2}}}
  p: {extends: mid, stop: [z], headers: {x-two: own}, body: {d: [2]}}
)";
  const ConfigFolder folder;
  const auto result = folder.resolve(yaml, {}, with_profile("p"));
  REQUIRE(result);
  const core::Profile& profile = result->profile;
  CHECK(profile.limits.retries == 3);
  CHECK(profile.limits.timeout == std::chrono::seconds(2));
  CHECK(profile.sampling.temperature == 0.1);
  CHECK(profile.model == "from-defaults");
  CHECK(profile.sampling.stop == std::vector<std::string>{"z"});
  CHECK(profile.body == R"({"d":[2],"a":{"c":2,"b":1}})");
  REQUIRE(profile.headers.size() == 2);
  CHECK(profile.headers[0].value == "top");
  CHECK(profile.headers[1].name == "x-two");
  CHECK(profile.headers[1].value == "own");
  CHECK(profile.origins.at("retries") == "~/.config/byok/config.yaml:5:32");
}

TEST_CASE("BYOK_MODEL serves profiles that name no model, before the defaults, and drops an inherited wire_model") {
  const std::string parent = "defaults: {model: d, wire_model: dw}\nprofiles:\n  q: {base_url: \"http://localhost/v1\"";
  const Variables set = {{"BYOK_MODEL", "var"}};
  CHECK(value(parent + "}\n  p: {extends: q}", set, kModel) == "var/var");
  CHECK(value(parent + "}\n  p: {extends: q}", {}, kModel) == "d/dw");
  CHECK(value(parent + ", model: m, wire_model: w}\n  p: {extends: q}", set, kModel) == "m/w");
  CHECK(value(parent + ", model: m, wire_model: w}\n  p: {extends: q, model: n}", set, kModel) == "n/n");
  CHECK(value(parent + ", model: m, wire_model: w}\n  p: {extends: q, model: n, wire_model: x}", {}, kModel) == "n/x");
  CHECK(value(parent + ", model: m}\n  p: {extends: q, wire_model: x}", {}, kModel) == "m/x");
  CHECK(value({}, set, kModel, "demo") == "demo/demo");
  const ConfigFolder folder;
  Overrides overrides = with_profile("q");
  overrides.model = "flag";
  const auto result = folder.resolve(parent + ", model: m, wire_model: w}", set, overrides);
  REQUIRE(result);
  CHECK(kModel(result->profile) == "flag/flag");
}

TEST_CASE("Credentials are one slot: a profile that sets either inherits neither, and auth: none drops both") {
  const std::string parent =
      "profiles:\n  q: {base_url: \"http://localhost/v1\", model: m, api_key: \"${env:Q_KEY}\", bearer_token: "
      "\"${env:Q_TOKEN}\"}\n  p: {extends: q";
  const Variables all = {{"Q_KEY", "1"}, {"Q_TOKEN", "2"}, {"P_KEY", "3"}};
  CHECK(value(parent + "}", all, kCredential) == "$Q_TOKEN");
  CHECK(value(parent + ", api_key: \"${env:P_KEY}\"}", all, kCredential) == "$P_KEY");
  CHECK(value(parent + ", auth: none}", all, kCredential).empty());
  CHECK(value(parent + ", auth: none, api_key: x}", all, kCredential) == "error: config-auth");
  CHECK(value("profiles:\n  r: {base_url: \"http://localhost/v1\", model: m, auth: none}\n  p: {extends: r, api_key: "
              "\"${env:P_KEY}\"}",
              all, kCredential) == "$P_KEY");
}

TEST_CASE("Another scheme, host or port inherits no credential, headers, body or client certificate") {
  const std::string parent = R"(profiles:
  q: {base_url: "https://one.example/v1", model: m, api_key: "${env:KEY}", headers: {X-A: a}, body: {a: 1},
      tls: {client_cert: c, client_key: k, ca_file: ca}, temperature: 1}
  p: {extends: q, base_url: )";
  const auto all = [](const core::Profile& profile) {
    return profile.credential.where + "|" + std::to_string(profile.headers.size()) + "|" + profile.body + "|" +
           (profile.network.client_cert.empty() ? "" : "cert") + (profile.network.client_key.empty() ? "" : "key") +
           (profile.network.ca_file.empty() ? "" : "ca") + "|" + (profile.sampling.temperature ? "t" : "");
  };
  const Variables set = {{"KEY", "1"}, {"URL", "https://one.example:443/x"}};
  const std::string kept = "$KEY|1|{\"a\":1}|certkeyca|t";
  const std::string dropped = "|0||ca|t";
  CHECK(value(parent + "\"https://one.example/v2\"}", set, all) == kept);
  CHECK(value(parent + "\"https://ONE.example:443/v2\"}", set, all) == kept);
  CHECK(value(parent + "\"${env:URL}\"}", set, all) == kept);
  CHECK(value(parent + "\"https://two.example/v1\"}", set, all) == dropped);
  CHECK(value(parent + "\"https://one.example:8443/v1\"}", set, all) == dropped);
  CHECK(value(parent + "\"http://one.example/v1\"}", set, all) == dropped);
  CHECK(value(parent + "\"https://one.example.evil.example/v1\"}", set, all) == dropped);
  CHECK(value(parent + "\"${env:NONE}\"}", set, all) == "error: unusable-value");
}

TEST_CASE("A built-in's key does not follow to another host, but serves a file's profile of the same host") {
  const Variables set = {{"OPENAI_API_KEY", "k"}};
  CHECK(value("profiles: {p: {extends: openai, model: m}}", set, kCredential) == "$OPENAI_API_KEY");
  CHECK(value("profiles: {p: {extends: openai, model: m, base_url: \"https://other.example/v1\"}}", set, kCredential)
            .empty());
  CHECK(value("profiles: {openai: {extends: openai, model: gpt}}", set, kModel, "openai") == "gpt/gpt");
  CHECK(
      value("profiles: {openai: {base_url: \"http://localhost/v1\", model: own}}", set, kCredential, "openai").empty());
  CHECK(value({}, {{"OPENAI_API_KEY", "k"}, {"OPENAI_BASE_URL", "https://proxy.example/v1"}, {"BYOK_MODEL", "m"}},
              kCredential, "openai") == "$OPENAI_API_KEY");
}

TEST_CASE("A parent that does not exist and a circle of parents are errors with a place") {
  const ConfigFolder folder;
  auto result = folder.resolve("profiles: {p: {extends: opnai, base_url: \"http://localhost/v1\", model: m}}");
  REQUIRE_FALSE(result);
  CHECK(errors(result) == "extends-unknown");
  CHECK(result.error().error.message ==
        "~/.config/byok/config.yaml:1:25: profile p extends opnai, which does not exist");
  CHECK(result.error().error.hint.starts_with("did you mean openai?"));
  result = folder.resolve("profiles: {a: {extends: b}, b: {extends: c}, c: {extends: a}, d: {extends: a}}");
  CHECK(errors(result) == "config-cycle");
  CHECK(result.error().error.message.find("a -> b -> c -> a") != std::string::npos);
  CHECK(errors(folder.resolve("profiles: {p: {extends: p, base_url: \"http://localhost/v1\", model: m}}")) ==
        "extends-unknown");
}

TEST_CASE("A system file lies under the user's when root owns it") {
  const ConfigFolder folder;
  folder.write("sys/byok/config.yaml",
               "default_profile: corp\ndefaults: {retries: 4, timeout: 4}\nprofiles:\n"
               "  corp: {base_url: \"https://corp.example/v1\", model: c, api_key: sk-system-key}\n");
  const Variables variables = {
      {"XDG_CONFIG_DIRS", (folder.path() / "empty").string() + ":" + (folder.path() / "sys").string()}};
  const bool is_root = geteuid() == 0;
  auto result = folder.resolve("defaults: {retries: 1}\n", variables);
  if (!is_root) {
    CHECK(errors(result) == "profile-none");
    return;
  }
  REQUIRE(result);
  CHECK(name_of(result) == "corp by default_profile");
  CHECK(result->profile.limits.retries == 1);
  CHECK(result->profile.limits.timeout == std::chrono::seconds(4));
  const Config config = Config::load(folder.environment(variables), std::nullopt);
  CHECK(config.literal(result->profile.credential.literal_place) == "sk-system-key");
  CHECK(config.system_file() == folder.path() / "sys/byok/config.yaml");
  result = folder.resolve("profiles: {corp: {extends: corp, model: own}}\n", variables);
  REQUIRE(result);
  CHECK(result->profile.model == "own");
  CHECK(result->profile.credential.where.find("sys/byok/config.yaml") != std::string::npos);
}
