// The words for reasoning effort.
#include "core/request.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace byok::core {
namespace {

constexpr auto kEfforts = std::to_array<std::string_view>({"none", "minimal", "low", "medium", "high", "xhigh", "max"});
static_assert(kEfforts.size() == static_cast<std::size_t>(ReasoningEffort::max) + 1);

}  // namespace

std::string_view to_string(ReasoningEffort effort) { return kEfforts[static_cast<std::size_t>(effort)]; }

std::optional<ReasoningEffort> reasoning_effort_from(std::string_view word) {
  const auto found = std::ranges::find(kEfforts, word);
  if (found == kEfforts.end()) return std::nullopt;
  return static_cast<ReasoningEffort>(found - kEfforts.begin());
}

}  // namespace byok::core
