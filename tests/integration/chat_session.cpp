// What was written goes to the emulator piece by piece, and the questions are asked of its screen.
#include "integration/chat_session.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <utility>

#include "base/text.hpp"

namespace byok::test {
namespace {

ProcessOptions on_terminal(ProcessOptions options, unsigned short columns, unsigned short rows) {
  options.input = ProcessOptions::Input::terminal;
  options.columns = columns;
  options.rows = rows;
  return options;
}

std::vector<std::string> chat_words(std::vector<std::string> words) {
  words.insert(words.begin(), "chat");
  return words;
}

}  // namespace

bool has_terminal() {
  const int ours = ::posix_openpt(O_RDWR | O_NOCTTY);
  const bool has = ours >= 0 && ::grantpt(ours) == 0 && ::unlockpt(ours) == 0;
  if (ours >= 0) ::close(ours);
  if (!has) std::cout << "skipped: no pseudo-terminal can be had here\n";
  return has;
}

ChatSession::ChatSession(const Sandbox& sandbox, std::vector<std::string> words, unsigned short columns,
                         unsigned short rows)
    : ChatSession(on_terminal(sandbox.byok(chat_words(std::move(words))), columns, rows)) {}

ChatSession::ChatSession(ProcessOptions options)
    : process_(on_terminal(options, options.columns, options.rows)), screen_(options.columns, options.rows) {}

void ChatSession::enter(std::string_view line) {
  process_.write(line);
  process_.write("\r");
}

bool ChatSession::shows(std::string_view text) {
  return comes_to([text](const Screen& screen) {
    return std::ranges::any_of(screen.rows(), [text](const std::string& row) { return row.contains(text); });
  });
}

void ChatSession::leave() {
  static_cast<void>(is_at_prompt());
  type("\x04");
}

bool ChatSession::is_at_prompt() { return holds(""); }

bool ChatSession::holds(std::string_view typed) {
  const std::string line = typed.empty() ? ">" : "> " + std::string(typed);
  return comes_to([&](const Screen& screen) {
    const std::vector<std::string> rows = screen.rows();
    return !rows.empty() && rows.back() == line && screen.cursor_row() + 1 == rows.size() &&
           screen.cursor_column() == (typed.empty() ? 2 : line.size());
  });
}

bool ChatSession::comes_to(const std::function<bool(const Screen&)>& is_so) {
  return process_.wait_until([&] {
    look();
    return is_so(screen_);
  });
}

void ChatSession::resize(unsigned short columns, unsigned short rows) {
  look();
  screen_.resize(columns, rows);
  process_.resize(columns, rows);
}

void ChatSession::hang_up() {
  look();
  process_.close_input();
  process_.close_output();
}

ProcessResult ChatSession::finish() {
  ProcessResult result = process_.finish();
  look();
  return result;
}

std::string ChatSession::text() const { return base::join(screen_.rows(), "\n"); }

void ChatSession::look() {
  const std::string& all = process_.out();
  screen_.write(std::string_view(all).substr(seen_));
  seen_ = all.size();
}

}  // namespace byok::test
