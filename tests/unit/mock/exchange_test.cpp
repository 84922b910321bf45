// Tests of the small things that calls and replies need.
#include "mock/exchange.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <set>

#include "unit/mock/calls.hpp"

namespace byok::mock {

TEST_CASE("a header is found whatever its case, and an empty one is not an absent one") {
  const Call call = test::get("/", {{"API-Key", "a"}, {"X-Empty", ""}, {"api-key", "b"}});
  REQUIRE(call.find("api-key"));
  CHECK(*call.find("api-key") == "a");
  REQUIRE(call.find("x-empty"));
  CHECK(call.find("x-empty")->empty());
  CHECK_FALSE(call.find("authorization"));
}

TEST_CASE("nesting is counted outside of strings only, and 256 levels are the most") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK_FALSE(nests_too_deep(""));
  CHECK_FALSE(nests_too_deep(nested(256)));
  CHECK(nests_too_deep(nested(257)));
  CHECK(nests_too_deep(std::string(300, '{')));
  CHECK_FALSE(nests_too_deep("\"" + nested(400) + "\""));
  CHECK_FALSE(nests_too_deep("[\"\\\"" + nested(400) + "\"]"));
  std::string wide;
  for (int i = 0; i < 400; ++i) wide += "[],";
  CHECK_FALSE(nests_too_deep(wide));
  CHECK_FALSE(nests_too_deep("\"ends in a backslash\\"));
}

TEST_CASE("ids are the same for one serial and differ between serials") {
  CHECK(make_id("resp_", 7, 24) == make_id("resp_", 7, 24));
  std::set<std::string> ids;
  for (std::uint64_t serial = 0; serial < 200; ++serial) ids.insert(make_id("x", serial, 22));
  CHECK(ids.size() == 200);
  CHECK(make_id("chatcmpl-", 1, 29).size() == 38);
  CHECK(make_id("chatcmpl-", 1, 29).starts_with("chatcmpl-"));
}

TEST_CASE("a token is four bytes, and a part of one counts whole") {
  CHECK(count_tokens(0) == 0);
  CHECK(count_tokens(1) == 1);
  CHECK(count_tokens(4) == 1);
  CHECK(count_tokens(5) == 2);
}

}  // namespace byok::mock
