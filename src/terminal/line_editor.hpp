// LineEditor: asks a person for a text: the seam between a conversation and the terminal.
#pragma once

#include <cstddef>
#include <memory>

#include "base/result.hpp"
#include "terminal/editor.hpp"

namespace byok::terminal {

struct Reading {
  enum class Kind {
    line,         // a text was entered
    end,          // Ctrl-D with nothing typed, or the input has ended
    interrupt,    // Ctrl-C with nothing typed
    open_editor,  // Ctrl-G: the caller lets the draft be edited elsewhere, and reads again with what came of it
    suspend,      // Ctrl-Z: the caller stops the process, and when it runs again reads on with the draft
    signal,       // the interrupt descriptor is readable
  };
  Kind kind = Kind::end;
  Draft draft;               // of `line`: the text; else what had been typed so far
  bool was_emptied = false;  // at some time nothing was left of the draft
  std::size_t replaced = 0;  // sequences of a plain line that were no UTF-8 and are U+FFFD now
};

class LineEditor {
 public:
  virtual ~LineEditor() = default;
  // Waits for a text, which begins with the draft. When it returns, the terminal is as it was, and the cursor at the
  // beginning of a line. Fails (ErrorKind::output) when the terminal cannot be set or written to.
  [[nodiscard]] virtual base::Result<Reading> read(const EditorOptions& options, const Draft& draft) = 0;
};

struct EditorDescriptors {
  int input = 0;
  int output = 1;
  int interrupt = -1;         // ends the wait when it is readable; -1: none
  bool rewraps_rows = false;  // what `terminal::rewraps_rows` says of the output
};

// Editing on a terminal, with bracketed paste. Keys that come after what ended one reading belong to the next. While it
// reads, SIGWINCH and SIGCONT are its own; one thread reads.
[[nodiscard]] std::unique_ptr<LineEditor> make_terminal_editor(EditorDescriptors descriptors);

// Each line is a text: for input that is no terminal, and for terminals that can do nothing (TERM=dumb). The prompt is
// written where `shows_prompt`; the draft is not, and is left out. Invalid UTF-8 becomes U+FFFD.
[[nodiscard]] std::unique_ptr<LineEditor> make_plain_editor(EditorDescriptors descriptors, bool shows_prompt);

}  // namespace byok::terminal
