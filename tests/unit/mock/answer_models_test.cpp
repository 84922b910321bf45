// Tests of the model lists.
#include <doctest/doctest.h>

#include <ostream>
#include <set>

#include "mock/answer.hpp"
#include "unit/mock/calls.hpp"

namespace byok::mock {
namespace {

using nlohmann::json;

json list(const std::string& target, const test::Headers& headers = {}) {
  return test::json_of(reply_with_models(find_route(test::get(target, headers))));
}

}  // namespace

TEST_CASE("OpenAI's list has the model demo and a few more") {
  const json body = list("/v1/models");
  CHECK(body["object"] == "list");
  REQUIRE(body["data"].size() > 1);
  CHECK(body["data"][0]["id"] == "demo");
  for (const json& model : body["data"]) {
    CHECK(model["object"] == "model");
    CHECK(model["created"].is_number_integer());
  }
  CHECK_FALSE(body.contains("has_more"));
}

TEST_CASE("Azure's lists hold base models with capabilities, on both routes") {
  for (const char* target : {"/openai/models?api-version=2024-10-21", "/openai/v1/models"}) {
    const json body = list(target);
    CHECK(body["data"][0]["id"] == "demo");
    CHECK(body["data"][0]["capabilities"]["chat_completion"] == true);
    CHECK(body["data"][0]["status"] == "succeeded");
  }
}

TEST_CASE("Anthropic's list is one page when it fits") {
  const json body = list("/v1/models", test::kClaudeHeaders);
  CHECK(body["has_more"] == false);
  CHECK(body["first_id"] == "demo");
  CHECK(body["last_id"] == body["data"].back()["id"]);
  CHECK(body["data"][0]["type"] == "model");
  CHECK(body["data"][0]["display_name"] == "Demo");
  CHECK(body["data"][0]["max_input_tokens"] == 200'000);
}

TEST_CASE("Anthropic's list comes in pages, each model once") {
  std::set<std::string> ids;
  std::string after;
  int pages = 0;
  for (bool has_more = true; has_more && pages < 10; ++pages) {
    const json body = list("/anthropic/v1/models?limit=1&after_id=" + after);
    REQUIRE(body["data"].size() == 1);
    CHECK(body["first_id"] == body["last_id"]);
    after = body["last_id"].get<std::string>();
    CHECK(ids.insert(after).second);
    has_more = body["has_more"].get<bool>();
  }
  CHECK(pages == 3);
  const json beyond = list("/anthropic/v1/models?after_id=" + after);
  CHECK(beyond["data"] == json::array());
  CHECK(beyond["has_more"] == false);
  CHECK(beyond["last_id"].is_null());
}

}  // namespace byok::mock
