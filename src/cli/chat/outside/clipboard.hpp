// Clipboard: puts a text into the clipboard, by the terminal or by a program.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/environment.hpp"

namespace byok::cli {

struct ClipboardTerminal {
  int output = -1;  // where sequences go; -1: there is no terminal
  int interrupt = -1;
};

// A way into the clipboard: a sequence to the terminal, where argv is empty, or a program that reads the text.
struct ClipboardWay {
  std::string name;  // "the terminal", "wl-copy"
  std::vector<std::string> argv = {};
};

// The longest text that goes by a sequence: terminals drop what is longer than 100,000 characters of base64.
inline constexpr std::size_t kLargestSequenceText = 74'994;

// The ways that can work for a text of that size here, the first to be tried first: a terminal that is known to take
// OSC 52, then wl-copy, xclip and pbcopy, where they are installed and there is a display for them; last a terminal of
// which it is not known.
[[nodiscard]] std::vector<ClipboardWay> ways_to_clipboard(std::size_t size, const config::Environment& environment,
                                                          bool has_terminal);

// OSC 52 for the text, wrapped as tmux and screen want it where the environment says that they stand between.
[[nodiscard]] std::string clipboard_sequence(std::string_view text, const config::Environment& environment);

// Tries the ways one after the other. The name of the one that took the text. Fails (ErrorKind::output) where none did,
// with what to install or do instead, and with ErrorKind::cancelled on an interrupt.
[[nodiscard]] base::Result<std::string> copy_to_clipboard(std::string_view text, const config::Environment& environment,
                                                          const ClipboardTerminal& terminal);

}  // namespace byok::cli
