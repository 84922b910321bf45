// The search: one walk over the text that keeps the set of steps it may stand at.
#include "session/schema/pattern.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "session/schema/code_points.hpp"

namespace byok::session {
namespace {

using Kind = Pattern::Step::Kind;
using Range = Pattern::Range;
using Step = Pattern::Step;

constexpr auto kWordCharacters = std::to_array<Range>({{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}});

bool holds(std::span<const Range> ranges, char32_t c) {
  return std::ranges::any_of(ranges, [c](const Range& range) { return c >= range.first && c <= range.last; });
}

// The steps that the search may stand at before a character, each once.
class Places {
 public:
  explicit Places(std::span<const Step> steps) : steps_(steps), seen_(steps.size(), false) {}

  struct Surroundings {
    bool is_begin, is_end, is_word_edge;
  };
  // Follows what takes no character. True where the pattern's end is reached.
  bool enter(std::size_t step, const Surroundings& here) {
    open_.push_back(step);
    while (!open_.empty()) {
      const std::size_t at = open_.back();
      open_.pop_back();
      if (seen_[at]) continue;
      seen_[at] = true;
      switch (steps_[at].kind) {
        case Kind::found:
          return true;
        case Kind::set:
          waiting_.push_back(at);
          break;
        case Kind::jump:
          open_.push_back(steps_[at].to);
          break;
        case Kind::split:
          open_.push_back(steps_[at].to);
          open_.push_back(at + 1);
          break;
        case Kind::begin:
          if (here.is_begin) open_.push_back(at + 1);
          break;
        case Kind::end:
          if (here.is_end) open_.push_back(at + 1);
          break;
        case Kind::word_edge:
        case Kind::no_word_edge:
          if (here.is_word_edge == (steps_[at].kind == Kind::word_edge)) open_.push_back(at + 1);
          break;
      }
    }
    return false;
  }

  [[nodiscard]] const std::vector<std::size_t>& waiting() const { return waiting_; }
  void clear() {
    seen_.assign(seen_.size(), false);
    waiting_.clear();
    open_.clear();
  }

 private:
  std::span<const Step> steps_;
  std::vector<bool> seen_;
  std::vector<std::size_t> waiting_;  // sets
  std::vector<std::size_t> open_;
};

}  // namespace

bool Pattern::is_in(std::string_view text) const {
  const std::u32string characters = code_points(text);
  const auto is_word = [&](std::size_t at) { return at < characters.size() && holds(kWordCharacters, characters[at]); };
  Places now(steps_);
  Places next(steps_);
  for (std::size_t at = 0;; ++at) {
    const bool was_word = at > 0 && is_word(at - 1);
    const Places::Surroundings here{
        .is_begin = at == 0, .is_end = at == characters.size(), .is_word_edge = was_word != is_word(at)};
    if (at > 0) {
      const char32_t c = characters[at - 1];
      next.clear();
      for (const std::size_t step : now.waiting()) {
        if (holds(steps_[step].ranges, c) != steps_[step].is_negated && next.enter(step + 1, here)) return true;
      }
      std::swap(now, next);
    }
    // It may begin anywhere.
    if (now.enter(0, here)) return true;
    if (here.is_end) return false;
  }
}

}  // namespace byok::session
