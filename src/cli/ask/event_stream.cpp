// JSON Lines of session events, written with plain text building: a delta event makes no tree.
#include "cli/ask/event_stream.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <cstdint>
#include <ctime>
#include <utility>

#include "base/text.hpp"

namespace byok::cli {
namespace {

// `"name":value` pairs of an object; absent values are left out.
class Fields {
 public:
  Fields& text(std::string_view name, std::string_view value) { return raw(name, base::json_quote(value)); }
  Fields& text_if(std::string_view name, std::string_view value) { return value.empty() ? *this : text(name, value); }
  Fields& number_if(std::string_view name, const std::optional<std::int64_t>& value) {
    return value ? raw(name, fmt::format("{}", *value)) : *this;
  }
  Fields& raw(std::string_view name, std::string_view json) {
    if (!out_.empty()) out_ += ',';
    out_ += fmt::format("\"{}\":{}", name, json);
    return *this;
  }
  [[nodiscard]] std::string object() const { return "{" + out_ + "}"; }

 private:
  std::string out_;
};

}  // namespace

std::string make_uuid() {
  std::array<unsigned char, 16> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<unsigned char>(now >> (8 * i));
  }
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x40U);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", bytes[i]);
  }
  return text;
}

std::string timestamp(std::chrono::system_clock::time_point time) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
  const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, ms % 1000);
}

EventStream::EventStream(Write write, std::function<std::string(std::string_view)> redact)
    : write_(std::move(write)), redact_(std::move(redact)) {}

void EventStream::add(std::string_view type, bool is_ephemeral, std::string data) {
  const std::string id = make_uuid();
  pending_ += fmt::format(R"({{"type":"{}","id":"{}","timestamp":"{}","parentId":{}{},"data":{}}})", type, id,
                          timestamp(std::chrono::system_clock::now()),
                          parent_.empty() ? "null" : fmt::format("\"{}\"", parent_),
                          is_ephemeral ? R"(,"ephemeral":true)" : "", data);
  pending_ += '\n';
  parent_ = id;
}

void EventStream::start(const Start& start, std::string_view prompt) {
  add("session.start", false,
      redact_(Fields()
                  .text("profile", start.profile)
                  .text("origin", start.origin)
                  .text("wire_api", start.wire_api)
                  .text("model", start.model)
                  .object()));
  add("user.message", false, redact_(Fields().text("content", prompt).object()));
}

void EventStream::turn_start() {
  message_id_ = make_uuid();
  add("assistant.turn_start", false, "{}");
}

void EventStream::message_delta(std::string_view text) {
  add("assistant.message_delta", true, Fields().text("messageId", message_id_).text("deltaContent", text).object());
}

void EventStream::reasoning_delta(std::string_view text) {
  add("assistant.reasoning_delta", true, Fields().text("reasoningId", message_id_).text("deltaContent", text).object());
}

void EventStream::usage(const core::Usage& usage, std::string_view model, std::string_view finish_reason) {
  add("assistant.usage", true,
      redact_(Fields()
                  .text_if("model", model)
                  .number_if("inputTokens", usage.input_tokens)
                  .number_if("outputTokens", usage.output_tokens)
                  .number_if("cacheReadTokens", usage.cached_tokens)
                  .number_if("reasoningTokens", usage.reasoning_tokens)
                  .text_if("finishReason", finish_reason)
                  .raw("isByok", "true")
                  .object()));
}

void EventStream::message(std::string_view content, std::string_view reasoning, std::string_view encrypted) {
  add("assistant.message", false,
      Fields()
          .text("messageId", message_id_)
          .text("content", content)
          .text_if("reasoningText", redact_(reasoning))
          .text_if("encryptedContent", encrypted)
          .object());
}

void EventStream::turn_end() { add("assistant.turn_end", false, "{}"); }

void EventStream::error(const base::Error& error) {
  Fields fields;
  fields.text("errorType", base::to_string(error.kind)).text("message", error.message);
  if (error.status != 0) fields.raw("statusCode", fmt::format("{}", error.status));
  add("session.error", false, redact_(fields.object()));
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
