// KeyDecoder: the bytes that a terminal sends, as keys. Pure; the same keys whatever the seams between reads.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace byok::terminal {

// What a key asks for. Keys that ask for the same are one value.
enum class Key {
  text,   // characters typed: valid UTF-8 without controls
  paste,  // a bracketed paste, whole: valid UTF-8, its line ends as \n
  enter,
  new_line,  // Alt-Enter
  tab,
  erase_back,
  erase_forward,
  erase_or_end,  // Ctrl-D
  left,
  right,
  up,
  down,
  word_left,
  word_right,
  line_start,
  line_end,
  text_start,
  text_end,
  older,
  newer,
  kill_to_start,
  kill_to_end,
  kill_word_back,   // to white space: Ctrl-W
  erase_word_back,  // to the beginning of a word: Alt-Backspace
  kill_word,
  yank,
  undo,
  search,
  open_editor,  // Ctrl-G
  interrupt,
  suspend,
  clear_screen,
  escape,
};

struct KeyPress {
  Key key = Key::text;
  std::string text;  // of `text` and `paste`
};

class KeyDecoder {
 public:
  void feed(std::string_view bytes);
  [[nodiscard]] std::optional<KeyPress> next();
  // Whether bytes are held that may be a key by themselves or the beginning of another, as a lone ESC is. When nothing
  // follows them for some time (tens of milliseconds), `flush` says that nothing will.
  [[nodiscard]] bool is_waiting() const { return !held_.empty() && !is_pasting_; }
  void flush();

 private:
  // Each returns how many bytes of the text, which begins with what it is for, have become keys; 0: more must come.
  std::size_t take(std::string_view text);
  std::size_t take_text(std::string_view text);
  std::size_t take_escape(std::string_view text);
  std::size_t take_control_sequence(std::string_view text, std::size_t begin);
  std::size_t take_paste(std::string_view text);
  void add(Key key) { keys_.push_back({.key = key, .text = {}}); }

  std::string held_;
  std::string paste_;
  bool is_pasting_ = false;
  std::deque<KeyPress> keys_;
};

}  // namespace byok::terminal
