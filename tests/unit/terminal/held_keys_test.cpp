// Keys typed ahead on a pseudo-terminal.
#include "terminal/held_keys.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
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

}  // namespace

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
