// HeldKeys: while a program is busy, keys typed ahead are neither shown nor changed, and wait for the next reading.
#pragma once

#include <termios.h>

namespace byok::terminal {

// From construction to destruction. Ctrl-C and Ctrl-Z still send their signals; a paste comes with its brackets, so
// that the next reading of a line editor takes it as one text. Nothing where `input` is no terminal.
class HeldKeys {
 public:
  HeldKeys(int input, int output);
  HeldKeys(const HeldKeys&) = delete;
  HeldKeys& operator=(const HeldKeys&) = delete;
  ~HeldKeys();

 private:
  int input_;
  int output_;
  bool is_held_ = false;
  termios before_{};
};

}  // namespace byok::terminal
