// JSON Lines of session events, written with plain text building: a delta event makes no tree.
#include "cli/ask/event_stream.hpp"

#include <utility>

#include "session/store/event_line.hpp"

namespace byok::cli {
namespace {

using session::Fields;

const base::Redactor kNothing;  // for what a provider answers, which stays as it is

}  // namespace

EventStream::EventStream(Write write, const base::Redactor& redactor) : write_(std::move(write)), redactor_(redactor) {}

void EventStream::add(std::string_view type, bool is_ephemeral, std::string_view data) {
  const std::string id = session::make_uuid();
  const std::string time = session::timestamp(std::chrono::system_clock::now());
  pending_ += session::event_line(
      {.type = type, .id = id, .timestamp = time, .parent = parent_, .is_ephemeral = is_ephemeral}, data);
  parent_ = id;
}

void EventStream::start(const Start& start, std::string_view prompt) {
  add(start.is_resume ? "session.resume" : "session.start", false,
      Fields(redactor_)
          .text_if("sessionId", start.session_id)
          .text("profile", start.profile)
          .text("origin", start.origin)
          .text("wire_api", start.wire_api)
          .text("model", start.model)
          .object());
  user_message(prompt);
}

void EventStream::user_message(std::string_view text) {
  add("user.message", false, Fields(redactor_).text("content", text).object());
}

void EventStream::turn_start() {
  message_id_ = session::make_uuid();
  add("assistant.turn_start", false, "{}");
}

void EventStream::message_delta(std::string_view text) {
  add("assistant.message_delta", true,
      Fields(kNothing).text("messageId", message_id_).text("deltaContent", text).object());
}

void EventStream::reasoning_delta(std::string_view text) {
  add("assistant.reasoning_delta", true,
      Fields(kNothing).text("reasoningId", message_id_).text("deltaContent", text).object());
}

void EventStream::usage(const core::Usage& usage, std::string_view model, std::string_view finish_reason) {
  add("assistant.usage", true,
      Fields(redactor_)
          .text_if("model", model)
          .number_if("inputTokens", usage.input_tokens)
          .number_if("outputTokens", usage.output_tokens)
          .number_if("cacheReadTokens", usage.cached_tokens)
          .number_if("reasoningTokens", usage.reasoning_tokens)
          .text_if("finishReason", finish_reason)
          .raw("isByok", "true")
          .object());
}

void EventStream::message(std::string_view content, std::string_view reasoning, std::string_view encrypted) {
  add("assistant.message", false,
      Fields(kNothing)
          .text("messageId", message_id_)
          .text("content", content)
          .text_if("reasoningText", redactor_.redact(reasoning))
          .text_if("encryptedContent", encrypted)
          .object());
}

void EventStream::turn_end() { add("assistant.turn_end", false, "{}"); }

void EventStream::error(const base::Error& error) {
  Fields fields(redactor_);
  fields.text("errorType", base::to_string(error.kind)).text("message", error.message);
  if (error.status != 0) fields.number("statusCode", error.status);
  add("session.error", false, fields.object());
}

void EventStream::idle(bool is_aborted) { add("session.idle", true, is_aborted ? R"({"aborted":true})" : "{}"); }

void EventStream::raw_line(std::string_view json) {
  pending_ += json;
  pending_ += '\n';
}

base::Result<> EventStream::flush() {
  if (pending_.empty()) return {};
  const std::string lines = std::exchange(pending_, {});
  return write_(lines);
}

}  // namespace byok::cli
