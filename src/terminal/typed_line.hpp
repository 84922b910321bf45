// TypedLine: one line that a person types: an answer that is seen, or a secret that is not.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace byok::terminal {

// Waits for a line on the terminal `in` until it ends or `interrupt` (a descriptor, or -1) becomes readable: then, and
// at the end of the input before any byte, ErrorKind::cancelled. Nothing behind the line is read.
[[nodiscard]] base::Result<std::string> read_typed_line(int in, int interrupt);

// The same without echo, of any length. The question goes to `out` once the echo is off, so that no key typed after it
// is seen. The terminal is as it was when this returns, also after a signal; the keys that would stop or kill the
// program in between are plain keys meanwhile. Fails with ErrorKind::usage where `in` is no terminal.
[[nodiscard]] base::Result<base::Secret> read_hidden_line(int in, int out, std::string_view question, int interrupt);

// What the keys of a hidden line make of it: erase, kill, end. Pure.
class HiddenLine {
 public:
  enum class State { open, done, closed };  // closed: the end of the input was typed on an empty line
  HiddenLine();
  HiddenLine(const HiddenLine&) = delete;
  HiddenLine& operator=(const HiddenLine&) = delete;
  ~HiddenLine();
  State type(char key);
  [[nodiscard]] base::Secret take();

 private:
  std::string text_;
};

}  // namespace byok::terminal
