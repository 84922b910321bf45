// Which failures are tried again, and after how long.
#include "session/retry.hpp"

#include <ostream>
//
#include <doctest/doctest.h>

#include <algorithm>
#include <array>

using namespace byok;
using namespace std::chrono_literals;
using base::ErrorKind;
using session::next_wait;
using session::RetryState;

namespace {

base::Error error_of(ErrorKind kind) {
  base::Error error;
  error.kind = kind;
  return error;
}

constexpr std::array kAllKinds{
    ErrorKind::usage,          ErrorKind::config,     ErrorKind::auth,        ErrorKind::quota,
    ErrorKind::not_found,      ErrorKind::route,      ErrorKind::bad_request, ErrorKind::context_length,
    ErrorKind::content_filter, ErrorKind::rate_limit, ErrorKind::overloaded,  ErrorKind::network,
    ErrorKind::timeout,        ErrorKind::protocol,   ErrorKind::incomplete,  ErrorKind::schema,
    ErrorKind::cancelled,      ErrorKind::output,     ErrorKind::internal};

bool passes_by(ErrorKind kind) {
  return kind == ErrorKind::network || kind == ErrorKind::timeout || kind == ErrorKind::overloaded ||
         kind == ErrorKind::rate_limit;
}

}  // namespace

TEST_CASE("only what may pass by itself is tried again") {
  for (const auto kind : kAllKinds) {
    CAPTURE(base::to_string(kind));
    CHECK(next_wait(error_of(kind), {}, {}).has_value() == passes_by(kind));
  }
}

TEST_CASE("of statuses only those of the table are tried again, unless the server asks for it") {
  constexpr std::array kRetried{408, 409, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529};
  for (int status = 400; status < 600; ++status) {
    CAPTURE(status);
    auto error = error_of(ErrorKind::overloaded);
    error.status = status;
    const bool is_listed = std::ranges::find(kRetried, status) != kRetried.end();
    CHECK(next_wait(error, {}, {}).has_value() == is_listed);
    error.should_retry = true;
    CHECK(next_wait(error, {}, {}));
  }
}

TEST_CASE("after any output nothing is tried again, whatever the server says") {
  for (const auto kind : kAllKinds) {
    auto error = error_of(kind);
    error.should_retry = true;
    error.retry_after = 1s;
    CHECK_FALSE(next_wait(error, {}, {.had_output = true}));
  }
}

TEST_CASE("on this machine a silent server is left alone, a reset or an overload is not") {
  const RetryState local{.is_loopback = true};
  CHECK_FALSE(next_wait(error_of(ErrorKind::timeout), {}, local));
  CHECK(next_wait(error_of(ErrorKind::network), {}, local));
  CHECK(next_wait(error_of(ErrorKind::overloaded), {}, local));
  auto refused = error_of(ErrorKind::network);
  refused.should_retry = false;  // what the transport says of a refused connection
  CHECK_FALSE(next_wait(refused, {}, local));
}

TEST_CASE("should_retry overrules the kind, but for an account to be filled, an interrupt and our own output") {
  for (const auto kind : kAllKinds) {
    CAPTURE(base::to_string(kind));
    auto error = error_of(kind);
    error.should_retry = false;
    CHECK_FALSE(next_wait(error, {}, {}));
    error.should_retry = true;
    const bool is_final = kind == ErrorKind::quota || kind == ErrorKind::cancelled || kind == ErrorKind::output;
    CHECK(next_wait(error, {}, {}).has_value() == !is_final);
  }
}

TEST_CASE("the number of retries is kept") {
  for (const int retries : {0, 1, 2, 5}) {
    core::Limits limits;
    limits.retries = retries;
    for (int done = 0; done < 8; ++done)
      CHECK(next_wait(error_of(ErrorKind::network), limits, {.retries_done = done}).has_value() == (done < retries));
  }
}

TEST_CASE("the wait doubles from half a second to eight, less up to a quarter") {
  core::Limits limits;
  limits.retries = 100;
  struct Case {
    int done;
    std::chrono::milliseconds wait;
  };
  for (const auto& each : std::array{Case{0, 500ms}, Case{1, 1s}, Case{2, 2s}, Case{3, 4s}, Case{4, 8s}, Case{5, 8s},
                                     Case{40, 8s}, Case{99, 8s}}) {
    CAPTURE(each.done);
    const auto wait_with = [&](double random) {
      return next_wait(error_of(ErrorKind::overloaded), limits, {.retries_done = each.done, .random = random});
    };
    CHECK(wait_with(0.0) == each.wait);
    CHECK(wait_with(0.4) == each.wait * 9 / 10);
    CHECK(wait_with(1.0) == each.wait * 3 / 4);
    CHECK(wait_with(7.0) == each.wait * 3 / 4);
    CHECK(wait_with(-7.0) == each.wait);
  }
}

TEST_CASE("what the server asks for is waited for, up to the limit; beyond it there is no other try") {
  auto error = error_of(ErrorKind::rate_limit);
  core::Limits limits;  // 60 s
  struct Case {
    std::chrono::milliseconds asked;
    std::optional<std::chrono::milliseconds> wait;
  };
  for (const auto& each : std::array{Case{1ms, 1ms}, Case{2s, 2s}, Case{60s, 60s}, Case{60'001ms, {}},
                                     Case{86'400s, {}}, Case{0ms, 500ms}, Case{-5s, 500ms}}) {
    error.retry_after = each.asked;
    CHECK(next_wait(error, limits, {}) == each.wait);
  }
  error.retry_after = 86'400s;
  limits.retry_max_wait = 0ms;  // no limit
  CHECK(next_wait(error, limits, {}) == 86'400s);
}

TEST_CASE("a wait that the server names does not make a failure worth trying that is not") {
  for (const auto kind : {ErrorKind::quota, ErrorKind::auth, ErrorKind::bad_request}) {
    auto error = error_of(kind);
    error.retry_after = 1s;
    CHECK_FALSE(next_wait(error, {}, {}));
  }
}
