// Tool call bookkeeping.
#include "wire/tool_call_index.hpp"

namespace byok::wire {

int ToolCallIndex::add(std::optional<std::int64_t> number, std::string_view id) {
  calls_.push_back({.number = number, .id = std::string(id)});
  return static_cast<int>(calls_.size()) - 1;
}

int ToolCallIndex::find(std::optional<std::int64_t> number, std::string_view id) {
  // The latest counts: a number may have been used before by a call that is over.
  for (std::size_t i = calls_.size(); i-- > 0;) {
    Call& call = calls_[i];
    const bool same_id = !id.empty() && call.id == id;
    const bool same_number = number && call.number == number && (id.empty() || call.id.empty() || call.id == id);
    if (!same_number && !(same_id && !number)) continue;
    if (call.id.empty()) call.id = id;
    return static_cast<int>(i);
  }
  if (!number && id.empty() && !calls_.empty()) return static_cast<int>(calls_.size()) - 1;
  return add(number, id);
}

}  // namespace byok::wire
