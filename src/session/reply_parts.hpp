// ReplyParts: the events of a reply as a message's parts, in the order in which a next request must carry them. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "core/event.hpp"
#include "core/message.hpp"

namespace byok::session {

class ReplyParts final : public core::EventSink {
 public:
  void on(const core::StreamEvent& event) override;

  // Text, reasoning with its payload, and tool calls. Empty where nothing of the answer came.
  [[nodiscard]] core::Message take();

 private:
  void add_text(std::string_view text);
  void add_reasoning(std::string_view text);
  void add_payload(const core::ReasoningPayload& payload);
  void add_call(const core::ToolCallDelta& delta);

  std::vector<core::Part> parts_;
  std::vector<std::size_t> calls_;  // index of the call -> place in parts_
  bool reasoning_is_open_ = false;  // the last part is reasoning that a payload has not closed
};

}  // namespace byok::session
