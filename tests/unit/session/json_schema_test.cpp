// Tests of JsonSchema: which schemas are taken, which replies are, and what is said of the others.
#include <ostream>
//
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <string_view>

#include "session/json_schema.hpp"

using byok::base::ErrorKind;
using byok::session::JsonSchema;

namespace {

JsonSchema schema_of(std::string_view text) {
  auto schema = JsonSchema::parse(text);
  REQUIRE_MESSAGE(schema.has_value(), text, ": ", schema ? "" : schema.error().message);
  return *std::move(schema);
}

std::string fault(std::string_view text) {
  const auto schema = JsonSchema::parse(text);
  if (schema) return "";
  CHECK(schema.error().kind == ErrorKind::usage);
  CHECK_FALSE(schema.error().hint.empty());
  return schema.error().message;
}

// The value, or "! " and what is wrong.
std::string judged(std::string_view schema, std::string_view reply) {
  const auto value = schema_of(schema).check(reply);
  return value ? *value : "! " + value.error().sentence();
}

bool is_valid(std::string_view schema, std::string_view reply) { return !judged(schema, reply).starts_with('!'); }

constexpr std::string_view kPerson = R"({"type":"object","properties":{"name":{"type":"string"},
  "age":{"type":"integer","minimum":0},"tags":{"type":"array","items":{"type":"string"}}},
  "required":["name","age"],"additionalProperties":false})";

}  // namespace

TEST_CASE("JsonSchema: a valid reply gives its value, members in the order written") {
  CHECK(judged(kPerson, R"({ "name": "Ada",  "age": 36 })") == R"({"name":"Ada","age":36})");
  CHECK(judged(kPerson, "\n{\"age\":36,\"name\":\"Ada\"}\n") == R"({"age":36,"name":"Ada"})");
  CHECK(judged(R"({"type":"number"})", "1.50") == "1.5");
  CHECK(judged(R"({"type":"string"})", R"("ä")") == R"("ä")");
}

TEST_CASE("JsonSchema: a reply that is one fenced block is what stands in it") {
  CHECK(is_valid(kPerson, "```json\n{\"name\":\"Ada\",\"age\":36}\n```"));
  CHECK(is_valid(kPerson, "```\n{\"name\":\"Ada\",\"age\":36}\n```\n"));
  CHECK_FALSE(is_valid(kPerson, "Here:\n```json\n{\"name\":\"Ada\",\"age\":36}\n```"));
  CHECK_FALSE(is_valid(kPerson, "```json\n{\"name\":\"Ada\",\"age\":36}\n```\nThat is it."));
  CHECK_FALSE(is_valid(kPerson, "```json\n{\"name\":\"Ada\",\"age\":36}\n```\n```json\n{}\n```"));
  CHECK_FALSE(is_valid(kPerson, "```yaml\n{\"name\":\"Ada\",\"age\":36}\n```"));
  CHECK_FALSE(is_valid(kPerson, "```json\n```"));
  CHECK_FALSE(is_valid(kPerson, "``````"));
}

TEST_CASE("JsonSchema: the first violation is named by its path") {
  CHECK(judged(kPerson, R"({"name":"Ada","age":"old"})").starts_with("! at /age: "));
  CHECK(judged(kPerson, R"({"name":"Ada","age":"old"})").ends_with(R"((it is "old"))"));
  CHECK(judged(kPerson, R"({"name":"Ada","age":1,"tags":["a",2]})").starts_with("! at /tags/1: "));
  CHECK(judged(kPerson, R"({"name":"Ada"})").contains("'age'"));
  CHECK(judged(kPerson, R"({"name":"Ada","age":1,"x/y":1})").contains("'x/y'"));
  CHECK(judged(kPerson, R"({"name":"Ada","age":-1})").starts_with("! at /age: "));
  CHECK(judged(R"({"properties":{"a/b":{"properties":{"~":{"type":"null"}}}}})", R"({"a/b":{"~":1}})")
            .starts_with("! at /a~1b/~0: "));
}

TEST_CASE("JsonSchema: what is no JSON says where") {
  CHECK(judged(kPerson, R"({"name":)").starts_with("! it is no JSON: line 1, column 9: "));
  CHECK(judged(kPerson, "Sure!").starts_with("! it is no JSON: line 1, column 1: "));
  CHECK(judged(kPerson, "") == "! there is no text");
  CHECK(judged("{}", "\"\xFF\"").starts_with("! it is no JSON"));
  CHECK(judged("{}", "1e999").starts_with("! it is no JSON"));
  CHECK(judged("{}", "{} {}").starts_with("! it is no JSON"));
  CHECK(judged("{}", std::string(100'000, '[')).contains("nested deeper"));
}

TEST_CASE("JsonSchema: numbers count as the standard has it") {
  CHECK(is_valid(R"({"type":"integer"})", "1.0"));
  CHECK_FALSE(is_valid(R"({"type":"integer"})", "1.5"));
  CHECK(is_valid(R"({"multipleOf":0.01})", "1234.56"));
  CHECK(is_valid(R"({"multipleOf":0.1})", "0.3"));
  CHECK_FALSE(is_valid(R"({"multipleOf":0.1})", "0.35"));
  CHECK_FALSE(is_valid(R"({"multipleOf":2})", "2.5"));
  CHECK(is_valid(R"({"const":1})", "1.0"));
  CHECK(is_valid(R"({"enum":[1.0,"a"]})", "1"));
  CHECK(is_valid(R"({"exclusiveMinimum":0})", "0.1"));
  CHECK_FALSE(is_valid(R"({"exclusiveMinimum":0})", "0"));
}

TEST_CASE("JsonSchema: the keywords of both drafts that are checked") {
  CHECK_FALSE(is_valid(R"({"prefixItems":[{"type":"string"},{"type":"integer"}]})", R"(["a","b"])"));
  CHECK_FALSE(is_valid(R"({"prefixItems":[{"type":"string"}],"items":{"type":"integer"}})", R"(["a","b"])"));
  CHECK_FALSE(is_valid(R"({"prefixItems":[{"type":"string"}],"items":false})", R"(["a","b"])"));
  CHECK(is_valid(R"({"prefixItems":[{"type":"string"}],"items":{"type":"integer"}})", R"(["a",1,2])"));
  CHECK_FALSE(is_valid(R"({"dependentRequired":{"a":["b"]}})", R"({"a":1})"));
  CHECK_FALSE(is_valid(R"({"dependentSchemas":{"a":{"required":["b"]}}})", R"({"a":1})"));
  CHECK(is_valid(R"({"dependentSchemas":{"a":{"required":["b"]}}})", R"({"c":1})"));
  CHECK_FALSE(is_valid(R"({"if":{"required":["a"]},"then":{"required":["b"]}})", R"({"a":1})"));
  CHECK_FALSE(is_valid(R"({"not":{"type":"string"}})", R"("a")"));
  CHECK_FALSE(is_valid(R"({"contains":{"const":3}})", "[1,2]"));
  CHECK(judged(R"({"uniqueItems":true})", R"([1,"a",1.0])") == R"(! it holds 1 twice (it is [1,"a",1]))");
  CHECK_FALSE(is_valid(R"({"properties":{"a":false}})", R"({"a":1})"));
  CHECK(is_valid(R"({"type":["string","null"]})", "null"));
  CHECK_FALSE(is_valid(R"({"oneOf":[{"type":"integer"},{"minimum":1}]})", "2"));
  CHECK_FALSE(is_valid(R"({"allOf":[{"type":"integer"},{"minimum":5}]})", "2"));
  CHECK_FALSE(is_valid(R"({"maxLength":2})", R"("äöü")"));
  CHECK(is_valid(R"({"maxLength":3})", R"("äöü")"));
}

TEST_CASE("JsonSchema: references within the schema, also around a circle of values") {
  constexpr std::string_view kTree = R"({"$ref":"#/$defs/node","$defs":{"node":{"type":"object",
    "properties":{"value":{"type":"integer"},"children":{"type":"array","items":{"$ref":"#/$defs/node"}}},
    "required":["value"]}}})";
  CHECK(is_valid(kTree, R"({"value":1,"children":[{"value":2,"children":[]}]})"));
  CHECK(judged(kTree, R"({"value":1,"children":[{"value":"x"}]})").starts_with("! at /children/0/value: "));
  CHECK_FALSE(is_valid(R"({"properties":{"a":{"$ref":"#"}},"additionalProperties":false})", R"({"a":{"b":1}})"));
  // What stands beside a reference counts too.
  CHECK_FALSE(is_valid(R"({"properties":{"a":{"$ref":"#/$defs/s","maxLength":1}},"$defs":{"s":{"type":"string"}}})",
                       R"({"a":"xy"})"));
  CHECK(is_valid(R"({"$ref":"#/$defs/a~1b%20c","$defs":{"a/b c":{"type":"string"}}})", R"("x")"));
  CHECK_FALSE(is_valid(R"({"allOf":[{"type":"string"}],"properties":{"x":{"$ref":"#/allOf/0"}}})", R"({"x":1})"));
}

TEST_CASE("JsonSchema: references that lead away, nowhere or back are refused") {
  for (const char* target :
       {"https://example.com/s.json", "http://h/s#/a", "file:///etc/passwd", "other.json", "urn:x:y"}) {
    CAPTURE(target);
    const std::string text = fault(fmt::format(R"({{"properties":{{"a":{{"$ref":"{}"}}}}}})", target));
    CHECK(text.starts_with("the schema is wrong at /properties/a/$ref: it refers to "));
    CHECK(text.contains("nothing is fetched"));
  }
  CHECK(fault(R"({"$ref":"#/$defs/x"})").contains("there is no such place"));
  CHECK(fault(R"({"$ref":"#name"})").contains("there is no such place"));
  CHECK(fault(R"({"$ref":7})").contains("a reference is a text"));
  CHECK(fault(R"({"$ref":"#"})").contains("leads back to itself"));
  CHECK(fault(R"({"anyOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"not":{"$ref":"#/$defs/b"}},"b":{"$ref":"#/$defs/a"}}})")
            .contains("leads back to itself"));
  CHECK(fault(R"({"dependentSchemas":{"a":{"$ref":"#"}}})").contains("leads back to itself"));
}

TEST_CASE("JsonSchema: what is no schema is named by its path") {
  CHECK(fault("{").starts_with("the schema is no JSON: line 1, column 2: "));
  CHECK(fault("[]") == "the schema is wrong at its top: an object is needed");
  CHECK(fault("true") == "the schema is wrong at its top: an object is needed");
  CHECK(fault(R"({"type":"text"})").starts_with("the schema is wrong at /type: a type is one of "));
  CHECK(fault(R"({"properties":[]})") == "the schema is wrong at /properties: an object of schemas is needed");
  CHECK(fault(R"({"properties":{"a":1}})").starts_with("the schema is wrong at /properties/a: a schema is needed"));
  CHECK(fault(R"({"required":"a"})") == "the schema is wrong at /required: a list of names is needed");
  CHECK(fault(R"({"minLength":-1})") == "the schema is wrong at /minLength: a whole number, 0 or more, is needed");
  CHECK(fault(R"({"multipleOf":0})") == "the schema is wrong at /multipleOf: a number above 0 is needed");
  CHECK(fault(R"({"exclusiveMinimum":true})") == "the schema is wrong at /exclusiveMinimum: a number is needed");
  CHECK(fault(R"({"anyOf":[]})") == "the schema is wrong at /anyOf: a list of schemas is needed");
  CHECK(fault(R"({"enum":[]})") == "the schema is wrong at /enum: a list of values is needed");
  CHECK(fault(R"({"$defs":{"a":{"items":3}}})").starts_with("the schema is wrong at /$defs/a/items: "));
  CHECK(fault(R"({"pattern":"("})") ==
        "the schema is wrong at /pattern: the pattern cannot be used: a ( that nothing closes");
  CHECK(fault(R"({"uniqueItems":1})") == "the schema is wrong at /uniqueItems: true or false is needed");
}

TEST_CASE("JsonSchema: patterns count characters and take no time") {
  CHECK(is_valid(R"({"pattern":"^.{3}$"})", R"("äöü")"));
  CHECK(judged(R"({"pattern":"^a+$"})", R"("b")") == R"(! it does not match the pattern ^a+$ (it is "b"))");
  CHECK(is_valid(R"({"anyOf":[{"pattern":"^a"},{"pattern":"^b"}]})", R"("bc")"));
  CHECK_FALSE(is_valid(R"({"pattern":"^(a+)+$"})", "\"" + std::string(60'000, 'a') + "!\""));
  CHECK(judged(R"({"pattern":"a"})", "\"" + std::string(70'000, 'a') + "\"").contains("longer than the 65536 bytes"));
  CHECK(fault(R"({"pattern":"((a{100}){100}){100}"})").contains("repetitions are too many"));
}

TEST_CASE("JsonSchema: too much of anything is refused, and nothing overflows") {
  CHECK(fault(std::string(1'100'000, ' ')).contains("larger than"));
  CHECK(fault(std::string(200'000, '[')).contains("nested too deep"));
  std::string deep = "{}";
  for (int i = 0; i < 40; ++i) deep = R"({"not":)" + deep + "}";
  CHECK(fault(deep).contains("nested too deep"));
  std::string chain = R"({"$ref":"#/$defs/0","$defs":{)";
  for (int i = 0; i < 20; ++i) chain += fmt::format(R"("{}":{{"$ref":"#/$defs/{}"}},)", i, i + 1);
  CHECK(is_valid(chain + R"("20":{"type":"null"}}})", "null"));
  std::string many = R"({"$defs":{"0":{)";
  for (int i = 1; i < 300; ++i) many += fmt::format(R"(}},"{}":{{"$ref":"#/$defs/{}")", i, i - 1);
  CHECK(fault(many + "}}}").contains("too many places"));
}

TEST_CASE("JsonSchema: nesting that goes on behind references does not overflow the stack") {
  for (const std::string_view open : {R"({"properties":{"a":)", R"({"allOf":[)"}) {
    std::string text = R"({"$ref":"#/$defs/0","$defs":{)";
    for (int i = 0; i < 80; ++i) {
      std::string schema = fmt::format(R"({{"$ref":"#/$defs/{}"}})", i + 1);
      for (int level = 0; level < 28; ++level)
        schema = fmt::format("{}{}{}", open, schema, open.contains("allOf") ? "]}" : "}}");
      text += fmt::format(R"("{}":{},)", i, schema);
    }
    // How much of it fits depends on the build; that it ends in a sentence does not.
    const auto schema = JsonSchema::parse(text + R"("80":{"type":"null"}}})");
    if (schema) {
      CHECK_FALSE(schema->check("1").has_value());
    } else {
      CHECK(schema.error().message == "the schema is nested too deep through its references");
    }
  }
  // A circle that takes 64 levels of a reply through as many schemas that judge one value.
  std::string judge = R"({"items":{"$ref":"#"}})";
  for (int level = 0; level < 30; ++level) judge = R"({"allOf":[)" + judge + "]}";
  CHECK(is_valid(judge, std::string(60, '[') + std::string(60, ']')));
}

TEST_CASE("JsonSchema: a schema that doubles the work with each step does not hang") {
  std::string doubling = R"({"$ref":"#/$defs/0","$defs":{)";
  for (int i = 0; i < 20; ++i)
    doubling += fmt::format(R"("{}":{{"anyOf":[{{"$ref":"#/$defs/{}"}},{{"$ref":"#/$defs/{}"}}]}},)", i, i + 1, i + 1);
  CHECK(judged(doubling + R"("20":{"type":"null"}}})", "1").contains("takes too much"));
  // A hundred thousand equal items are one violation.
  std::string same = "[0";
  for (int i = 0; i < 100'000; ++i) same += ",0";
  CHECK(judged(R"({"uniqueItems":true})", same + "]").contains("holds 0 twice"));
}

TEST_CASE("JsonSchema: what is sent but not checked is said, each keyword once") {
  CHECK(schema_of(kPerson).warning().empty());
  const JsonSchema dates = schema_of(R"({"properties":{"a":{"format":"date"},"b":{"format":"date"}}})");
  CHECK(dates.warning() == "of the schema this is sent, but not checked in the reply: format (at /properties/a)");
  CHECK(dates.check(R"({"a":"never"})").has_value());
  const JsonSchema names = schema_of(R"({"patternProperties":{"^x":{"type":"string"}},"additionalProperties":false})");
  CHECK(names.warning().contains("patternProperties (at its top)"));
  CHECK(names.warning().contains("additionalProperties beside patternProperties"));
  CHECK(names.check(R"({"xa":1})").has_value());
  CHECK(schema_of(R"({"unevaluatedProperties":false})").warning().contains("unevaluatedProperties"));
  CHECK(schema_of(R"({"propertys":{}})").warning().contains("propertys"));
  CHECK(schema_of(R"({"x-order":1,"title":"T","$schema":"s"})").warning().empty());
  const JsonSchema ahead = schema_of(R"x({"pattern":"^(?=a)"})x");
  CHECK(ahead.warning().contains(R"x(pattern "^(?=a)": it looks ahead)x"));
  CHECK(ahead.check(R"("b")").has_value());
}

TEST_CASE("JsonSchema: the form is the schema as written, on one line") {
  CHECK(schema_of("{\n \"type\": \"object\",\n \"b\": 1, \"a\": 2 }").form().json ==
        R"({"type":"object","b":1,"a":2})");
}

TEST_CASE("JsonSchema: strict is claimed only within the strict subset") {
  const auto is_strict = [](std::string_view text) { return schema_of(text).form().is_strict; };
  constexpr std::string_view kClosed =
      R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false})";
  CHECK(is_strict(kClosed));
  CHECK(is_strict(R"({"type":"object","properties":{},"additionalProperties":false})"));
  CHECK_FALSE(is_strict(kPerson));  // tags are optional
  CHECK_FALSE(is_strict(R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"]})"));
  CHECK_FALSE(is_strict(R"({"type":"array","items":{"type":"string"}})"));
  CHECK_FALSE(is_strict(R"({"type":"object"})"));
  const auto with = [](std::string_view inner) {
    return fmt::format(R"({{"type":"object","properties":{{"a":{}}},"required":["a"],"additionalProperties":false}})",
                       inner);
  };
  CHECK(is_strict(with(R"({"anyOf":[{"type":"string"},{"type":"null"}]})")));
  CHECK(is_strict(with(R"({"type":"array","items":{"enum":["x"]}})")));
  CHECK(is_strict(with(R"({"type":"string","format":"date"})")));
  CHECK(is_strict(with(std::string(kClosed))));
  for (const char* inner :
       {R"({"type":"object"})", R"({"type":"string","minLength":1})", R"({"oneOf":[{"type":"string"}]})",
        R"({"allOf":[{"type":"string"}]})", R"({"type":"array"})", R"({"type":"string","format":"uri"})",
        R"({"type":"string","default":"x"})", "{}", "true"}) {
    CAPTURE(inner);
    CHECK_FALSE(is_strict(with(inner)));
  }
}

TEST_CASE("JsonSchema: the words for a repair name the violation") {
  CHECK(byok::session::repair_prompt({.path = "/a", .what = "it is wrong"}) ==
        "That reply is not valid against the JSON Schema. What is wrong with it, at /a: it is wrong. Reply again, with "
        "JSON alone that is valid against it.");
}
