// Tests of the spinner's bytes, written to a pipe with the clock given by hand.
#include "terminal/terminal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <ostream>
#include <string>

#include <doctest/doctest.h>

#include "base/file.hpp"
#include "base/text.hpp"

namespace byok::terminal {
namespace {

using namespace std::chrono_literals;

// Both ends of a pipe; what was written is read without waiting for more.
class Screen {
 public:
  Screen() {
    REQUIRE(::pipe(ends_.data()) == 0);
    REQUIRE(::fcntl(ends_[0], F_SETFL, O_NONBLOCK) == 0);
  }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  ~Screen() {
    for (const int end : ends_) ::close(end);
  }
  [[nodiscard]] int descriptor() const { return ends_[1]; }
  std::string take() {
    std::array<char, 4096> buffer{};
    const ssize_t count = ::read(ends_[0], buffer.data(), buffer.size());
    return count > 0 ? std::string(buffer.data(), static_cast<std::size_t>(count)) : std::string();
  }

 private:
  std::array<int, 2> ends_{};
};

TEST_CASE("terminals that wrap their rows anew are known by name") {
  CHECK(rewraps_rows({.term = "tmux-256color", .program = ""}));
  CHECK(rewraps_rows({.term = "xterm-256color", .program = "iTerm.app"}));
  CHECK(rewraps_rows({.term = "screen", .program = "", .has_tmux = true}));
  CHECK(rewraps_rows({.term = "xterm-256color", .program = "", .has_vte = true}));
  CHECK_FALSE(rewraps_rows({.term = "xterm-256color", .program = ""}));
  CHECK_FALSE(rewraps_rows({.term = "screen", .program = ""}));
}

TEST_CASE("a pipe and a bad descriptor are no terminals") {
  const Screen screen;
  CHECK_FALSE(is_terminal(screen.descriptor()));
  CHECK_FALSE(is_terminal(-1));
}

TEST_CASE("a spinner that is off writes nothing at all") {
  Screen screen;
  {
    Spinner spinner(screen.descriptor(), false, "thinking");
    spinner.tick(std::chrono::steady_clock::now() + 1h);
    spinner.clear();
  }
  CHECK(screen.take().empty());
}

TEST_CASE("a spinner is drawn after its delay, at most once a frame, and removed by clear") {
  Screen screen;
  Spinner spinner(screen.descriptor(), true, "thinking");
  const auto later = std::chrono::steady_clock::now() + 1h;
  spinner.tick(later - 2h);
  CHECK(screen.take().empty());

  spinner.tick(later);
  const std::string first = screen.take();
  CHECK(first.starts_with("\r\x1b[K"));
  CHECK(first.ends_with(" thinking"));
  spinner.tick(later);
  CHECK(screen.take().empty());

  spinner.tick(later + 100ms);
  const std::string second = screen.take();
  CHECK(second.ends_with(" thinking"));
  CHECK(second != first);

  spinner.clear();
  CHECK(screen.take() == "\r\x1b[K");
  spinner.clear();
  CHECK(screen.take().empty());

  spinner.tick(later + 100ms);
  CHECK(screen.take() == second);
}

TEST_CASE("a spinner that was never drawn has nothing to clear") {
  Screen screen;
  {
    Spinner spinner(screen.descriptor(), true, "x");
    spinner.clear();
  }
  CHECK(screen.take().empty());
}

TEST_CASE("a spinner removes itself when it goes") {
  Screen screen;
  {
    Spinner spinner(screen.descriptor(), true, "x");
    spinner.tick(std::chrono::steady_clock::now() + 1h);
    CHECK_FALSE(screen.take().empty());
  }
  CHECK(screen.take() == "\r\x1b[K");
}

TEST_CASE("a label is one safe line that fits the terminal") {
  Screen screen;
  Spinner spinner(screen.descriptor(), true, "evil\x1b]0;x\a\nname " + std::string(500, 'n'));
  spinner.tick(std::chrono::steady_clock::now() + 1h);
  const std::string line = screen.take();
  REQUIRE(line.starts_with("\r\x1b[K"));
  const std::string shown = line.substr(4);
  CHECK(shown.find('\x1b') == std::string::npos);
  CHECK(shown.find('\n') == std::string::npos);
  CHECK(shown.find("evil␛]0;x␇ name") != std::string::npos);
  CHECK(base::abbreviate(shown, 79) == shown);
  CHECK(shown.ends_with("…"));
}

}  // namespace
}  // namespace byok::terminal
