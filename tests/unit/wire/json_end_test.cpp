// Tests of JsonEnd: closed exactly when the outermost object or list is, at every seam.
#include "wire/json_end.hpp"

#include <cstddef>
#include <initializer_list>
#include <ostream>
#include <string_view>

#include <doctest/doctest.h>

using byok::wire::JsonEnd;

namespace {

bool is_closed(std::string_view text, std::size_t piece) {
  JsonEnd end;
  for (std::size_t at = 0; at < text.size(); at += piece) end.feed(text.substr(at, piece));
  return end.is_closed();
}

}  // namespace

TEST_CASE("an object or list is closed by its own last brace, not by one in a string or inside") {
  struct Row {
    std::string_view text;
    bool want;
  };
  for (const auto& [text, want] : std::initializer_list<Row>{{"", false},
                                                             {"{}", true},
                                                             {" [1, {\"a\": []}] \r\n\t", true},
                                                             {"{", false},
                                                             {"{\"a\":\"}", false},
                                                             {"{\"a\":\"\\\"}", false},
                                                             {"{\"a\":\"\\\\\"}", true},
                                                             {"{\"a\":{}", false},
                                                             {"{}{", false},
                                                             {"{} x", false},
                                                             {"{}\n{}", true},
                                                             {"}", false},
                                                             {"12", false}}) {
    CAPTURE(text);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{100}})
      CHECK(is_closed(text, piece) == want);
  }
}
