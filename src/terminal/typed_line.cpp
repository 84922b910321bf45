// TypedLine: reading from a terminal byte by byte, so that what is typed ahead stays for the next question.
#include "terminal/typed_line.hpp"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/file.hpp"

namespace byok::terminal {
namespace {

std::unexpected<base::Error> cancelled() { return base::fail(base::ErrorKind::cancelled, "nothing was entered"); }

// The next byte; at the end of the input, or when interrupted, ErrorKind::cancelled.
base::Result<char> next_byte(int in, int interrupt) {
  while (true) {
    std::array<pollfd, 2> waits{pollfd{.fd = in, .events = POLLIN, .revents = 0},
                                pollfd{.fd = interrupt, .events = POLLIN, .revents = 0}};
    if (::poll(waits.data(), waits.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return cancelled();
    }
    if (waits[1].revents != 0) return cancelled();
    if (waits[0].revents == 0) continue;
    char byte = 0;
    const ssize_t count = ::read(in, &byte, 1);
    if (count == 1) return byte;
    if (count == 0 || (errno != EINTR && errno != EAGAIN)) return cancelled();
  }
}

// No echo, and no line length: in the kernel's own lines, 4096 bytes are all that a long token may have.
class HiddenTerminal {
 public:
  explicit HiddenTerminal(int descriptor) : descriptor_(descriptor) {
    if (::tcgetattr(descriptor_, &old_) != 0) return;
    termios hidden = old_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON);
    hidden.c_cc[VMIN] = 1;
    hidden.c_cc[VTIME] = 0;
    hidden.c_cc[VSUSP] = _POSIX_VDISABLE;
    hidden.c_cc[VQUIT] = _POSIX_VDISABLE;
    is_hidden_ = ::tcsetattr(descriptor_, TCSADRAIN, &hidden) == 0;
  }
  HiddenTerminal(const HiddenTerminal&) = delete;
  HiddenTerminal& operator=(const HiddenTerminal&) = delete;
  ~HiddenTerminal() {
    if (is_hidden_) ::tcsetattr(descriptor_, TCSADRAIN, &old_);
  }
  [[nodiscard]] bool is_hidden() const { return is_hidden_; }

 private:
  int descriptor_;
  bool is_hidden_ = false;
  termios old_{};
};

}  // namespace

base::Result<std::string> read_typed_line(int in, int interrupt) {
  std::string line;
  while (true) {
    BYOK_TRY(const char byte, next_byte(in, interrupt));
    if (byte == '\n' || byte == '\r') return line;
    line.push_back(byte);
  }
}

base::Result<base::Secret> read_hidden_line(int in, int out, std::string_view question, int interrupt) {
  const HiddenTerminal terminal(in);
  if (!terminal.is_hidden()) {
    return base::fail(base::ErrorKind::usage, "the key cannot be read without showing it",
                      "give it with --key-stdin or --key-file");
  }
  static_cast<void>(base::write_all(out, question));
  HiddenLine line;
  while (true) {
    BYOK_TRY(const char byte, next_byte(in, interrupt));
    const HiddenLine::State state = line.type(byte);
    if (state == HiddenLine::State::closed) return cancelled();
    if (state == HiddenLine::State::done) return line.take();
  }
}

HiddenLine::HiddenLine() {
  constexpr std::size_t kUsual = 8192;  // room from the start: a text that grows leaves copies behind
  text_.reserve(kUsual);
}

HiddenLine::State HiddenLine::type(char key) {
  constexpr char kEnd = 0x04;    // Ctrl-D
  constexpr char kErase = 0x7F;  // and 0x08, as terminals differ
  constexpr char kKill = 0x15;   // Ctrl-U
  switch (key) {
    case '\n':
    case '\r':
      return State::done;
    case kEnd:
      return text_.empty() ? State::closed : State::done;
    case kErase:
    case '\b':
      if (!text_.empty()) text_.pop_back();
      return State::open;
    case kKill:
      base::wipe(text_);
      text_.clear();
      return State::open;
    default:
      text_.push_back(key);
      return State::open;
  }
}

base::Secret HiddenLine::take() { return base::Secret(std::exchange(text_, {})); }

HiddenLine::~HiddenLine() { base::wipe(text_); }

}  // namespace byok::terminal
