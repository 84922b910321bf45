// ReplyForm: how the schema of a reply is put to a provider, from its own form down to words in the prompt.
#pragma once

#include <string_view>

#include "core/event.hpp"
#include "core/profile.hpp"
#include "core/request.hpp"

namespace byok::wire {

enum class ReplyForm {
  none,    // no schema
  native,  // the wire API's own: response_format, text.format, output_config.format
  tool,    // Anthropic: a tool that must be called, whose input is the reply
  object,  // any JSON object, and the schema in the prompt
  prompt,  // the schema in the prompt
};

// What the request asks for, after what was learned of its provider.
[[nodiscard]] ReplyForm reply_form(const core::Request& request, core::WireApi api);

// The name that the schema goes by, also that of the tool.
inline constexpr std::string_view kReplyName = "reply";

// The request with the schema behind the words of its last prompt, where the form has it there.
[[nodiscard]] core::Request with_schema_in_prompt(core::Request request);

// Turns the call of the reply's tool back into the reply's text. Everything else is handed on as it is.
class ToolReply final : public core::EventSink {
 public:
  ToolReply(core::EventSink& next, bool is_on) : next_(next), is_on_(is_on) {}
  void on(const core::StreamEvent& event) override;

 private:
  core::EventSink& next_;
  bool is_on_;
  int index_ = -1;  // of the call that is the reply; -1 before it came
};

}  // namespace byok::wire
