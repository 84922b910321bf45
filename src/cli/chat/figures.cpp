// Numbers as people read them.
#include "cli/chat/figures.hpp"

#include <variant>

#include <fmt/format.h>

namespace byok::cli {
namespace {

// A reply that came in one piece has no rate of its own, and one faster than this none that can be told.
constexpr std::chrono::milliseconds kShortestStream{100};
constexpr std::size_t kBytesPerToken = 4;

std::string tokens(const core::Usage& usage) {
  std::string text;
  if (usage.input_tokens) text = fmt::format("{} input", *usage.input_tokens);
  if (usage.input_tokens && usage.cached_tokens.value_or(0) > 0)
    text += fmt::format(" ({} cached)", *usage.cached_tokens);
  if (usage.output_tokens) text += fmt::format("{}{} output", text.empty() ? "" : ", ", *usage.output_tokens);
  if (usage.output_tokens && usage.reasoning_tokens.value_or(0) > 0)
    text += fmt::format(" ({} reasoning)", *usage.reasoning_tokens);
  return text.empty() ? text : text + " tokens, ";
}

}  // namespace

std::string figures_line(const core::Usage& usage, const ReplyTimes& times) {
  std::string text = fmt::format("{}{:.1f} s", tokens(usage), static_cast<double>(times.total.count()) / 1000.0);
  if (!usage.output_tokens || *usage.output_tokens <= 0) return text;
  const auto streamed = times.total - times.first_token.value_or(std::chrono::milliseconds(0));
  if (streamed < kShortestStream) return text;
  const double rate = static_cast<double>(*usage.output_tokens) * 1000.0 / static_cast<double>(streamed.count());
  return text + (rate < 10 ? fmt::format(", {:.1f} tokens/s", rate) : fmt::format(", {:.0f} tokens/s", rate));
}

std::size_t text_size(std::span<const core::Message> messages) {
  std::size_t bytes = 0;
  for (const core::Message& message : messages) {
    for (const core::Part& part : message.parts) {
      if (const auto* text = std::get_if<core::TextPart>(&part)) bytes += text->text.size();
    }
  }
  return bytes;
}

std::string too_long_hint(const ConversationSize& size) {
  const std::string about = fmt::format("about {} tokens", size.bytes / kBytesPerToken);
  std::string text = size.turns == 0 ? fmt::format("the prompt has {}", about)
                                     : fmt::format("{} {} and the prompt have {} together", size.turns,
                                                   size.turns == 1 ? "turn" : "turns", about);
  if (size.window) text += fmt::format("; {} takes {}", size.model, *size.window);
  text += size.turns == 0 ? "\nsend a part of it, or take a model with a larger context window: /model"
                          : "\n/undo takes back the last turn, /clear begins anew, /model goes on with another model";
  return text;
}

}  // namespace byok::cli
