// Fork, exec and one poll loop; between fork and exec only what a threaded parent may call.
#include "support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace byok::test {
namespace {

using Input = ProcessOptions::Input;

constexpr int kNotStarted = 127;

void close_quietly(int& descriptor) {
  if (descriptor >= 0) ::close(std::exchange(descriptor, -1));
}

// Read end, write end; neither is inherited, and ours does not block.
std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
  for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  return ends;
}

void unblock(int descriptor) {
  if (descriptor >= 0) ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

// Our side and the program's side of a pseudo-terminal.
std::array<int, 2> make_terminal(unsigned short columns, unsigned short rows) {
  const int ours = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (ours < 0 || ::grantpt(ours) != 0 || ::unlockpt(ours) != 0) throw std::runtime_error("no pseudo-terminal");
  ::fcntl(ours, F_SETFD, FD_CLOEXEC);
  const int theirs = ::open(::ptsname(ours), O_RDWR | O_NOCTTY | O_CLOEXEC);  // NOLINT: one thread starts programs
  if (theirs < 0) throw std::runtime_error("no pseudo-terminal");
  const winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  ::ioctl(ours, TIOCSWINSZ, &size);
  return {ours, theirs};
}

struct Launch {
  const char* directory = nullptr;
  char* const* argv = nullptr;
  char* const* environment = nullptr;
  int in = -1, out = -1, err = -1;  // -1: closed
  bool is_terminal = false;
};

[[noreturn]] void become(const Launch& launch) {
  if (launch.is_terminal) {
    ::setsid();
    ::ioctl(launch.in, TIOCSCTTY, 0);
  } else {
    ::setpgid(0, 0);
  }
  if (launch.directory != nullptr && ::chdir(launch.directory) != 0) ::_exit(kNotStarted);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int each : {SIGINT, SIGTERM, SIGPIPE, SIGHUP, SIGQUIT}) ::signal(each, SIG_DFL);
  if (launch.in >= 0) {
    ::dup2(launch.in, STDIN_FILENO);
  } else {
    ::close(STDIN_FILENO);
  }
  ::dup2(launch.out, STDOUT_FILENO);
  ::dup2(launch.err, STDERR_FILENO);
  ::execvpe(launch.argv[0], launch.argv, launch.environment);
  ::_exit(kNotStarted);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

}  // namespace

Process::Process(const ProcessOptions& options) : deadline_(std::chrono::steady_clock::now() + options.timeout) {
  std::vector<std::string> argv = options.argv;
  std::vector<std::string> variables;
  for (const auto& [name, value] : options.environment) variables.push_back(name + "=" + value);
  const std::vector<char*> arguments = pointers(argv);
  const std::vector<char*> values = pointers(variables);
  const std::string directory = options.directory.string();

  Launch launch{.directory = directory.empty() ? nullptr : directory.c_str(),
                .argv = arguments.data(),
                .environment = values.data(),
                .is_terminal = options.input == Input::terminal};
  is_terminal_ = launch.is_terminal;
  if (is_terminal_) {
    const auto [ours, theirs] = make_terminal(options.columns, options.rows);
    output_ = ours;
    input_ = ::fcntl(ours, F_DUPFD_CLOEXEC, 0);
    launch.in = launch.out = launch.err = theirs;
  } else {
    const auto [out_reader, out_writer] = make_pipe();
    const auto [err_reader, err_writer] = make_pipe();
    output_ = out_reader;
    error_ = err_reader;
    launch.out = out_writer;
    launch.err = err_writer;
    if (options.input == Input::null) launch.in = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (options.input == Input::bytes || options.input == Input::open) {
      const auto [in_reader, in_writer] = make_pipe();
      launch.in = in_reader;
      input_ = in_writer;
    }
  }
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("no process");
  if (pid_ == 0) become(launch);
  if (!is_terminal_) ::setpgid(pid_, pid_);  // whichever of the two comes first
  close_quietly(launch.in);
  if (!is_terminal_) {
    close_quietly(launch.out);
    close_quietly(launch.err);
  }
  for (const int descriptor : {input_, output_, error_}) unblock(descriptor);
  if (options.input == Input::bytes) {
    pending_ = options.bytes;
    close_after_pending_ = true;
  }
}

Process::~Process() {
  if (pid_ > 0 && !has_ended_) {
    ::kill(-pid_, SIGKILL);
    int ignored = 0;
    while (::waitpid(pid_, &ignored, 0) < 0 && errno == EINTR) continue;
  }
  for (int* descriptor : {&input_, &output_, &error_}) close_quietly(*descriptor);
}

void Process::write(std::string_view bytes) { pending_.append(bytes); }

void Process::close_input() { close_after_pending_ = true; }

void Process::close_output() { close_quietly(output_); }

void Process::resize(unsigned short columns, unsigned short rows) {
  const winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  ::ioctl(output_, TIOCSWINSZ, &size);
}

void Process::send_signal(int number) const {
  if (!has_ended_) ::kill(pid_, number);
}

void Process::feed() {
  // A reader that has gone must not end the test.
  sigset_t pipe_signal;
  sigset_t before;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  const ssize_t count = ::write(input_, pending_.data(), pending_.size());
  const bool has_gone = count < 0 && errno != EINTR && errno != EAGAIN;
  if (has_gone) {
    const timespec at_once{};
    ::sigtimedwait(&pipe_signal, nullptr, &at_once);
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (count > 0) pending_.erase(0, static_cast<std::size_t>(count));
  if (has_gone) {
    pending_.clear();
    close_quietly(input_);
  }
}

void Process::read_from(int& descriptor, std::string& text) {
  std::array<char, 64UL * 1024> buffer;
  const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
  if (count > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
  } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
    close_quietly(descriptor);  // a pseudo-terminal says its end by EIO
  }
}

bool Process::collect() {
  if (has_ended_) return true;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
  has_ended_ = true;
  result_.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  result_.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return true;
}

bool Process::step() {
  const bool had_ended = collect();
  if (pending_.empty() && close_after_pending_) close_quietly(input_);
  if (!had_ended && std::chrono::steady_clock::now() >= deadline_) {
    result_.timed_out = true;
    ::kill(-pid_, SIGKILL);
  }
  const short to_write = pending_.empty() ? static_cast<short>(0) : static_cast<short>(POLLOUT);
  std::array<pollfd, 3> waits{pollfd{.fd = pending_.empty() ? -1 : input_, .events = to_write, .revents = 0},
                              pollfd{.fd = output_, .events = POLLIN, .revents = 0},
                              pollfd{.fd = error_, .events = POLLIN, .revents = 0}};
  constexpr int kGlance = 10;  // milliseconds between looks at whether the process has ended
  const int ready = ::poll(waits.data(), waits.size(), had_ended ? 0 : kGlance);
  if (waits[0].revents != 0) feed();
  if (waits[1].revents != 0) read_from(output_, result_.out);
  if (waits[2].revents != 0) read_from(error_, result_.err);
  return !had_ended || ready > 0;  // what a background process may still print is not waited for
}

bool Process::wait_for(std::string_view text) {
  return wait_until([&] { return result_.out.contains(text) || result_.err.contains(text); });
}

bool Process::wait_until(const std::function<bool()>& is_so) {
  while (!is_so()) {
    if (!step() || result_.timed_out) return is_so();
  }
  return true;
}

ProcessResult Process::finish() {
  if (!is_terminal_) close_input();
  while (step()) continue;
  return result_;
}

ProcessResult run_process(const ProcessOptions& options) {
  Process process(options);
  return process.finish();
}

}  // namespace byok::test
