// Tests of values written as YAML: whatever the text, it reads back as the same one.
#include "config/yaml_text.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <random>
#include <string>

#include "base/text.hpp"
#include "config/values.hpp"

using namespace byok::config;

namespace {

// What is read where the text stands as a value, as an element and as a key; `?` where it is not read.
std::string read_back(const std::string& text) {
  const std::string line = yaml_scalar(text);
  const Document value = parse_yaml("k: " + line + "\n", "f");
  const Document element = parse_yaml("k: [" + yaml_scalar(text, true) + ", z]\n", "f");
  const Document key = parse_yaml(line + ": v\n", "f");
  if (!value.problems.empty() || !element.problems.empty() || !key.problems.empty()) return "?";
  const Node* list = element.root.find("k");
  if (list == nullptr || list->elements.size() != 2 || key.root.members.size() != 1) return "?";
  if (as_text(*value.root.find("k")) != text || as_text(list->elements[0]) != text) return "?";
  return key.root.members[0].key;
}

}  // namespace

TEST_CASE("Ordinary words, addresses and references are plain") {
  CHECK(yaml_scalar("https://h/?a", true) == "\"https://h/?a\"");
  for (const std::string text : {"gpt-5.2", "https://api.openai.com/v1", "${env:A_B}", "${file:keys/a}", "-o",
                                 "--scope", "a b", "my_model:latest", "org/model", "it's"}) {
    CAPTURE(text);
    CHECK(yaml_scalar(text) == text);
    CHECK(read_back(text) == text);
  }
}

TEST_CASE("What YAML would read as something else is in quotes") {
  for (const std::string text :
       {"",    "no",   "On",    "null", "~",   "12",   "2024-10-21", "1e3", ".5",  "- a", "---", "-",  "-1",
        "#a",  "a #b", "a: b",  "a:",   "{a}", "[a]",  "*a",         "&a",  "!a",  "|",   ">",   "%a", "@a",
        "`a`", "'a'",  "\"a\"", " a",   "a ",  "a\nb", "a\tb",       "?",   "? a", "é",   "\\"}) {
    CAPTURE(text);
    if (text != "\\") CHECK(yaml_scalar(text).starts_with('"'));
    CHECK(read_back(text) == text);
  }
}

TEST_CASE("Any text reads back as itself") {
  constexpr std::string_view kBytes = "ab:#-[]{},&*!|>'\"%@`?~ .01\\\n\t<=${}/";
  std::mt19937 random(1);
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (std::size_t length = random() % 8; length > 0; --length) text += kBytes[random() % kBytes.size()];
    CAPTURE(text);
    REQUIRE(read_back(text) == text);
  }
}

TEST_CASE("Mappings go over lines, lists stay in one, and what is marked is quoted") {
  Node azure;
  azure.type = Node::Type::map;
  azure.members.push_back({.key = "api_version", .mark = {}, .value = text_node("v1")});
  Node list;
  list.type = Node::Type::sequence;
  list.elements = {plain_node("az"), plain_node("a, b")};
  Node profile;
  profile.type = Node::Type::map;
  profile.members.push_back({.key = "azure", .mark = {}, .value = azure});
  profile.members.push_back({.key = "command", .mark = {}, .value = list});
  profile.members.push_back({.key = "model", .mark = {}, .value = Node{}});
  CHECK(byok::base::join(yaml_lines("p", profile, 2, 3), "\n") ==
        "  p:\n     azure:\n        api_version: \"v1\"\n     command: [az, \"a, b\"]\n     model:");
}
