// Tests of the words for reasoning effort.
#include "core/request.hpp"

#include <array>
#include <ostream>
#include <string>

#include <doctest/doctest.h>

namespace byok::core {
namespace {

TEST_CASE("each effort has a word and each word is read back") {
  constexpr std::array<std::string_view, 7> kWords{"none", "minimal", "low", "medium", "high", "xhigh", "max"};
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    const auto effort = static_cast<ReasoningEffort>(i);
    CHECK(to_string(effort) == kWords[i]);
    CHECK(reasoning_effort_from(kWords[i]) == effort);
  }
  CHECK(to_string(ReasoningEffort::xhigh) == "xhigh");
}

TEST_CASE("an unknown effort is none of them") {
  for (const std::string_view word : {"", "High", "highest", "extra", " low", "5"}) {
    CAPTURE(word);
    CHECK_FALSE(reasoning_effort_from(word).has_value());
  }
}

}  // namespace
}  // namespace byok::core
