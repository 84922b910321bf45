// Broken files, profiles and credentials: the true cause first, and the remedy mends it.
#include <sys/stat.h>

#include <chrono>
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "integration/doctor_run.hpp"

using namespace byok::test;
namespace base = byok::base;

namespace {

constexpr std::string_view kServer = "    base_url: http://127.0.0.1:{port}/v1\n";
constexpr std::string_view kWhole = "    base_url: http://127.0.0.1:{port}/v1\n    model: m\n";

std::string whole(std::string_view more) { return fmt::format("{}{}", kWhole, more); }

Broken rule(std::string name, std::string profile, std::string remedy) {
  return {.name = std::move(name), .profile = std::move(profile), .check = "rules", .remedy = std::move(remedy)};
}
// Of a host that is not there to be asked.
Broken offline(std::string name, std::string profile, std::string remedy) {
  Broken row = rule(std::move(name), std::move(profile), std::move(remedy));
  row.words = {"--offline"};
  return row;
}
Broken key(std::string name, std::string profile, std::string remedy, int exit_code = 3) {
  Broken row = rule(std::move(name), whole(profile), std::move(remedy));
  row.check = "credential";
  row.exit_code = exit_code;
  return row;
}
Broken by_hand(Broken row) {
  row.applies = false;
  return row;
}

std::string encode(std::string_view json) {
  std::string text = base::base64_encode(json);
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// A token with these claims; its last part is known to the hunt for secrets.
std::string jwt(std::string_view audience, std::int64_t ends, std::int64_t issued) {
  return fmt::format(
      "{}.{}.c2lnbmF0dXJlLXBhcnQ", encode(R"({"alg":"none"})"),
      encode(fmt::format(R"({{"aud":"{}","tid":"tenant-1","exp":{},"iat":{}}})", audience, ends, issued)));
}

// An executable on the sandbox's PATH.
void program(Sandbox& sandbox, const std::string& name, std::string_view script) {
  const auto path = sandbox.write(sandbox.root() / "bin" / name, fmt::format("#!/bin/sh\n{}\n", script));
  ::chmod(path.c_str(), 0700);
  if (!sandbox.environment["PATH"].starts_with(sandbox.root().string())) {
    sandbox.environment["PATH"] = fmt::format("{}:{}", (sandbox.root() / "bin").string(), sandbox.environment["PATH"]);
  }
}

}  // namespace

TEST_SUITE_BEGIN("doctor");

TEST_CASE("troubleshooting: no model") {
  prove(rule("the server's own is named", std::string(kServer), "model: m"));
  Broken several = rule("the first of several", std::string(kServer), "model: a");
  several.provider.models = {"a", "b"};
  prove(several);
}

TEST_CASE("troubleshooting: azure host with type: openai") {
  prove(offline("a bare host",
                "    base_url: https://my.openai.azure.com\n    model: d\n    api_key: " + std::string(kGoodKey) + "\n",
                "base_url: https://my.openai.azure.com/openai/v1/"));
}

TEST_CASE("troubleshooting: azure with /openai/v1") {
  prove(offline("the path of the other type",
                "    type: azure\n    base_url: https://my.openai.azure.com/openai/v1/\n    model: d\n    api_key: " +
                    std::string(kGoodKey) + "\n",
                "type: openai with base_url: https://my.openai.azure.com/openai/v1/"));
}

TEST_CASE("a file that cannot be used") {
  const auto file = [](std::string name, std::string text, std::string remedy) {
    return Broken{.name = std::move(name),
                  .profile = {},
                  .check = "config",
                  .remedy = std::move(remedy),
                  .applies = false,
                  .file = std::move(text)};
  };
  const std::vector<Broken> rows = {
      file("not closed", "profiles:\n  p:\n    base_url: \"http://127.0.0.1/v1\n", ""),
      file("a key twice", "profiles:\n  p:\n    model: a\n    model: b\n", ""),
      file("an unknown key", "profiles:\n  p:\n    modle: a\n", "model"),
      file("a wrong type", "profiles:\n  p:\n    retries: many\n", ""),
      file("two documents", "profiles: {}\n---\nprofiles: {}\n", ""),
      file("a cycle", "profiles:\n  p:\n    extends: q\n  q:\n    extends: p\n", ""),
      file("a list of profiles", "profiles:\n  - p\n", ""),
  };
  for (const Broken& row : rows) prove(row);
}

TEST_CASE("a file that is named and not there") {
  Sandbox sandbox;
  const Verdict verdict = examine(sandbox, {"--config", "none.yaml"});
  CHECK(verdict.check == "config");
  CHECK(verdict.remediation.contains("--config"));
  CHECK(verdict.result.exit_code == 3);
}

TEST_CASE("a file with a command that others can write: the command of the remedy mends it") {
  const RawServer server(always(answer_as({})));
  Sandbox sandbox;
  configure(sandbox, with_port(whole("    bearer_token: {command: [echo, tok-0123456789abcdef]}\n"), server.port()));
  ::chmod(sandbox.config_file().c_str(), 0666);
  const Verdict verdict = examine(sandbox);
  CHECK(verdict.check == "config");
  CHECK(verdict.result.exit_code == 3);
  const std::size_t at = verdict.remediation.find("chmod");
  REQUIRE(at != std::string::npos);
  CHECK(sandbox.run_shell(verdict.remediation.substr(at)).exit_code == 0);
  CHECK(examine(sandbox).result.exit_code == 0);
}

TEST_CASE("a profile against the rules") {
  const std::string azure = "    type: azure\n    base_url: https://my.openai.azure.com\n    model: d\n    api_key: " +
                            std::string(kGoodKey) + "\n";
  const std::vector<Broken> rows = {
      rule("a type by another name", whole("    type: ollama\n"), "type: openai"),
      rule("a wire API by another name", whole("    wire_api: chat\n"), "wire_api: completions"),
      by_hand(rule("no scheme", "    base_url: 127.0.0.1:{port}/v1\n    model: m\n", "http://127.0.0.1:{port}/v1")),
      by_hand(
          rule("user and password", "    base_url: http://u:proxy-pass-word@127.0.0.1:{port}/v1\n    model: m\n", "")),
      by_hand(offline("a placeholder",
                      "    base_url: https://your-resource.openai.azure.com/openai/v1/\n    model: m\n", "portal")),
      by_hand(rule("a temperature of 3", whole("    temperature: 3\n"), "between 0 and 2")),
      by_hand(rule("an unset variable in base_url", "    base_url: ${env:NOWHERE}\n    model: m\n", "")),
      by_hand(rule("a parent that is not there", whole("    extends: nobody\n"), "")),
      by_hand(
          offline("local_only", "    base_url: https://llm.example/v1\n    model: m\n    local_only: true\n", "-p")),
      by_hand(rule("a bad api key name", whole("    headers: {\"a b\": c}\n"), "letters")),
      by_hand(rule("ca_only alone", whole("    tls: {ca_only: true}\n"), "ca_file")),
      offline("a public host without its path",
              "    base_url: https://api.openai.com\n    model: m\n    api_key: " + std::string(kGoodKey) + "\n",
              "base_url: https://api.openai.com/v1"),
      offline("an api-version that is none", azure + "    azure: {api_version: latest}\n",
              "azure: {api_version: \"2024-10-21\"}"),
      offline("an api-version without responses",
              azure + "    wire_api: responses\n    azure: {api_version: \"2024-10-21\"}\n",
              "azure: {api_version: v1}"),
      offline(
          "a pasted deployment URL",
          "    type: azure\n    base_url: "
          "https://my.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21\n    api_key: " +
              std::string(kGoodKey) + "\n    model: x\n",
          "base_url: https://my.openai.azure.com, model: d"),
      offline("a gateway's path",
              "    type: azure\n    base_url: https://gate.example/aoai\n    model: d\n    api_key: " +
                  std::string(kGoodKey) + "\n",
              "azure: {path_prefix: /aoai}"),
  };
  for (const Broken& row : rows) prove(row);
  Broken plain = offline("a key over plain http",
                         fmt::format("    base_url: http://llm.example/v1\n    model: m\n    api_key: {}\n", kGoodKey),
                         "allow_insecure_http: true");
  plain.blanks = {{"write https://, or ", ""}};
  prove(plain);
}

TEST_CASE("a profile that does not exist, and none at all") {
  Sandbox sandbox;
  const Verdict unknown = examine(sandbox, {"-p", "opnai"});
  CHECK(unknown.check == "rules");
  CHECK(unknown.remediation.contains("did you mean openai?"));
  const Verdict none = examine(sandbox);
  CHECK(none.check == "rules");
  CHECK(none.result.exit_code == 3);
  CHECK(none.remediation.contains("byok ask -p demo"));
}

TEST_CASE("a credential that cannot be had, or is none") {
  std::vector<Broken> rows = {
      key("an unset variable", "    api_key: ${env:P_KEY}\n", "export P_KEY="),
      by_hand(key("a key with white space", "    api_key: \"bad key 0123456789\"\n", "without spaces")),
      by_hand(key("placeholder text", "    api_key: sk-...\n", "your own key")),
      by_hand(key("a variable's name", "    api_key: $P_KEY\n", "${env:NAME}")),
      by_hand(key("a scheme in a key", "    api_key: Bearer bad-key-0123456789abcdef\n", "bearer_token")),
      by_hand(key("a file that is not there", "    api_key: ${file:/nowhere/key}\n", "")),
      by_hand(key("a command that is not there", "    bearer_token: {command: [no-such-program]}\n", "whole path", 4)),
      by_hand(key("a command that prints nothing", "    bearer_token: {command: [\"true\"]}\n", "by hand", 4)),
      by_hand(key("a command that fails", "    bearer_token: {command: [\"false\"]}\n", "by hand", 4)),
      by_hand(key("a command that hangs", "    bearer_token: {command: [sleep, \"30\"]}\n", "", 4)),
  };
  rows.front().blanks = {{"=…, or", "=" + std::string(kGoodKey) + ", or"}};
  rows.back().words = {"--timeout", "0.3"};
  for (const Broken& row : rows) prove(row);
  Broken quoted = by_hand(key("quotes in a variable", "    api_key: ${env:P_KEY}\n", "remove them"));
  quoted.environment = {{"P_KEY", "\"bad-key-0123456789abcdef\""}};
  prove(quoted);
  Broken azure =
      offline("none for an Azure host", "    type: azure\n    base_url: https://my.openai.azure.com\n    model: d\n",
              "api_key: ${env:AZURE_OPENAI_API_KEY}");
  azure.check = "credential";
  azure.environment = {{"AZURE_OPENAI_API_KEY", std::string(kGoodKey)}};
  prove(azure);
}

TEST_CASE("troubleshooting: authentication failed: only the prefix Bearer, without the token") {
  prove(by_hand(key("in the file", "    bearer_token: Bearer\n", "missing")));
  Broken variable = by_hand(key("in a variable", "    bearer_token: ${env:P_TOKEN}\n", "missing"));
  variable.environment = {{"P_TOKEN", "Bearer "}};
  prove(variable);
}

TEST_CASE("a key of another provider is not shown to a stranger") {
  Broken row =
      by_hand(offline("Anthropic's at OpenAI's",
                      "    base_url: https://api.openai.com/v1\n    model: m\n    api_key: sk-ant-0123456789abcdef\n",
                      "base_url: https://api.anthropic.com"));
  row.check = "credential";
  prove(row);
}

TEST_CASE("an expired token: its claims are shown and judged, never its value") {
  const RawServer server(always(answer_as({})));
  Sandbox sandbox;
  sandbox.environment["P_TOKEN"] = jwt("https://api.example", now() - 7200, now() - 9000);
  configure(sandbox, with_port(whole("    bearer_token: ${env:P_TOKEN}\n"), server.port()));
  const Verdict verdict = examine(sandbox);
  CHECK(verdict.check == "credential");
  CHECK(verdict.result.exit_code == 4);
  CHECK(verdict.summary.contains("expired 2 h ago"));
  CHECK(verdict.details.contains("aud https://api.example"));
  CHECK(verdict.details.contains("tid tenant-1"));
  CHECK(verdict.remediation.contains("P_TOKEN"));
  CHECK(server.connections() <= 1);  // only whether somebody listens
  sandbox.environment["P_TOKEN"] = jwt("https://api.example", now() + 7200, now());
  CHECK(examine(sandbox).result.exit_code == 0);
}

TEST_CASE("a token from a wrong clock, and one that soon ends") {
  const RawServer server(always(answer_as({})));
  Sandbox sandbox;
  configure(sandbox, with_port(whole("    bearer_token: ${env:P_TOKEN}\n"), server.port()));
  sandbox.environment["P_TOKEN"] = jwt("a", now() + 90'000, now() + 7200);
  const Verdict early = examine(sandbox);
  CHECK(early.check == "credential");
  CHECK(early.status == "warn");
  CHECK(early.summary.contains("clock"));
  CHECK(early.result.exit_code == 0);
  sandbox.environment["P_TOKEN"] = jwt("a", now() + 100, now() - 100);
  const Verdict late = examine(sandbox);
  CHECK(late.status == "warn");
  CHECK(late.summary.contains("expires in"));
}

TEST_CASE("a token for another audience than Azure's") {
  Broken row =
      offline("az without --scope",
              "    base_url: https://my.openai.azure.com/openai/v1/\n    model: d\n    bearer_token: ${env:P_TOKEN}\n",
              "bearer_token: {command: [az, account, get-access-token, --scope, "
              "\"https://cognitiveservices.azure.com/.default\", -o, json]}");
  row.check = "credential";
  row.exit_code = 4;
  row.environment = {{"P_TOKEN", jwt("https://management.azure.com", now() + 3600, now())}};
  // With --offline the command is not run: the check is skipped.
  prove(row);
}

TEST_CASE("az, by its old and new output, signed in or not") {
  const RawServer server(always(answer_as({.key = "minted-0123456789abcdef"})));
  Sandbox sandbox;
  configure(sandbox, with_port(whole("    bearer_token: {command: [az, account, get-access-token, -o, json]}\n"),
                               server.port()));
  program(sandbox, "az", "echo 'ERROR: Please run az login' >&2; exit 1");
  const Verdict out = examine(sandbox);
  CHECK(out.check == "credential");
  CHECK(out.result.exit_code == 4);
  CHECK(out.remediation.contains("az login"));
  program(sandbox, "az",
          R"(echo '{"accessToken":"minted-0123456789abcdef","expiresOn":"2020-01-01 00:00:00.000000"}')");
  const Verdict expired = examine(sandbox);
  CHECK(expired.check == "credential");
  CHECK(expired.result.exit_code == 4);
  CHECK(expired.remediation.contains("sign in again"));
  for (const char* output :
       {R"({"accessToken":"minted-0123456789abcdef","expiresOn":"2099-01-01 00:00:00.000000","tokenType":"Bearer"})",
        R"({"accessToken":"minted-0123456789abcdef","expires_on":4070908800,"tokenType":"Bearer"})"}) {
    program(sandbox, "az", fmt::format("echo '{}'", output));
    const Verdict in = examine(sandbox);
    CAPTURE(summary(in.result));
    CHECK(in.result.exit_code == 0);
  }
  const Verdict offline_run = examine(sandbox, {"--offline"});
  CHECK(offline_run.result.exit_code == 0);
  CHECK(offline_run.report["profiles"][0]["checks"].size() == 4);
  CHECK(offline_run.report["profiles"][0]["checks"][2]["status"] == "skip");
}

TEST_SUITE_END();
