// Tool call bookkeeping.
#include "wire/tool_call_index.hpp"

namespace byok::wire {

std::optional<std::size_t> ToolCallIndex::known(const Fragment& fragment) const {
  const auto& [number, id, name, has_arguments] = fragment;
  // The latest counts: a number may have been used before by a call that is over.
  for (std::size_t i = calls_.size(); i-- > 0;) {
    const Call& call = calls_[i];
    const bool same_id = !id.empty() && call.id == id;
    const bool same_number = number && call.number == number && (id.empty() || call.id.empty() || call.id == id);
    if (same_number || (same_id && !number)) return i;
  }
  if (!number && id.empty() && !calls_.empty()) return calls_.size() - 1;
  return std::nullopt;
}

// A server that repeats the name in every fragment has nothing more to say behind the last.
bool ToolCallIndex::is_another(const Call& call, const Fragment& fragment) {
  if (!fragment.id.empty() || fragment.name.empty() || !call.arguments.is_closed()) return false;
  return fragment.has_arguments || fragment.name != call.name;
}

int ToolCallIndex::find(const Fragment& fragment) {
  const auto found = known(fragment);
  if (!found || is_another(calls_[*found], fragment)) {
    calls_.push_back({.number = fragment.number, .id = std::string(fragment.id), .name = std::string(fragment.name)});
    return static_cast<int>(calls_.size()) - 1;
  }
  Call& call = calls_[*found];
  if (call.id.empty()) call.id = fragment.id;
  if (call.name.empty()) call.name = fragment.name;
  return static_cast<int>(*found);
}

void ToolCallIndex::add_arguments(int index, std::string_view text) {
  calls_[static_cast<std::size_t>(index)].arguments.feed(text);
}

}  // namespace byok::wire
