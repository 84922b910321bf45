// Tests of the marks that keep a text open over the end of a line.
#include "terminal/continuation.hpp"

#include <ostream>
#include <string>

#include <doctest/doctest.h>

namespace byok::terminal {

TEST_CASE("quotes at the beginning keep a text open until the next") {
  CHECK(is_open_text("\"\"\""));
  CHECK(is_open_text("\"\"\"a\nb\"\""));
  CHECK_FALSE(is_open_text("\"\"\"a\"\"\""));
  CHECK_FALSE(is_open_text("a\"\"\""));
  CHECK_FALSE(is_open_text(""));
}

TEST_CASE("an odd number of backslashes goes on in the next line") {
  CHECK(ends_with_backslash("\\"));
  CHECK(ends_with_backslash("a\\\\\\"));
  CHECK_FALSE(ends_with_backslash("a\\\\"));
  CHECK_FALSE(ends_with_backslash("\\a"));
  CHECK_FALSE(ends_with_backslash(""));
}

TEST_CASE("the quotes go with one newline at each end, and only where they hold the whole text") {
  CHECK(without_quotes("\"\"\"\na\n\n\"\"\"") == "a\n");
  CHECK(without_quotes("\"\"\"a\"\"\"") == "a");
  CHECK(without_quotes("\"\"\"\n\"\"\"").empty());
  CHECK(without_quotes("\"\"\"\"\"\"").empty());
  CHECK(without_quotes("\"\"\"\"\"") == "\"\"\"\"\"");
  CHECK(without_quotes("\"\"\"a\"\"\"b\"\"\"") == "\"\"\"a\"\"\"b\"\"\"");
  CHECK(without_quotes("a") == "a");
}

}  // namespace byok::terminal
