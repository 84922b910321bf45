// Token counts of a reply, by the names of either OpenAI dialect.
#pragma once

#include <string_view>

#include "core/event.hpp"
#include "wire/json.hpp"

namespace byok::wire {

struct UsageNames {
  std::string_view input, output, input_details, output_details;
};
inline constexpr UsageNames kChatUsage{.input = "prompt_tokens",
                                       .output = "completion_tokens",
                                       .input_details = "prompt_tokens_details",
                                       .output_details = "completion_tokens_details"};
inline constexpr UsageNames kResponsesUsage{.input = "input_tokens",
                                            .output = "output_tokens",
                                            .input_details = "input_tokens_details",
                                            .output_details = "output_tokens_details"};

// The counts by their own names, and by the other dialect's where those are absent: gateways send both, the others
// often as 0. Empty for anything but an object.
[[nodiscard]] core::Usage read_usage(Json usage, const UsageNames& own, const UsageNames& other);

}  // namespace byok::wire
