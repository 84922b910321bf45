// Keys typed ahead on a pseudo-terminal.
#include "terminal/held_keys.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <string>

#include <doctest/doctest.h>

using byok::terminal::HeldKeys;

namespace {

struct Terminal {
  int ours = -1, theirs = -1;
  Terminal() { REQUIRE(::openpty(&ours, &theirs, nullptr, nullptr, nullptr) == 0); }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    ::close(ours);
    ::close(theirs);
  }
  // What the terminal shows by now.
  [[nodiscard]] std::string shown() const {
    std::string text;
    pollfd wait{.fd = ours, .events = POLLIN, .revents = 0};
    char buffer[256];
    while (::poll(&wait, 1, 50) > 0) {
      const ssize_t count = ::read(ours, buffer, sizeof buffer);
      if (count <= 0) break;
      text.append(buffer, static_cast<std::size_t>(count));
    }
    return text;
  }
};

tcflag_t local_flags(int descriptor) {
  termios now{};
  REQUIRE(::tcgetattr(descriptor, &now) == 0);
  return now.c_lflag;
}

bool is_plain(int descriptor) {
  termios now{};
  const auto both = static_cast<tcflag_t>(ECHO | ICANON);
  return ::tcgetattr(descriptor, &now) == 0 && (now.c_lflag & both) == both;
}

// A job that holds the keys until it is ended.
[[noreturn]] void run_job(int terminal, int ready) {
  const HeldKeys keys(terminal, terminal);
  if (::write(ready, "r", 1) != 1) ::_exit(1);
  while (true) ::pause();
}

// What a shell sees that starts such a job on its terminal and stops it: 0 where all is as it should be, else the
// number of what is not.
int run_shell(int terminal) {
  int ready[2];
  if (::setsid() < 0 || ::ioctl(terminal, TIOCSCTTY, 0) != 0 || ::pipe(ready) != 0) return 1;
  ::signal(SIGTTOU, SIG_IGN);
  const pid_t job = ::fork();
  if (job == 0) {
    ::signal(SIGTTOU, SIG_DFL);
    ::setpgid(0, 0);
    ::tcsetpgrp(terminal, ::getpgrp());
    run_job(terminal, ready[1]);
  }
  char byte = 0;
  int problem = 0;
  int status = 0;
  if (::read(ready[0], &byte, 1) != 1 || is_plain(terminal)) problem = 2;
  ::kill(job, SIGTSTP);
  if (::waitpid(job, &status, WUNTRACED) != job || !WIFSTOPPED(status)) problem = 3;
  if (problem == 0 && !is_plain(terminal)) problem = 4;
  ::kill(job, SIGCONT);
  for (int i = 0; i < 1000 && is_plain(terminal); ++i) ::poll(nullptr, 0, 10);
  if (problem == 0 && is_plain(terminal)) problem = 5;
  ::kill(job, SIGKILL);
  ::waitpid(job, &status, 0);
  return problem;
}

}  // namespace

TEST_CASE("while the program is stopped the terminal is as it was before, and afterwards the keys are held again") {
  const Terminal terminal;
  const pid_t shell = ::fork();
  REQUIRE(shell >= 0);
  if (shell == 0) ::_exit(run_shell(terminal.theirs));
  int status = 0;
  REQUIRE(::waitpid(shell, &status, 0) == shell);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("keys typed ahead are not shown and are there afterwards as they were typed") {
  const Terminal terminal;
  const tcflag_t before = local_flags(terminal.theirs);
  {
    const HeldKeys keys(terminal.theirs, terminal.theirs);
    CHECK(terminal.shown() == "\x1b[?2004h");
    CHECK((local_flags(terminal.theirs) & static_cast<tcflag_t>(ECHO | ICANON)) == 0);
    CHECK((local_flags(terminal.theirs) & static_cast<tcflag_t>(ISIG)) != 0);
    REQUIRE(::write(terminal.ours, "ahead\r", 6) == 6);
    CHECK(terminal.shown().empty());
  }
  CHECK(terminal.shown() == "\x1b[?2004l");
  CHECK(local_flags(terminal.theirs) == before);
  // A line editor goes on in raw mode.
  termios raw{};
  REQUIRE(::tcgetattr(terminal.theirs, &raw) == 0);
  raw.c_lflag &= static_cast<tcflag_t>(~(ICANON | ECHO));
  REQUIRE(::tcsetattr(terminal.theirs, TCSADRAIN, &raw) == 0);
  char buffer[16];
  CHECK(::read(terminal.theirs, buffer, sizeof buffer) == 6);
  CHECK(std::string(buffer, 6) == "ahead\r");
}

TEST_CASE("what is no terminal is left alone") {
  int ends[2] = {-1, -1};
  REQUIRE(::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
  {
    const HeldKeys keys(ends[0], ends[1]);
  }
  char byte = 0;
  CHECK(::read(ends[0], &byte, 1) == -1);
  ::close(ends[0]);
  ::close(ends[1]);
}
