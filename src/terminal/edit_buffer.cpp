// Edits as replacements of a span, so that each can be taken back by another.
#include "terminal/edit_buffer.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "terminal/width.hpp"

namespace byok::terminal {
namespace {

// Changes are forgotten, oldest first, past these bounds; the last one is always kept.
constexpr std::size_t kMostChanges = 1000;
constexpr std::size_t kMostRemembered = 64UL * 1024 * 1024;

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

}  // namespace

void EditBuffer::replace(std::size_t begin, std::size_t end, std::string_view text) {
  begin = floor_of(begin);
  end = std::max(begin, floor_of(end));
  is_killing_ = false;
  if (begin == end && text.empty()) return;
  Change change{.at = begin,
                .removed = text_.substr(begin, end - begin),
                .inserted = base::to_valid_utf8(text),
                .cursor = cursor_,
                .is_typing = begin == end && next_character(text, 0) == text.size() && text != "\n"};
  text_.replace(begin, end - begin, change.inserted);
  cursor_ = begin + change.inserted.size();
  remember(std::move(change));
}

void EditBuffer::remember(Change change) {
  remembered_ += change.removed.size() + change.inserted.size();
  Change* const last = changes_.empty() ? nullptr : &changes_.back();
  if (last != nullptr && last->is_typing && change.is_typing && last->at + last->inserted.size() == change.at &&
      !(is_blank(last->inserted.back()) && !is_blank(change.inserted.front()))) {
    last->inserted.append(change.inserted);
    return;
  }
  changes_.push_back(std::move(change));
  while (changes_.size() > kMostChanges || (remembered_ > kMostRemembered && changes_.size() > 1)) {
    remembered_ -= changes_.front().removed.size() + changes_.front().inserted.size();
    changes_.pop_front();
  }
}

void EditBuffer::undo() {
  is_killing_ = false;
  if (changes_.empty()) return;
  const Change change = std::move(changes_.back());
  changes_.pop_back();
  remembered_ -= change.removed.size() + change.inserted.size();
  text_.replace(change.at, change.inserted.size(), change.removed);
  cursor_ = change.cursor;
}

void EditBuffer::move_to(std::size_t offset) {
  cursor_ = floor_of(offset);
  is_killing_ = false;
}

std::size_t EditBuffer::floor_of(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  while (offset > 0 && offset < text_.size() && (static_cast<unsigned char>(text_[offset]) & 0xC0U) == 0x80U) --offset;
  return offset;
}

std::size_t EditBuffer::left() const { return previous_character(text_, cursor_); }
std::size_t EditBuffer::right() const { return next_character(text_, cursor_); }

std::size_t EditBuffer::word_left() const {
  std::size_t at = cursor_;
  while (at > 0 && !is_word(text_[at - 1])) --at;
  while (at > 0 && is_word(text_[at - 1])) --at;
  return at;
}

std::size_t EditBuffer::word_right() const {
  std::size_t at = cursor_;
  while (at < text_.size() && !is_word(text_[at])) ++at;
  while (at < text_.size() && is_word(text_[at])) ++at;
  return at;
}

std::size_t EditBuffer::blank_left() const {
  std::size_t at = cursor_;
  while (at > 0 && is_blank(text_[at - 1])) --at;
  while (at > 0 && !is_blank(text_[at - 1])) --at;
  return at;
}

std::size_t EditBuffer::line_start() const {
  const std::size_t newline = cursor_ == 0 ? std::string::npos : text_.rfind('\n', cursor_ - 1);
  return newline == std::string::npos ? 0 : newline + 1;
}

std::size_t EditBuffer::line_end() const { return std::min(text_.find('\n', cursor_), text_.size()); }

void EditBuffer::erase_to(std::size_t offset) {
  const auto [begin, end] = std::minmax(cursor_, offset);
  replace(begin, end, {});
}

void EditBuffer::kill_to(std::size_t offset) {
  if (offset == cursor_) return;
  const bool adds_up = is_killing_;
  const bool is_before = offset < cursor_;
  const auto [begin, end] = std::minmax(cursor_, offset);
  const std::string killed = text_.substr(begin, end - begin);
  replace(begin, end, {});
  if (!adds_up) {
    killed_ = killed;
  } else if (is_before) {
    killed_.insert(0, killed);
  } else {
    killed_.append(killed);
  }
  is_killing_ = true;
}

}  // namespace byok::terminal
