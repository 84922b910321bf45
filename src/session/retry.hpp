// Retry: whether a failed request is worth another try, and after how long. Pure.
#pragma once

#include <chrono>
#include <optional>

#include "base/result.hpp"
#include "core/profile.hpp"

namespace byok::session {

struct RetryState {
  int retries_done = 0;
  bool had_output = false;   // something of the answer arrived: never again
  bool is_loopback = false;  // refused or silent on this machine: trying again will not help
  double random = 0.0;       // [0, 1): the jitter
};

// The wait before the next attempt, or nothing: give up. Backoff 0.5 s doubled up to 8 s, less up to a quarter; what
// the server asked for instead, up to limits.retry_max_wait (beyond that: nothing).
[[nodiscard]] std::optional<std::chrono::milliseconds> next_wait(const base::Error& error, const core::Limits& limits,
                                                                 const RetryState& state);

}  // namespace byok::session
