// ModelInfo: what is known of a model, under the Copilot SDK's names; unknown fields are absent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace byok::core {

struct ModelInfo {
  std::string id;
  std::string name;                                       // as shown; empty where the provider gives none
  std::optional<bool> vision;                             // capabilities.supports.vision
  std::optional<bool> reasoning_effort;                   // capabilities.supports.reasoningEffort
  std::optional<std::int64_t> max_context_window_tokens;  // capabilities.limits.…
  std::optional<std::int64_t> max_prompt_tokens;
  std::optional<std::int64_t> max_output_tokens;
};

}  // namespace byok::core
