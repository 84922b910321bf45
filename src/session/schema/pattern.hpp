// Pattern: an ECMA-262 regular expression searched for in time that grows with pattern times text, whatever they are.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace re2 {
class RE2;
}

namespace byok::session {

// Works on code points, as the flag `u` has it, but is as lenient as ECMA-262 is without it: an escaped letter without
// a meaning stands for itself, and so does a { that begins no repetition. Look-around and back references are not
// there.
class Pattern {
 public:
  struct Fault {
    bool is_unsupported = false;  // it may be right, but cannot be checked here
    std::string what;
  };
  // Fails on what is no regular expression, on what is not supported, and on what is too large: longer than kLongest,
  // more than 1000 repetitions (those within others multiply), or more than kMostMemory compiled.
  [[nodiscard]] static std::expected<Pattern, Fault> parse(std::string_view text);

  // Whether it is found anywhere in `text`, which is UTF-8; what is not counts as U+FFFD.
  [[nodiscard]] bool is_in(std::string_view text) const;

  static constexpr std::size_t kLongest = 2000;  // bytes of a pattern
  static constexpr std::size_t kMostMemory = std::size_t{4} << 20U;

 private:
  explicit Pattern(std::shared_ptr<const re2::RE2> compiled) : compiled_(std::move(compiled)) {}
  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace byok::session
