// Fragments joined to parts.
#include "session/reply_parts.hpp"

#include <string_view>
#include <utility>
#include <variant>

namespace byok::session {

void ReplyParts::on(const core::StreamEvent& event) {
  if (const auto* text = std::get_if<core::TextDelta>(&event)) {
    add_text(text->text);
  } else if (const auto* refusal = std::get_if<core::RefusalDelta>(&event)) {
    add_text(refusal->text);
  } else if (const auto* reasoning = std::get_if<core::ReasoningDelta>(&event)) {
    add_reasoning(reasoning->text);
  } else if (const auto* payload = std::get_if<core::ReasoningPayload>(&event)) {
    add_payload(*payload);
  } else if (const auto* call = std::get_if<core::ToolCallDelta>(&event)) {
    add_call(*call);
  }
}

void ReplyParts::add_text(std::string_view text) {
  reasoning_is_open_ = false;
  if (parts_.empty() || !std::holds_alternative<core::TextPart>(parts_.back())) parts_.emplace_back(core::TextPart{});
  std::get<core::TextPart>(parts_.back()).text += text;
}

void ReplyParts::add_reasoning(std::string_view text) {
  if (!std::exchange(reasoning_is_open_, true)) parts_.emplace_back(core::ReasoningPart{});
  std::get<core::ReasoningPart>(parts_.back()).text += text;
}

// A payload belongs to the reasoning that it ends. Redacted reasoning has no text, whatever came before it.
void ReplyParts::add_payload(const core::ReasoningPayload& payload) {
  if (!reasoning_is_open_ || !payload.redacted.empty()) parts_.emplace_back(core::ReasoningPart{});
  auto& part = std::get<core::ReasoningPart>(parts_.back());
  part.id = payload.id;
  part.signature = payload.signature;
  part.redacted = payload.redacted;
  part.encrypted = payload.encrypted;
  reasoning_is_open_ = false;
}

void ReplyParts::add_call(const core::ToolCallDelta& delta) {
  const auto index = static_cast<std::size_t>(delta.index);
  while (calls_.size() <= index) {
    calls_.push_back(parts_.size());
    parts_.emplace_back(core::ToolCallPart{});
    reasoning_is_open_ = false;
  }
  auto& call = std::get<core::ToolCallPart>(parts_[calls_[index]]);
  if (call.id.empty()) call.id = delta.id;
  if (call.name.empty()) call.name = delta.name;
  call.arguments += delta.arguments;
}

core::Message ReplyParts::take() {
  calls_.clear();
  reasoning_is_open_ = false;
  return {.role = core::Role::assistant, .parts = std::exchange(parts_, {})};
}

}  // namespace byok::session
