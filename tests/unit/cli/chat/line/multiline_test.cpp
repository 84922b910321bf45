// Tests of lines that belong together: quotes, backslashes, and the end of the input in the middle of them.
#include "cli/chat/line/multiline.hpp"

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "terminal/continuation.hpp"

namespace byok::cli {
namespace {

std::vector<std::string> texts(const std::vector<std::string>& lines) {
  LineJoiner joiner;
  std::vector<std::string> all;
  for (const std::string& each : lines) {
    if (const std::optional<std::string> text = joiner.add(each)) all.push_back(*text);
  }
  if (const std::optional<std::string> rest = joiner.take()) all.push_back("rest: " + *rest);
  CHECK_FALSE(joiner.is_open());
  CHECK_FALSE(joiner.take().has_value());
  return all;
}

using Texts = std::vector<std::string>;

TEST_CASE("a line is a text of its own unless a mark says otherwise") {
  CHECK(texts({"a", "", "b"}) == Texts{"a", "", "b"});
  CHECK(texts({"a\\\\", "b"}) == Texts{"a\\\\", "b"});
  CHECK(texts({"say \"\"\"", "b"}) == Texts{"say \"\"\"", "b"});
}

TEST_CASE("a backslash at the end goes on in the next line") {
  CHECK(texts({"a\\", "b\\", "c", "d"}) == Texts{"a\nb\nc", "d"});
  CHECK(texts({"a\\\\\\", "b"}) == Texts{"a\\\\\nb"});
  CHECK(texts({"\\", ""}) == Texts{"\n"});
  CHECK(texts({"a\\"}) == Texts{"rest: a\n"});
}

TEST_CASE("quotes hold a text together, whatever its lines are") {
  const std::string quotes(terminal::kTextQuotes);
  CHECK(texts({quotes, "a", "", "b \\", "/quit", quotes, "c"}) == Texts{"a\n\nb \\\n/quit", "c"});
  CHECK(texts({quotes + "a", "b" + quotes}) == Texts{"a\nb"});
  CHECK(texts({quotes + "a" + quotes}) == Texts{"a"});
  CHECK(texts({quotes + quotes}) == Texts{""});
  CHECK(texts({quotes + "a" + quotes + " b"}) == Texts{quotes + "a" + quotes + " b"});
  CHECK(texts({quotes, "a", "b"}) == Texts{"rest: a\nb"});
  CHECK(texts({quotes}) == Texts{"rest: "});
}

TEST_CASE("a text of very many lines takes time by its length") {
  LineJoiner joiner;
  CHECK_FALSE(joiner.add(terminal::kTextQuotes).has_value());
  for (int i = 0; i < 200'000; ++i) CHECK_FALSE(joiner.add("a line of a long text").has_value());
  CHECK(joiner.is_open());
  const std::optional<std::string> text = joiner.add(terminal::kTextQuotes);
  REQUIRE(text.has_value());
  CHECK(text->size() == 200'000 * 22 - 1);
}

}  // namespace
}  // namespace byok::cli
