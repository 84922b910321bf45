// Pattern: an ECMA-262 regular expression searched for in time that grows with pattern times text, whatever they are.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace byok::session {

// Works on code points, as the flag `u` has it. Look-around, back references and \p{…} are not there.
class Pattern {
 public:
  struct Fault {
    bool is_unsupported = false;  // it may be right, but cannot be checked here
    std::string what;
  };
  // Fails on what is no regular expression, on what is not supported, and on a pattern that would need more than
  // kMostSteps steps (the repetitions written out).
  [[nodiscard]] static std::expected<Pattern, Fault> parse(std::string_view text);

  // Whether it is found anywhere in `text`, which is UTF-8.
  [[nodiscard]] bool is_in(std::string_view text) const;

  static constexpr std::size_t kMostSteps = 2000;
  static constexpr std::size_t kLongest = 2000;  // bytes of a pattern
  static constexpr std::size_t kDeepest = 50;    // groups inside groups

  struct Range {
    char32_t first, last;
  };
  struct Step {
    enum class Kind : std::uint8_t { set, split, jump, begin, end, word_edge, no_word_edge, found };
    Kind kind = Kind::found;
    bool is_negated = false;    // set
    std::size_t to = 0;         // jump, split: the step to go to; a split also goes on with the next
    std::vector<Range> ranges;  // set
  };

 private:
  explicit Pattern(std::vector<Step> steps) : steps_(std::move(steps)) {}
  std::vector<Step> steps_;
};

}  // namespace byok::session
