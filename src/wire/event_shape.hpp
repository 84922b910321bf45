// EventShape: knows again an event that differs from the one before it in its text alone, and finds the text at once.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "wire/json.hpp"
#include "wire/sse.hpp"

namespace byok::wire {

// The events that carry a reply's text repeat some 300 bytes around each word of it. Comparing those with the event
// before costs a tenth of reading them. Besides the text, only members that no decoder reads may differ: counters and
// padding at the top of the event.
class EventShape {
 public:
  // `text` is the string in `event.data` that was all that the event had to say.
  void learn(const SseEvent& event, Json text);
  void forget() { gaps_.clear(); }

  // The text of an event of the learned shape, else an invalid Json.
  [[nodiscard]] Json match(const SseEvent& event) const;

 private:
  // A value that may differ, and the bytes before it that may not.
  struct Gap {
    std::size_t before;  // length of its part of fixed_
    Json::Type type;
    bool is_text;
  };
  void add_gap(const SseEvent& event, Json value, bool is_text, std::size_t& from);

  std::string name_;
  std::string fixed_;      // all that may not differ
  std::vector<Gap> gaps_;  // in order; the text is one of them; empty: nothing was learned
};

}  // namespace byok::wire
