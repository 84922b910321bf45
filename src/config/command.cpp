// Running a command: its own process group, bounded in time and output, ended at once on an interrupt.
#include "config/command.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"

namespace byok::config {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kLargestOutput = 64UL * 1024;
// How often the end of the process is looked for, where the pipe does not tell: the command closed its output early, or
// left a background process behind that holds it open.
constexpr std::chrono::milliseconds kGlance{20};

class Pipe {
 public:
  Pipe() {
    if (::pipe(ends_.data()) != 0) {
      ends_ = {-1, -1};
      return;
    }
    for (const int end : ends_) ::fcntl(end, F_SETFD, FD_CLOEXEC);
    ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_writer();
    if (ends_[0] >= 0) ::close(ends_[0]);
  }
  void close_writer() {
    if (ends_[1] >= 0) ::close(std::exchange(ends_[1], -1));
  }
  [[nodiscard]] int reader() const { return ends_[0]; }
  [[nodiscard]] int writer() const { return ends_[1]; }

 private:
  std::array<int, 2> ends_{-1, -1};
};

struct Streams {
  int input = -1;  // null
  int output = -1;
  bool takes_errors = false;  // in the output too
};

// posix_spawn's two option objects, destroyed together.
class SpawnOptions {
 public:
  explicit SpawnOptions(const Streams& streams) {
    posix_spawn_file_actions_init(&actions_);
    if (streams.input >= 0) {
      posix_spawn_file_actions_adddup2(&actions_, streams.input, STDIN_FILENO);
    } else {
      posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    }
    posix_spawn_file_actions_adddup2(&actions_, streams.output, STDOUT_FILENO);
    if (streams.takes_errors) posix_spawn_file_actions_adddup2(&actions_, streams.output, STDERR_FILENO);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setpgroup(&attributes_, 0);
    // The group is not the terminal's foreground one. With these two blocked, reading a password from the terminal
    // fails at once (EIO) instead of stopping the command until the timeout (POSIX, General Terminal
    // Interface, 11.1.4).
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTTIN);
    sigaddset(&blocked, SIGTTOU);
    posix_spawnattr_setsigmask(&attributes_, &blocked);
    // An ignored signal stays ignored across exec, and this program ignores SIGPIPE.
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes_, &defaults);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnOptions(const SpawnOptions&) = delete;
  SpawnOptions& operator=(const SpawnOptions&) = delete;
  ~SpawnOptions() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  [[nodiscard]] const posix_spawn_file_actions_t* actions() const { return &actions_; }
  [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

std::string program_name(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string();
  return name.empty() ? path : name;
}

std::string sign_in_hint(std::string_view program) {
  struct Row {
    std::string_view program, sign_in;
  };
  static constexpr auto kRows = std::to_array<Row>({{"az", "az login"},
                                                    {"azd", "azd auth login"},
                                                    {"gcloud", "gcloud auth login"},
                                                    {"aws", "aws sso login"},
                                                    {"op", "op signin"}});
  const auto* const row = std::ranges::find(kRows, program, &Row::program);
  if (row == kRows.end()) return "run the command by hand to see why";
  return fmt::format("run the command by hand to see why; to sign in again: {}", row->sign_in);
}

// A started command. Whoever drops it while it runs kills its process group.
class Process {
 public:
  explicit Process(pid_t pid) : pid_(pid) {}
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (status_) return;
    ::kill(-pid_, SIGKILL);
    int ignored = 0;
    while (::waitpid(pid_, &ignored, 0) < 0 && errno == EINTR) continue;
  }
  // The wait status once it has ended.
  [[nodiscard]] std::optional<int> status() {
    if (status_) return status_;
    int status = 0;
    const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
    if (ended == pid_) status_ = status;
    // Someone above ignores SIGCHLD, so the status is lost: the output has to speak for itself.
    if (ended < 0 && errno == ECHILD) status_ = 0;
    return status_;
  }

 private:
  pid_t pid_;
  std::optional<int> status_;
};

Result<pid_t> start(std::vector<std::string> argv, const Environment& environment, const Streams& streams) {
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment.all()) variables.push_back(fmt::format("{}={}", name, value));
  const std::string program = argv.front();
  const std::vector<char*> arguments = pointers(argv);
  const std::vector<char*> values = pointers(variables);
  const SpawnOptions options(streams);
  pid_t pid = 0;
  const int error =
      ::posix_spawnp(&pid, program.c_str(), options.actions(), options.attributes(), arguments.data(), values.data());
  if (error == 0) return pid;
  if (error == ENOENT) {
    return fail(ErrorKind::auth, fmt::format("the command {} was not found", program),
                "install it, or write its whole path; the first element of the list is the program alone");
  }
  return fail(ErrorKind::auth, fmt::format("cannot run {}: {}", program, std::system_category().message(error)));
}

// What is there to be read now. False at the end of the output.
bool read_some(int descriptor, std::string& output) {
  std::array<char, 8192> buffer;
  while (output.size() <= kLargestOutput) {
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count == 0) return false;
    if (count > 0) {
      output.append(buffer.data(), static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      return errno == EAGAIN || errno == EWOULDBLOCK;
    }
  }
  return true;
}

struct Limit {
  std::optional<Clock::time_point> at;
  bool is_whole_run = false;
};

Limit limit_of(std::chrono::milliseconds timeout, const CredentialContext& context) {
  Limit limit;
  if (timeout.count() > 0) limit.at = Clock::now() + timeout;
  if (context.deadline && (!limit.at || *context.deadline < *limit.at)) limit = {context.deadline, true};
  return limit;
}

Result<> check_exit(int status, const std::string& program) {
  if (WIFSIGNALED(status)) {
    return fail(ErrorKind::auth, fmt::format("{} was ended by signal {}", program, WTERMSIG(status)));
  }
  if (WEXITSTATUS(status) == 0) return {};
  return fail(ErrorKind::auth, fmt::format("{} exited with status {}", program, WEXITSTATUS(status)),
              sign_in_hint(program));
}

struct Ended {
  int status = 0;  // as waitpid gives it
  std::string output;
};

Result<Ended> run_to_end(const std::vector<std::string>& argv, std::chrono::milliseconds timeout,
                         const CredentialContext& context, const Environment& environment, Streams streams) {
  if (argv.empty() || argv.front().empty()) return fail(ErrorKind::config, "the command is empty");
  const std::string program = program_name(argv.front());
  Pipe pipe;
  if (pipe.reader() < 0) {
    return fail(ErrorKind::auth, fmt::format("cannot run {}: {}", program, std::system_category().message(errno)));
  }
  streams.output = pipe.writer();
  BYOK_TRY(const pid_t pid, start(argv, environment, streams));
  pipe.close_writer();
  Process process(pid);
  const Limit limit = limit_of(timeout, context);

  std::string output;
  bool is_open = true;
  while (true) {
    // The status is asked for first: what the command wrote before it ended is then surely in the pipe.
    const std::optional<int> status = process.status();
    if (is_open) is_open = read_some(pipe.reader(), output);
    if (output.size() > kLargestOutput) {
      return fail(ErrorKind::auth, fmt::format("{} printed more than 64 KiB", program),
                  "it should print the token alone");
    }
    if (status) return Ended{.status = *status, .output = std::move(output)};
    if (limit.at && Clock::now() >= *limit.at) {
      if (limit.is_whole_run) return fail(ErrorKind::timeout, fmt::format("the time was over while {} ran", program));
      return fail(ErrorKind::auth,
                  fmt::format("{} did not finish within {} s", program, static_cast<double>(timeout.count()) / 1000),
                  "run it by hand to see what it waits for, or raise the command's `timeout`");
    }
    std::array<pollfd, 2> waits{pollfd{.fd = context.interrupt, .events = POLLIN, .revents = 0},
                                pollfd{.fd = is_open ? pipe.reader() : -1, .events = POLLIN, .revents = 0}};
    ::poll(waits.data(), waits.size(), static_cast<int>(kGlance.count()));
    if (waits[0].revents != 0) return fail(ErrorKind::cancelled, fmt::format("interrupted while {} ran", program));
  }
}

}  // namespace

Result<std::string> run_command(const std::vector<std::string>& argv, std::chrono::milliseconds timeout,
                                const CredentialContext& context, const Environment& environment) {
  BYOK_TRY(Ended ended, run_to_end(argv, timeout, context, environment, {}));
  BYOK_CHECK(check_exit(ended.status, program_name(argv.front())));
  return std::move(ended.output);
}

Result<CommandReport> ask_command(const std::vector<std::string>& argv, std::chrono::milliseconds timeout,
                                  const CredentialContext& context, const Environment& environment, int input) {
  BYOK_TRY(Ended ended, run_to_end(argv, timeout, context, environment, {.input = input, .takes_errors = true}));
  const int status = WIFSIGNALED(ended.status) ? 128 + WTERMSIG(ended.status) : WEXITSTATUS(ended.status);
  return CommandReport{.exit_status = status, .output = std::move(ended.output)};
}

std::string find_program(std::string_view name, const Environment& environment) {
  for (const std::string_view folder : base::split(environment.get("PATH"), ':')) {
    if (!folder.starts_with('/')) continue;
    std::string path = fmt::format("{}/{}", folder, name);
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0) return path;
  }
  return {};
}

}  // namespace byok::config
