// StreamEvent: what a reply is made of, in order, the same for every wire API.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace byok::core {

enum class FinishReason { stop, length, content_filter, refusal, tool_calls, pause, error, other };
[[nodiscard]] std::string_view to_string(FinishReason reason);

// Token counts as reported; absent ones were not reported and are never shown as 0.
struct Usage {
  std::optional<std::int64_t> input_tokens;  // includes cached input
  std::optional<std::int64_t> output_tokens;
  std::optional<std::int64_t> reasoning_tokens;
  std::optional<std::int64_t> cached_tokens;  // cache reads

  [[nodiscard]] bool is_empty() const { return !input_tokens && !output_tokens && !reasoning_tokens && !cached_tokens; }
};

// The views in events live only for the call that delivers them.
struct TextDelta {
  std::string_view text;  // never empty
};
struct ReasoningDelta {
  std::string_view text;  // never empty
};
struct RefusalDelta {
  std::string_view text;  // never empty; the refusal's words are the reply's content
};
// A fragment of a tool call. The first of an index carries id and name; arguments are appended.
struct ToolCallDelta {
  int index = 0;  // 0-based, dense, in order of appearance; byok's own, not the provider's
  std::string_view id;
  std::string_view name;
  std::string_view arguments;
};
// An opaque piece of reasoning, complete, to be echoed: see ReasoningPart.
struct ReasoningPayload {
  std::string_view id;
  std::string_view signature;
  std::string_view redacted;
  std::string_view encrypted;
};
struct UsageReport {
  Usage usage;  // the whole so far; a later one replaces it
};
// Who answered; either may be empty. Sent when first known.
struct Identity {
  std::string_view response_id;
  std::string_view model;
};
// Something odd that a person may want to know; a whole sentence.
struct Notice {
  std::string_view text;
};
// Exactly one, and it is last.
struct Finished {
  FinishReason reason = FinishReason::stop;
  std::string_view provider_reason;  // the provider's own word, or empty
  std::string_view detail;           // an explanation that came with it (a refusal's category, …), or empty
};

using StreamEvent = std::variant<TextDelta, ReasoningDelta, RefusalDelta, ToolCallDelta, ReasoningPayload, UsageReport,
                                 Identity, Notice, Finished>;

// Whether the event is part of the answer: text, reasoning, refusal or tool call. After one of these nothing is
// retried.
[[nodiscard]] bool is_output(const StreamEvent& event);

class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void on(const StreamEvent& event) = 0;
};

}  // namespace byok::core
