// Tests of what the decoders of typed events share: text over seams of deltas, junk, stray lines, in-band errors.
#include "wire/event_decoder.hpp"

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "unit/wire/transcript.hpp"
#include "wire/openai_responses_decoder.hpp"

using byok::test::transcribe;
using byok::wire::DeltaText;
using byok::wire::Json;
using byok::wire::open_responses_stream;

namespace {

// The texts of a run of deltas, given as JSON, joined by `|`, and what waited at the end.
std::string run(const std::vector<std::string_view>& deltas) {
  DeltaText text;
  std::string out;
  for (const std::string_view delta : deltas) out += std::string(text.read(Json::parse(delta))) + "|";
  return out + std::string(text.rest());
}

}  // namespace

TEST_CASE("DeltaText: strings are unescaped, other values are empty") {
  CHECK(run({R"("plain")", R"("a\nb\"c\\")", R"("")", "null", "7", R"({"a":1})", R"(["x"])"}) ==
        "plain|a\nb\"c\\||||||");
}

TEST_CASE("DeltaText: a plain string is not copied") {
  const std::string delta = R"("plain")";
  DeltaText text;
  CHECK(text.read(Json::parse(delta)).data() == delta.data() + 1);
}

TEST_CASE("DeltaText: a surrogate pair split over two deltas is joined") {
  CHECK(run({R"("a\ud83d")", R"("\ude00b")"}) == "a|\U0001F600b|");
  CHECK(run({R"("\uD83D")", R"("")", R"("\uDE00")"}) == "||\U0001F600|");
  CHECK(run({R"("\ud83d")", R"("\ude00\ud83d")", R"("\ude01")"}) == "|\U0001F600|\U0001F601|");
}

TEST_CASE("DeltaText: a half that stays alone becomes U+FFFD") {
  CHECK(run({R"("a\ud83d")"}) == "a|\uFFFD");
  CHECK(run({R"("a\ud83d")", R"("b")"}) == "a|\uFFFDb|");
  CHECK(run({R"("\ude00")"}) == "\uFFFD|");
}

TEST_CASE("DeltaText: what only looks like half a pair is not held back") {
  CHECK(run({R"("\\ud83d")"}) == "\\ud83d|");
  CHECK(run({R"("\\\\ud83d")"}) == "\\\\ud83d|");
  CHECK(run({R"("\u00e9")"}) == "\u00e9|");
  CHECK(run({R"("\ud7ff")"}) == "\uD7FF|");
  CHECK(run({R"("ud83d")"}) == "ud83d|");
}

TEST_CASE("Typed events: a half pair at the end of the text is shown as U+FFFD before the finish") {
  CHECK(transcribe(open_responses_stream,
                   "data: {\"type\":\"response.output_text.delta\",\"delta\":\"a\\ud83d\"}\n\n"
                   "data: {\"type\":\"response.completed\"}\n\n") ==
        "text [a]\ntext [\uFFFD]\nfinished stop as=completed\n");
}

TEST_CASE("Typed events: data that is not JSON is said once and left out") {
  CHECK(transcribe(open_responses_stream,
                   "data: proxy says hello\n\ndata: \"lone\"\n\n"
                   "data: {\"type\":\"response.output_text.delta\",\"delta\":\"a\"}\n\ndata: [1]\n\n"
                   "data: {\"type\":\"response.completed\"}\n\n") ==
        "notice [The stream holds an event that is not JSON; it was left out.]\ntext [a]\n"
        "finished stop as=completed\n");
}

TEST_CASE("Typed events: a stream of nothing but junk fails as a protocol error, a short one as incomplete") {
  std::string junk;
  for (int i = 0; i < 100; ++i) junk += "data: junk\n\n";
  CHECK(transcribe(open_responses_stream, junk).find("\nerror protocol: ") != std::string::npos);
  CHECK(transcribe(open_responses_stream, "data: junk\n\n").find("\nerror incomplete: ") != std::string::npos);
}

TEST_CASE("Typed events: an error event in plain text and a stray error line are errors") {
  for (const std::string_view bytes : {
           "event: error\ndata: upstream went away\n\n",
           "error: {\"code\":500,\"message\":\"upstream went away\",\"type\":\"server_error\"}\n\n",
           "error: upstream went away\n\n",
           "{\"error\":{\"message\":\"upstream went away\"}}\n\n",
           "{\"error\":\"upstream went away\"}\n",
       }) {
    CAPTURE(bytes);
    const std::string got = transcribe(open_responses_stream, bytes);
    CHECK(got.starts_with("error "));
    CHECK(got.find("upstream went away") != std::string::npos);
  }
  CHECK(transcribe(open_responses_stream, "{\"error\":null}\n\n").starts_with("error incomplete: "));
}

TEST_CASE("Typed events: [DONE] is known with what surrounds it") {
  for (const std::string_view mark : {"[DONE]", " [DONE] ", "[DONE]x", "\t[DONE]"})
    CHECK(byok::wire::is_done_mark(mark));
  for (const std::string_view other : {"", "DONE", "[done]", "{}", "x[DONE]"}) CHECK(!byok::wire::is_done_mark(other));
}

TEST_CASE("Typed events: the request id that an error event names is kept") {
  const Json event = Json::parse(R"({"type":"error","error":{"message":"x"},"request_id":"req_1"})");
  const auto result = byok::wire::check_in_band("error", event["error"], event);
  REQUIRE(!result);
  CHECK(result.error().request_id == "req_1");
  CHECK(byok::wire::check_in_band("ping", Json::parse("null"), event));
  CHECK(byok::wire::check_in_band("ping", Json(), event));
}
