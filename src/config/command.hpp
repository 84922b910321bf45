// Command: runs a program without a shell, bounded in time and output, and ended at once on an interrupt.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/environment.hpp"

namespace byok::config {

struct CredentialContext {
  int interrupt = -1;  // a descriptor that ends the wait for a command (ErrorKind::cancelled)
  std::optional<std::chrono::steady_clock::time_point> deadline;  // of the whole run (ErrorKind::timeout)
};

// Runs argv without a shell, stdin null, stderr passed through, output at most 64 KiB, the process group killed at the
// timeout. ErrorKind::auth on failure; the message names the program and what happened, never its output.
[[nodiscard]] base::Result<std::string> run_command(const std::vector<std::string>& argv,
                                                    std::chrono::milliseconds timeout, const CredentialContext& context,
                                                    const Environment& environment);

struct CommandReport {
  int exit_status = 0;  // 128 + signal for one that a signal ended
  std::string output;   // of both streams
};
// The same for a program that is only asked about something: nothing of it reaches the terminal, and a failure of its
// own is a report. Its standard input is the descriptor `input`, or null. Fails as run_command does where it cannot be
// started or does not end.
[[nodiscard]] base::Result<CommandReport> ask_command(const std::vector<std::string>& argv,
                                                      std::chrono::milliseconds timeout,
                                                      const CredentialContext& context, const Environment& environment,
                                                      int input = -1);

// The absolute path of an executable file in one of PATH's absolute folders, or empty. (An entry such as `.` would run
// what a folder from elsewhere holds.)
[[nodiscard]] std::string find_program(std::string_view name, const Environment& environment);

}  // namespace byok::config
