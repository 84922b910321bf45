// The forms of a schema and the way back from a tool's call.
#include "wire/reply_form.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

namespace byok::wire {

ReplyForm reply_form(const core::Request& request, core::WireApi api) {
  if (!request.schema) return ReplyForm::none;
  if (request.adaptations.contains("schema:prompt")) return ReplyForm::prompt;
  if (api == core::WireApi::messages)
    return request.adaptations.contains("schema:tool") ? ReplyForm::tool : ReplyForm::native;
  return request.adaptations.contains("schema:object") ? ReplyForm::object : ReplyForm::native;
}

// In a user's message and with the word JSON: OpenAI and DeepSeek refuse json_object where no message has it, and
// `instructions` are none.
core::Request with_schema_in_prompt(core::Request request) {
  const auto last =
      std::ranges::find(request.messages.rbegin(), request.messages.rend(), core::Role::user, &core::Message::role);
  if (!request.schema || last == request.messages.rend()) return request;
  std::string words = fmt::format(
      "Reply with JSON alone, without a code fence and without any other word. It must be valid against this JSON "
      "Schema:\n{}",
      request.schema->json);
  // One text stays one text: some servers take no list of parts.
  for (core::Part& part : last->parts) {
    if (auto* text = std::get_if<core::TextPart>(&part)) {
      text->text += fmt::format("\n\n{}", words);
      return request;
    }
  }
  last->parts.emplace_back(core::TextPart{std::move(words)});
  return request;
}

void ToolReply::on(const core::StreamEvent& event) {
  if (!is_on_) return next_.on(event);
  if (const auto* call = std::get_if<core::ToolCallDelta>(&event)) {
    if (index_ < 0 && call->name == kReplyName) index_ = call->index;
    if (call->index != index_) return next_.on(event);
    if (!call->arguments.empty()) next_.on(core::TextDelta{call->arguments});
    return;
  }
  const auto* finished = std::get_if<core::Finished>(&event);
  if (finished == nullptr || index_ < 0 || finished->reason != core::FinishReason::tool_calls) return next_.on(event);
  core::Finished end = *finished;
  end.reason = core::FinishReason::stop;
  next_.on(end);
}

}  // namespace byok::wire
