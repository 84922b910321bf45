// The terminal without echo and without lines, but with its signals.
#include "terminal/held_keys.hpp"

#include <string_view>

#include "base/file.hpp"

namespace byok::terminal {
namespace {

constexpr std::string_view kPasteOn = "\x1b[?2004h";
constexpr std::string_view kPasteOff = "\x1b[?2004l";

}  // namespace

HeldKeys::HeldKeys(int input, int output) : input_(input), output_(output) {
  if (::tcgetattr(input_, &before_) != 0) return;
  termios held = before_;
  held.c_lflag &= static_cast<tcflag_t>(~(ICANON | ECHO | IEXTEN));
  held.c_iflag &= static_cast<tcflag_t>(~(ICRNL | INLCR | IGNCR | IXON | ISTRIP));
  held.c_cc[VMIN] = 1;
  held.c_cc[VTIME] = 0;
  is_held_ = ::tcsetattr(input_, TCSANOW, &held) == 0;
  if (is_held_) static_cast<void>(base::write_all(output_, kPasteOn));
}

HeldKeys::~HeldKeys() {
  if (!is_held_) return;
  static_cast<void>(base::write_all(output_, kPasteOff));
  ::tcsetattr(input_, TCSANOW, &before_);
}

}  // namespace byok::terminal
