// The table from kinds of failure to exit codes.
#include "cli/exit_code.hpp"

#include <csignal>

namespace byok::cli {

namespace {

ExitCode exit_code_for_signal(int signal) {
  switch (signal) {
    case SIGTERM:
      return ExitCode::terminated;
    case SIGPIPE:
      return ExitCode::closed;
    case SIGHUP:
      return ExitCode::hung_up;
    default:
      return ExitCode::interrupted;
  }
}

}  // namespace

ExitCode exit_code_for(base::ErrorKind kind, int signal) {
  using enum base::ErrorKind;
  switch (kind) {
    case usage:
      return ExitCode::usage;
    case config:
      return ExitCode::config;
    case auth:
    case quota:
      return ExitCode::account;
    case not_found:
    case route:
    case bad_request:
    case protocol:
    case output:
      return ExitCode::refused;
    case context_length:
      return ExitCode::too_large;
    case content_filter:
    case incomplete:
      return ExitCode::incomplete;
    case rate_limit:
    case overloaded:
      return ExitCode::try_later;
    case network:
    case timeout:
      return ExitCode::network;
    case schema:
      return ExitCode::form;
    case cancelled:
      return exit_code_for_signal(signal);
    case internal:
      return ExitCode::defect;
  }
  return ExitCode::defect;
}

ExitCode exit_code_for(core::FinishReason reason) {
  switch (reason) {
    case core::FinishReason::stop:
    case core::FinishReason::tool_calls:
      return ExitCode::ok;
    case core::FinishReason::length:
    case core::FinishReason::content_filter:
    case core::FinishReason::refusal:
    case core::FinishReason::pause:
    case core::FinishReason::error:
    case core::FinishReason::other:
      return ExitCode::incomplete;
  }
  return ExitCode::incomplete;
}

}  // namespace byok::cli
