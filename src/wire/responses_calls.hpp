// ResponsesCalls: the tool calls of one response, whose arguments come in deltas, whole, or with their item.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.hpp"
#include "wire/event_decoder.hpp"
#include "wire/json.hpp"

namespace byok::wire {

// `place` is an item's place in the output. Item ids are of no use: GitHub Copilot's change with every event.
class ResponsesCalls {
 public:
  [[nodiscard]] static bool is_call(std::string_view item_type);

  // Another response begins in the same body; our own indexes go on.
  void start_anew() { calls_.clear(); }
  [[nodiscard]] bool is_empty() const { return calls_.empty(); }
  void announce(Json item, std::int64_t place, core::EventSink& sink);
  void add_arguments(std::int64_t place, Json delta, core::EventSink& sink);
  void fill_arguments(std::int64_t place, Json whole, core::EventSink& sink);
  // A whole item. `is_known`: calls were streamed, so that this one is among them, wherever it stands in the final
  // list.
  void take(Json item, std::int64_t place, bool is_known, core::EventSink& sink);
  // The response is over: arguments that came with the announcement alone.
  void finish(core::EventSink& sink);
  void flush(core::EventSink& sink);  // as Decoder has it

 private:
  struct Call {
    std::int64_t place = 0;
    std::string id;
    int index = 0;
    std::string announced;  // the arguments as they stood at the announcement
    DeltaText text = {};
    bool has_arguments = false;
    bool is_done = false;
  };

  Call* find(std::int64_t place);
  Call& open(Json item, std::int64_t place, core::EventSink& sink);
  static void emit(Call& call, std::string_view text, core::EventSink& sink);
  static void fill(Call* call, Json whole, core::EventSink& sink);

  std::vector<Call> calls_;
  int next_index_ = 0;
};

}  // namespace byok::wire
