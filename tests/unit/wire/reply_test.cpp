// Tests of what tells a stream, a JSON answer and something else apart: the first bytes, then the media type.
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "unit/wire/transcript.hpp"
#include "wire/wire.hpp"

using byok::core::HttpHead;
using byok::core::Profile;
using byok::core::WireApi;

namespace {

constexpr std::string_view kStream =
    "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
constexpr std::string_view kJson = R"({"choices":[{"message":{"content":"hi"},"finish_reason":"stop"}]})";
constexpr std::string_view kReply = "text [hi]\nfinished stop as=stop\n";

Profile profile_of(WireApi api = WireApi::completions) {
  Profile profile;
  profile.wire_api = api;
  profile.base_url = *byok::core::Url::parse("http://localhost:11434/api?key=secret");
  return profile;
}

struct Outcome {
  std::string lines;
  byok::base::Error error = {};
};

Outcome read(std::string_view type, std::string_view body, std::size_t piece, const Profile& profile) {
  HttpHead head{.status = 200, .headers = {}};
  if (!type.empty()) head.headers.push_back({.name = "Content-Type", .value = std::string(type)});
  const auto decoder = byok::wire::open_reply(profile, head);
  byok::test::Transcript transcript;
  byok::base::Result<> result;
  for (std::size_t at = 0; at < body.size() && result && !decoder->is_done(); at += piece)
    result = decoder->feed(body.substr(at, piece), transcript);
  if (result) result = decoder->finish(transcript);
  if (result) return {transcript.lines()};
  transcript.add_error(result.error());
  return {transcript.lines(), result.error()};
}

Outcome read(std::string_view type, std::string_view body, const Profile& profile = profile_of()) {
  Outcome whole = read(type, body, body.size() + 1, profile);
  for (const std::size_t piece : {1U, 2U, 3U, 5U, 17U}) {
    CAPTURE(piece);
    CHECK(read(type, body, piece, profile).lines == whole.lines);
  }
  return whole;
}

const std::vector<std::string_view> kTypes = {
    "",           "text/event-stream",        "Text/Event-Stream; charset=utf-8", "application/json",
    "text/plain", "application/octet-stream", "text/html; charset=utf-8",         "nonsense"};

}  // namespace

TEST_CASE("a stream and a JSON answer are known by their bytes under every media type") {
  for (const std::string_view type : kTypes) {
    CAPTURE(type);
    for (const std::string_view before : {"", "\n\n", "\r\n", "\xEF\xBB\xBF"}) {
      CHECK(read(type, std::string(before) + std::string(kStream)).lines == kReply);
      CHECK(read(type, std::string(before) + std::string(kJson)).lines == kReply);
    }
    CHECK(read(type, ": keep-alive\n\n" + std::string(kStream)).lines == kReply);
    CHECK(read(type, "event: message\n" + std::string(kStream)).lines == kReply);
    CHECK(read(type, "retry: 10\nid: 1\n" + std::string(kStream)).lines == kReply);
    CHECK(read(type, std::string(kJson) + " \n\n").lines == kReply);
  }
}

TEST_CASE("an error that comes as JSON under a stream's media type is that error, also over several lines") {
  for (const std::string_view type : kTypes) {
    CAPTURE(type);
    const Outcome outcome =
        read(type, "{\n  \"error\": {\n    \"message\": \"No credits\",\n    \"code\": 402\n  }\n}\n");
    CHECK(outcome.lines == "error quota: No credits\n");
    CHECK(outcome.error.status == 402);
  }
}

TEST_CASE("a page is a page, whatever its media type says, and its words are shown without mark-up") {
  constexpr std::string_view kPage =
      "<!DOCTYPE html><html><head><title>Sign in</title></head><body><p>Please log in</p></body></html>";
  for (const std::string_view type : kTypes) {
    CAPTURE(type);
    const Outcome outcome = read(type, kPage);
    CHECK(outcome.lines.starts_with("error protocol: a web page came instead of a reply: Sign in"));
    CHECK(outcome.lines.find('<') == std::string::npos);
    CHECK(outcome.error.hint.find("/v1") != std::string::npos);
    CHECK(outcome.error.hint.find("secret") == std::string::npos);
  }
  CHECK(read("text/html", "Service Unavailable").lines ==
        "error protocol: a web page came instead of a reply: Service Unavailable\n");
}

TEST_CASE("JSON lines are named as Ollama's own API, with the address to write") {
  constexpr std::string_view kLines =
      "{\"model\":\"m\",\"message\":{\"content\":\"h\"},\"done\":false}\n{\"model\":\"m\",\"done\":true}\n";
  for (const std::string_view type : {"application/x-ndjson", "application/json", ""}) {
    CAPTURE(type);
    const Outcome outcome = read(type, kLines);
    CHECK(outcome.lines.starts_with("error protocol: the server answered with a stream of JSON lines"));
    CHECK(outcome.error.hint.find("http://localhost:11434/v1") != std::string::npos);
  }
  CHECK(read("application/x-ndjson", "{\"done\":true}").lines.starts_with("error protocol: the server answered"));
  CHECK(read("application/x-ndjson", kStream).lines == kReply);
}

TEST_CASE("nothing at all is an empty answer, except in a stream, which is incomplete") {
  for (const std::string_view body : {"", "\n\n \t\r\n", "\xEF\xBB\xBF"}) {
    for (const std::string_view type : {"", "application/json", "text/html", "application/x-ndjson"}) {
      CAPTURE(type);
      CHECK(read(type, body).lines.starts_with("error protocol: "));
    }
    CHECK(read("text/event-stream", body).lines.starts_with("error incomplete: "));
  }
  CHECK(read("", "").lines == "error protocol: the server sent an empty answer\n");
}

TEST_CASE("what is no reply is shown, abbreviated and made valid") {
  CHECK(read("text/plain", "404 page not found").lines ==
        "error protocol: what the server sent is no reply: 404 page not found\n");
  CHECK(read("", "da").lines == "error protocol: what the server sent is no reply: da\n");
  CHECK(read("",
             "a\xFF"
             "b")
            .lines == "error protocol: what the server sent is no reply: a\uFFFDb\n");
  CHECK(read("", std::string(100'000, 'x'), 4096, profile_of()).lines.size() < 400);
  CHECK(read("text/event-stream", "404 page not found").lines.starts_with("error incomplete: "));
}

TEST_CASE("a JSON answer that is cut off anywhere is incomplete, never an empty success") {
  for (std::size_t size = 1; size < kJson.size(); ++size) {
    CAPTURE(size);
    CHECK(read("application/json", kJson.substr(0, size), kJson.size(), profile_of()).lines ==
          "error incomplete: the answer was cut off: its JSON has no end\n");
  }
}

TEST_CASE("an error inside a reply gets the advice that the profile calls for") {
  Profile profile = profile_of();
  profile.model = profile.wire_model = "llama9";
  const Outcome outcome =
      read("application/json", R"({"error":{"message":"model 'llama9' not found","code":404}})", profile);
  CHECK(outcome.error.kind == byok::base::ErrorKind::not_found);
  CHECK_FALSE(outcome.error.hint.empty());
}

TEST_CASE("each wire reads its own answers") {
  CHECK(read("application/json",
             R"({"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"hi"}]}]})",
             profile_of(WireApi::responses))
            .lines == "text [hi]\nfinished stop as=completed\n");
  CHECK(read("application/json", R"({"content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn"})",
             profile_of(WireApi::messages))
            .lines == "text [hi]\nfinished stop as=end_turn\n");
}

TEST_CASE("a reply is complete as soon as its last event says so, and done only where nothing may follow") {
  struct Row {
    WireApi api;
    std::string_view begin, end;
  };
  for (const Row& row : std::initializer_list<Row>{
           {WireApi::completions, "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"},
           {WireApi::responses, "data: {\"type\":\"response.created\",\"response\":{\"id\":\"r\"}}\n\n",
            "data: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\"}}\n\n"},
           {WireApi::messages, "data: {\"type\":\"message_start\",\"message\":{\"id\":\"m\"}}\n\n",
            "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n"
            "data: {\"type\":\"message_stop\"}\n\n"}}) {
    const Profile profile = profile_of(row.api);
    byok::test::Transcript transcript;
    const auto decoder = byok::wire::open_reply(profile, {.status = 200, .headers = {}});
    CHECK_FALSE(decoder->is_complete());
    REQUIRE(decoder->feed(row.begin, transcript));
    CHECK_FALSE(decoder->is_complete());
    REQUIRE(decoder->feed(row.end, transcript));
    CHECK(decoder->is_complete());
    CHECK_FALSE(decoder->is_done());
    if (row.api != WireApi::completions) {
      // A gateway goes on with another reply in the same body.
      std::string again(row.begin);
      if (const auto at = again.find("\"id\":\"m\""); at != std::string::npos) again.replace(at, 8, "\"id\":\"n\"");
      REQUIRE(decoder->feed(again, transcript));
      CHECK_FALSE(decoder->is_complete());
    }
    REQUIRE(decoder->feed(row.end, transcript));
    REQUIRE(decoder->feed("data: [DONE]\n\n", transcript));
    CHECK(decoder->is_done());
    REQUIRE(decoder->finish(transcript));
  }
}

TEST_CASE("a JSON answer is complete with its last brace, a stream never within an event, a message not in a block") {
  const Profile profile = profile_of();
  byok::test::Transcript transcript;
  const auto json = byok::wire::open_reply(profile, {.status = 200, .headers = {}});
  for (std::size_t i = 0; i + 1 < kJson.size(); ++i) {
    REQUIRE(json->feed(kJson.substr(i, 1), transcript));
    CHECK_FALSE(json->is_complete());
  }
  REQUIRE(json->feed("}\n", transcript));
  CHECK(json->is_complete());
  REQUIRE(json->feed("{", transcript));
  CHECK_FALSE(json->is_complete());

  const auto stream = byok::wire::open_reply(profile, {.status = 200, .headers = {}});
  REQUIRE(stream->feed(kStream.substr(0, kStream.find("data: [")), transcript));
  CHECK(stream->is_complete());
  REQUIRE(stream->feed("data: {\"cho", transcript));
  CHECK_FALSE(stream->is_complete());
  REQUIRE(stream->feed("ices\":[]}\n\n: comm", transcript));
  CHECK(stream->is_complete());

  const Profile messages = profile_of(WireApi::messages);
  const auto message = byok::wire::open_reply(messages, {.status = 200, .headers = {}});
  REQUIRE(message->feed(
      byok::test::stream_of(R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":"a"}}
{"type":"message_delta","delta":{"stop_reason":"end_turn"}})"),
      transcript));
  CHECK_FALSE(message->is_complete());
  REQUIRE(message->feed(byok::test::stream_of(R"({"type":"content_block_stop","index":0})"), transcript));
  CHECK(message->is_complete());
}

TEST_CASE("an answer that is no stream is refused when it grows without end") {
  const Profile profile = profile_of();
  const auto decoder = byok::wire::open_reply(profile, {.status = 200, .headers = {}});
  byok::test::Transcript transcript;
  byok::base::Result<> result = decoder->feed("[", transcript);
  const std::string block(std::size_t{8} << 20, '1');
  for (int i = 0; i < 9 && result; ++i) result = decoder->feed(block, transcript);
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == byok::base::ErrorKind::protocol);
}
