// SseParser: server-sent events from bytes that arrive in any pieces (WHATWG HTML, section 9.2.6).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace byok::wire {

struct SseEvent {
  std::string_view name;  // the `event:` field, or empty
  std::string_view data;  // lines joined by '\n'
};

class SseSink {
 public:
  virtual ~SseSink() = default;
  virtual base::Result<> on_event(const SseEvent& event) = 0;
  // A line that is no SSE field but looks like an error sent in-band: begins with `error:` or `{`.
  virtual base::Result<> on_stray(std::string_view line) = 0;
  // True stops the parser: the rest of the bytes is ignored.
  [[nodiscard]] virtual bool is_done() const = 0;
};

// The same events whatever the seams. An event that lies whole in one piece is not copied. LF, CR and CRLF end a line;
// a leading byte order mark is dropped.
class SseParser {
 public:
  // Fails with the sink's own error, or ErrorKind::protocol for an event longer than kLongest.
  base::Result<> feed(std::string_view bytes, SseSink& sink);
  // At the end of the stream: of an unfinished event its data counts when it is complete JSON or `[DONE]`, and of
  // several in one (a server that sends no blank lines) the leading lines that are.
  base::Result<> finish(SseSink& sink);
  // Nothing of an event has come that was not handed on.
  [[nodiscard]] bool is_between_events() const {
    return data_lines_ == 0 && (partial_.empty() || partial_.starts_with(':'));
  }

  static constexpr std::size_t kLongest = std::size_t{64} << 20;

 private:
  base::Result<> line(std::string_view line, SseSink& sink);
  base::Result<> add_data(std::string_view value);
  base::Result<> dispatch(SseSink& sink);
  void keep_data();  // before the bytes of the current piece go away

  std::string partial_;         // an unfinished line
  std::string_view only_line_;  // of the event's data while it has one line that still lies in its piece
  std::string data_;            // of the event, when it had to be copied
  std::string name_;
  std::size_t data_lines_ = 0;
  bool skip_lf_ = false;
  bool is_started_ = false;
};

}  // namespace byok::wire
