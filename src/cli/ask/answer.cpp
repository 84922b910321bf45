// The reply on its way to the user: one write for each network read.
#include "cli/ask/answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "base/text.hpp"

namespace byok::cli {
namespace {

using base::Result;

constexpr std::string_view kSpinnerLabel = "waiting for the reply";

// A dumb terminal cannot take a line back.
bool can_animate(const Context& context) {
  return context.streams.err_is_terminal && !context.is_quiet && !terminal::is_dumb(context.environment.get("TERM"));
}

}  // namespace

Answer::Answer(Context& context, const AnswerOptions& options)
    : context_(context),
      options_(options),
      spinner_(context.streams.err, can_animate(context), kSpinnerLabel),
      shares_terminal_(context.streams.out_is_terminal && context.streams.err_is_terminal && options.file == nullptr) {
  context_.clear_line = [this] { clear_line(); };
}

Answer::~Answer() { context_.clear_line = nullptr; }

// Before a message: it begins a line of its own.
void Answer::clear_line() {
  spinner_.clear();
  const bool is_rendered = shares_terminal_ && options_.markdown != nullptr;
  // A terminal that cannot be written to says so at the next write as well.
  if (is_rendered && options_.markdown->break_line(pending_text_)) {
    [[maybe_unused]] const auto written = flush();
  }
  const bool text_is_open = shares_terminal_ && !ends_line_;
  if (!reasoning_is_open_ && !text_is_open) return;
  reasoning_is_open_ = false;
  if (text_is_open) ends_line_ = true;
  context_.write_err("\n");
}

void Answer::on(const core::StreamEvent& event) {
  if (const auto* text = std::get_if<core::TextDelta>(&event)) {
    add_text(text->text);
  } else if (const auto* reasoning = std::get_if<core::ReasoningDelta>(&event)) {
    add_reasoning(reasoning->text);
  } else if (const auto* refusal = std::get_if<core::RefusalDelta>(&event)) {
    add_text(refusal->text);
  } else if (const auto* call = std::get_if<core::ToolCallDelta>(&event)) {
    add_tool_call(*call);
  } else if (const auto* payload = std::get_if<core::ReasoningPayload>(&event)) {
    if (!payload->encrypted.empty()) encrypted_ = payload->encrypted;
  } else if (const auto* notice = std::get_if<core::Notice>(&event)) {
    on_warning(notice->text);
  }
}

void Answer::on_attempt(int number) {
  if (options_.events != nullptr && number == 1) options_.events->turn_start();
}

void Answer::add_text(std::string_view text) {
  release_reasoning(held_reasoning_.size());
  has_text_ = true;
  if (options_.keeps_text) content_ += text;
  if (options_.events != nullptr) options_.events->message_delta(text);
  if (!options_.prints_text) return;
  if (prints_to_terminal() && !has_begun_) {
    // Rows without anything in them, as they often stand behind reasoning.
    text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
    has_begun_ = !text.empty();
  }
  if (options_.markdown != nullptr && prints_to_terminal()) {
    // The window may have another size since the last read.
    if (!std::exchange(knows_width_, true)) options_.markdown->set_width(terminal::columns_of(context_.streams.out));
    options_.markdown->append(text, pending_text_);
  } else if (prints_to_terminal()) {
    text_sanitizer_.append(text, pending_text_);
  } else {
    pending_text_ += text;
  }
}

// A server may send a key back in pieces, so what may be the beginning of one waits for what follows.
void Answer::add_reasoning(std::string_view text) {
  if (options_.keeps_text) reasoning_ += text;
  held_reasoning_ += text;
  release_reasoning(held_reasoning_.size() - context_.redactor.open_length(held_reasoning_));
}

void Answer::release_reasoning(std::size_t length) {
  if (length == 0) return;
  const std::string safe = context_.redactor.redact(std::string_view(held_reasoning_).substr(0, length));
  held_reasoning_.erase(0, length);
  if (options_.events != nullptr) options_.events->reasoning_delta(safe);
  if (!options_.shows_reasoning) return;
  if (context_.streams.err_is_terminal) {
    reasoning_sanitizer_.append(safe, pending_reasoning_);
  } else {
    pending_reasoning_ += safe;
  }
}

void Answer::add_tool_call(const core::ToolCallDelta& delta) {
  const auto index = static_cast<std::size_t>(delta.index);
  if (index >= tool_calls_.size()) tool_calls_.resize(index + 1);
  core::ToolCallPart& call = tool_calls_[index];
  if (call.id.empty()) call.id = delta.id;
  if (call.name.empty()) call.name = delta.name;
  call.arguments += delta.arguments;
}

bool Answer::prints_to_terminal() const { return context_.streams.out_is_terminal && options_.file == nullptr; }

Result<> Answer::on_read_end() {
  flush_reasoning();
  knows_width_ = false;
  return flush();
}

void Answer::flush_reasoning() {
  if (pending_reasoning_.empty()) return;
  spinner_.clear();
  has_shown_ = true;
  const bool ends_line = pending_reasoning_.ends_with('\n');
  context_.write_err(fmt::format("{}{}{}", context_.err_style.dim_on(), pending_reasoning_, context_.err_style.off()));
  reasoning_is_open_ = !ends_line;
  is_after_reasoning_ = true;
  pending_reasoning_.clear();
}

Result<> Answer::flush() {
  if (options_.events != nullptr) {
    spinner_.clear();
    has_shown_ = true;
    return options_.events->flush();
  }
  if (pending_text_.empty()) return {};
  spinner_.clear();
  has_shown_ = options_.file == nullptr;
  close_reasoning();
  // Where no look tells them apart.
  if (std::exchange(is_after_reasoning_, false) && shares_terminal_ && !context_.err_style.is_on()) {
    context_.write_err("\n");
  }
  ends_line_ = pending_text_.ends_with('\n');
  const auto written =
      options_.file != nullptr ? options_.file->write(pending_text_) : context_.write_out(pending_text_);
  pending_text_.clear();
  return written;
}

void Answer::close_reasoning() {
  if (std::exchange(reasoning_is_open_, false)) context_.write_err("\n");
}

void Answer::on_tick() {
  const bool is_in_table = options_.markdown != nullptr && options_.markdown->is_in_table();
  const bool is_at_line_start = ends_line_ && !reasoning_is_open_;
  if (!has_shown_ || (is_in_table && is_at_line_start)) spinner_.tick(std::chrono::steady_clock::now());
}

void Answer::on_warning(std::string_view sentence) { context_.warn(sentence); }

void Answer::on_retry(const base::Error& error, std::chrono::milliseconds wait) {
  if (context_.is_quiet) return;
  // Redacted before it is cut: the beginning of a key alone would not be found.
  const std::string message = base::abbreviate(context_.redactor.redact(error.message), 200);
  context_.say(fmt::format("byok: {}; trying again in {:.1f} s", message, static_cast<double>(wait.count()) / 1000.0));
}

void Answer::begin_again() {
  release_reasoning(held_reasoning_.size());
  flush_reasoning();
  close_reasoning();
  content_.clear();
  reasoning_.clear();
  encrypted_.clear();
  tool_calls_.clear();
  has_text_ = false;
  has_shown_ = false;
  has_begun_ = false;
}

Result<> Answer::finish() {
  spinner_.clear();
  release_reasoning(held_reasoning_.size());
  reasoning_sanitizer_.finish(pending_reasoning_);
  flush_reasoning();
  close_reasoning();
  if (!options_.prints_text) return {};
  if (options_.markdown != nullptr && prints_to_terminal()) {
    options_.markdown->finish(pending_text_);
  } else if (prints_to_terminal()) {
    text_sanitizer_.finish(pending_text_);
  }
  const bool lacks_newline = has_text_ && !(pending_text_.empty() ? ends_line_ : pending_text_.ends_with('\n'));
  if (lacks_newline) pending_text_ += '\n';
  return flush();
}

}  // namespace byok::cli
