// JSON Lines of session events, written with plain text building: a delta event makes no tree.
#include "cli/ask/event_stream.hpp"

#include <utility>
#include <variant>

#include "session/store/event_line.hpp"

namespace byok::cli {
namespace {

using session::Fields;

const base::Redactor kNothing;  // for what a provider answers, which stays as it is

}  // namespace

EventStream::EventStream(Write write, const base::Redactor& redactor) : write_(std::move(write)), redactor_(redactor) {}

void EventStream::add_ephemeral(std::string_view type, std::string_view data) {
  const std::string id = session::make_uuid();
  const std::string time = session::timestamp(std::chrono::system_clock::now());
  pending_ +=
      session::event_line({.type = type, .id = id, .timestamp = time, .parent = parent_, .is_ephemeral = true}, data);
}

void EventStream::add(const session::RecordData& data, const base::Redactor& redactor, bool is_ephemeral) {
  if (is_ephemeral) return add_ephemeral(session::type_of(data), session::data_of(data, redactor));
  session::EventStamp stamp{.type = session::type_of(data),
                            .id = session::make_uuid(),
                            .time = std::chrono::system_clock::now(),
                            .message_id = message_id_};
  const std::string time = session::timestamp(stamp.time);
  pending_ += session::event_line({.type = stamp.type, .id = stamp.id, .timestamp = time, .parent = parent_},
                                  session::data_of(data, redactor));
  parent_ = stamp.id;
  stamps_.push_back(std::move(stamp));
}

void EventStream::start(const Start& start, const core::Message& prompt) {
  parent_ = start.parent;
  add(start.record, redactor_, start.is_ephemeral);
  if (start.system) add(session::SystemRecord{*start.system}, redactor_);
  user_message(prompt);
}

void EventStream::user_message(const core::Message& prompt) { add(session::MessageRecord{{}, prompt}, redactor_); }

void EventStream::turn_start() {
  if (std::exchange(has_started_, true)) return;
  message_id_ = session::make_uuid();
  add(session::OtherRecord{}, redactor_);
}

void EventStream::message_delta(std::string_view text) {
  add_ephemeral("assistant.message_delta",
                Fields(kNothing).text("messageId", message_id_).text("deltaContent", text).object());
}

void EventStream::reasoning_delta(std::string_view text) {
  add_ephemeral("assistant.reasoning_delta",
                Fields(kNothing).text("reasoningId", message_id_).text("deltaContent", text).object());
}

void EventStream::usage(const core::Usage& usage, std::string_view model, std::string_view finish_reason) {
  add_ephemeral("assistant.usage", Fields(redactor_)
                                       .text_if("model", model)
                                       .number_if("inputTokens", usage.input_tokens)
                                       .number_if("outputTokens", usage.output_tokens)
                                       .number_if("cacheReadTokens", usage.cached_tokens)
                                       .number_if("reasoningTokens", usage.reasoning_tokens)
                                       .text_if("finishReason", finish_reason)
                                       .raw("isByok", "true")
                                       .object());
}

void EventStream::message(core::Message reply) {
  for (core::Part& part : reply.parts) {
    if (auto* reasoning = std::get_if<core::ReasoningPart>(&part)) reasoning->text = redactor_.redact(reasoning->text);
    if (auto* call = std::get_if<core::ToolCallPart>(&part)) call->arguments = redactor_.redact(call->arguments);
  }
  add(session::MessageRecord{message_id_, std::move(reply)}, kNothing);
}

void EventStream::error(const session::ErrorRecord& error, bool is_ephemeral) { add(error, redactor_, is_ephemeral); }

void EventStream::turn_end(const session::TurnEndRecord& end) {
  add(end, redactor_);
  has_started_ = false;
}

void EventStream::idle(bool is_aborted) { add_ephemeral("session.idle", is_aborted ? R"({"aborted":true})" : "{}"); }

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
