// ExitCode: the numbers a script may rely on, and how an error becomes one.
#pragma once

#include "base/result.hpp"
#include "core/event.hpp"

namespace byok::cli {

enum class ExitCode {
  ok = 0,       // a complete reply
  refused = 1,  // the provider refused the request, or output could not be written
  usage = 2,
  config = 3,
  account = 4,  // someone must act on the account
  network = 5,  // before any of the answer arrived: safe to run again
  try_later = 6,
  incomplete = 7,  // the reply is cut short, or there is none
  form = 8,        // the reply does not have the form asked for
  too_large = 9,
  defect = 70,
  hung_up = 129,      // 128 + SIGHUP
  interrupted = 130,  // 128 + SIGINT
  closed = 141,       // 128 + SIGPIPE
  terminated = 143,   // 128 + SIGTERM
};

// By the error's kind alone. A cancelled run exits by its signal: `signal` is SIGINT, SIGTERM, SIGHUP or SIGPIPE.
[[nodiscard]] ExitCode exit_code_for(base::ErrorKind kind, int signal = 0);
// For a reply that ended without an error.
[[nodiscard]] ExitCode exit_code_for(core::FinishReason reason);

}  // namespace byok::cli
