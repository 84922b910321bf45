// Tests of the think splitter: a thought in tags at the start of an answer, whatever the seams.
#include "wire/think_splitter.hpp"

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

using byok::wire::ThinkSplitter;

namespace {

// "reasoning|text" of an answer that comes in these pieces.
std::string split(const std::vector<std::string_view>& pieces) {
  ThinkSplitter splitter;
  std::string reasoning;
  std::string text;
  const auto take = [&](const ThinkSplitter::Pieces& parts) {
    // A thought never follows what was already the answer.
    if (!parts.reasoning.empty()) CHECK(text.empty());
    reasoning += parts.reasoning;
    text += parts.text;
  };
  for (const std::string_view piece : pieces) take(splitter.split(piece));
  take(splitter.rest());
  return reasoning + "|" + text;
}

std::string parts_of(std::string_view answer) {
  const std::string whole = split({answer});
  std::vector<std::string_view> single;
  for (std::size_t at = 0; at < answer.size(); ++at) single.push_back(answer.substr(at, 1));
  CHECK(split(single) == whole);
  for (std::size_t at = 0; at <= answer.size(); ++at) {
    CAPTURE(at);
    CHECK(split({answer.substr(0, at), answer.substr(at)}) == whole);
  }
  return whole;
}

}  // namespace

TEST_CASE("a thought at the start is parted from the answer, the blank lines between them dropped") {
  CHECK(parts_of("<think>Two and two.</think>\n\nFour.") == "Two and two.|Four.");
  CHECK(parts_of("\n <think>\nHm.\n</think>\n4") == "\nHm.\n|4");
  CHECK(parts_of("<think></think>4") == "|4");
  CHECK(parts_of("<think>\n\n</think>\n\n  4") == "\n\n|4");
}

TEST_CASE("an answer without a thought passes to the byte") {
  for (const std::string_view text : {"", "Four.", "  Four.\n", "\n\n", "<", "<thi", "<thin Lizzy>", "<b>bold</b>",
                                      "a <think>b</think> c", "`<think>`", "</think>x", "<thinking>x</thinking>"}) {
    CAPTURE(text);
    CHECK(parts_of(text) == "|" + std::string(text));
  }
}

TEST_CASE("only the first tag counts: later ones are part of the answer") {
  CHECK(parts_of("<think>a</think>b<think>c</think>d") == "a|b<think>c</think>d");
  CHECK(parts_of("<think>a<think>b</think>c</think>d") == "a<think>b|c</think>d");
}

TEST_CASE("a thought that never ends is all thought, with what looked like the beginning of its end") {
  CHECK(parts_of("<think>a < b") == "a < b|");
  CHECK(parts_of("<think>a</thi") == "a</thi|");
  CHECK(parts_of("<think>") == "|");
  CHECK(parts_of("<think>x</think>\n\n") == "x|");
  CHECK(parts_of("<think>a</</think>b") == "a</|b");
}

TEST_CASE("a thought is handed on while it goes on, not kept until its end") {
  ThinkSplitter splitter;
  CHECK(splitter.split("<think>").reasoning.empty());
  CHECK(splitter.split("step one, ").reasoning == "step one, ");
  CHECK(splitter.split("step two </").reasoning == "step two ");
  CHECK(splitter.split("b>").reasoning == "</b>");
  CHECK(splitter.split("</think>").reasoning.empty());
  CHECK(splitter.split("\n").text.empty());
  CHECK(splitter.split("now\n").text == "now\n");
}
