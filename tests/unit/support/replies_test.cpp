// Tests of the ready-made replies: each is whole JSON or whole events that carry the text.
#include "support/replies.hpp"

#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

using namespace byok::test;
using nlohmann::json;

namespace {

std::string answer(const ReplySpec& spec, const std::string& request_body) {
  const auto made = make_reply(spec);
  REQUIRE(made);
  std::string bytes;
  for (const Piece& piece : (*made)(Received{.head = "", .body = request_body})) bytes += piece.text;
  return bytes;
}

std::string body_of(const std::string& bytes) { return bytes.substr(bytes.find("\r\n\r\n") + 4); }

// The data of each event as JSON; "[DONE]" is left out.
std::vector<json> events(const std::string& body) {
  std::vector<json> all;
  for (const std::string_view line : byok::base::split(body, '\n')) {
    if (!line.starts_with("data: ") || line == "data: [DONE]") continue;
    all.push_back(json::parse(line.substr(6)));
  }
  return all;
}

constexpr const char* kStream = R"({"model":"x","stream":true})";
constexpr const char* kWhole = R"({"model":"x"})";

}  // namespace

TEST_CASE("A reply that is not streamed is one JSON object with its length, and names the model asked for") {
  for (const std::string kind : {"chat", "responses", "anthropic"}) {
    CAPTURE(kind);
    const std::string bytes = answer({.kind = kind, .status = 200, .extra_header = "", .text = "a \"b\""}, kWhole);
    CHECK(bytes.starts_with("HTTP/1.1 200 Test\r\nContent-Type: application/json\r\nConnection: close\r\n"));
    CHECK(bytes.contains("Content-Length: " + std::to_string(body_of(bytes).size()) + "\r\n"));
    const json body = json::parse(body_of(bytes));
    CHECK(body.at("model") == "x");
    CHECK(body.dump().contains(R"("a \"b\"")"));
  }
}

TEST_CASE("A streamed reply carries the text in fragments and ends as its dialect does") {
  const ReplySpec chat{.kind = "chat", .status = 200, .extra_header = "", .text = "one two"};
  const std::string body = body_of(answer(chat, kStream));
  CHECK(body.ends_with("data: [DONE]\n\n"));
  const auto chunks = events(body);
  REQUIRE(chunks.size() == 5);
  CHECK(chunks[1].at("choices").at(0).at("delta").at("content") == "one ");
  CHECK(chunks[2].at("choices").at(0).at("delta").at("content") == "two");
  CHECK(chunks[3].at("choices").at(0).at("finish_reason") == "stop");
  CHECK(chunks[4].at("usage").at("prompt_tokens") == 5);

  ReplySpec other = chat;
  other.kind = "responses";
  const auto response = events(body_of(answer(other, kStream)));
  CHECK(response.front().at("type") == "response.created");
  CHECK(response.back().at("type") == "response.completed");
  CHECK(response.back().at("response").at("output").at(0).at("content").at(0).at("text") == "one two");
  CHECK(response.back().at("sequence_number") == response.size() - 1);

  other.kind = "anthropic";
  const auto message = events(body_of(answer(other, kStream)));
  CHECK(message.front().at("type") == "message_start");
  CHECK(message.front().at("message").at("model") == "x");
  CHECK(message.back().at("type") == "message_stop");
}

TEST_CASE("From status 400 on the text is the message of the dialect's error") {
  ReplySpec spec{.kind = "chat", .status = 401, .extra_header = "Retry-After: 1", .text = "no"};
  const std::string bytes = answer(spec, kStream);
  CHECK(bytes.starts_with("HTTP/1.1 401 Test\r\n"));
  CHECK(bytes.contains("\r\nRetry-After: 1\r\n"));
  CHECK(json::parse(body_of(bytes)).at("error").at("message") == "no");
  spec.kind = "anthropic";
  spec.status = 529;
  const json error = json::parse(body_of(answer(spec, kStream)));
  CHECK(error.at("type") == "error");
  CHECK(error.at("error").at("type") == "overloaded_error");
}

TEST_CASE("A body as it is gets its content type, and an unknown kind is an error") {
  CHECK(answer({.kind = "sse", .status = 200, .extra_header = "", .text = "data: x\n\n"}, "") ==
        "HTTP/1.1 200 Test\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: x\n\n");
  CHECK(answer({.kind = "json", .status = 404, .extra_header = "", .text = "{}"}, "").ends_with("\r\n\r\n{}"));
  CHECK_FALSE(make_reply({.kind = "xml", .status = 200, .extra_header = "", .text = ""}));
  CHECK_FALSE(make_reply({.kind = "json", .status = 200, .extra_header = "", .text = "{{what}}"}));
}
