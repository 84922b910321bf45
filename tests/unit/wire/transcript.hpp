// Transcript: the events of a reply as lines of text, so that a test can state them as they are read.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "base/result.hpp"
#include "core/event.hpp"
#include "wire/wire.hpp"

namespace byok::test {

class Transcript : public core::EventSink {
 public:
  void on(const core::StreamEvent& event) override { std::visit(*this, event); }

  void operator()(const core::TextDelta& event) { line("text", event.text); }
  void operator()(const core::ReasoningDelta& event) { line("reasoning", event.text); }
  void operator()(const core::RefusalDelta& event) { line("refusal", event.text); }
  void operator()(const core::ToolCallDelta& event) {
    lines_ += fmt::format("call {}", event.index);
    if (!event.id.empty() || !event.name.empty()) lines_ += fmt::format(" {} {}", event.id, event.name);
    if (!event.arguments.empty()) lines_ += fmt::format(" {}", event.arguments);
    lines_ += '\n';
  }
  void operator()(const core::ReasoningPayload& event) {
    lines_ += "payload";
    field("id", event.id);
    field("signature", event.signature);
    field("redacted", event.redacted);
    field("encrypted", event.encrypted);
    lines_ += '\n';
  }
  void operator()(const core::UsageReport& event) {
    lines_ += "usage";
    field("input", event.usage.input_tokens);
    field("output", event.usage.output_tokens);
    field("reasoning", event.usage.reasoning_tokens);
    field("cached", event.usage.cached_tokens);
    lines_ += '\n';
  }
  void operator()(const core::Identity& event) {
    lines_ += "identity";
    field("id", event.response_id);
    field("model", event.model);
    lines_ += '\n';
  }
  void operator()(const core::Notice& event) { line("notice", event.text); }
  void operator()(const core::Finished& event) {
    lines_ += fmt::format("finished {}", core::to_string(event.reason));
    field("as", event.provider_reason);
    field("detail", event.detail);
    lines_ += '\n';
  }

  void add_error(const base::Error& error) {
    lines_ += fmt::format("error {}: {}\n", base::to_string(error.kind), error.message);
  }
  [[nodiscard]] const std::string& lines() const { return lines_; }

 private:
  void line(std::string_view what, std::string_view text) { lines_ += fmt::format("{} [{}]\n", what, text); }
  void field(std::string_view name, std::string_view value) {
    if (!value.empty()) lines_ += fmt::format(" {}={}", name, value);
  }
  void field(std::string_view name, const std::optional<std::int64_t>& value) {
    if (value) lines_ += fmt::format(" {}={}", name, *value);
  }

  std::string lines_;
};

// What a decoder makes of `bytes` that arrive in pieces of `piece`.
inline std::string transcribe(std::unique_ptr<wire::Decoder> decoder, std::string_view bytes, std::size_t piece) {
  Transcript transcript;
  base::Result<> result;
  for (std::size_t at = 0; at < bytes.size() && result && !decoder->is_done(); at += piece)
    result = decoder->feed(bytes.substr(at, piece), transcript);
  if (result) result = decoder->finish(transcript);
  if (!result) transcript.add_error(result.error());
  return transcript.lines();
}

// The same for the whole at once, having proved that other seams give the same.
inline std::string transcribe(std::unique_ptr<wire::Decoder> (*open)(), std::string_view bytes) {
  std::string whole = transcribe(open(), bytes, bytes.size() + 1);
  for ([[maybe_unused]] const std::size_t piece : {1U, 2U, 3U, 7U, 64U}) {
    CAPTURE(piece);
    CHECK(transcribe(open(), bytes, piece) == whole);
  }
  return whole;
}

inline std::string transcribe(base::Result<> (*decode)(std::string_view, core::EventSink&), std::string_view body) {
  Transcript transcript;
  if (const auto result = decode(body, transcript); !result) transcript.add_error(result.error());
  return transcript.lines();
}

// Events of a stream from their data, one a line.
inline std::string stream_of(std::string_view lines) {
  std::string bytes;
  while (!lines.empty()) {
    const std::string_view data = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), data.size() + 1));
    if (!data.empty()) bytes += fmt::format("data: {}\n\n", data);
  }
  return bytes;
}

}  // namespace byok::test
