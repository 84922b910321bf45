// LineJoiner: makes one text of the lines that belong together, where each line comes by itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace byok::cli {

// The rule is that of the line editor: """ at the beginning of a text opens it until a line has the next """, and a
// \ at the end of a line goes on in the next.
class LineJoiner {
 public:
  // Takes the next line, without its newline. A text, once it is whole.
  [[nodiscard]] std::optional<std::string> add(std::string_view line);
  // Whether a text has begun that is not whole yet.
  [[nodiscard]] bool is_open() const { return is_open_; }
  // At the end of the input: what has begun, as if it had been closed there; nothing where nothing is open.
  [[nodiscard]] std::optional<std::string> take();

 private:
  std::string end();

  std::string text_;
  bool is_open_ = false;
  bool is_quoted_ = false;
};

}  // namespace byok::cli
