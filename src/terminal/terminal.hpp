// Terminal: what is asked of a real terminal: is it one, of what size, and a spinner that leaves nothing behind.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace byok::terminal {

[[nodiscard]] bool is_terminal(int descriptor);
// Whether nothing but text can be written to a terminal whose $TERM is this: "dumb", or not set.
[[nodiscard]] bool is_dumb(std::string_view term);
// What the environment says of a terminal.
struct TerminalNames {
  std::string_view term;     // $TERM
  std::string_view program;  // $TERM_PROGRAM
  bool has_tmux = false;     // $TMUX is set
  bool has_vte = false;      // $VTE_VERSION is set
};
// Whether it is known to wrap its rows anew when it gets narrower; others cut them.
[[nodiscard]] bool rewraps_rows(const TerminalNames& names);
// The width of the terminal behind the descriptor; 80 where it does not say.
[[nodiscard]] std::size_t columns_of(int descriptor);

struct ScreenSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
  bool operator==(const ScreenSize&) const = default;
};
// What the terminal says; what it does not know is as above.
[[nodiscard]] ScreenSize size_of(int descriptor);

// A one-line sign of life on a terminal. It is drawn only when `tick` is called after `delay`; `clear` removes it, and
// must come before anything else is written to that terminal.
class Spinner {
 public:
  Spinner(int descriptor, bool is_on, std::string_view label);
  ~Spinner();
  Spinner(const Spinner&) = delete;
  Spinner& operator=(const Spinner&) = delete;
  void tick(std::chrono::steady_clock::time_point now);
  void clear();

 private:
  int descriptor_;
  bool is_on_;
  bool is_drawn_ = false;
  std::string label_;
  std::chrono::steady_clock::time_point started_;
  std::size_t frame_ = 0;
};

}  // namespace byok::terminal
