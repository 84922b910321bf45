// Sanitizer: makes text from outside safe to show on a terminal. Pure; keeps state across pieces.
#pragma once

#include <string>
#include <string_view>

namespace byok::terminal {

// C0 and C1 controls other than \n and \t, escape sequences (CSI, OSC, DCS, …), bidirectional overrides and isolates,
// and invalid UTF-8 are shown as visible replacements; CRLF is a newline, also when it is cut between two pieces. ESC
// is shown as U+241B and the rest of the sequence as the ordinary text it then is.
class Sanitizer {
 public:
  void append(std::string_view in, std::string& out);
  void finish(std::string& out);  // what was held back at a seam

 private:
  std::string held_;  // an unfinished UTF-8 sequence or a CR
};

// C1 controls and what reorders the text around it (Unicode 15, UAX #9, section 2), so that it shows something other
// than what a program would read. They are shown as ‹U+XXXX›.
[[nodiscard]] bool is_hidden(char32_t c);

// One piece of text in one call.
[[nodiscard]] std::string sanitize(std::string_view text);
// The same for a single line: newlines and tabs become spaces.
[[nodiscard]] std::string sanitize_line(std::string_view text);
// The same for JSON, which stays the same value: what its strings may hold as it is becomes \uXXXX.
[[nodiscard]] std::string sanitize_json(std::string_view json);

}  // namespace byok::terminal
