// Event lines are JSON in the order that readers expect, and times survive writing and reading.
#include "session/store/event_line.hpp"

#include <ostream>
//
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace byok;
using namespace byok::session;
using namespace std::chrono_literals;

TEST_CASE("the envelope has type, id, timestamp, parent, ephemeral and data") {
  CHECK(event_line({.type = "t", .id = "i", .timestamp = "now", .parent = ""}, "{}") ==
        "{\"type\":\"t\",\"id\":\"i\",\"timestamp\":\"now\",\"parentId\":null,\"data\":{}}\n");
  CHECK(
      event_line({.type = "t", .id = "i", .timestamp = "now", .parent = "p", .is_ephemeral = true}, R"({"a":1})") ==
      "{\"type\":\"t\",\"id\":\"i\",\"timestamp\":\"now\",\"parentId\":\"p\",\"ephemeral\":true,\"data\":{\"a\":1}}\n");
}

TEST_CASE("a parent's id from another program's file stays text") {
  const std::string line = event_line({.type = "t", .id = "i", .timestamp = "n", .parent = "a\"b\nc"}, "{}");
  CHECK(line == "{\"type\":\"t\",\"id\":\"i\",\"timestamp\":\"n\",\"parentId\":\"a\\\"b\\nc\",\"data\":{}}\n");
}

TEST_CASE("fields are quoted, left out when absent, and redacted before they are quoted") {
  base::Redactor redactor;
  redactor.add("secret\\value");
  const std::string object = Fields(redactor)
                                 .text("a", "x \"secret\\value\"")
                                 .text_if("b", "")
                                 .number_if("c", std::nullopt)
                                 .number("d", -3)
                                 .raw("e", "[1]")
                                 .object();
  CHECK(object == R"({"a":"x \"[redacted]\"","d":-3,"e":[1]})");
}

TEST_CASE("a secret that ends in a backslash does not unquote what follows it") {
  base::Redactor redactor;
  redactor.add("pass-word\\");
  const auto object =
      nlohmann::json::parse(Fields(redactor).text("a", "pass-word\"").text("b", "x").object(), nullptr, false);
  REQUIRE(object.is_object());
  CHECK(object["b"] == "x");
}

TEST_CASE("times are written with milliseconds and read back") {
  const std::chrono::system_clock::time_point time =
      std::chrono::sys_days(std::chrono::year(2024) / 2 / 29) + 23h + 59min + 58s + 7ms;
  CHECK(timestamp(time) == "2024-02-29T23:59:58.007Z");
  CHECK(parse_timestamp(timestamp(time)) == time);
  for (const char* text : {"", "2024-02-30T00:00:00.000Z", "2024-02-29T24:00:00.000Z", "2024-02-29 00:00:00.000Z",
                           "2024-02-29T00:00:00Z", "2024-02-29T00:00:00.00xZ", "+024-02-29T00:00:00.000Z",
                           "4052-11-27T00:00:00.000Z", "1677-12-31T23:59:59.999Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_timestamp(text).has_value());
  }
}

TEST_CASE("ids of events are random UUIDs of version 4") {
  const std::string id = make_uuid();
  REQUIRE(id.size() == 36);
  CHECK(id[14] == '4');
  CHECK(std::string("89ab").contains(id[19]));
  CHECK(id != make_uuid());
}
