// ThinkSplitter: parts reasoning that a model writes as `<think>…</think>` at the start of its answer from the answer.
#pragma once

#include <string>
#include <string_view>

namespace byok::wire {

// Only a tag at the very start counts, white space aside: later ones are part of the answer.
class ThinkSplitter {
 public:
  struct Pieces {
    std::string_view reasoning;
    std::string_view text;
  };
  // The parts of the next piece; the views are valid until the next call.
  [[nodiscard]] Pieces split(std::string_view piece);
  // What was held back when the answer ended.
  [[nodiscard]] Pieces rest();

 private:
  enum class State { start, thinking, after_tag, answer };
  [[nodiscard]] Pieces at_start();
  [[nodiscard]] Pieces in_thought();

  State state_ = State::start;
  std::string held_;       // undecided bytes
  std::string reasoning_;  // what the views point to
};

}  // namespace byok::wire
