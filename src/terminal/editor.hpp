// Editor: what keys do to a text and to the screen: editing, history, search, completion. Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "terminal/edit_buffer.hpp"
#include "terminal/edit_view.hpp"
#include "terminal/keys.hpp"
#include "terminal/style.hpp"

namespace byok::terminal {

// What Tab offers in place of the text from `begin` to the cursor. After a sole candidate comes a space, unless it ends
// with / or =.
struct Completion {
  std::size_t begin = 0;
  std::vector<std::string> candidates;
};
using Completer = std::function<Completion(std::string_view text, std::size_t cursor)>;

// A text that is not finished, to go on with later.
struct Draft {
  std::string text;
  std::size_t cursor = std::string::npos;  // byte offset; past the end: at the end
};

struct EditorOptions {
  std::string prompt = "> ";
  std::string continuation = "... ";
  Style style = Style(false);
  std::span<const std::string> history = {};  // oldest first; must outlive the editor
  Completer complete = {};                    // may be empty
};

// A search through the history that is going on.
struct HistorySearch {
  std::string query;
  std::size_t entry = 0;  // what was found; the history's size: nothing yet
  std::size_t at = 0;     // byte offset of the match
  bool has_failed = false;
  std::string prompt;
};

class Editor {
 public:
  // What a key has led to. After all but `none` the caller calls `leave`.
  enum class Outcome {
    none,
    line,         // `line()` is what was typed
    end,          // Ctrl-D with nothing typed
    interrupt,    // Ctrl-C with nothing typed
    open_editor,  // Ctrl-G: `draft()` wants a real editor
    suspend,      // Ctrl-Z: `draft()` is to be gone on with
  };

  Editor(EditorOptions options, ScreenSize size, const Draft& draft, bool rewraps_rows = false);

  void draw(std::string& out);
  [[nodiscard]] Outcome press(const KeyPress& press, std::string& out);
  void resize(ScreenSize size, std::string& out);
  // Draws all of the text and puts the cursor below it.
  void leave(std::string& out);

  [[nodiscard]] ScreenSize size() const { return size_; }
  [[nodiscard]] Draft draft() const { return {.text = buffer_.text(), .cursor = buffer_.cursor()}; }
  [[nodiscard]] bool is_empty() const { return buffer_.text().empty(); }
  // The text without the marks that kept it open: the quotes of """TEXT""", with a newline after and before them.
  [[nodiscard]] std::string line() const;

 private:
  [[nodiscard]] EditFrame frame() const;
  Outcome command(Key key, std::string& out);
  bool move(Key key);
  bool change(Key key);
  bool search_key(const KeyPress& press, std::string& out);
  void search_from(std::size_t entry);
  void accept_match();
  void browse(Key key, std::string& out);
  void go_vertically(Key key, std::string& out);
  Outcome enter();
  void complete(std::string& out);
  void list(std::span<const std::string> candidates, std::string& out);

  EditorOptions options_;
  EditBuffer buffer_;
  EditView view_;
  ScreenSize size_;    // as given
  std::size_t entry_;  // of the history, shown; its size: the text typed
  std::string typed_;  // while an entry is shown
  std::optional<HistorySearch> search_;
};

}  // namespace byok::terminal
