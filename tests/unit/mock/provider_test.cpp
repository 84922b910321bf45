// Tests of the mock as a whole, without a socket: a call in, a reply out.
#include "mock/provider.hpp"

#include <doctest/doctest.h>

#include <ostream>

#include "unit/mock/calls.hpp"

namespace byok::mock {
namespace {

using nlohmann::json;
using test::get;
using test::post;

Provider provider(const MockOptions& options = {}) {
  auto made = Provider::create(options);
  REQUIRE(made.has_value());
  return *std::move(made);
}

MockOptions with_fault(const char* fault) {
  MockOptions options;
  options.fault = fault;
  return options;
}

const char* const kChat = R"({"model":"demo","messages":[{"role":"user","content":"What is 2+2?"}]})";
const char* const kChatStream = R"({"model":"demo","stream":true,"messages":[{"role":"user","content":"hi"}]})";
const char* const kInput = R"({"model":"demo","input":"What is 2+2?"})";
const char* const kMessage =
    R"({"model":"demo","max_tokens":99,"messages":[{"role":"user","content":"What is 2+2?"}]})";

}  // namespace

TEST_CASE("every route answers the question") {
  Provider mock = provider();
  const test::Headers key = {{"api-key", "k"}};
  CHECK(test::json_of(mock.answer(post("/v1/chat/completions", kChat)))["choices"][0]["message"]["content"] ==
        "2 + 2 = 4.");
  CHECK(test::json_of(mock.answer(post("/openai/deployments/demo/chat/completions?api-version=2024-10-21", kChat,
                                       key)))["choices"][0]["message"]["content"] == "2 + 2 = 4.");
  CHECK(test::json_of(mock.answer(post("/openai/v1/chat/completions", kChat, key)))["model"] == "demo");
  for (const char* target :
       {"/v1/responses", "/openai/v1/responses", "/openai/responses?api-version=2025-04-01-preview"}) {
    CAPTURE(target);
    const test::Headers headers = std::string_view(target).starts_with("/v1") ? test::Headers{} : key;
    CHECK(test::json_of(mock.answer(post(target, kInput, headers)))["output"][0]["content"][0]["text"] == "2 + 2 = 4.");
  }
  for (const char* target : {"/v1/messages", "/anthropic/v1/messages"}) {
    CAPTURE(target);
    CHECK(test::json_of(mock.answer(post(target, kMessage, test::kClaudeHeaders)))["content"][0]["text"] ==
          "2 + 2 = 4.");
  }
}

TEST_CASE("every model list is served, with its service's checks") {
  Provider mock = provider();
  CHECK(mock.answer(get("/v1/models")).status == 200);
  CHECK(mock.answer(get("/v1/models", {{"authorization", "Bearer bad"}})).status == 401);
  CHECK(mock.answer(get("/v1/models", {{"x-api-key", "k"}})).status == 400);
  CHECK(test::json_of(mock.answer(get("/v1/models", test::kClaudeHeaders)))["has_more"] == false);
  CHECK(mock.answer(get("/openai/models?api-version=2024-10-21", {{"api-key", "k"}})).status == 200);
  CHECK(mock.answer(get("/openai/models", {{"api-key", "k"}})).status == 404);
  CHECK(mock.answer(get("/openai/v1/models", {{"api-key", "k"}})).status == 200);
}

TEST_CASE("each reply has a request id under the service's header") {
  Provider mock = provider();
  const Reply openai = mock.answer(post("/v1/chat/completions", kChat));
  CHECK(test::header_of(openai, "x-request-id").starts_with("req_"));
  CHECK(test::header_of(openai, "apim-request-id").empty());
  CHECK_FALSE(test::header_of(mock.answer(post("/openai/v1/responses", kInput)), "apim-request-id").empty());
  const Reply claude = mock.answer(post("/v1/messages", "{}", test::kClaudeHeaders));
  CHECK(claude.status == 400);
  CHECK(test::json_of(claude)["request_id"] == test::header_of(claude, "request-id"));
  CHECK(test::header_of(mock.answer(post("/v1/chat/completions", kChat)), "x-request-id") !=
        test::header_of(openai, "x-request-id"));
}

TEST_CASE("a fixed reply, its delay and the size of its chunks are kept to") {
  MockOptions options;
  options.reply = "abcdef";
  options.chunk_size = 2;
  options.delay = std::chrono::milliseconds(3);
  Provider mock = provider(options);
  const Reply reply = mock.answer(post("/v1/chat/completions", kChatStream));
  CHECK(reply.delay == options.delay);
  const auto events = test::events_of(reply);
  REQUIRE(events.size() == 6);
  CHECK(events[1].data["choices"][0]["delta"]["content"] == "ab");
  CHECK(events[3].data["choices"][0]["delta"]["content"] == "ef");
}

TEST_CASE("a limit on tokens cuts the answer and says so") {
  Provider mock = provider();
  const json body = test::json_of(mock.answer(
      post("/v1/chat/completions", R"({"model":"demo","max_tokens":3,"messages":[{"role":"user","content":"hi"}]})")));
  CHECK(body["choices"][0]["finish_reason"] == "length");
  CHECK(body["choices"][0]["message"]["content"] == "This is the ");
}

TEST_CASE("faults fall on answers and model lists, not on refusals") {
  Provider mock = provider(with_fault("status:503"));
  CHECK(mock.answer(post("/v1/chat/completions", kChat)).status == 503);
  CHECK(mock.answer(get("/v1/models")).status == 503);
  CHECK(mock.answer(post("/v1/chat/completions", "{}")).status == 400);
  CHECK(mock.answer(post("/v1/nothing", kChat)).status == 404);
}

TEST_CASE("streams without an end and with an error keep their text") {
  Provider unfinished = provider(with_fault("no-finish"));
  const auto open = unfinished.answer(post("/v1/chat/completions", kChatStream));
  CHECK(open.ending == Ending::complete);
  CHECK_FALSE(test::body_of(open).contains("[DONE]"));
  CHECK(test::body_of(open).contains("demo provider") == false);  // each word is a chunk of its own
  CHECK(test::body_of(open).contains("\" demo\""));

  Provider failing = provider(with_fault("error-in-stream"));
  const auto events = test::events_of(failing.answer(post("/v1/chat/completions", kChatStream)));
  CHECK(events.size() > 3);
  CHECK(events.back().data.contains("error"));
}

TEST_CASE("split-utf8 always has something to split") {
  Provider mock = provider(with_fault("split-utf8"));
  const Reply reply = mock.answer(post("/v1/chat/completions", kChatStream));
  CHECK(reply.chunks.size() > 4);
  CHECK(test::body_of(reply).contains("日本語"));
}

TEST_CASE("a script answers before anything else, and then the mock does") {
  MockOptions options;
  options.script = "{\"status\":429,\"headers\":{\"retry-after\":\"1\"},\"body\":{\"error\":\"slow\"}}";
  Provider mock = provider(options);
  const Reply first = mock.answer(post("/v1/chat/completions", kChat));
  CHECK(first.status == 429);
  CHECK(test::header_of(first, "retry-after") == "1");
  CHECK(mock.answer(post("/v1/chat/completions", kChat)).status == 200);
}

TEST_CASE("a bad fault or script is a usage error") {
  MockOptions options = with_fault("nonsense");
  CHECK(Provider::create(options).error().kind == base::ErrorKind::usage);
  options = {};
  options.script = "nonsense";
  CHECK(Provider::create(options).error().kind == base::ErrorKind::usage);
}

}  // namespace byok::mock
