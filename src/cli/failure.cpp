// The common end of commands that fail before a turn has begun.
#include "cli/failure.hpp"

#include "cli/ask/result.hpp"
#include "cli/exit_code.hpp"

namespace byok::cli {

int fail_command(Context& context, const base::Error& error, bool as_json, const core::Profile* profile) {
  const ExitCode code = exit_code_for(error.kind, context.signal_for(error));
  if (error.kind != base::ErrorKind::cancelled) context.report(error);
  if (as_json) {
    RunResult result;
    if (profile != nullptr) result.set_profile(*profile);
    result.exit_code = static_cast<int>(code);
    result.error = error;
    result.warnings = context.warnings;
    result.duration =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - context.started);
    if (const int problem = context.print_json(to_json(result, context.redactor) + "\n"); problem != 0) return problem;
  }
  return static_cast<int>(code);
}

}  // namespace byok::cli
