// Tests of the faults: how they are written and what they do.
#include "mock/fault.hpp"

#include <doctest/doctest.h>

#include <ostream>

#include "base/text.hpp"
#include "unit/mock/calls.hpp"

namespace byok::mock {
namespace {

Reply stream_of(std::vector<std::string> chunks) {
  Reply reply;
  reply.is_stream = true;
  reply.content_type = "text/event-stream";
  reply.chunks = std::move(chunks);
  return reply;
}

Reply whole(std::string body) {
  Reply reply;
  reply.chunks = {std::move(body)};
  return reply;
}

Reply spoiled(const char* fault, Reply reply) {
  const auto parsed = parse_fault(fault);
  REQUIRE(parsed.has_value());
  return spoil(*parsed, Service::openai, std::move(reply), "req_1");
}

const std::vector<std::string> kEvents = {"data: {\"a\":1}\n\n", "data: {\"b\":2}\n\n", "data: {\"c\":3}\n\n",
                                          "data: [DONE]\n\n"};

}  // namespace

TEST_CASE("every fault of the manual is known") {
  struct Row {
    const char* text;
    FaultKind kind;
    std::optional<std::size_t> count;
  };
  const Row rows[] = {
      {"", FaultKind::none, {}},
      {"stall", FaultKind::stall, {}},
      {"stall:0", FaultKind::stall, 0},
      {"stall:3", FaultKind::stall, 3},
      {"truncate", FaultKind::truncate, {}},
      {"truncate:2", FaultKind::truncate, 2},
      {"no-finish", FaultKind::no_finish, {}},
      {"error-in-stream", FaultKind::error_in_stream, {}},
      {"html", FaultKind::html, {}},
      {"bad-json", FaultKind::bad_json, {}},
      {"split-utf8", FaultKind::split_utf8, {}},
      {"crlf", FaultKind::crlf, {}},
      {"comments", FaultKind::comments, {}},
      {"empty", FaultKind::empty, {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto fault = parse_fault(row.text);
    REQUIRE(fault.has_value());
    CHECK(fault->kind == row.kind);
    CHECK(fault->count == row.count);
  }
}

TEST_CASE("a status may have a retry-after of any form") {
  CHECK(parse_fault("status:503")->status == 503);
  CHECK(parse_fault("status:503")->retry_after.empty());
  CHECK(parse_fault("status:429,retry-after=2")->retry_after == "2");
  CHECK(parse_fault("status:429,retry-after=Wed, 21 Oct 2026 07:28:00 GMT")->retry_after ==
        "Wed, 21 Oct 2026 07:28:00 GMT");
}

TEST_CASE("what is not a fault is a usage error that lists them") {
  const char* texts[] = {
      "stal",        "Stall",
      "stall:",      "stall:x",
      "stall:-1",    "html:2",
      "no-finish:1", "status",
      "status:",     "status:abc",
      "status:200",  "status:600",
      "status:304",  "status:429,x=",
      "status:429,", "status:429,retry-after=",
      ":",           "status:429,retry-after=1\r\nx: y",
  };
  for (const char* text : texts) {
    CAPTURE(text);
    const auto fault = parse_fault(text);
    REQUIRE_FALSE(fault.has_value());
    CHECK(fault.error().kind == base::ErrorKind::usage);
    CHECK(fault.error().hint.contains("error-in-stream"));
  }
}

TEST_CASE("a status replaces the reply by the service's own error") {
  const Reply reply = spoiled("status:429,retry-after=7", stream_of(kEvents));
  CHECK(reply.status == 429);
  CHECK_FALSE(reply.is_stream);
  CHECK(test::json_of(reply)["error"]["code"] == "rate_limit_exceeded");
  CHECK(test::header_of(reply, "retry-after") == "7");
  CHECK(test::header_of(spoiled("status:500", stream_of(kEvents)), "retry-after").empty());

  const Reply claude = spoil(*parse_fault("status:529"), Service::anthropic, whole("{}"), "req_9");
  CHECK(test::json_of(claude)["error"]["type"] == "overloaded_error");
  CHECK(test::json_of(claude)["request_id"] == "req_9");
}

TEST_CASE("a stall keeps N chunks and leaves the connection open") {
  const Reply none = spoiled("stall", stream_of(kEvents));
  CHECK(none.chunks.empty());
  CHECK(none.ending == Ending::stall);
  const Reply two = spoiled("stall:2", stream_of(kEvents));
  CHECK(two.chunks == std::vector<std::string>(kEvents.begin(), kEvents.begin() + 2));
  const Reply all = spoiled("stall:99", stream_of(kEvents));
  CHECK(all.chunks == kEvents);
  CHECK(all.ending == Ending::stall);
  CHECK(spoiled("stall", whole("{}")).is_stream);
}

TEST_CASE("a truncated stream ends inside a chunk") {
  const Reply two = spoiled("truncate:2", stream_of(kEvents));
  REQUIRE(two.chunks.size() == 3);
  CHECK(two.chunks[1] == kEvents[1]);
  CHECK(kEvents[2].starts_with(two.chunks[2]));
  CHECK_FALSE(two.chunks[2].empty());
  CHECK(two.chunks[2].size() < kEvents[2].size());
  CHECK(two.ending == Ending::cut);
  CHECK(spoiled("truncate", stream_of(kEvents)).chunks.size() == 3);
  CHECK(spoiled("truncate:99", stream_of(kEvents)).chunks == kEvents);
  const Reply body = spoiled("truncate", whole("{\"text\":\"abc\"}"));
  CHECK(body.is_stream);
  CHECK(test::body_of(body) == "{\"text\"");
}

TEST_CASE("no-finish and error-in-stream bend the answer, not the reply") {
  Answer answer;
  bend(*parse_fault("no-finish"), answer);
  CHECK(answer.outcome == Outcome::unfinished);
  bend(*parse_fault("error-in-stream"), answer);
  CHECK(answer.outcome == Outcome::failed);
  CHECK(spoiled("no-finish", stream_of(kEvents)).chunks == kEvents);
  Answer other;
  bend(*parse_fault("crlf"), other);
  CHECK(other.outcome == Outcome::complete);
}

TEST_CASE("html is a page with status 200") {
  const Reply reply = spoiled("html", stream_of(kEvents));
  CHECK(reply.status == 200);
  CHECK(reply.content_type.starts_with("text/html"));
  CHECK(test::body_of(reply).contains("<title>Sign in</title>"));
}

TEST_CASE("bad JSON keeps the frame of the events and the type of the body") {
  const Reply stream = spoiled("bad-json", stream_of(kEvents));
  REQUIRE(stream.chunks.size() == kEvents.size());
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(stream.chunks[i].starts_with("data: {"));
    CHECK(stream.chunks[i].ends_with("\n\n"));
  }
  for (const test::Event& event : test::events_of(stream)) CHECK(event.data.is_discarded());
  const Reply body = spoiled("bad-json", whole("{\"text\":\"abc\"}"));
  CHECK(body.content_type == "application/json");
  CHECK(test::json_of(body).is_discarded());
}

TEST_CASE("split-utf8 adds text to split, and cuts each character behind its first byte") {
  std::string text = "abc";
  bend(*parse_fault("split-utf8"), text);
  CHECK(text.starts_with("abc"));
  CHECK(text.contains("日本語"));
  const Reply reply = spoiled("split-utf8", stream_of({"data: é日", "🙂\n\n"}));
  CHECK(test::body_of(reply) == "data: é日🙂\n\n");
  REQUIRE(reply.chunks.size() == 4);
  for (std::size_t i = 0; i < 3; ++i) CHECK_FALSE(base::is_utf8(reply.chunks[i]));
  CHECK(reply.delay.count() > 0);
}

TEST_CASE("crlf changes each line end") {
  CHECK(test::body_of(spoiled("crlf", stream_of({"event: a\ndata: b\n\n"}))) == "event: a\r\ndata: b\r\n\r\n");
}

TEST_CASE("comments stand before each event, and blank lines before a body") {
  const Reply reply = spoiled("comments", stream_of(kEvents));
  REQUIRE(reply.chunks.size() == kEvents.size());
  for (std::size_t i = 0; i < kEvents.size(); ++i) CHECK(reply.chunks[i] == ": keep-alive\n\n" + kEvents[i]);
  CHECK(test::body_of(spoiled("comments", whole("{}"))) == "\n\n{}");
}

TEST_CASE("an empty reply keeps its status and type") {
  const Reply reply = spoiled("empty", stream_of(kEvents));
  CHECK(reply.status == 200);
  CHECK(reply.chunks.empty());
  CHECK(reply.content_type == "text/event-stream");
}

}  // namespace byok::mock
