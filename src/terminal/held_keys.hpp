// HeldKeys: while a program is busy, keys typed ahead are neither shown nor changed, and wait for the next reading.
#pragma once

#include <signal.h>
#include <termios.h>

namespace byok::terminal {

// From construction to destruction. Ctrl-C and Ctrl-Z still send their signals; a paste comes with its brackets, so
// that the next reading of a line editor takes it as one text. Whoever gets the terminal while the program is stopped
// finds it as it was before. Nothing where `input` is no terminal. One at a time.
class HeldKeys {
 public:
  HeldKeys(int input, int output);
  HeldKeys(const HeldKeys&) = delete;
  HeldKeys& operator=(const HeldKeys&) = delete;
  ~HeldKeys();

 private:
  // These are all that the handlers call, and safe there.
  void hold();
  void let_go();
  static void stop(int signal);
  static void go_on(int signal);

  int input_;
  int output_;
  bool watches_ = false;  // the signals of job control
  bool is_held_ = false;
  termios before_{};
  struct sigaction stop_before_{}, go_on_before_{};
};

}  // namespace byok::terminal
