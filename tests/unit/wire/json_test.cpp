// Tests of the JSON scanner: what it finds, what it unescapes, and that no text makes it read past its end.
#include "wire/json.hpp"

#include <array>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "base/text.hpp"

using byok::wire::Json;
using Type = byok::wire::Json::Type;

namespace {

std::string repeat(std::string_view piece, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += piece;
  return out;
}

// A copy without a byte to spare, so that the sanitizer sees a read past its end.
class Exact {
 public:
  explicit Exact(std::string_view text) : bytes_(new char[text.size()]), size_(text.size()) {
    text.copy(bytes_.get(), size_);
  }
  [[nodiscard]] std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

// Calls all there is to call, on every value inside.
std::size_t visit(Json json, int depth = 0) {
  std::size_t seen = json.str().size() + json.display().size() + (json.is_truthy() ? 1 : 0);
  if (json.integer()) ++seen;
  if (json.plain()) ++seen;
  seen += json["error"].raw().size();
  if (depth == 8) return seen;
  for (Json::Cursor member(json); member.next();) seen += visit(member.value(), depth + 1) + member.key().size();
  return seen;
}

}  // namespace

TEST_CASE("a value is found with its type and its own bytes, white space around it left out") {
  struct Row {
    std::string_view text;
    Type type;
    std::string_view raw;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"null", Type::null, "null"},
           {" \r\n\ttrue ", Type::boolean, "true"},
           {"false,", Type::boolean, "false"},
           {"-1.5e+10]", Type::number, "-1.5e+10"},
           {"0", Type::number, "0"},
           {R"("a\"b\\" rest)", Type::string, R"("a\"b\\")"},
           {R"("")", Type::string, R"("")"},
           {"[]", Type::array, "[]"},
           {"[1,[2],{}] [3]", Type::array, "[1,[2],{}]"},
           {"{}", Type::object, "{}"},
           {R"({"a":"}","b":"\"}"} {})", Type::object, R"({"a":"}","b":"\"}"})"},
       }) {
    CAPTURE(row.text);
    const Json json = Json::parse(row.text);
    CHECK(json.type() == row.type);
    CHECK(json.raw() == row.raw);
    CHECK(json.is_valid());
  }
}

TEST_CASE("what is cut short or no value at all is invalid, and everything asked of it is empty") {
  for (const std::string_view text :
       {"",     " ",          "\n\t", "tru",   "nul",       "fals",      "x",         "'a'",     ",",        ":",
        "}",    "]",          "\"",   "\"abc", "\"abc\\\"", "{",         "[",         "{\"a\":", "{\"a\":1", "[1,2",
        "[\"]", "{\"a\":\"}", "[}",   "{]",    "[1}",       "{\"a\":[}", "undefined", "NaN"}) {
    CAPTURE(text);
    const Json json = Json::parse(text);
    CHECK_FALSE(json.is_valid());
    CHECK_FALSE(json.is_truthy());
    CHECK(json.raw().empty());
    CHECK(json.str().empty());
    CHECK(json.display().empty());
    CHECK_FALSE(json.plain().has_value());
    CHECK_FALSE(json.integer().has_value());
    CHECK_FALSE(json["a"].is_valid());
    Json::Cursor cursor(json);
    CHECK_FALSE(cursor.next());
  }
  CHECK_FALSE(Json().is_valid());
}

TEST_CASE("every beginning of a text is either invalid or a value of its own, and is never read past its end") {
  constexpr std::string_view kText =
      R"( {"id":"a\u00e9\ud83d\ude00\"\\","n":[1,-2.5e3,null,true,false],"o":{"error":{"x":"\/"},"e":[]},"t":"é"} )";
  for (std::size_t size = 0; size <= kText.size(); ++size) {
    const Exact copy(kText.substr(0, size));
    const Json json = Json::parse(copy.view());
    const bool is_whole = size >= kText.size() - 1;
    CHECK(json.is_valid() == is_whole);
    visit(json);
  }
}

TEST_CASE("damaged text is walked without harm wherever a byte is replaced") {
  constexpr std::string_view kText = R"({"a":"x\ny","b":[1,{"error":"\u0041"}],"c":{"d":null,"e":"\ud83d\ude00"}})";
  for (std::size_t at = 0; at < kText.size(); ++at) {
    for (const char c : {'"', '\\', '{', '}', '[', ']', ',', ':', '\0', '\xFF', 'u', '0'}) {
      std::string text(kText);
      text[at] = c;
      const Exact copy(text);
      const Json json = Json::parse(copy.view());
      visit(json);
      CHECK(json.raw().size() <= text.size());
    }
  }
}

TEST_CASE("nesting is valid down to 256 and invalid below, in any mixture, and a flood of brackets is refused") {
  for (const auto& [open, close] : {std::array<std::string_view, 2>{"[", "]"}, {R"({"a":)", "}"}}) {
    CHECK(Json::parse(repeat(open, 256) + "0" + repeat(close, 256)).is_valid());
    CHECK_FALSE(Json::parse(repeat(open, 257) + "0" + repeat(close, 257)).is_valid());
    CHECK_FALSE(Json::parse(repeat(open, 1'000'000)).is_valid());
  }
  CHECK(Json::parse(repeat(R"([{"a":)", 128) + "0" + repeat("}]", 128)).is_valid());
  CHECK_FALSE(Json::parse(repeat(R"([{"a":)", 129) + "0" + repeat("}]", 129)).is_valid());
}

TEST_CASE("members are found by name, the first of a name counts, and nothing is found in what is no object") {
  const Json json = Json::parse(R"({"a":1, "b" : {"c":"x"} ,"a":2,"":3,"\u0061b":4})");
  CHECK(json["a"].raw() == "1");
  CHECK(json["b"]["c"].str() == "x");
  CHECK(json[""].raw() == "3");
  CHECK_FALSE(json["c"].is_valid());
  CHECK_FALSE(json["b"]["c"]["d"].is_valid());
  CHECK_FALSE(Json::parse("[1]")["0"].is_valid());
  CHECK_FALSE(Json::parse(R"("a")")["a"].is_valid());
}

TEST_CASE("a cursor walks members and elements in order and stops at the first thing that is neither") {
  const auto walk = [](std::string_view text) {
    std::string out;
    for (Json::Cursor cursor(Json::parse(text)); cursor.next();) {
      out += std::string(cursor.key()) + "=" + std::string(cursor.value().raw()) + ";";
    }
    return out;
  };
  CHECK(walk(R"({"a":1,"b":[2,3],"c":{"d":4}})") == R"(a=1;b=[2,3];c={"d":4};)");
  CHECK(walk(R"([1, "two" ,null,[3]])") == R"(=1;="two";=null;=[3];)");
  CHECK(walk("{}").empty());
  CHECK(walk("[ ]").empty());
  CHECK(walk(R"("text")").empty());
  CHECK(walk("17").empty());
  CHECK(walk(R"({"a":1,b:2})") == "a=1;");
  CHECK(walk(R"({"a" 1})").empty());
  CHECK(walk(R"({"a":})").empty());
  CHECK(walk(R"([1,nul,2])") == "=1;");
  CHECK(walk(R"([1,2,])") == "=1;=2;");
}

TEST_CASE("what says nothing is not true, so that \"error\": null or {} is no error") {
  for (const std::string_view text : {"null", "false", "0", "-0", "0.0", "0e5", R"("")", "[]", "{}", "{ }", "[\n]"}) {
    CAPTURE(text);
    CHECK_FALSE(Json::parse(text).is_truthy());
  }
  for (const std::string_view text : {"true", "1", "-1", "0.5", "1e400", R"("0")", R"(" ")", "[0]", R"({"a":0})"}) {
    CAPTURE(text);
    CHECK(Json::parse(text).is_truthy());
  }
}

TEST_CASE("strings are unescaped, pairs of surrogates joined, halves and invalid bytes replaced") {
  struct Row {
    std::string_view json, text;
  };
  for (const auto& [json, text] : std::initializer_list<Row>{
           {R"("")", ""},
           {R"("plain é 😀")", "plain é 😀"},
           {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
           {R"("\u0041\u00e9\u20AC")", "Aé€"},
           {R"("\ud83d\ude00")", "😀"},
           {R"("\uD83D\uDE00!")", "😀!"},
           {R"("\ud83d")", "\uFFFD"},
           {R"("\ud83dx")", "\uFFFDx"},
           {R"("\ude00")", "\uFFFD"},
           {R"("\ude00\ud83d")", "\uFFFD\uFFFD"},
           {R"("\ud83d\ud83d\ude00")", "\uFFFD😀"},
           {R"("\ud83d\n")", "\uFFFD\n"},
           {R"("\u12")", "\uFFFD12"},
           {R"("\uZZZZ")", "\uFFFDZZZZ"},
           {R"("\q")", "q"},
           {"\"a\xFF\x62\"", "a\uFFFDb"},
           {"\"\\n\xE2\x82\"", "\n\uFFFD"},
       }) {
    CAPTURE(json);
    CHECK(Json::parse(json).str() == text);
  }
  CHECK(Json::parse(R"("a\u0000b")").str() == std::string("a\0b", 3));
  std::string out = "before ";
  Json::parse(R"("and\tafter")").append_to(out);
  Json::parse("17").append_to(out);
  CHECK(out == "before and\tafter");
}

TEST_CASE("the bytes of a string are handed out as they are only when nothing in it is escaped") {
  CHECK(Json::parse(R"("abc")").plain() == "abc");
  CHECK(Json::parse(R"("")").plain() == "");
  CHECK_FALSE(Json::parse(R"("a\nb")").plain().has_value());
  CHECK_FALSE(Json::parse("1").plain().has_value());
}

TEST_CASE("whole numbers are read in every spelling, all others are none") {
  struct Row {
    std::string_view json;
    std::optional<std::int64_t> value;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"0", 0},
           {"-17", -17},
           {"1.0", 1},
           {"1e3", 1000},
           {"\"401\"", 401},
           {"\"1.0\"", 1},
           {"9223372036854775807", 9223372036854775807},
           {"9223372036854775808", std::nullopt},
           {"1e400", std::nullopt},
           {"-1e400", std::nullopt},
           {"1e-400", 0},
           {"1.5", std::nullopt},
           {"-", std::nullopt},
           {"1-2", std::nullopt},
           {"....", std::nullopt},
           {"\"\"", std::nullopt},
           {"\"nan\"", std::nullopt},
           {"\"inf\"", std::nullopt},
           {"\"12 apples\"", std::nullopt},
           {"true", std::nullopt},
           {"null", std::nullopt},
           {"[1]", std::nullopt},
       }) {
    CAPTURE(row.json);
    const auto value = Json::parse(row.json).integer();
    if (row.json != "1e-400") CHECK(value == row.value);  // an underflow may be read as 0 or not at all
    CHECK((!value || *value == row.value));
  }
  CHECK_FALSE(Json::parse(repeat("9", 100'000)).integer().has_value());
}

TEST_CASE("for messages, text is shown unescaped, null not at all, and other values as they are written") {
  CHECK(Json::parse(R"("a\"b")").display() == "a\"b");
  CHECK(Json::parse("null").display().empty());
  CHECK(Json::parse("404").display() == "404");
  CHECK(Json::parse("true").display() == "true");
  CHECK(Json::parse(R"({"a": [1]})").display() == R"({"a": [1]})");
  CHECK(Json::parse("[\"\xFF\"]").display() == "[\"\uFFFD\"]");
}

TEST_CASE("what the quoting of JSON writes, the scanner reads") {
  for (const std::string_view text :
       {"", "plain", "a\"b\\c/d", "line\nline\r\n\ttab", "é€😀", "\x01\x1F\x7F", "\\u0041"}) {
    CAPTURE(text);
    CHECK(Json::parse(byok::base::json_quote(text)).str() == text);
  }
}
