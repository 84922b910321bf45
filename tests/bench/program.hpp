// Program: one run of a program, and what the kernel says that it took.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace byok::bench {

struct Command {
  std::vector<std::string> argv;  // argv[0]: a path, or a name looked for along PATH
  std::vector<std::string> environment;
};

struct Figures {
  double wall_ms = 0;
  double cpu_ms = 0;      // user and system
  double memory_mib = 0;  // the most that was resident
};

// Standard input and output are /dev/null.
[[nodiscard]] pid_t start(const Command& command);
// Throws std::runtime_error when it did not end with `exit_code`.
Figures wait_for(pid_t process, const Command& command, int exit_code);
// Both; the wall time is from before the one to after the other.
[[nodiscard]] Figures measure(const Command& command);

}  // namespace byok::bench
