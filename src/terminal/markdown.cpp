// A machine over lines: how a line begins tells what the rest of it is.
#include "terminal/markdown.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "terminal/markdown/block.hpp"
#include "terminal/markdown/table.hpp"
#include "terminal/width.hpp"

namespace byok::terminal {
namespace {

constexpr std::size_t kLongestStart = 256;  // bytes of a line that may be needed to tell what it is, and a last letter
constexpr std::size_t kLargestTable = 64UL * 1024;
constexpr std::size_t kMostRows = 1000;
constexpr std::size_t kLongestRule = 80;

}  // namespace

Markdown::Markdown(std::size_t width, Style style) : width_(width), flow_(width, style.is_on()) {}

void Markdown::set_width(std::size_t width) {
  width_ = width;
  flow_.set_width(width);
}

void Markdown::append(std::string_view in, std::string& out) {
  clean_.clear();
  sanitizer_.append(in, clean_);
  feed(clean_, out);
}

void Markdown::finish(std::string& out) {
  clean_.clear();
  sanitizer_.finish(clean_);
  feed(clean_, out);
  const bool is_at_start = state_ == State::line_start || state_ == State::code_start;
  if (!is_at_start || !head_.empty()) feed("\n", out);
  end_joined(out);
  end_table(out);
  state_ = State::line_start;
  is_after_blank_ = true;
  is_in_list_ = false;
}

bool Markdown::break_line(std::string& out) {
  if (may_join_) {
    end_joined(out);
    return true;
  }
  if (state_ != State::text || is_broken_) return false;
  spans_.end_line({.flow = flow_, .out = out, .look = look_});
  flow_.end_line(out);
  flow_.begin_line({}, {}, out);
  is_broken_ = true;
  return true;
}

void Markdown::feed(std::string_view text, std::string& out) {
  while (!text.empty()) {
    std::size_t taken = 0;
    switch (state_) {
      case State::line_start:
        taken = take_start(text, out);
        break;
      case State::text:
        taken = take_text(text, out);
        break;
      case State::table_line:
        taken = take_table_line(text, out);
        break;
      case State::code_start:
        taken = take_code_start(text, out);
        break;
      case State::code:
      case State::verbatim:
        taken = take_verbatim(text, out);
        break;
    }
    text.remove_prefix(taken);
  }
}

std::size_t Markdown::take_start(std::string_view text, std::string& out) {
  const std::size_t newline = text.find('\n');
  std::size_t length = std::min({newline, text.size(), kLongestStart - head_.size()});
  while (length < text.size() && is_continuation(text[length])) ++length;
  head_.append(text.substr(0, length));
  // One that is just as long as may be needed is not looked at for its newline, which may be still to come.
  const bool is_forced = head_.size() >= kLongestStart;
  const bool is_whole = length == newline && !is_forced;
  begin_block(is_whole, is_forced, out);
  const bool is_done = state_ == State::line_start || state_ == State::code_start;
  return is_whole && is_done ? length + 1 : length;
}

// Tells what the line is that begins with the head, and deals with the head. A line that is whole and needs no more is
// dealt with to its end; otherwise its newline is left to what takes the rest.
void Markdown::begin_block(bool is_whole, bool is_forced, std::string& out) {
  const std::optional<Block> told = block_of({.text = head_,
                                              .is_whole = is_whole,
                                              .is_forced = is_forced,
                                              .may_be_code = is_after_blank_ && !is_in_list_,
                                              .is_styled = flow_.is_styled()});
  if (!told) return;
  const Block& block = *told;
  const std::string head = std::exchange(head_, {});
  const std::string_view rest = std::string_view(head).substr(block.used);
  const bool is_paragraph =
      block.kind == Block::Kind::text && block.first.empty() && block.rest.empty() && block.look == kPlain;
  const bool is_joined = is_paragraph && std::exchange(may_join_, false);
  end_joined(out);
  if (block.kind != Block::Kind::table) end_table(out);
  const bool was_after_blank = std::exchange(is_after_blank_, block.kind == Block::Kind::blank && block.first.empty());
  if (block.is_item) is_in_list_ = true;
  if (!block.is_item && was_after_blank && !is_after_blank_ && block.first.empty()) is_in_list_ = false;
  switch (block.kind) {
    case Block::Kind::blank:
      out.append(std::string_view(block.first).substr(0, block.first.find_last_not_of(' ') + 1)).append("\n");
      break;
    case Block::Kind::rule: {
      std::string line;
      const std::size_t columns = width_ == 0 ? kLongestRule : std::min(width_, kLongestRule);
      for (std::size_t i = 0; i < columns; ++i) line.append("─");
      put_dim(line, out);
      out.append("\n");
      break;
    }
    case Block::Kind::fence:
      fence_ = block.fence;
      fence_length_ = block.fence_length;
      out.append(block.first);
      put_dim(rest, out);
      out.append("\n");
      state_ = State::code_start;
      break;
    case Block::Kind::table:
      state_ = State::table_line;
      table_.push_back(head);
      break;
    case Block::Kind::verbatim:
      out.append(head);
      state_ = State::verbatim;
      break;
    case Block::Kind::text:
      state_ = State::text;
      look_ = block.look;
      is_paragraph_ = is_paragraph;
      if (is_joined) spans_.append("\n", {.flow = flow_, .out = out, .look = look_});
      if (!is_joined) flow_.begin_line(block.first, block.rest, out);
      spans_.append(rest, {.flow = flow_, .out = out, .look = look_});
      break;
  }
}

std::size_t Markdown::take_text(std::string_view text, std::string& out) {
  if (std::exchange(is_broken_, false) && text.front() == '\n') {
    state_ = State::line_start;
    return 1;
  }
  const std::size_t newline = text.find('\n');
  const SpanTarget target{.flow = flow_, .out = out, .look = look_};
  spans_.append(text.substr(0, newline), target);
  if (newline == std::string_view::npos) return text.size();
  state_ = State::line_start;
  may_join_ = is_paragraph_ && flow_.is_styled() && spans_.may_go_on();
  if (may_join_) return newline + 1;
  spans_.end_line(target);
  flow_.end_line(out);
  return newline + 1;
}

void Markdown::end_joined(std::string& out) {
  if (!std::exchange(may_join_, false)) return;
  spans_.end_line({.flow = flow_, .out = out, .look = look_});
  flow_.end_line(out);
}

std::size_t Markdown::take_table_line(std::string_view text, std::string& out) {
  const std::size_t newline = text.find('\n');
  std::string& line = table_.back();
  const std::size_t room = kLargestTable - std::min(kLargestTable, table_size_ + line.size());
  const std::size_t length = std::min({newline, text.size(), room});
  line.append(text.substr(0, length));
  if (length == newline && length < room) {
    table_size_ += line.size();
    state_ = State::line_start;
    const bool is_none = table_.size() == 2 && !is_table_rule(line);
    if (is_none || table_.size() == kMostRows) end_table(out);
    return length + 1;
  }
  if (length == room) {
    const std::string begun = std::move(line);
    table_.pop_back();
    end_table(out);
    state_ = State::text;
    look_ = kPlain;
    flow_.begin_line({}, {}, out);
    spans_.append(begun, {.flow = flow_, .out = out, .look = look_});
  }
  return length;
}

void Markdown::end_table(std::string& out) {
  const std::vector<std::string> lines = std::exchange(table_, {});
  table_size_ = 0;
  const bool is_table = lines.size() >= 2 && is_table_rule(lines[1]);
  if (is_table && append_table(lines, width_, flow_.is_styled(), out)) return;
  for (const std::string& line : lines) put_plain_line(line, out);
}

void Markdown::put_plain_line(std::string_view line, std::string& out) {
  const SpanTarget target{.flow = flow_, .out = out, .look = kPlain};
  flow_.begin_line({}, {}, out);
  spans_.append(line, target);
  spans_.end_line(target);
  flow_.end_line(out);
}

std::size_t Markdown::take_code_start(std::string_view text, std::string& out) {
  const std::size_t newline = text.find('\n');
  std::size_t length = std::min({newline, text.size(), kLongestStart - head_.size()});
  while (length < text.size() && is_continuation(text[length])) ++length;
  head_.append(text.substr(0, length));
  const bool is_forced = head_.size() >= kLongestStart;
  std::optional<bool> closes = closes_fence(head_, length == newline && !is_forced, fence_, fence_length_);
  if (!closes && is_forced) closes = false;
  if (!closes) return length;
  const std::string head = std::exchange(head_, {});
  state_ = *closes ? State::line_start : State::code;
  if (!*closes) {
    out.append(head);
    return length;
  }
  put_dim(head, out);
  out.append("\n");
  return length + 1;
}

std::size_t Markdown::take_verbatim(std::string_view text, std::string& out) {
  const std::size_t newline = text.find('\n');
  const std::size_t taken = newline == std::string_view::npos ? text.size() : newline + 1;
  out.append(text.substr(0, taken));
  if (newline == std::string_view::npos) return taken;
  // Indented code goes on over lines; each is told anew.
  is_after_blank_ = state_ == State::verbatim;
  state_ = state_ == State::code ? State::code_start : State::line_start;
  return taken;
}

void Markdown::put_dim(std::string_view text, std::string& out) {
  if (!flow_.is_styled()) {
    out.append(text);
    return;
  }
  out.append(sgr(kDimLook)).append(text).append(sgr(kPlain));
}

}  // namespace byok::terminal
