// Tests of what scalars mean: durations, texts that YAML misreads, numbers, JSON.
#include "config/values.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

using namespace byok::config;
using std::chrono::milliseconds;

namespace {

Node value_of(const std::string& yaml) { return *parse_yaml("k: " + yaml + "\n", "f").root.find("k"); }

}  // namespace

TEST_CASE("Durations are seconds or carry a unit, and may have a fraction") {
  struct Row {
    const char* text;
    std::int64_t expected;
  };
  for (const Row& row : {Row{"30s", 30'000}, Row{"2m", 120'000}, Row{"1h", 3'600'000}, Row{"90d", 7'776'000'000},
                         Row{"500ms", 500}, Row{"45", 45'000}, Row{"0", 0}, Row{"1.5s", 1'500}, Row{"0.25", 250},
                         Row{" 2 m ", 120'000}, Row{"-1s", -1'000}}) {
    CAPTURE(row.text);
    CHECK(parse_duration(row.text) == milliseconds(row.expected));
  }
  for (const char* bad :
       {"", "s", "1x", "1 2", "1h30m", "1e5", "0x10", "inf", "nan", "-", ".", "99999999999999d", "1.2.3", "--1"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_duration(bad).has_value());
  }
}

TEST_CASE("Words that YAML reads as truth or nothing are no text unless quoted") {
  for (const char* word : {"no", "on", "yes", "off", "true", "False", "NO"}) {
    CAPTURE(word);
    const auto problem = check_shape(value_of(word), Shape::text);
    REQUIRE(problem);
    CHECK(problem->remedy == "write it in quotes: \"" + std::string(word) + "\"");
    CHECK_FALSE(check_shape(value_of("\"" + std::string(word) + "\""), Shape::text));
  }
  for (const char* word : {"null", "~", ""}) {
    CAPTURE(word);
    REQUIRE(check_shape(value_of(word), Shape::text));
    CHECK(check_shape(value_of(word), Shape::text)->summary == "has no value");
  }
  for (const char* text : {"2024-10-21", "4.10", "12", "a: b", "x"}) {
    CAPTURE(text);
    if (std::string_view(text).find(": ") == std::string_view::npos) CHECK(as_text(value_of(text)) == text);
  }
  CHECK(check_shape(value_of("[a]"), Shape::text)->summary == "must be text, and is a list");
  CHECK(check_shape(value_of("{a: b}"), Shape::text)->summary == "must be text, and is a mapping");
}

TEST_CASE("Each shape takes its own kind of value and says what else it wants") {
  struct Row {
    Shape shape;
    const char* yaml;
    bool is_good;
  };
  for (const Row& row : {
           Row{Shape::integer, "12", true},
           Row{Shape::integer, "-3", true},
           Row{Shape::integer, "1.5", false},
           Row{Shape::integer, "\"12\"", false},
           Row{Shape::integer, "twelve", false},
           Row{Shape::integer, "99999999999999999999", false},
           Row{Shape::number, "0.5", true},
           Row{Shape::number, "1", true},
           Row{Shape::number, "1e1", true},
           Row{Shape::number, ".5", false},
           Row{Shape::number, "hot", false},
           Row{Shape::number, ".inf", false},
           Row{Shape::number, "nan", false},
           Row{Shape::number, "\"0.5\"", false},
           Row{Shape::boolean, "true", true},
           Row{Shape::boolean, "no", true},
           Row{Shape::boolean, "\"true\"", false},
           Row{Shape::boolean, "1", false},
           Row{Shape::boolean, "", false},
           Row{Shape::duration, "30", true},
           Row{Shape::duration, "\"30s\"", true},
           Row{Shape::duration, "soon", false},
           Row{Shape::duration, "[1]", false},
           Row{Shape::text_list, "a", true},
           Row{Shape::text_list, "[a, \"no\"]", true},
           Row{Shape::text_list, "[a, no]", false},
           Row{Shape::text_list, "{a: b}", false},
           Row{Shape::text_list, "", false},
           Row{Shape::local_only, "true", true},
           Row{Shape::local_only, "lan", true},
           Row{Shape::local_only, "wan", false},
           Row{Shape::save, "terminal", true},
           Row{Shape::save, "Never", true},
           Row{Shape::save, "sometimes", false},
           Row{Shape::age, "90d", true},
           Row{Shape::age, "12h", true},
           Row{Shape::age, "0", true},
           Row{Shape::age, "90", false},
           Row{Shape::age, "-5d", false},
           Row{Shape::age, "1y", false},
           Row{Shape::age, "1000000d", false},
           Row{Shape::age, "[90d]", false},
       }) {
    CAPTURE(row.yaml);
    CAPTURE(static_cast<int>(row.shape));
    const auto problem = check_shape(value_of(row.yaml), row.shape);
    CHECK(problem.has_value() != row.is_good);
    if (problem) CHECK_FALSE(problem->remedy.empty());
  }
  CHECK(check_shape(value_of("\"12\""), Shape::integer)->remedy == "write 12 without quotes");
  CHECK(check_shape(value_of("\"true\""), Shape::boolean)->remedy == "write true without quotes");
  CHECK(check_shape(value_of("yes"), Shape::save)->summary == "must be always, terminal or never, and is \"yes\"");
  CHECK(check_shape(value_of("90"), Shape::age)->remedy.starts_with("write 90d "));
  CHECK(check_shape(value_of("1y"), Shape::age)->remedy == "write 90d (units: d, h, m, s); 0 is for ever");
}

TEST_CASE("An age has a unit and is not negative") {
  CHECK(parse_age("90d") == milliseconds(7'776'000'000));
  CHECK(parse_age(" 12h ") == milliseconds(43'200'000));
  CHECK(parse_age("0d") == milliseconds(0));
  for (const char* bad : {"90", "0", "", "-5d", "1.", "d", "1y"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_age(bad).has_value());
  }
}

TEST_CASE("JSON keeps numbers as written, and what JSON does not know becomes text") {
  CHECK(to_json(value_of("{a: 1.50, b: -0, c: 1e3, d: 007, e: .5, f: +1, g: 0x1f, h: ~, i: true, j: yes}")) ==
        R"({"a":1.50,"b":-0,"c":1e3,"d":"007","e":".5","f":"+1","g":"0x1f","h":null,"i":true,"j":"yes"})");
  CHECK(to_json(value_of("\"quote \\\" and \\n\"")) == R"("quote \" and \n")");
  CHECK(to_json(value_of("[]")) == "[]");
  CHECK(to_json(value_of("{}")) == "{}");
  CHECK(to_json(value_of("1.e5")) == "\"1.e5\"");
  CHECK(to_json(value_of("1-2")) == "\"1-2\"");
}
