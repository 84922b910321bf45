// Tests of columns, and of where a character that is seen as one begins and ends.
#include "terminal/width.hpp"

#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace byok::terminal {
namespace {

TEST_CASE("characters take no, one or two columns") {
  struct Row {
    char32_t code_point;
    std::size_t width;
  };
  for (const Row& row :
       std::vector<Row>{{'a', 1},     {0xE9, 1},    {0xAD, 1},    {0x2FF, 1},   {0x300, 0},  {0x36F, 0},   {0x370, 1},
                        {0x10FF, 1},  {0x1100, 2},  {0x115F, 2},  {0x1160, 0},  {0x200B, 0}, {0x200D, 0},  {0x2010, 1},
                        {0x20E3, 0},  {0x3000, 2},  {0x6F22, 2},  {0xAC00, 2},  {0xFE0F, 0}, {0xFF01, 2},  {0xFF61, 1},
                        {0x1F600, 2}, {0x20000, 2}, {0x3FFFD, 2}, {0xE0100, 0}, {0xFFFD, 1}, {0x10FFFF, 1}}) {
    CAPTURE(static_cast<unsigned>(row.code_point));
    CHECK(width_of(row.code_point) == row.width);
  }
  CHECK(width_of("") == 0);
  CHECK(width_of("ab漢e\u0301😀") == 7);
  CHECK(width_of("a\xFFz") == 3);
}

TEST_CASE("what combines belongs to the character before it, in both directions") {
  const std::vector<std::string> characters = {"a",  "e\u0301", "漢",      "👩\u200D👩\u200D👧",
                                               "\n", "\u0301",  "❤\uFE0F", "z"};
  std::string text;
  for (const std::string& each : characters) text.append(each);
  std::size_t at = 0;
  for (const std::string& each : characters) {
    CAPTURE(each);
    CHECK(next_character(text, at) == at + each.size());
    CHECK(previous_character(text, at + each.size()) == at);
    at += each.size();
  }
  CHECK(next_character(text, text.size()) == text.size());
  CHECK(previous_character(text, 0) == 0);
}

}  // namespace
}  // namespace byok::terminal
