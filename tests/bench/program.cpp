// posix_spawn and wait4: rusage of the child alone.
#include "program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "loopback.hpp"

namespace byok::bench {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));
  all.push_back(nullptr);
  return all;
}

double milliseconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

}  // namespace

pid_t start(const Command& command) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t process = -1;
  const int problem = ::posix_spawnp(&process, command.argv[0].c_str(), &actions, nullptr,
                                     pointers(command.argv).data(), pointers(command.environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (problem != 0) throw std::runtime_error(fmt::format("cannot run {}", command.argv[0]));
  return process;
}

Figures wait_for(pid_t process, const Command& command, int exit_code) {
  int status = 0;
  rusage usage{};
  if (::wait4(process, &status, 0, &usage) != process) throw std::runtime_error("wait4 failed");
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (code != exit_code) throw std::runtime_error(fmt::format("{} ended with {}", command.argv[0], code));
  return {.wall_ms = 0,
          .cpu_ms = milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime),
          .memory_mib = static_cast<double>(usage.ru_maxrss) / 1024.0};
}

Figures measure(const Command& command) {
  const auto before = now_ns();
  Figures figures = wait_for(start(command), command, 0);
  figures.wall_ms = static_cast<double>(now_ns() - before) / 1e6;
  return figures;
}

}  // namespace byok::bench
