// ChatSession: `byok chat` on a pseudo-terminal, driven as a person would: typing, looking at the screen, signals.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "integration/sandbox.hpp"
#include "support/process.hpp"
#include "support/screen.hpp"

namespace byok::test {

// Where no pseudo-terminal can be had, this says so, and a test has nothing to look at.
[[nodiscard]] bool has_terminal();

class ChatSession {
 public:
  static constexpr unsigned short kColumns = 80;
  static constexpr unsigned short kRows = 40;

  // `byok chat WORDS...` in the sandbox.
  explicit ChatSession(const Sandbox& sandbox, std::vector<std::string> words = {}, unsigned short columns = kColumns,
                       unsigned short rows = kRows);
  // Any program in the same way, such as a shell that starts it.
  explicit ChatSession(ProcessOptions options);

  void type(std::string_view keys) { process_.write(keys); }
  void enter(std::string_view line);  // the line and the Enter key
  void leave();                       // Ctrl-D, once the prompt is there: between prompts the terminal itself takes it

  // Each waits, and is false when it has not come to be within the time of ProcessOptions.
  [[nodiscard]] bool shows(std::string_view text);   // somewhere on the screen, within a row
  [[nodiscard]] bool is_at_prompt();                 // nothing is typed behind the last prompt
  [[nodiscard]] bool holds(std::string_view typed);  // that is typed behind the last prompt, the cursor at its end
  [[nodiscard]] bool comes_to(const std::function<bool(const Screen&)>& is_so);

  void resize(unsigned short columns, unsigned short rows);
  void send_signal(int number) const { process_.send_signal(number); }
  void hang_up();  // closes the terminal's other side, as a window does
  [[nodiscard]] pid_t id() const { return process_.id(); }

  // Waits for the end.
  [[nodiscard]] ProcessResult finish();

  [[nodiscard]] const Screen& screen() const { return screen_; }
  [[nodiscard]] std::string text() const;                                    // the rows of the screen, a line each
  [[nodiscard]] const std::string& bytes() const { return process_.out(); }  // all that was written

 private:
  void look();

  Process process_;
  Screen screen_;
  std::size_t seen_ = 0;  // bytes that the screen has
};

}  // namespace byok::test
