// Tests of finish reasons, usage, and which events are part of the answer.
#include "core/event.hpp"

#include <array>
#include <ostream>

#include <doctest/doctest.h>

namespace byok::core {
namespace {

TEST_CASE("finish reasons have the words of the JSON result") {
  constexpr std::array<std::string_view, 8> kWords{"stop",       "length", "content_filter", "refusal",
                                                   "tool_calls", "pause",  "error",          "other"};
  for (std::size_t i = 0; i < kWords.size(); ++i) CHECK(to_string(static_cast<FinishReason>(i)) == kWords[i]);
  CHECK(to_string(FinishReason::tool_calls) == "tool_calls");
  CHECK(to_string(FinishReason::other) == "other");
}

TEST_CASE("text, reasoning, refusals and tool calls are output, and nothing else is") {
  CHECK(is_output(TextDelta{"a"}));
  CHECK(is_output(ReasoningDelta{"a"}));
  CHECK(is_output(RefusalDelta{"a"}));
  CHECK(is_output(ToolCallDelta{.index = 0, .id = "1", .name = "f", .arguments = ""}));
  for (const StreamEvent& event :
       std::array<StreamEvent, 5>{ReasoningPayload{}, UsageReport{}, Identity{}, Notice{"a"}, Finished{}}) {
    CHECK_FALSE(is_output(event));
  }
}

TEST_CASE("usage is empty only while no figure was reported, and 0 is a figure") {
  CHECK(Usage{}.is_empty());
  CHECK_FALSE(Usage{.input_tokens = 0, .output_tokens = {}, .reasoning_tokens = {}, .cached_tokens = {}}.is_empty());
  CHECK_FALSE(Usage{.input_tokens = {}, .output_tokens = {}, .reasoning_tokens = {}, .cached_tokens = 3}.is_empty());
}

}  // namespace
}  // namespace byok::core
