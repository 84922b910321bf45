// The states of an answer that may begin with a thought.
#include "wire/think_splitter.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace byok::wire {
namespace {

constexpr std::string_view kOpen = "<think>";
constexpr std::string_view kClose = "</think>";
constexpr std::string_view kSpace = " \t\r\n";

// How many of the last bytes of `text` could begin `tag`.
std::size_t held_at_end(std::string_view text, std::string_view tag) {
  for (std::size_t size = std::min(text.size(), tag.size() - 1); size > 0; --size) {
    if (tag.starts_with(text.substr(text.size() - size))) return size;
  }
  return 0;
}

}  // namespace

ThinkSplitter::Pieces ThinkSplitter::split(std::string_view piece) {
  if (state_ == State::answer) return {.reasoning = {}, .text = piece};
  if (state_ == State::after_tag) {
    // The blank lines between thought and answer belong to neither.
    const std::size_t first = piece.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    state_ = State::answer;
    return {.reasoning = {}, .text = piece.substr(first)};
  }
  held_ += piece;
  return state_ == State::start ? at_start() : in_thought();
}

ThinkSplitter::Pieces ThinkSplitter::at_start() {
  const std::size_t first = std::min(held_.find_first_not_of(kSpace), held_.size());
  const std::string_view text = std::string_view(held_).substr(first);
  if (text.starts_with(kOpen)) {
    state_ = State::thinking;
    held_.erase(0, first + kOpen.size());
    return in_thought();
  }
  if (text.empty() || kOpen.starts_with(text)) return {};
  state_ = State::answer;
  reasoning_ = std::exchange(held_, {});
  return {.reasoning = {}, .text = reasoning_};
}

ThinkSplitter::Pieces ThinkSplitter::in_thought() {
  const std::size_t end = held_.find(kClose);
  if (end == std::string::npos) {
    const std::size_t keep = held_at_end(held_, kClose);
    reasoning_ = held_.substr(0, held_.size() - keep);
    held_.erase(0, held_.size() - keep);
    return {.reasoning = reasoning_, .text = {}};
  }
  reasoning_ = std::exchange(held_, {});
  const std::string_view all = reasoning_;
  std::string_view text = all.substr(end + kClose.size());
  const std::size_t first = std::min(text.find_first_not_of(kSpace), text.size());
  text.remove_prefix(first);
  state_ = text.empty() ? State::after_tag : State::answer;
  return {.reasoning = all.substr(0, end), .text = text};
}

ThinkSplitter::Pieces ThinkSplitter::rest() {
  reasoning_ = std::exchange(held_, {});
  const bool is_thought = state_ == State::thinking;
  state_ = State::answer;
  if (is_thought) return {.reasoning = reasoning_, .text = {}};
  return {.reasoning = {}, .text = reasoning_};
}

}  // namespace byok::wire
