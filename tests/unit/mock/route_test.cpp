// Tests of the addresses.
#include "mock/route.hpp"

#include <doctest/doctest.h>

#include <ostream>

#include "unit/mock/calls.hpp"

namespace byok::mock {

TEST_CASE("each address of the four services is known") {
  struct Row {
    const char* target;
    Service service;
    Api api;
  };
  const Row rows[] = {
      {"/v1/chat/completions", Service::openai, Api::chat},
      {"/v1/responses", Service::openai, Api::responses},
      {"/v1/models", Service::openai, Api::models},
      {"/v1/messages", Service::anthropic, Api::messages},
      {"/v1/messages?beta=true", Service::anthropic, Api::messages},
      {"/anthropic/v1/messages", Service::anthropic, Api::messages},
      {"/anthropic/v1/models?limit=5", Service::anthropic, Api::models},
      {"/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21", Service::azure, Api::chat},
      {"/openai/responses?api-version=2025-03-01-preview", Service::azure, Api::responses},
      {"/openai/models?api-version=2024-10-21", Service::azure, Api::models},
      {"/openai/v1/chat/completions", Service::azure_v1, Api::chat},
      {"/openai/v1/responses", Service::azure_v1, Api::responses},
      {"/openai/v1/models?api-version=preview", Service::azure_v1, Api::models},
  };
  for (const Row& row : rows) {
    CAPTURE(row.target);
    const Route route = find_route(test::post(row.target, ""));
    CHECK(route.service == row.service);
    REQUIRE(route.api.has_value());
    CHECK(*route.api == row.api);
  }
}

TEST_CASE("near misses are not served") {
  const char* targets[] = {
      "/",
      "/chat/completions",
      "//v1/chat/completions",
      "/v1//chat/completions",
      "/v1/chat/completions/",
      "/v1/v1/messages",
      "/openai/deployments/chat/completions?api-version=2024-10-21",
      "/openai/deployments//chat/completions?api-version=2024-10-21",
      "/openai/deployments/a/b/chat/completions?api-version=2024-10-21",
      "/openai/deployments/gpt-4o/responses?api-version=2025-03-01-preview",
      "/openai/chat/completions?api-version=2024-10-21",
      "/api/chat",
  };
  for (const char* target : targets) {
    CAPTURE(target);
    CHECK_FALSE(find_route(test::post(target, "")).api.has_value());
  }
}

TEST_CASE("an unknown address belongs to the service whose prefix or header it has") {
  CHECK(find_route(test::post("/openai/nothing", "")).service == Service::azure);
  CHECK(find_route(test::post("/anthropic/nothing", "")).service == Service::anthropic);
  CHECK(find_route(test::post("/v1/nothing", "", test::kClaudeHeaders)).service == Service::anthropic);
  CHECK(find_route(test::post("/v1/nothing", "")).service == Service::openai);
}

TEST_CASE("the deployment is one decoded segment of the path") {
  const auto deployment = [](const std::string& segment) {
    return find_route(test::post("/openai/deployments/" + segment + "/chat/completions", "")).deployment;
  };
  CHECK(deployment("gpt-4o") == "gpt-4o");
  CHECK(deployment("my%20model") == "my model");
  CHECK(deployment("team%2Fmodel") == "team/model");
  CHECK(deployment("%C3%A9") == "é");
  CHECK(deployment("50%").empty());
}

TEST_CASE("the query gives the api-version, the page and its size") {
  const Route route = find_route(test::get("/anthropic/v1/models?limit=2&after_id=a%20b&api-version=2024-10-21"));
  CHECK(route.limit == 2);
  CHECK(route.after_id == "a b");
  CHECK(route.api_version == "2024-10-21");
  const Route bare = find_route(test::get("/v1/models"));
  CHECK(bare.limit == 20);
  CHECK_FALSE(bare.api_version.has_value());
  CHECK(find_route(test::get("/v1/models?limit=-3")).limit == 20);
  CHECK(find_route(test::get("/v1/models?limit=many")).limit == 20);
}

TEST_CASE("the shared model list is Anthropic's when one of its headers is there") {
  CHECK(find_route(test::get("/v1/models", {{"anthropic-version", "2023-06-01"}})).service == Service::anthropic);
  CHECK(find_route(test::get("/v1/models", {{"X-Api-Key", "k"}})).service == Service::anthropic);
  CHECK(find_route(test::get("/v1/models", {{"authorization", "Bearer k"}})).service == Service::openai);
}

}  // namespace byok::mock
