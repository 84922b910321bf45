// Answer: where the pieces of a reply go while they arrive: to stdout or a file, reasoning to stderr.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "base/result.hpp"
#include "cli/ask/event_stream.hpp"
#include "cli/context.hpp"
#include "core/message.hpp"
#include "session/turn.hpp"
#include "terminal/markdown.hpp"
#include "terminal/sanitize.hpp"
#include "terminal/terminal.hpp"

namespace byok::cli {

struct AnswerOptions {
  bool prints_text = true;            // as it arrives; else it is only kept
  bool keeps_text = false;            // `content` and `reasoning` are collected
  bool shows_reasoning = false;       // on stderr
  base::PendingFile* file = nullptr;  // not owned; text goes there instead of stdout
  EventStream* events = nullptr;      // not owned; the reply as JSON Lines
  // Not owned; what renders text on its way to a terminal, which it must make safe. Null: it is shown as it is written.
  terminal::Markdown* markdown = nullptr;
};

class Answer final : public session::TurnObserver {
 public:
  Answer(Context& context, const AnswerOptions& options);
  ~Answer() override;
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  void on(const core::StreamEvent& event) override;
  void on_attempt(int number) override;
  base::Result<> on_read_end() override;
  void on_tick() override;
  void on_warning(std::string_view sentence) override;
  void on_retry(const base::Error& error, std::chrono::milliseconds wait) override;

  // Another turn comes, whose reply takes this one's place in what is kept.
  void begin_again();
  // When the turn is over: what was held back at a seam, and the newline that a non-empty answer lacks.
  base::Result<> finish();

  [[nodiscard]] const std::string& content() const { return content_; }
  [[nodiscard]] std::string take_content() { return std::move(content_); }
  [[nodiscard]] const std::string& reasoning() const { return reasoning_; }
  [[nodiscard]] const std::vector<core::ToolCallPart>& tool_calls() const { return tool_calls_; }
  [[nodiscard]] const std::string& encrypted() const { return encrypted_; }

 private:
  void add_text(std::string_view text);
  void add_reasoning(std::string_view text);
  void release_reasoning(std::size_t length);
  void add_tool_call(const core::ToolCallDelta& delta);
  base::Result<> flush();
  void flush_reasoning();
  void close_reasoning();
  [[nodiscard]] bool prints_to_terminal() const;
  void clear_line();

  Context& context_;
  AnswerOptions options_;
  terminal::Spinner spinner_;
  terminal::Sanitizer text_sanitizer_;
  terminal::Sanitizer reasoning_sanitizer_;
  std::string pending_text_;    // for one write at the end of a read
  std::string held_reasoning_;  // its end may be the beginning of a secret
  std::string pending_reasoning_;
  bool has_shown_ = false;  // something of the reply was printed: no spinner any more
  bool has_text_ = false;
  bool has_begun_ = false;           // to print text on a terminal
  bool is_after_reasoning_ = false;  // nothing of the text was printed since
  bool knows_width_ = false;         // of the terminal, for this read
  bool ends_line_ = true;            // of what was printed of the text
  bool reasoning_is_open_ = false;   // a line of reasoning stands unfinished on stderr
  bool shares_terminal_ = false;     // the answer appears where messages appear
  std::string content_;
  std::string reasoning_;
  std::string encrypted_;
  std::vector<core::ToolCallPart> tool_calls_;
};

}  // namespace byok::cli
