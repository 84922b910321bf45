// Tool calls by their place in the output.
#include "wire/responses_calls.hpp"

#include <algorithm>
#include <utility>

namespace byok::wire {
namespace {

// Servers that are only compatible may send an object where the text of one is due.
std::string arguments_of(Json whole) { return whole.is_object() ? std::string(whole.raw()) : whole.str(); }

Json arguments_in(Json item) { return item[item["type"].plain() == "function_call" ? "arguments" : "input"]; }

}  // namespace

bool ResponsesCalls::is_call(std::string_view item_type) {
  return item_type == "function_call" || item_type == "custom_tool_call";
}

ResponsesCalls::Call* ResponsesCalls::find(std::int64_t place) {
  const auto found =
      std::find_if(calls_.rbegin(), calls_.rend(), [&](const Call& call) { return call.place == place; });
  return found == calls_.rend() ? nullptr : &*found;
}

ResponsesCalls::Call& ResponsesCalls::open(Json item, std::int64_t place, core::EventSink& sink) {
  std::string id = item["call_id"].str();
  if (id.empty()) id = item["id"].str();
  Call* known = find(place);
  if (known != nullptr && known->id == id) return *known;
  const std::string name = item["name"].str();
  Call& call = calls_.emplace_back(
      Call{.place = place, .id = std::move(id), .index = next_index_++, .announced = arguments_of(arguments_in(item))});
  sink.on(core::ToolCallDelta{.index = call.index, .id = call.id, .name = name, .arguments = {}});
  return call;
}

void ResponsesCalls::emit(Call& call, std::string_view text, core::EventSink& sink) {
  if (text.empty()) return;
  call.has_arguments = true;
  sink.on(core::ToolCallDelta{.index = call.index, .id = {}, .name = {}, .arguments = text});
}

void ResponsesCalls::fill(Call* call, Json whole, core::EventSink& sink) {
  if (call == nullptr || call->has_arguments) return;
  emit(*call, arguments_of(whole), sink);
}

void ResponsesCalls::announce(Json item, std::int64_t place, core::EventSink& sink) {
  if (is_call(item["type"].plain().value_or("")) && item["name"].is_truthy()) open(item, place, sink);
}

void ResponsesCalls::add_arguments(std::int64_t place, Json delta, core::EventSink& sink) {
  Call* call = find(place);
  // A call that was not announced comes whole with its item.
  if (call != nullptr && !call->is_done) emit(*call, call->text.read(delta), sink);
}

void ResponsesCalls::fill_arguments(std::int64_t place, Json whole, core::EventSink& sink) {
  fill(find(place), whole, sink);
}

void ResponsesCalls::take(Json item, std::int64_t place, bool is_known, core::EventSink& sink) {
  if (is_known) {
    const std::string id = item["call_id"].str();
    const auto found = std::ranges::find(calls_, id, &Call::id);
    if (found != calls_.end()) fill(&*found, arguments_in(item), sink);
    return;
  }
  Call* call = find(place);
  if (call == nullptr || call->is_done) call = &open(item, place, sink);
  fill(call, arguments_in(item), sink);
  call->is_done = true;
}

void ResponsesCalls::finish(core::EventSink& sink) {
  for (Call& call : calls_) {
    if (!call.has_arguments) emit(call, call.announced, sink);
  }
}

void ResponsesCalls::flush(core::EventSink& sink) {
  for (Call& call : calls_) emit(call, call.text.rest(), sink);
}

}  // namespace byok::wire
