// Figures: what is said in numbers about a reply and about the size of a conversation. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/event.hpp"
#include "core/message.hpp"

namespace byok::cli {

struct ReplyTimes {
  std::optional<std::chrono::milliseconds> first_token;
  std::chrono::milliseconds total{0};
};
// "12 input (8 cached), 34 output (20 reasoning) tokens, 1.2 s, 28 tokens/s"; what is not known is left out. The rate
// is that of the reply once it had begun, where that took long enough to tell.
[[nodiscard]] std::string figures_line(const core::Usage& usage, const ReplyTimes& times);

// Bytes of text, attachments not counted.
[[nodiscard]] std::size_t text_size(std::span<const core::Message> messages);

struct ConversationSize {
  std::size_t bytes = 0;  // of all text that the request carries
  std::size_t turns = 0;  // before the prompt
  std::string model;
  std::optional<std::int64_t> window;  // the model's, in tokens
};
// What to say with the provider's word that the prompt is too large: the sizes known, and the choices.
[[nodiscard]] std::string too_long_hint(const ConversationSize& size);

}  // namespace byok::cli
