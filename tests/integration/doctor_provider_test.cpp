// What the provider answers: routes, keys, models and replies; and the run as a whole.
#include <signal.h>

#include <chrono>
#include <ostream>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "integration/answers.hpp"
#include "integration/doctor_run.hpp"

using namespace byok::test;

namespace {

constexpr std::string_view kOrigin = "http://127.0.0.1:{port}";

std::string profile(std::string_view path, std::string_view more = {}) {
  return fmt::format("    base_url: {}{}\n    model: m\n{}", kOrigin, path, more);
}
std::string with_key(std::string_view path, std::string_view more = {}) {
  return profile(path, fmt::format("    api_key: {}\n{}", kGoodKey, more));
}

Broken refused(std::string name, std::string text, std::string check, std::string remedy, int exit_code,
               Provider provider) {
  return {.name = std::move(name),
          .profile = std::move(text),
          .check = std::move(check),
          .remedy = std::move(remedy),
          .exit_code = exit_code,
          .provider = std::move(provider)};
}

// Whatever is asked, this is the answer.
void prove_answer(const std::string& name, const std::string& text, const std::string& check, const std::string& remedy,
                  int exit_code, Pieces pieces) {
  CAPTURE(name);
  const RawServer server(always([pieces](const Received&) { return pieces; }));
  Sandbox sandbox;
  Broken row = refused(name, text, check, remedy, exit_code, {});
  row.applies = false;
  prove(row, sandbox, server.port());
}

}  // namespace

TEST_SUITE_BEGIN("doctor");

TEST_CASE("troubleshooting: authentication failed: the key is wrong") {
  Broken row = refused("a wrong key at the right host", profile("/v1", "    api_key: ${env:P_KEY}\n"), "route",
                       "$P_KEY", 4, {.key = std::string(kGoodKey)});
  row.environment = {{"P_KEY", "bad-key-0123456789abcdef"}};
  row.applies = false;
  const RawServer server(always(answer_as(row.provider)));
  Sandbox sandbox;
  prove(row, sandbox, server.port());
  sandbox.environment["P_KEY"] = kGoodKey;
  CHECK(examine(sandbox).result.exit_code == 0);
}

TEST_CASE("troubleshooting: authentication failed: the base URL is another provider's") {
  const RawServer other(always(answer_as({.key = "another-key-0123456789"})));
  const RawServer own(always(answer_as({.key = std::string(kGoodKey)})));
  Sandbox sandbox;
  configure(sandbox, with_port(with_key("/v1"), other.port()));
  const Verdict wrong = examine(sandbox);
  CHECK(wrong.check == "route");
  CHECK(wrong.result.exit_code == 4);
  CHECK(wrong.remediation.contains("a key for 127.0.0.1"));
  configure(sandbox, with_port(with_key("/v1"), own.port()));
  CHECK(examine(sandbox).result.exit_code == 0);
}

TEST_CASE("a key that only the list does not ask for is refused at the same check") {
  Broken row = refused("a public list", profile("/v1", "    api_key: bad-key-0123456789abcdef\n"), "route",
                       "check that it is whole", 4, {.key = std::string(kGoodKey), .is_list_public = true});
  row.applies = false;
  prove(row);
}

TEST_CASE("the right key in the wrong header") {
  prove(refused("x-api-key", with_key("/v1"), "route", "type: anthropic", 4,
                {.header = "x-api-key", .key = std::string(kGoodKey), .wires = {"messages"}}));
  prove(refused("Bearer", with_key("", "    type: anthropic\n"), "route", "type: openai", 4,
                {.key = std::string(kGoodKey)}));
  prove(refused("api-key", with_key(""), "route", "type: azure", 4,
                {.header = "api-key", .key = std::string(kGoodKey), .deployments = "m"}));
}

TEST_CASE("no key where one is wanted") {
  Broken row = refused("none", profile("/v1"), "route", "api_key: ${env:P_API_KEY}", 4, {.key = std::string(kGoodKey)});
  row.environment = {{"P_API_KEY", std::string(kGoodKey)}};
  prove(row);
}

TEST_CASE("wrong paths, told apart by what is there instead") {
  prove(refused("without /v1", profile(""), "route", "base_url: http://127.0.0.1:{port}/v1", 1, {}));
  prove(refused("one too many", profile("/v1/v1"), "route", "base_url: http://127.0.0.1:{port}/v1", 1, {}));
  prove(refused("OpenRouter's", profile("/v1"), "route", "base_url: http://127.0.0.1:{port}/api/v1", 1,
                {.base = "/api/v1"}));
  prove(refused("Ollama's own API", profile("/api"), "route", "base_url: http://127.0.0.1:{port}/v1", 1,
                {.not_found = "404 page not found"}));
  prove(refused("Claude's behind a path", profile("", "    type: anthropic\n"), "route",
                "base_url: http://127.0.0.1:{port}/anthropic", 1, {.base = "/anthropic/v1", .wires = {"messages"}}));
}

TEST_CASE("Azure: host, version and wire told apart") {
  const std::string azure = with_key("", "    type: azure\n");
  prove(refused("only the route without versions is served", azure, "route", "azure: {api_version: v1}", 1,
                {.base = "/openai/v1",
                 .header = "api-key",
                 .key = std::string(kGoodKey),
                 .not_found = R"({"error":{"code":"404","message":"Resource not found"}})"}));
  prove(refused("a deployment by another name", azure, "model", "model: mine", 1,
                {.header = "api-key", .key = std::string(kGoodKey), .deployments = "mine"}));
  prove_answer("an unknown version", azure, "route", "api_version: v1", 1,
               json_answer(400, R"({"error":{"code":"BadRequest","message":"API version not supported"}})"));
  prove_answer(
      "a missing role", azure, "route", "Cognitive Services OpenAI User", 4,
      json_answer(
          403,
          R"({"error":{"code":"PermissionDenied","message":"The principal lacks the required data action Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action"}})"));
  prove_answer(
      "keys switched off", azure, "route", "bearer_token: {command: [az", 4,
      json_answer(
          403,
          R"({"error":{"code":"AuthenticationTypeDisabled","message":"Key based authentication is disabled for this resource."}})"));
  prove_answer(
      "another resource's key", azure, "route", "KEY 1", 4,
      json_answer(
          401,
          R"({"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint."}})"));
}

TEST_CASE("answers that are none of an API") {
  const auto page = [](int status) {
    const std::string body = "<html><head><title>Welcome</title></head><body>Sign in</body></html>";
    return Pieces{{.kind = Piece::Kind::bytes,
                   .text = fmt::format(
                       "HTTP/1.1 {} X\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
                       status, body.size(), body)}};
  };
  prove_answer("a page", profile("/v1"), "route", "base_url", 1, page(200));
  prove_answer("a page of a gateway", profile("/v1"), "route", "try again later", 6, page(503));
  prove_answer("a redirect", profile("/v1"), "route", "base_url: https://llm.example/v1", 1,
               {{.kind = Piece::Kind::bytes,
                 .text = "HTTP/1.1 308 X\r\nLocation: https://llm.example/v1/models\r\nContent-Length: "
                         "0\r\nConnection: close\r\n\r\n"}});
  prove_answer("no HTTP", profile("/v1"), "route", "TLS needs https://", 5,
               {{.kind = Piece::Kind::bytes, .text = "SSH-2.0-OpenSSH_9.2\r\n"}});
}

TEST_CASE("a wrong clock is told by the server's") {
  Broken row = refused("a year behind", profile("/v1"), "route", "timedatectl set-ntp true", 0,
                       {.extra_header = "Date: Sun, 06 Nov 1994 08:49:37 GMT"});
  row.applies = false;
  prove(row);
}

TEST_CASE("a provider without a model list") {
  prove(refused("replies alone", profile("/v1"), "route", "models: [{id: m}]", 0, {.has_list = false}));
}

TEST_CASE("models that are not there") {
  const auto missing = [](std::string name, std::string remedy, std::vector<std::string> models) {
    return refused(std::move(name), "    base_url: http://127.0.0.1:{port}/v1\n    model: llama3.2\n", "model",
                   std::move(remedy), 1, {.models = std::move(models)});
  };
  prove(missing("the nearest", "model: llama3.1", {"llama3.1", "qwen2.5"}));
  prove(missing("a tag", "model: llama3.2:1b", {"qwen2.5", "llama3.2:1b"}));
  prove(missing("a variant", "model: llama3.2-generic-cpu:4", {"llama3.2-generic-cpu:4"}));
  prove(missing("the only one", "model: phi-4", {"phi-4"}));
}

TEST_CASE("a wire API that is not spoken") {
  prove(refused("responses", profile("/v1", "    wire_api: responses\n"), "reply", "wire_api: completions", 1, {}));
  prove(refused("completions", profile("/v1"), "reply", "wire_api: responses", 1, {.wires = {"responses"}}));
}

TEST_CASE("--wire tells which are spoken") {
  const RawServer server(always(answer_as({.wires = {"chat/completions", "responses"}})));
  Sandbox sandbox;
  configure(sandbox, with_port(profile("/v1"), server.port()));
  const Verdict verdict = examine(sandbox, {"--wire"});
  CHECK(verdict.result.exit_code == 0);
  const std::string details = verdict.report["profiles"][0]["checks"][9]["details"].dump();
  CHECK(details.contains("completions: speaks it"));
  CHECK(details.contains("responses: speaks it"));
  CHECK(details.contains("messages: "));
  CHECK_FALSE(details.contains("messages: speaks it"));
}

TEST_CASE("replies that fail for reasons of their own") {
  const auto failing = [](int status, std::string_view body) {
    return [status, body = std::string(body)](const Received& request) {
      const Answer served = answer_as({});
      return request.first_line().contains("chat/completions") ? json_answer(status, body) : served(request);
    };
  };
  struct Row {
    const char* name;
    int status;
    const char* body;
    const char* remedy;
    int exit_code;
  };
  for (const Row& each :
       {Row{"rate limit", 429, R"({"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}})",
            "try again", 6},
        Row{"quota", 429, R"({"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}})",
            "billing", 4},
        Row{"overloaded", 503, R"({"error":{"message":"The server is overloaded"}})", "again", 6}}) {
    const RawServer server(always(failing(each.status, each.body)));
    Sandbox sandbox;
    Broken row = refused(each.name, profile("/v1"), "reply", each.remedy, each.exit_code, {});
    row.applies = false;
    prove(row, sandbox, server.port());
  }
  const RawServer silent(always([](const Received& request) -> Pieces {
    const Answer served = answer_as({});
    if (!request.first_line().contains("chat/completions")) return served(request);
    return {{.kind = Piece::Kind::stall, .text = {}}};
  }));
  Sandbox sandbox;
  Broken row = refused("silent", profile("/v1"), "reply", "--timeout", 5, {});
  row.words = {"--timeout", "0.5"};
  row.applies = false;
  prove(row, sandbox, silent.port());
}

TEST_CASE("a healthy profile: ten checks in their order, and nothing to change") {
  const RawServer server(always(answer_as({.key = std::string(kGoodKey)})));
  Sandbox sandbox;
  configure(sandbox, with_port(with_key("/v1"), server.port()));
  const Verdict verdict = examine(sandbox);
  CAPTURE(summary(verdict.result));
  CHECK(verdict.result.exit_code == 0);
  CHECK(verdict.report["schema_version"] == 1);
  CHECK(verdict.report["overall"] == "ok");
  CHECK(verdict.report["profiles"][0]["profile"] == "p");
  std::string ids;
  for (const auto& check : verdict.report["profiles"][0]["checks"]) {
    ids += check["id"].get<std::string>() + " ";
    CHECK(check["status"] == "ok");
    CHECK(check["remediation"] == "");
    CHECK(check["details"].is_array());
    CHECK(check["duration_ms"].is_number_integer());
  }
  CHECK(ids == "config rules credential address dns connect tls route model reply ");
  CHECK(server.requests().size() == 2);  // the list and the reply
}

TEST_CASE("--offline asks nobody") {
  const RawServer server(always(answer_as({})));
  Sandbox sandbox;
  configure(sandbox, with_port(profile("/v1"), server.port()));
  const Verdict verdict = examine(sandbox, {"--offline"});
  CHECK(verdict.result.exit_code == 0);
  CHECK(verdict.report["profiles"][0]["checks"].size() == 4);
  CHECK(server.connections() == 0);
}

TEST_CASE("--all looks at every profile, in order, with the first failure's exit code") {
  const RawServer server(always(answer_as({})));
  const ClosedPort closed;
  Sandbox sandbox;
  sandbox.write(
      sandbox.config_file(),
      fmt::format("profiles:\n  good:\n    base_url: http://127.0.0.1:{0}/v1\n    model: m\n  gone:\n    base_url: "
                  "http://127.0.0.1:{1}/v1\n    model: m\n  bad:\n    base_url: http://127.0.0.1:{0}/v1\n    type: x\n "
                  "   model: m\n",
                  server.port(), closed.port()));
  const Verdict verdict = examine(sandbox, {"--all"});
  CAPTURE(summary(verdict.result));
  CHECK(verdict.result.exit_code == 5);
  CHECK(verdict.report["overall"] == "fail");
  REQUIRE(verdict.report["profiles"].size() == 3);
  CHECK(verdict.report["profiles"][0]["profile"] == "good");
  CHECK(verdict.report["profiles"][1]["profile"] == "gone");
  CHECK(verdict.report["profiles"][2]["profile"] == "bad");
  const ProcessResult human = sandbox.run({"doctor", "--all"});
  CHECK(human.exit_code == 5);
  CHECK(human.out.find("profile good") < human.out.find("profile gone"));
  CHECK(human.out.find("profile gone") < human.out.find("profile bad"));
}

TEST_CASE("options that contradict each other") {
  Sandbox sandbox;
  CHECK(sandbox.run({"doctor", "--all", "-p", "x"}).exit_code == 2);
  const ProcessResult json = sandbox.run({"doctor", "--offline", "--wire", "--json"});
  CHECK(json.exit_code == 2);
  CHECK(json.out.contains("\"type\":\"result\""));
}

TEST_CASE("Ctrl-C ends a hanging check at once, alone and side by side") {
  for (const bool all : {false, true}) {
    CAPTURE(all);
    const RawServer server(
        always([](const Received&) -> Pieces { return {{.kind = Piece::Kind::stall, .text = {}}}; }));
    Sandbox sandbox;
    configure(sandbox, with_port(profile("/v1"), server.port()));
    Process process(sandbox.byok(all ? std::vector<std::string>{"doctor", "--all", "--timeout", "60"}
                                     : std::vector<std::string>{"doctor", "--timeout", "60"}));
    REQUIRE(comes_true([&] { return !server.requests().empty(); }));
    process.send_signal(SIGINT);
    const ProcessResult result = process.finish();
    CHECK(result.exit_code == 130);
    CHECK_FALSE(result.timed_out);
  }
}

TEST_SUITE_END();
