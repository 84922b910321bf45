// Envelope: what an error body says, whatever shape it has; private to errors, hints and adapt.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace byok::wire {

struct Envelope {
  enum class Form { empty, text, html, json };

  Form form = Form::empty;
  std::string message;              // in full, without mark-up; empty where nothing was said
  std::vector<std::string> codes;   // codes and types, the most telling first
  std::vector<std::string> fields;  // request fields it blames: `param`, and FastAPI's `loc` as a dotted path
  std::string request_id;
  int status = 0;  // that the body names, by number or by a code known to stand for one; else 0

  [[nodiscard]] bool has_code(std::string_view code) const;  // without regard to case
};

// Reads by content, not by content type (wire.md 6.1). Takes a body, an event of a stream, or the value under "error".
[[nodiscard]] Envelope read_envelope(std::string_view body);

// Whether the parts of `pattern`, separated by '*', stand in `text` in that order, without regard to case.
[[nodiscard]] bool mentions(std::string_view text, std::string_view pattern);

}  // namespace byok::wire
