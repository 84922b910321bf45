// EditBuffer: a text being edited: cursor, kills that can be yanked, changes that can be undone. Pure.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace byok::terminal {

// The text is valid UTF-8 whatever is put in, and the cursor (a byte offset) is never inside a sequence. Words are runs
// of letters, digits and whatever is not ASCII; lines are what \n parts.
class EditBuffer {
 public:
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::size_t cursor() const { return cursor_; }

  // Replaces [begin, end) and puts the cursor after the new text: one change to undo. Characters typed one after the
  // other are one change, up to the end of a word.
  void replace(std::size_t begin, std::size_t end, std::string_view text);
  void insert(std::string_view text) { replace(cursor_, cursor_, text); }
  void set(std::string_view text) { replace(0, text_.size(), text); }
  void undo();

  void move_to(std::size_t offset);  // or the nearest beginning of a sequence before it
  // Offsets that a key moves to or erases to, from the cursor.
  [[nodiscard]] std::size_t left() const;
  [[nodiscard]] std::size_t right() const;
  [[nodiscard]] std::size_t word_left() const;
  [[nodiscard]] std::size_t word_right() const;
  [[nodiscard]] std::size_t blank_left() const;  // the beginning of what white space parts
  [[nodiscard]] std::size_t line_start() const;
  [[nodiscard]] std::size_t line_end() const;

  // Erases between the cursor and the offset, on either side of it.
  void erase_to(std::size_t offset);
  // The same, kept for yank. Kills that follow each other without a change or a move between them add up.
  void kill_to(std::size_t offset);
  void yank() { insert(killed_); }

 private:
  struct Change {
    std::size_t at = 0;
    std::string removed, inserted;
    std::size_t cursor = 0;  // before it
    bool is_typing = false;
  };
  void remember(Change change);
  [[nodiscard]] std::size_t floor_of(std::size_t offset) const;

  std::string text_;
  std::size_t cursor_ = 0;
  std::string killed_;
  bool is_killing_ = false;
  std::deque<Change> changes_;
  std::size_t remembered_ = 0;  // bytes in changes_
};

}  // namespace byok::terminal
