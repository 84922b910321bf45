// The words for finish reasons, and which events are part of the answer.
#include "core/event.hpp"

#include <array>
#include <cstddef>

namespace byok::core {
namespace {

constexpr auto kReasons = std::to_array<std::string_view>(
    {"stop", "length", "content_filter", "refusal", "tool_calls", "pause", "error", "other"});
static_assert(kReasons.size() == static_cast<std::size_t>(FinishReason::other) + 1);

}  // namespace

std::string_view to_string(FinishReason reason) { return kReasons[static_cast<std::size_t>(reason)]; }

bool is_output(const StreamEvent& event) {
  return std::holds_alternative<TextDelta>(event) || std::holds_alternative<ReasoningDelta>(event) ||
         std::holds_alternative<RefusalDelta>(event) || std::holds_alternative<ToolCallDelta>(event);
}

}  // namespace byok::core
