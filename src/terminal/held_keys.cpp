// The terminal without echo and without lines, but with its signals, those of job control among them.
#include "terminal/held_keys.hpp"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string_view>

#include "base/file.hpp"

namespace byok::terminal {
namespace {

constexpr std::string_view kPasteOn = "\x1b[?2004h";
constexpr std::string_view kPasteOff = "\x1b[?2004l";

std::atomic<HeldKeys*> watching = nullptr;  // handlers are given nothing else

}  // namespace

HeldKeys::HeldKeys(int input, int output) : input_(input), output_(output) {
  hold();
  if (!is_held_ || watching != nullptr) return;
  struct sigaction now{};
  ::sigaction(SIGTSTP, nullptr, &now);
  if (now.sa_handler == SIG_IGN) return;  // nobody could go on with it
  watches_ = true;
  watching = this;
  struct sigaction action{};
  action.sa_flags = SA_RESTART;
  // Neither comes while the other is dealt with.
  ::sigaddset(&action.sa_mask, SIGTSTP);
  ::sigaddset(&action.sa_mask, SIGCONT);
  action.sa_handler = go_on;
  ::sigaction(SIGCONT, &action, &go_on_before_);
  action.sa_handler = stop;
  ::sigaction(SIGTSTP, &action, &stop_before_);
}

HeldKeys::~HeldKeys() {
  if (watches_) {
    ::sigaction(SIGTSTP, &stop_before_, nullptr);
    ::sigaction(SIGCONT, &go_on_before_, nullptr);
    watching = nullptr;
  }
  let_go();
}

void HeldKeys::hold() {
  if (is_held_ || ::tcgetattr(input_, &before_) != 0) return;
  termios held = before_;
  held.c_lflag &= static_cast<tcflag_t>(~(ICANON | ECHO | IEXTEN));
  held.c_iflag &= static_cast<tcflag_t>(~(ICRNL | INLCR | IGNCR | IXON | ISTRIP));
  held.c_cc[VMIN] = 1;
  held.c_cc[VTIME] = 0;
  is_held_ = ::tcsetattr(input_, TCSANOW, &held) == 0;
  if (is_held_) static_cast<void>(base::write_all(output_, kPasteOn));
}

void HeldKeys::let_go() {
  if (!is_held_) return;
  is_held_ = false;
  static_cast<void>(base::write_all(output_, kPasteOff));
  ::tcsetattr(input_, TCSANOW, &before_);
}

// Lets go, then stops as if the signal had not been taken.
void HeldKeys::stop(int signal) {
  const int error = errno;
  HeldKeys* const self = watching;
  if (self == nullptr) return;
  self->let_go();
  struct sigaction ours{};
  ::sigaction(signal, &self->stop_before_, &ours);
  sigset_t unblocked;
  sigset_t before;
  ::sigemptyset(&unblocked);
  ::sigaddset(&unblocked, signal);
  ::kill(::getpid(), signal);
  ::pthread_sigmask(SIG_UNBLOCK, &unblocked, &before);  // here it stops
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::sigaction(signal, &ours, nullptr);
  go_on(SIGCONT);
  errno = error;
}

// A program in the background leaves the terminal alone; SIGCONT comes again when it is brought back.
void HeldKeys::go_on(int /*signal*/) {
  const int error = errno;
  HeldKeys* const self = watching;
  if (self != nullptr && ::tcgetpgrp(self->input_) == ::getpgrp()) self->hold();
  errno = error;
}

}  // namespace byok::terminal
