// Tests of Result, Error and the macros that hand an error upwards.
#include "base/result.hpp"

#include <array>
#include <ostream>
#include <set>
#include <string>

#include <doctest/doctest.h>

namespace byok::base {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return fail(ErrorKind::usage, "odd", "give an even number");
  return number / 2;
}

Result<int> quarter(int number) {
  BYOK_TRY(const int once, half(number));
  BYOK_TRY(const int twice, half(once));
  return twice;
}

Result<> check_even(int number) {
  BYOK_CHECK(half(number));
  return {};
}

TEST_CASE("each error kind has its own stable word") {
  const std::array<std::string_view, 19> words{
      "usage",          "config",         "auth",       "quota",      "not_found", "route",   "bad_request",
      "context_length", "content_filter", "rate_limit", "overloaded", "network",   "timeout", "protocol",
      "incomplete",     "schema",         "cancelled",  "internal",   "internal"};
  for (std::size_t i = 0; i < words.size(); ++i) CHECK(to_string(static_cast<ErrorKind>(i)) == words[i]);
  CHECK(to_string(ErrorKind::rate_limit) == "rate_limit");
  CHECK(to_string(ErrorKind::internal) == "internal");
}

TEST_CASE("fail makes an error with kind, message and hint and nothing else") {
  const Result<int> result = fail(ErrorKind::quota, "no credit", "top it up");
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().kind == ErrorKind::quota);
  CHECK(result.error().message == "no credit");
  CHECK(result.error().hint == "top it up");
  CHECK(result.error().status == 0);
  CHECK_FALSE(result.error().retry_after.has_value());
  CHECK_FALSE(result.error().should_retry.has_value());
}

TEST_CASE("BYOK_TRY gives the value or returns the first error unchanged") {
  CHECK(quarter(8).value() == 2);
  REQUIRE_FALSE(quarter(6).has_value());
  CHECK(quarter(6).error().hint == "give an even number");
  CHECK_FALSE(quarter(7).has_value());
}

TEST_CASE("BYOK_CHECK passes success by and returns an error") {
  CHECK(check_even(2).has_value());
  REQUIRE_FALSE(check_even(3).has_value());
  CHECK(check_even(3).error().message == "odd");
}

}  // namespace
}  // namespace byok::base
