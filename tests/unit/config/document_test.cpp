// Tests of the YAML reader: marks, traps and limits.
#include "config/document.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

using byok::config::Document;
using byok::config::Node;
using byok::config::parse_yaml;

namespace {

std::string repeat(std::string_view part, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += part;
  return out;
}

// The one problem of a text, as "code where".
std::string only_problem(const Document& document) {
  if (document.problems.size() != 1) return std::to_string(document.problems.size()) + " problems";
  return document.problems.front().code + " " + document.problems.front().where;
}

}  // namespace

TEST_CASE("A map keeps order, text as written and 1-based marks of keys and values") {
  const Document document = parse_yaml("b: one\na:\n  c: [x, 'y']\n", "f.yaml");
  REQUIRE(document.problems.empty());
  REQUIRE(document.root.members.size() == 2);
  CHECK(document.root.members[0].key == "b");
  CHECK(document.root.members[1].key == "a");
  CHECK(document.root.members[0].mark.line == 1);
  CHECK(document.root.members[0].mark.column == 1);
  CHECK(document.root.members[0].value.mark.column == 4);
  const Node* list = document.root.find("a")->find("c");
  REQUIRE(list != nullptr);
  CHECK(list->mark.line == 3);
  CHECK(list->mark.column == 6);
  REQUIRE(list->elements.size() == 2);
  CHECK_FALSE(list->elements[0].is_quoted);
  CHECK(list->elements[1].is_quoted);
  CHECK(list->elements[1].text == "y");
  CHECK(document.root.find("none") == nullptr);
}

TEST_CASE("Plain scalars stay as they were written, quoted ones say so") {
  const Document document = parse_yaml("a: 2024-10-21\nb: no\nc: \"no\"\nd: |\n  yes\ne: 1.10\nf: !!str 5\n", "f");
  REQUIRE(document.problems.empty());
  CHECK(document.root.find("a")->text == "2024-10-21");
  CHECK_FALSE(document.root.find("a")->is_quoted);
  CHECK(document.root.find("b")->text == "no");
  CHECK(document.root.find("c")->is_quoted);
  CHECK(document.root.find("d")->is_quoted);
  CHECK(document.root.find("d")->text == "yes\n");
  CHECK(document.root.find("e")->text == "1.10");
  CHECK(document.root.find("f")->is_quoted);
}

TEST_CASE("An empty value and the word null are null, at the mark of their key") {
  const Document document = parse_yaml("a:\nb: null\nc: ~\nd: \"null\"\n", "f");
  REQUIRE(document.problems.empty());
  for (const char* key : {"a", "b", "c"}) {
    CAPTURE(key);
    CHECK(document.root.find(key)->type == Node::Type::null);
    CHECK(document.root.find(key)->mark.column == 1);
  }
  CHECK(document.root.find("a")->mark.line == 1);
  CHECK(document.root.find("b")->mark.line == 2);
  CHECK(document.root.find("d")->type == Node::Type::scalar);
}

TEST_CASE("An empty text and one of comments alone are empty documents") {
  for (const char* text : {"", "\n\n", "# nothing\n", "\xef\xbb\xbf", "---\n# none\n"}) {
    CAPTURE(text);
    const Document document = parse_yaml(text, "f");
    CHECK(document.problems.empty());
    CHECK(document.root.type == Node::Type::null);
  }
}

TEST_CASE("A duplicate key is found at its second place, and all of them are found in one run") {
  const Document document = parse_yaml("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\na: 4\n", "dir/f.yaml");
  REQUIRE(document.problems.size() == 2);
  CHECK(document.problems[0].code == "yaml-duplicate-key");
  CHECK(document.problems[0].where == "dir/f.yaml:5:3");
  CHECK(document.problems[0].summary.find("line 3") != std::string::npos);
  CHECK(document.problems[1].where == "dir/f.yaml:6:1");
  CHECK(document.root.find("a")->text == "1");
}

TEST_CASE("Merge keys are merged: own keys win, and earlier maps win over later ones") {
  const Document document = parse_yaml(
      "x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\n"
      "one:\n  <<: *x\n  a: own\n"
      "two:\n  <<: [*x, *y]\n  d: 3\n"
      "three: {<<: {a: inline}}\n"
      "four: {\"<<\": text}\n",
      "f");
  REQUIRE(document.problems.empty());
  const Node* one = document.root.find("one");
  CHECK(one->members.size() == 2);
  CHECK(one->find("a")->text == "own");
  CHECK(one->find("b")->text == "1");
  const Node* two = document.root.find("two");
  CHECK(two->find("b")->text == "1");
  CHECK(two->find("c")->text == "2");
  CHECK(two->find("d")->text == "3");
  CHECK(two->find("<<") == nullptr);
  CHECK(document.root.find("three")->find("a")->text == "inline");
  CHECK(document.root.find("four")->find("<<")->text == "text");
}

TEST_CASE("What cannot be read ends in one clear problem with a place") {
  struct Row {
    std::string text;
    std::string expected;
  };
  const Row rows[] = {
      {"a: 1\n---\nb: 2\n", "yaml-documents f:2:1"},
      {"a: &x [*x]\n", "yaml-alias-cycle f:1:8"},
      {"a: &x {b: {c: *x}}\n", "yaml-alias-cycle f:1:15"},
      {"a: *none\n", "yaml-syntax f:1:4"},
      {"<<: text\n", "yaml-merge f:1:1"},
      {"<<: [a, {b: c}]\n", "yaml-merge f:1:1"},
      {"a: 1\n\xff: 2\n", "yaml-encoding f:2:1"},
      {"a: caf\xe9\n", "yaml-encoding f:1:7"},
      {std::string("\xff\xfe"
                   "a\0",
                   4),
       "yaml-encoding f:1:1"},
      {std::string("a: b\0c", 6), "yaml-binary f:1:5"},
      {"\x7f"
       "ELF",
       "yaml-binary f:1:1"},
      {"a: {b: ${env:C}}\n", "yaml-flow-reference f:1:8"},
      {"k: v\na: [1,\n  ${env:C}]\n", "yaml-flow-reference f:3:3"},
      {"a: {b: 'x', c: $${d}}\n", "yaml-flow-reference f:1:17"},
      {"? [a]\n: b\n", "yaml-key f:1:3"},
      {"~: b\n", "yaml-key f:1:1"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const Document document = parse_yaml(row.text, "f");
    CHECK(only_problem(document) == row.expected);
    for (const auto& problem : document.problems) CHECK_FALSE(problem.remedy.empty());
  }
}

TEST_CASE("Broken syntax names its line and is never blamed on a reference that is quoted or in block style") {
  for (const std::string text : {"a: b: c\n", "a: \"open\n", "a: 'open\nb: 2\n", "a:\n\t- tab\n", "a: [1, 2\nb: 3\n",
                                 "a: 1\n b: 2\n", "u: ${env:A}\nb: {x: \"${env:C}\"}\nc: }\n", "a: %x\n@b: c\n"}) {
    CAPTURE(text);
    const Document document = parse_yaml(text, "f.yaml");
    REQUIRE(document.problems.size() == 1);
    CHECK(document.problems[0].code == "yaml-syntax");
    CHECK(document.problems[0].where.starts_with("f.yaml:"));
    CHECK(document.root.type == Node::Type::null);
  }
}

TEST_CASE("A reference in block style needs no quotes") {
  const Document document = parse_yaml("a: ${env:B}\nb: https://${env:HOST:-h}/v1 # c\n", "f");
  REQUIRE(document.problems.empty());
  CHECK(document.root.find("a")->text == "${env:B}");
  CHECK(document.root.find("b")->text == "https://${env:HOST:-h}/v1");
}

TEST_CASE("Sizes past the limits are refused, sizes at the limits are read") {
  CHECK(parse_yaml("a: " + std::string(256 * 1024 - 4, 'x') + "\n", "f").problems.empty());
  CHECK(only_problem(parse_yaml("a: " + std::string(256 * 1024, 'x') + "\n", "f")) == "yaml-too-large f");
  CHECK(parse_yaml("[" + repeat("1,", 9'998) + "1]", "f").problems.empty());
  const Document large = parse_yaml("[" + repeat("1,", 10'000) + "1]", "f");
  CHECK(large.problems.front().code == "yaml-too-large");
  CHECK(large.root.elements.empty());
  CHECK(parse_yaml(repeat("[", 64) + repeat("]", 64), "f").problems.empty());
  CHECK(parse_yaml(repeat("[", 65) + repeat("]", 65), "f").problems.front().code == "yaml-too-deep");
}

TEST_CASE("Deep nesting of any kind ends in an error, not in a crash") {
  for (const char* part : {"[", "{a: ", "- ", "? ", "{", "[a: "}) {
    CAPTURE(part);
    const Document document = parse_yaml(repeat(part, 200'000 / std::string_view(part).size()), "f");
    REQUIRE(document.problems.size() == 1);
    CHECK(document.root.type == Node::Type::null);
  }
}

TEST_CASE("Aliases count as what they stand for, so a small text cannot grow without bound") {
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 9; ++j) laughs += (j == 0 ? "*a" : ", *a") + std::to_string(i - 1);
    laughs += "]\n";
  }
  CHECK(parse_yaml(laughs, "f").problems.front().code == "yaml-too-large");

  std::string chain = "a0: &a0 [x]\n";
  for (int i = 1; i < 100; ++i)
    chain += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  CHECK(parse_yaml(chain, "f").problems.front().code == "yaml-too-deep");
}

TEST_CASE("Windows line ends and a byte order mark are read as if they were not there") {
  const Document document = parse_yaml(
      "\xef\xbb\xbf"
      "a: 1\r\nb: two\r\n",
      "f");
  REQUIRE(document.problems.empty());
  CHECK(document.root.find("a")->text == "1");
  CHECK(document.root.find("b")->text == "two");
  CHECK(document.root.find("b")->mark.line == 2);
}
