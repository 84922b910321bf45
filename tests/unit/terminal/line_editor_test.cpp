// Tests of the line editor on a pseudo-terminal: modes set and restored, signals, a new size, the end of the input.
#include "terminal/line_editor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ostream>
#include <string>
#include <thread>
#include <utility>

#include <doctest/doctest.h>

#include "base/file.hpp"

namespace byok::terminal {
namespace {

using Kind = Reading::Kind;

// A terminal with this test at its other side.
class Terminal {
 public:
  Terminal() : ours_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    if (ours_ < 0 || ::grantpt(ours_) != 0 || ::unlockpt(ours_) != 0) return;
    theirs_ = ::open(::ptsname(ours_), O_RDWR | O_NOCTTY);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    hang_up();
    ::close(theirs_);
  }
  [[nodiscard]] bool is_there() const {
    if (theirs_ < 0) MESSAGE("skipped: no pseudo-terminal can be had here");
    return theirs_ >= 0;
  }
  void hang_up() {
    if (ours_ >= 0) ::close(std::exchange(ours_, -1));
  }
  void type(std::string_view bytes) const { CHECK(base::write_all(ours_, bytes) == 0); }
  // Reads what is drawn until it has the words in it.
  std::string wait_for(std::string_view words) {
    std::array<char, 4096> buffer{};
    pollfd entry{.fd = ours_, .events = POLLIN, .revents = 0};
    while (!seen.contains(words) && ::poll(&entry, 1, 10'000) > 0) {
      const ssize_t count = ::read(ours_, buffer.data(), buffer.size());
      if (count <= 0) break;
      seen.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return seen;
  }
  void resize(unsigned short columns) const {
    const winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    REQUIRE(::ioctl(ours_, TIOCSWINSZ, &size) == 0);
  }
  [[nodiscard]] bool is_raw() const {
    termios mode{};
    REQUIRE(::tcgetattr(theirs_, &mode) == 0);
    return (mode.c_lflag & static_cast<tcflag_t>(ICANON)) == 0;
  }
  // Lines and echo, as a shell sets it.
  void make_plain() const {
    termios mode{};
    REQUIRE(::tcgetattr(theirs_, &mode) == 0);
    mode.c_lflag |= static_cast<tcflag_t>(ICANON | ECHO);
    REQUIRE(::tcsetattr(theirs_, TCSANOW, &mode) == 0);
  }
  [[nodiscard]] int descriptor() const { return theirs_; }
  std::string seen;

 private:
  int ours_;
  int theirs_ = -1;
};

TEST_CASE("a reading sets the terminal and restores it, and keeps the keys that come after it for the next") {
  Terminal terminal;
  if (!terminal.is_there()) return;
  const auto editor = make_terminal_editor({.input = terminal.descriptor(), .output = terminal.descriptor()});
  Reading first;
  Reading second;
  std::thread reader([&] {
    first = editor->read({}, {.text = "hey "}).value();
    second = editor->read({}, {}).value();
  });
  terminal.wait_for("\x1b[?2004h> hey ");
  CHECK(terminal.is_raw());
  terminal.type("you\rmore\x07");
  reader.join();
  CHECK_FALSE(terminal.is_raw());
  CHECK(first.kind == Kind::line);
  CHECK(first.draft.text == "hey you");
  CHECK(second.kind == Kind::open_editor);
  CHECK(second.draft.text == "more");
  CHECK(terminal.wait_for("more\r\r\n\x1b[?2004l").ends_with("\x1b[?2004l"));
}

TEST_CASE("the interrupt descriptor ends a reading") {
  Terminal terminal;
  if (!terminal.is_there()) return;
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const auto editor =
      make_terminal_editor({.input = terminal.descriptor(), .output = terminal.descriptor(), .interrupt = ends[0]});
  Reading reading;
  std::thread reader([&] { reading = editor->read({}, {}).value(); });
  terminal.type("ab");
  terminal.wait_for("> ab");
  CHECK(base::write_all(ends[1], "x") == 0);
  reader.join();
  CHECK(reading.kind == Kind::signal);
  CHECK(reading.draft.text == "ab");
  CHECK_FALSE(terminal.is_raw());
  for (const int end : ends) ::close(end);
}

TEST_CASE("a terminal that is gone ends a reading, or says that it cannot be written to") {
  Terminal terminal;
  if (!terminal.is_there()) return;
  const auto editor = make_terminal_editor({.input = terminal.descriptor(), .output = terminal.descriptor()});
  base::Result<Reading> reading;
  std::thread reader([&] { reading = editor->read({}, {}); });
  terminal.wait_for("> ");
  terminal.hang_up();
  reader.join();
  if (reading) CHECK(reading->kind == Kind::end);
  if (!reading) CHECK(reading.error().kind == base::ErrorKind::output);
  CHECK_FALSE(editor->read({}, {}).has_value());
}

TEST_CASE("a line that is far too long is one text, and the next line another") {
  std::array<int, 2> in{};
  REQUIRE(::pipe(in.data()) == 0);
  constexpr std::size_t kMiB = std::size_t{1} << 20;
  std::thread writer([&] {
    const std::string piece(kMiB, 'a');
    for (int i = 0; i < 40; ++i) static_cast<void>(base::write_all(in[1], piece));
    static_cast<void>(base::write_all(in[1], "\nnext\n"));
    ::close(in[1]);
  });
  const auto editor = make_plain_editor({.input = in[0]}, false);
  const Reading first = editor->read({}, {}).value();
  const Reading second = editor->read({}, {}).value();
  writer.join();
  CHECK(first.draft.text.size() >= 16 * kMiB);
  CHECK(first.draft.text.size() < 20 * kMiB);
  CHECK(second.draft.text == "next");
  CHECK(editor->read({}, {}).value().kind == Kind::end);
  ::close(in[0]);
}

TEST_CASE("Ctrl-Z gives the draft back, and a terminal that someone set meanwhile is taken and drawn again") {
  Terminal terminal;
  if (!terminal.is_there()) return;
  const auto editor = make_terminal_editor({.input = terminal.descriptor(), .output = terminal.descriptor()});
  Reading stopped;
  Reading entered;
  std::thread reader([&] {
    stopped = editor->read({}, {}).value();
    entered = editor->read({}, stopped.draft).value();
  });
  terminal.wait_for("> ");
  terminal.type("abc\x1b[D\x1a");
  terminal.wait_for("\x1b[?2004l");
  CHECK(terminal.wait_for("\x1b[?2004l\x1b[?2004h> abc").contains("\x1b[?2004h> abc"));
  CHECK(stopped.kind == Kind::suspend);
  CHECK(stopped.draft.text == "abc");
  CHECK(stopped.draft.cursor == 2);

  // As a shell does while the program is stopped by a signal.
  terminal.make_plain();
  terminal.seen.clear();
  ::pthread_kill(reader.native_handle(), SIGCONT);
  CHECK(terminal.wait_for("> abc").contains("\x1b[?2004h"));
  CHECK(terminal.is_raw());
  terminal.type("X\r");
  reader.join();
  CHECK(entered.kind == Kind::line);
  CHECK(entered.draft.text == "abXc");
  CHECK_FALSE(terminal.is_raw());
}

TEST_CASE("a new size is drawn at once, and a lone ESC does not hold the next key") {
  Terminal terminal;
  if (!terminal.is_there()) return;
  terminal.resize(80);
  const auto editor = make_terminal_editor({.input = terminal.descriptor(), .output = terminal.descriptor()});
  Reading reading;
  std::thread reader([&] { reading = editor->read({}, {.text = "0123456789"}).value(); });
  terminal.wait_for("> 0123456789");
  terminal.resize(10);
  ::pthread_kill(reader.native_handle(), SIGWINCH);
  CHECK(terminal.wait_for("\n89").contains("\n89"));
  terminal.type("\x12");
  terminal.wait_for("(sear");
  terminal.type("\x1b");
  terminal.wait_for("\x1b[J");
  std::this_thread::sleep_for(std::chrono::milliseconds(120));
  terminal.type("A\r");
  reader.join();
  CHECK(reading.draft.text == "0123456789A");
}

TEST_CASE("what is no terminal cannot be edited on, and says so") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const auto reading = make_terminal_editor({.input = ends[0], .output = ends[1]})->read({}, {});
  REQUIRE_FALSE(reading.has_value());
  CHECK(reading.error().kind == base::ErrorKind::output);
  for (const int end : ends) ::close(end);
}

TEST_CASE("plain input is a text a line, to the last one without an end") {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  REQUIRE(::pipe(in.data()) == 0);
  REQUIRE(::pipe(out.data()) == 0);
  CHECK(base::write_all(in[1], "one\r\n\ntw\xFFo\nlast") == 0);
  ::close(in[1]);
  const auto editor = make_plain_editor({.input = in[0], .output = out[1]}, true);
  for (const std::string expected : {"one", "", "tw\uFFFDo", "last"}) {
    const Reading reading = editor->read({}, {}).value();
    CHECK(reading.kind == Kind::line);
    CHECK(reading.draft.text == expected);
    CHECK(reading.replaced == (expected.starts_with("tw") ? 1 : 0));
  }
  CHECK(editor->read({}, {}).value().kind == Kind::end);
  ::close(out[1]);
  CHECK(base::read_all(out[0], 100).value() == "> > > > > ");
  ::close(out[0]);
  ::close(in[0]);
}

}  // namespace
}  // namespace byok::terminal
