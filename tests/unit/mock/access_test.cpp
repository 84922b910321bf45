// Tests of addresses, methods, credentials and versions, as each service refuses them.
#include "mock/access.hpp"

#include <doctest/doctest.h>

#include <ostream>

#include "unit/mock/calls.hpp"

namespace byok::mock {
namespace {

using test::Headers;

// The status of the refusal, or 200.
int status_of(const Call& call, std::string_view model = "gpt-4o") {
  const auto refusal = check_access(find_route(call), call, model);
  return refusal ? refusal->status : 200;
}

Refusal refusal_of(const Call& call) {
  const auto refusal = check_access(find_route(call), call, "gpt-4o");
  REQUIRE(refusal.has_value());
  return *refusal;
}

constexpr const char* kChat = "/v1/chat/completions";
constexpr const char* kClassic = "/openai/deployments/d/chat/completions?api-version=2024-10-21";
constexpr const char* kAzureV1 = "/openai/v1/chat/completions";
constexpr const char* kMessages = "/v1/messages";
constexpr const char* kJwt = "Bearer eyJ0eXAi.eyJhdWQi.c2ln";

}  // namespace

TEST_CASE("each service takes a key in its own header only") {
  struct Row {
    const char* target;
    Headers headers;
    int status;
  };
  const Row rows[] = {
      {kChat, {}, 200},
      {kChat, {{"Authorization", "Bearer sk-1"}}, 200},
      {kChat, {{"Authorization", "bearer sk-1"}}, 200},
      {kChat, {{"Authorization", "Bearer bad-key"}}, 401},
      {kChat, {{"Authorization", "Bearer "}}, 401},
      {kChat, {{"Authorization", "Basic dTpw"}}, 401},
      {kChat, {{"api-key", "k"}}, 401},
      {kChat, {{"x-api-key", "k"}}, 401},
      {kClassic, {}, 401},
      {kClassic, {{"api-key", "k"}}, 200},
      {kClassic, {{"api-key", "bad"}}, 401},
      {kClassic, {{"api-key", ""}}, 401},
      {kClassic, {{"Authorization", "Bearer sk-1"}}, 401},
      {kClassic, {{"Authorization", kJwt}}, 200},
      {kClassic, {{"Authorization", "Bearer eyJ0eXAi.two"}}, 401},
      {kClassic, {{"x-api-key", "k"}}, 401},
      {kAzureV1, {{"api-key", "k"}}, 200},
      {kAzureV1, {{"Authorization", "Bearer sk-1"}}, 200},
      {kAzureV1, {{"Authorization", kJwt}}, 200},
      {kAzureV1, {{"Authorization", "Bearer bad-key"}}, 401},
      {kAzureV1, {}, 401},
      {kMessages, {{"x-api-key", "k"}, {"anthropic-version", "2023-06-01"}}, 200},
      {kMessages, {{"Authorization", "Bearer t"}, {"anthropic-version", "2023-06-01"}}, 200},
      {kMessages, {{"x-api-key", "bad"}, {"anthropic-version", "2023-06-01"}}, 401},
      {kMessages, {{"Authorization", "Bearer bad"}, {"anthropic-version", "2023-06-01"}}, 401},
      {kMessages, {{"api-key", "k"}, {"anthropic-version", "2023-06-01"}}, 401},
      {kMessages, {{"anthropic-version", "2023-06-01"}}, 401},
  };
  for (const Row& row : rows) {
    CAPTURE(row.target);
    const std::string first = row.headers.empty() ? "" : row.headers.front().first + ": " + row.headers.front().second;
    CAPTURE(first);
    CHECK(status_of(test::post(row.target, "", row.headers)) == row.status);
  }
}

TEST_CASE("the model demo needs no key anywhere, but a wrong one is still refused") {
  CHECK(status_of(test::post(kClassic, ""), "demo") == 200);
  CHECK(status_of(test::post(kMessages, "", {{"anthropic-version", "2023-06-01"}}), "demo") == 200);
  CHECK(status_of(test::post(kClassic, "", {{"api-key", "bad"}}), "demo") == 401);
}

TEST_CASE("a bad key is refused in the service's own words, and never shown whole") {
  const Refusal openai = refusal_of(test::post(kChat, "", {{"Authorization", "Bearer bad-secret-key"}}));
  CHECK(openai.form == Refusal::Form::openai);
  CHECK(openai.code == "invalid_api_key");
  CHECK(openai.message.starts_with("Incorrect API key provided: bad***"));
  CHECK_FALSE(openai.message.contains("secret"));

  const Refusal azure = refusal_of(test::post(kClassic, "", {{"Authorization", "Bearer sk-1"}}));
  CHECK(azure.form == Refusal::Form::azure);
  CHECK(azure.code == "401");
  CHECK(azure.message.starts_with("Access denied due to invalid subscription key or wrong API endpoint."));

  const Refusal claude = refusal_of(test::post(kMessages, "", {{"x-api-key", "bad"}}));
  CHECK(claude.form == Refusal::Form::anthropic);
  CHECK(claude.type == "authentication_error");
  CHECK(claude.message == "invalid x-api-key");
}

TEST_CASE("the anthropic-version header is required and must be one that exists") {
  CHECK(refusal_of(test::post(kMessages, "", {{"x-api-key", "k"}})).message == "anthropic-version: header is required");
  const Call call = test::post(kMessages, "", {{"x-api-key", "k"}, {"anthropic-version", "2024-10-21"}});
  CHECK(refusal_of(call).status == 400);
  CHECK(refusal_of(call).message.contains("2024-10-21"));
}

TEST_CASE("Azure's classic routes need an api-version that exists") {
  struct Row {
    const char* query;
    int status;
  };
  const Row rows[] = {
      {"", 404},
      {"?api-version=", 404},
      {"?api-version=v1", 404},
      {"?api-version=2024-10-22", 404},
      {"?api-version=2024-10-21-preview", 404},
      {"?api_version=2024-10-21", 404},
      {"?api-version=2024-10-21", 200},
      {"?api-version=2023-05-15", 200},
      {"?api-version=2025-04-01-preview", 200},
  };
  for (const Row& row : rows) {
    CAPTURE(row.query);
    const std::string target = "/openai/deployments/d/chat/completions" + std::string(row.query);
    CHECK(status_of(test::post(target, "", {{"api-key", "k"}})) == row.status);
  }
  const Refusal refusal = refusal_of(test::post("/openai/deployments/d/chat/completions", "", {{"api-key", "k"}}));
  CHECK(refusal.code == "404");
  CHECK(refusal.message == "Resource not found");
}

TEST_CASE("Responses on a classic route need 2025-03-01-preview or later") {
  const auto call = [](const std::string& version) {
    return test::post("/openai/responses?api-version=" + version, "", {{"api-key", "k"}});
  };
  CHECK(status_of(call("2025-03-01-preview")) == 200);
  CHECK(status_of(call("2025-04-01-preview")) == 200);
  CHECK(status_of(call("2024-10-21")) == 400);
  CHECK(refusal_of(call("2025-02-01-preview")).message.contains("enabled only for api-version 2025-03-01-preview"));
}

TEST_CASE("Azure's v1 routes take no api-version, v1 or preview") {
  const auto status = [](const std::string& query) {
    return status_of(test::post(kAzureV1 + query, "", {{"api-key", "k"}}));
  };
  CHECK(status("") == 200);
  CHECK(status("?api-version=v1") == 200);
  CHECK(status("?api-version=preview") == 200);
  CHECK(status("?api-version=2024-10-21") == 400);
}

TEST_CASE("unknown addresses and wrong methods are refused in the service's own form") {
  const Refusal openai = refusal_of(test::post("/chat/completions", ""));
  CHECK(openai.status == 404);
  CHECK(openai.message == "Invalid URL (POST /chat/completions)");
  CHECK(refusal_of(test::post("/openai/x", "")).form == Refusal::Form::azure);
  CHECK(refusal_of(test::post("/anthropic/x", "")).type == "not_found_error");
  CHECK(status_of(test::get(kChat)) == 405);
  CHECK(status_of(test::get(kMessages)) == 405);
  CHECK(status_of(test::get(kClassic)) == 405);
  CHECK(status_of(test::post("/v1/models", "")) == 405);
}

}  // namespace byok::mock
