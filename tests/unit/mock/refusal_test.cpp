// Tests of error bodies and of the words that go with a status.
#include "mock/refusal.hpp"

#include <doctest/doctest.h>

#include <ostream>

#include "unit/mock/calls.hpp"

namespace byok::mock {

using nlohmann::json;

TEST_CASE("OpenAI's error has message, type, param and code, null where there is none") {
  const Reply reply = to_reply(openai_refusal("no \"such\" thing", "model", ""), "req_1");
  CHECK(reply.status == 400);
  CHECK(reply.content_type == "application/json");
  const json error = test::json_of(reply)["error"];
  CHECK(error["message"] == "no \"such\" thing");
  CHECK(error["type"] == "invalid_request_error");
  CHECK(error["param"] == "model");
  CHECK(error["code"].is_null());
}

TEST_CASE("Azure's gateway error has a code and a message") {
  const Reply reply = to_reply(azure_refusal(404, "DeploymentNotFound", "none"), "req_1");
  CHECK(reply.status == 404);
  CHECK(test::json_of(reply) == json::parse(R"({"error":{"code":"DeploymentNotFound","message":"none"}})"));
}

TEST_CASE("Anthropic's error has a type on both levels and the request's id") {
  const Reply reply = to_reply(anthropic_refusal(404, "not_found_error", "model: x"), "req_1");
  CHECK(
      test::json_of(reply) ==
      json::parse(R"({"type":"error","error":{"type":"not_found_error","message":"model: x"},"request_id":"req_1"})"));
  CHECK(test::header_of(reply, "x-should-retry").empty());
  CHECK(test::header_of(to_reply(anthropic_refusal(401, "authentication_error", "no"), "r"), "x-should-retry") ==
        "false");
}

TEST_CASE("bytes that are no UTF-8 in a message do not break the body") {
  CHECK(test::json_of(to_reply(openai_refusal("a\xFF"
                                              "b"),
                               "r"))["error"]["message"] ==
        "a\xEF\xBF\xBD"
        "b");
}

TEST_CASE("a status has the words that its service uses") {
  struct Row {
    Service service;
    int status;
    const char* type;
    const char* code;
  };
  const Row rows[] = {
      {Service::openai, 401, "invalid_request_error", "invalid_api_key"},
      {Service::openai, 429, "requests", "rate_limit_exceeded"},
      {Service::openai, 500, "server_error", ""},
      {Service::openai, 418, "invalid_request_error", ""},
      {Service::openai, 599, "server_error", ""},
      {Service::azure, 429, "invalid_request_error", "RateLimitReached"},
      {Service::azure_v1, 401, "invalid_request_error", "401"},
      {Service::anthropic, 429, "rate_limit_error", ""},
      {Service::anthropic, 529, "overloaded_error", ""},
      {Service::anthropic, 413, "request_too_large", ""},
      {Service::anthropic, 500, "api_error", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.status);
    const Refusal refusal = refusal_for_status(row.service, row.status);
    CHECK(refusal.status == row.status);
    CHECK(refusal.type == row.type);
    CHECK(refusal.code == row.code);
    CHECK_FALSE(refusal.message.empty());
  }
}

}  // namespace byok::mock
