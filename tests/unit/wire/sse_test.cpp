// Tests of the parser for server-sent events: line ends, fields, seams, ends and limits.
#include "wire/sse.hpp"

#include <fmt/format.h>

#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using byok::base::ErrorKind;
using byok::base::Result;
using byok::wire::SseEvent;
using byok::wire::SseParser;
using byok::wire::SseSink;

namespace {

// The events as text: `name|data;`, strays as `!line;`.
class Record final : public SseSink {
 public:
  Result<> on_event(const SseEvent& event) override {
    text += fmt::format("{}|{};", event.name, event.data);
    if (event.data == "stop") is_stopped_ = true;
    if (event.data == "fail") return byok::base::fail(ErrorKind::protocol, "as asked");
    return {};
  }
  Result<> on_stray(std::string_view line) override {
    text += fmt::format("!{};", line);
    return {};
  }
  [[nodiscard]] bool is_done() const override { return is_stopped_; }

  std::string text;

 private:
  bool is_stopped_ = false;
};

std::string parse(const std::vector<std::string_view>& pieces) {
  SseParser parser;
  Record record;
  for (const std::string_view piece : pieces) REQUIRE(parser.feed(piece, record));
  REQUIRE(parser.finish(record));
  return record.text;
}

// The whole at once, after a check that every split into two or three and every single byte give the same.
std::string events_of(std::string_view bytes) {
  const std::string whole = parse({bytes});
  std::vector<std::string_view> single;
  for (std::size_t at = 0; at < bytes.size(); ++at) single.push_back(bytes.substr(at, 1));
  CHECK(parse(single) == whole);
  for (std::size_t first = 0; first <= bytes.size(); ++first) {
    CAPTURE(first);
    CHECK(parse({bytes.substr(0, first), bytes.substr(first)}) == whole);
    for (std::size_t second = first; second <= bytes.size(); second += 3) {
      const std::string in_three =
          parse({bytes.substr(0, first), bytes.substr(first, second - first), bytes.substr(second)});
      CHECK(in_three == whole);
    }
  }
  return whole;
}

}  // namespace

TEST_CASE("LF, CR and CRLF end lines, also mixed and also when a seam lies inside CRLF") {
  for (const std::string_view end : {"\n", "\r", "\r\n"}) {
    const std::string bytes = fmt::format("event: a{0}data: 1{0}data: 2{0}{0}data: 3{0}{0}", end);
    CHECK(events_of(bytes) == "a|1\n2;|3;");
  }
  CHECK(events_of("data: 1\r\n\ndata: 2\r\rdata: 3\n\r\n") == "|1;|2;|3;");
  CHECK(events_of("data: 1\n\n\n\n\r\n\r\n\ndata: 2\n\n") == "|1;|2;");
}

TEST_CASE("a line that ends with CR is acted upon without waiting for an LF") {
  SseParser parser;
  Record record;
  REQUIRE(parser.feed("data: now\r\r", record));
  CHECK(record.text == "|now;");
  REQUIRE(parser.feed("\ndata: then\r\n\r", record));
  CHECK(record.text == "|now;|then;");
}

TEST_CASE("one byte order mark at the very beginning is dropped, a later one is part of its line") {
  CHECK(events_of("\xEF\xBB\xBF"
                  "data: 1\n\n") == "|1;");
  CHECK(events_of("\xEF\xBB\xBF"
                  ": comment\n\ndata: 1\n\n") == "|1;");
  CHECK(events_of("data: 1\n\n\xEF\xBB\xBF"
                  "data: 2\n\n") == "|1;");
  CHECK(events_of("\xEF\xBB\xBF\xEF\xBB\xBF"
                  "data: 1\n\ndata: 2\n\n") == "|2;");
}

TEST_CASE("fields are read as the standard says") {
  struct Row {
    std::string_view bytes, events;
  };
  for (const auto& [bytes, events] : std::initializer_list<Row>{
           {"data:no space\n\n", "|no space;"},
           {"data:  two\n\n", "| two;"},
           {"data:\ttab\n\n", "|\ttab;"},
           {"data: a: b\n\n", "|a: b;"},
           {"data\n\n", ""},
           {"data\ndata\n\ndata: 1\n\n", "|1;"},
           {"event: x\ndata: \n\ndata: 1\n\n", "|1;"},
           {"data: a\ndata:\ndata: b\n\n", "|a\n\nb;"},
           {"event: x\ndata: 1\n\ndata: 2\n\n", "x|1;|2;"},
           {"event: x\nevent: y\ndata: 1\n\n", "y|1;"},
           {"data: 1\nevent: late\n\n", "late|1;"},
           {"event: lost\n\ndata: 1\n\n", "|1;"},
           {"id: 7\nretry: 3000\ndata: 1\n\n", "|1;"},
           {std::string_view("id: a\0b\nretry: soon\ndata: 1\n\n", 29), "|1;"},
           {"unknown: x\nDATA: 2\n data: 3\ndata: 1\n\n", "|1;"},
       }) {
    CAPTURE(bytes);
    CHECK(events_of(bytes) == events);
  }
}

TEST_CASE("comments are passed over wherever they stand, bare, named or inside an event") {
  CHECK(events_of(": OPENROUTER PROCESSING\n\n: \n\n:\n\n").empty());
  CHECK(events_of(":data: no\ndata: 1\n: keep-alive\ndata: 2\n\n") == "|1\n2;");
}

TEST_CASE("lines that are no field but may be errors are handed over as they stand") {
  CHECK(events_of("error: {\"code\":500}\n\n") == "!error: {\"code\":500};");
  CHECK(events_of("{\"error\":\"x\"}\n") == "!{\"error\":\"x\"};");
  CHECK(events_of("{\"error\":\"x\"}") == "!{\"error\":\"x\"};");
  CHECK(events_of("data: {\"a\":1}\n\nerror\n") == "|{\"a\":1};!error;");
}

TEST_CASE("an event without its blank line counts at the end when its data is whole") {
  for (const std::string_view bytes : {"data: {\"a\":1}", "data: {\"a\":1}\n", "data: {\"a\":1}\r",
                                       "data: {\"a\":1}\r\n", "data: {\"a\":1}\n: comment", "data: {\"a\":1}\nid: 7"}) {
    CAPTURE(bytes);
    CHECK(events_of(bytes) == "|{\"a\":1};");
  }
  CHECK(events_of("data: [DONE]") == "|[DONE];");
  CHECK(events_of("data: [DONE] \n") == "|[DONE] ;");
  for (const std::string_view bytes : {"data: {\"a\":1", "data: {\"a\":\"x", "data: [DON", "data: {\"a\":1} x",
                                       "data: word", "data:", "dat", "event: x"}) {
    CAPTURE(bytes);
    CHECK(events_of(bytes).empty());
  }
}

TEST_CASE("of a stream without blank lines the leading lines that are whole count at the end") {
  CHECK(events_of("data: {\"a\":1}\ndata: {\"b\":2}\ndata: [DONE]\n") == "|{\"a\":1}\n{\"b\":2}\n[DONE];");
  CHECK(events_of("data: {\"a\":1}\ndata: {\"b\":2}\ndata: {\"c\"") == "|{\"a\":1}\n{\"b\":2}\n;");
  CHECK(events_of("data: {\ndata: \"a\":1\ndata: }") == "|{\n\"a\":1\n};");
  CHECK(events_of("data: {\ndata: \"a\":1\n").empty());
}

TEST_CASE("whether an event is still to be ended is known") {
  SseParser parser;
  Record record;
  for (const auto& [bytes, want] : std::initializer_list<std::pair<std::string_view, bool>>{
           {"", true}, {"da", false}, {"ta: 1\n", false}, {"\n", true}, {": com", true}, {"ment\n", true}}) {
    REQUIRE(parser.feed(bytes, record));
    CHECK(parser.is_between_events() == want);
  }
}

TEST_CASE("after the sink is done, nothing that follows is read") {
  CHECK(events_of("data: stop\n\ndata: more\n\nerror: x\n\n") == "|stop;");
  CHECK(events_of("data: stop\n\n{\"error\":1}") == "|stop;");
  CHECK(events_of("data: stop\n\ndata: {}") == "|stop;");
}

TEST_CASE("an error of the sink is handed up and is the last thing that happens") {
  SseParser parser;
  Record record;
  const auto result = parser.feed("data: 1\n\ndata: fail\n\ndata: 2\n\n", record);
  REQUIRE_FALSE(result);
  CHECK(result.error().message == "as asked");
  CHECK(record.text == "|1;|fail;");
}

TEST_CASE("bytes of any value pass, also characters that are cut by a seam") {
  CHECK(events_of("data: é€😀\n\n") == "|é€😀;");
  CHECK(events_of("data: \xFF\xC3\n\n") == "|\xFF\xC3;");
  CHECK(events_of(std::string_view("data: a\0b\n\n", 11)) == std::string_view("|a\0b;", 5));
}

TEST_CASE("long events pass, and one above the limit is refused whichever way it comes") {
  const std::string long_line(std::size_t{1} << 20, 'x');
  CHECK(parse({"data: ", long_line, "\n\n"}) == "|" + long_line + ";");

  const std::string eighth(SseParser::kLongest / 8, 'x');
  const auto feed_nine = [&eighth](std::string_view before, std::string_view after) {
    SseParser parser;
    Record record;
    Result<> result;
    for (int i = 0; i < 9 && result; ++i) {
      for (const std::string_view piece : {before, std::string_view(eighth), after}) {
        if (result) result = parser.feed(piece, record);
      }
    }
    return result;
  };
  for (const auto& result : {feed_nine("data: ", "\n"), feed_nine("", "")}) {
    REQUIRE_FALSE(result);
    CHECK(result.error().kind == ErrorKind::protocol);
    CHECK(result.error().message == "the server sent an event of more than 64 MiB");
  }
}
