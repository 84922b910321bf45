// EventDecoder: the frame around dialects whose stream is a sequence of typed JSON events (Responses, Messages).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.hpp"
#include "core/event.hpp"
#include "wire/event_shape.hpp"
#include "wire/json.hpp"
#include "wire/sse.hpp"
#include "wire/wire.hpp"

namespace byok::wire {

// The text of one run of deltas. A character outside the basic plane may be escaped as two surrogates that lie in two
// deltas: the first half waits for the second.
class DeltaText {
 public:
  // The delta's text, valid until the next call; empty for anything but a string. Copies only what holds escapes.
  [[nodiscard]] std::string_view read(Json delta);
  // What still waited when the run ended: U+FFFD or nothing.
  [[nodiscard]] std::string_view rest();

 private:
  std::string text_;
  std::string held_;  // an escaped high surrogate, six characters
};

// The error that an event carries, or nothing: a truthy `error` member, or the type or event name `error` (then the
// event itself may be the error).
[[nodiscard]] base::Result<> check_in_band(std::string_view type, Json error, Json event);

// Events that are no JSON object, such as notices of a proxy: said once, fatal when nothing else comes.
class JunkCounter {
 public:
  base::Result<> count(const SseEvent& event, core::EventSink& sink);

 private:
  std::size_t count_ = 0;
};

// A line that is no SSE field: old llama.cpp servers write `error: {…}` into a stream.
[[nodiscard]] base::Result<> check_stray(std::string_view line);

// What a stream without an end comes to.
[[nodiscard]] base::Result<> cut_off();

[[nodiscard]] bool is_done_mark(std::string_view data);  // [DONE], which gateways send on every wire

// What follows the first value of `data` on a line of its own; else empty.
[[nodiscard]] inline std::string_view behind(Json first, std::string_view data) {
  const std::size_t end = static_cast<std::size_t>(first.raw().data() - data.data()) + first.raw().size();
  return end < data.size() && data[end] == '\n' ? data.substr(end + 1) : std::string_view();
}

// Passes events on and tells whether they were one piece of text and nothing else.
class TextWatch final : public core::EventSink {
 public:
  explicit TextWatch(core::EventSink& sink) : sink_(sink) {}
  void on(const core::StreamEvent& event) override {
    ++count_;
    is_text_ = std::holds_alternative<core::TextDelta>(event);
    sink_.on(event);
  }
  [[nodiscard]] bool saw_text_alone() const { return count_ == 1 && is_text_; }

 private:
  core::EventSink& sink_;
  std::size_t count_ = 0;
  bool is_text_ = false;
};

// Reply has `on_event(name, json, sink)` for each event, `on_end(sink)` for the end of the stream, `is_complete()` as
// Decoder has it, and `on_done_mark()` where `[DONE]` is an end of its own. `text_source()` is the string that the last
// event's text was read from, and `on_text(string, sink)` does for the same string in an event that is otherwise equal
// what `on_event` would do. The end of the stream, not the last event of a reply, is the end: a gateway may go on with
// another reply in the same body.
template <class Reply>
class EventDecoder final : public Decoder, private SseSink {
 public:
  base::Result<> feed(std::string_view bytes, core::EventSink& sink) override {
    sink_ = &sink;
    return parser_.feed(bytes, *this);
  }
  base::Result<> finish(core::EventSink& sink) override {
    sink_ = &sink;
    BYOK_CHECK(parser_.finish(*this));
    return reply_.on_end(sink);
  }
  [[nodiscard]] bool is_done() const override { return is_done_; }
  [[nodiscard]] bool is_complete() const override { return is_done_ || reply_.is_complete(); }

 private:
  // A server that forgot the blank line between events has put several into one.
  base::Result<> on_event(const SseEvent& event) override {
    if (const Json text = shape_.match(event); text.is_valid()) {
      reply_.on_text(text, *sink_);
      return {};
    }
    for (SseEvent one = event; !is_done_;) {
      const Json json = Json::parse(one.data);
      if (!json.is_object()) return on_other(one);
      TextWatch watch(*sink_);
      BYOK_CHECK(reply_.on_event(one.name, json, watch));
      // What the reply makes of the text may depend on events of other shapes.
      if (watch.saw_text_alone() && reply_.text_source().is_valid()) {
        shape_.learn(one, reply_.text_source());
      } else {
        shape_.forget();
      }
      one.data = behind(json, one.data);
      if (one.data.empty()) break;
    }
    return {};
  }
  base::Result<> on_other(const SseEvent& event) {
    if (!is_done_mark(event.data)) return junk_.count(event, *sink_);
    is_done_ = true;
    if constexpr (requires { reply_.on_done_mark(); }) reply_.on_done_mark();
    return {};
  }
  base::Result<> on_stray(std::string_view line) override { return check_stray(line); }

  SseParser parser_;
  Reply reply_;
  EventShape shape_;
  JunkCounter junk_;
  core::EventSink* sink_ = nullptr;  // of the call in progress
  bool is_done_ = false;
};

}  // namespace byok::wire
