// The report in both forms, and remedies written where a profile keeps its values.
#include "doctor/report.hpp"

#include <ostream>
//
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace byok;
using doctor::CheckResult;
using doctor::Report;
using doctor::Status;

namespace {

std::string plain(Status, std::string_view word) { return std::string(word); }

CheckResult check(std::string_view id, Status status, std::string summary, std::string remedy = {}) {
  CheckResult result;
  result.id = id;
  result.title = id;
  result.status = status;
  result.summary = std::move(summary);
  result.remedy = std::move(remedy);
  return result;
}

Report report() {
  Report made;
  made.profile = "p";
  made.checks = {check("config", Status::ok, "fine"),
                 check("connect", Status::fail, "refused", "ollama serve\nor this"),
                 check("tls", Status::skip, "after connect"), check("route", Status::skip, "after connect"),
                 check("model", Status::skip, "after rules")};
  made.checks[1].details = {"127.0.0.1 refuses", "key sk-secret-0123456789"};
  made.checks[1].kind = base::ErrorKind::network;
  return made;
}

doctor::Case case_of(const config::Config& config, const config::Overrides& overrides, const doctor::Options& options,
                     const base::Log& log, std::string name, bool is_builtin) {
  doctor::Case made{.config = config, .overrides = overrides, .options = options, .log = log};
  made.name = std::move(name);
  made.is_builtin = is_builtin;
  return made;
}

}  // namespace

TEST_CASE("the worst check is the whole, the first failure is the cause") {
  Report made = report();
  CHECK(made.overall() == Status::fail);
  REQUIRE(made.first_failure() != nullptr);
  CHECK(made.first_failure()->id == "connect");
  made.checks[1].status = Status::warn;
  CHECK(made.overall() == Status::warn);
  CHECK(made.first_failure() == nullptr);
  made.checks[1].status = Status::ok;
  CHECK(made.overall() == Status::ok);
}

TEST_CASE("a failure shows its details and what to change; what is fine is one line") {
  const Report made = report();
  CHECK(doctor::to_text(made.checks[0], plain) == "ok    config        fine\n");
  const std::string failed = doctor::to_text(made.checks[1], plain);
  CHECK(failed.starts_with("fail  connect       refused\n"));
  CHECK(failed.contains("127.0.0.1 refuses\n"));
  CHECK(failed.contains("-> ollama serve\n                    or this\n"));
  CHECK(doctor::to_text(made.checks[2], plain) == "");
  CHECK(doctor::skips(made, plain) == "skip  tls, route (after connect)\nskip  model (after rules)\n");
}

TEST_CASE("a reply that is fine shows which wire APIs were tried") {
  CheckResult reply = check("reply", Status::ok, "completions: hi");
  reply.details = {"completions: speaks it", "responses: not found"};
  CHECK(doctor::to_text(reply, plain) ==
        "ok    reply         completions: hi\n                    completions: speaks it\n"
        "                    responses: not found\n");
  reply.id = "model";
  CHECK(doctor::to_text(reply, plain) == "ok    reply         completions: hi\n");
}

TEST_CASE("the JSON has each field always, and no secret") {
  base::Redactor redactor;
  redactor.add("sk-secret-0123456789");
  const auto json = nlohmann::json::parse(doctor::to_json(report(), redactor));
  CHECK(json["profile"] == "p");
  REQUIRE(json["checks"].size() == 5);
  for (const auto& one : json["checks"]) {
    for (const char* field : {"id", "status", "summary", "details", "remediation", "duration_ms"})
      CHECK(one.contains(field));
  }
  CHECK(json["checks"][1]["status"] == "fail");
  CHECK(json["checks"][1]["remediation"] == "ollama serve\nor this");
  CHECK(json["checks"][1]["details"][1] == "key [redacted]");
}

TEST_CASE("a remedy stands where the profile keeps its values") {
  const config::Environment environment{
      {{"XDG_CONFIG_HOME", "/x"}, {"XDG_CONFIG_DIRS", "/nowhere"}, {"BYOK_BASE_URL", "http://h"}}};
  const config::Config config = config::Config::load(environment, std::nullopt);
  const config::Overrides overrides;
  const doctor::Options options;
  const base::Log log;
  const auto in_file = case_of(config, overrides, options, log, "p", false);
  CHECK(doctor::how_to_set(in_file, {{"base_url", "http://h/v1"}, {"azure.api_version", "2024-10-21"}}) ==
        "write in profile p:\n  base_url: http://h/v1\n  azure: {api_version: \"2024-10-21\"}");
  const auto variables = case_of(config, overrides, options, log, "env", false);
  CHECK(doctor::how_to_set(variables, {{"base_url", "http://h/v1"}}) == "export BYOK_BASE_URL=http://h/v1");
  CHECK(doctor::how_to_set(variables, {{"tls.ca_file", "PATH"}}) ==
        "write under `defaults:` in /x/byok/config.yaml:\n  tls: {ca_file: PATH}");
  const auto ollama = case_of(config, overrides, options, log, "ollama", true);
  CHECK(doctor::how_to_set(ollama, {{"base_url", "http://h/v1"}, {"model", "m"}}) ==
        "export OLLAMA_HOST=http://h/v1\nexport BYOK_MODEL=m");
  const auto builtin = case_of(config, overrides, options, log, "openai", true);
  CHECK(doctor::how_to_set(builtin, {{"tls.ca_file", "PATH"}}) ==
        "write under `profiles:` in /x/byok/config.yaml:\n  openai:\n    extends: openai\n    tls: {ca_file: PATH}");
}

TEST_CASE("a finding is as bad as its worst diagnosis, and keeps the first failure's kind") {
  doctor::Finding finding;
  CHECK(finding.status() == Status::ok);
  finding.warn("a", "b", "c");
  CHECK(finding.status() == Status::warn);
  finding.fail(base::ErrorKind::auth, "a", "b", "c").fail(base::ErrorKind::network, "d", "e", "f");
  CHECK(finding.status() == Status::fail);
  CHECK(finding.kind == base::ErrorKind::auth);
  CHECK(doctor::skipped("why").status() == Status::skip);
  base::Error error;
  error.kind = base::ErrorKind::quota;
  error.message = "m";
  error.status = 429;
  doctor::Finding failed;
  failed.fail(error, "otherwise");
  CHECK(failed.diagnoses.front().remedy == "otherwise");
  CHECK(failed.details == std::vector<std::string>{"HTTP 429"});
}
