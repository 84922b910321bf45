// Retry: the policy of wire.md section 9 as a function of values.
#include "session/retry.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace byok::session {
namespace {

using base::ErrorKind;
using std::chrono::milliseconds;

constexpr milliseconds kFirstWait{500};
constexpr milliseconds kLongestWait{8'000};
constexpr int kDoublings = 4;  // 500 ms · 2^4 = 8 s
constexpr double kJitter = 0.25;

// wire.md, section 9.
constexpr std::array kRetried{408, 409, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529};

bool is_passing(const base::Error& error, bool is_loopback) {
  if (error.status >= 400 && std::ranges::find(kRetried, error.status) == kRetried.end()) return false;
  switch (error.kind) {
    case ErrorKind::network:
    case ErrorKind::overloaded:
    case ErrorKind::rate_limit:
      return true;
    case ErrorKind::timeout:
      return !is_loopback;
    default:
      return false;
  }
}

bool is_worth_retrying(const base::Error& error, bool is_loopback) {
  switch (error.kind) {
    case ErrorKind::quota:  // a server's `x-should-retry: true` on a 429 does not fill an account
    case ErrorKind::cancelled:
    case ErrorKind::output:
      return false;
    default:
      return error.should_retry.value_or(is_passing(error, is_loopback));
  }
}

milliseconds backoff(const RetryState& state) {
  const auto wait = std::min(kFirstWait * (1 << std::clamp(state.retries_done, 0, kDoublings)), kLongestWait);
  const double less = 1.0 - kJitter * std::clamp(state.random, 0.0, 1.0);
  return milliseconds(std::llround(static_cast<double>(wait.count()) * less));
}

}  // namespace

std::optional<milliseconds> next_wait(const base::Error& error, const core::Limits& limits, const RetryState& state) {
  if (state.had_output || state.retries_done >= limits.retries) return std::nullopt;
  if (!is_worth_retrying(error, state.is_loopback)) return std::nullopt;
  if (!error.retry_after || *error.retry_after <= milliseconds{0}) return backoff(state);
  const bool is_limited = limits.retry_max_wait > milliseconds{0};
  if (is_limited && *error.retry_after > limits.retry_max_wait) return std::nullopt;
  return error.retry_after;
}

}  // namespace byok::session
