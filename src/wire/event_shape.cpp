// The shape as a list of gaps, and the comparison.
#include "wire/event_shape.hpp"

#include <algorithm>
#include <array>

namespace byok::wire {
namespace {

// Counters and padding: OpenAI's and Azure's, then Mistral's.
constexpr std::array<std::string_view, 3> kVarying{"sequence_number", "obfuscation", "p"};

std::size_t offset_in(std::string_view data, Json value) {
  return static_cast<std::size_t>(value.raw().data() - data.data());
}

bool is_scalar(Json value) { return value.type() == Json::Type::string || value.type() == Json::Type::number; }

}  // namespace

void EventShape::add_gap(const SseEvent& event, Json value, bool is_text, std::size_t& from) {
  const std::size_t at = offset_in(event.data, value);
  fixed_ += event.data.substr(from, at - from);
  gaps_.push_back({.before = at - from, .type = value.type(), .is_text = is_text});
  from = at + value.raw().size();
}

void EventShape::learn(const SseEvent& event, Json text) {
  name_ = event.name;
  fixed_.clear();
  gaps_.clear();
  const std::size_t text_at = offset_in(event.data, text);
  std::size_t from = 0;
  for (Json::Cursor member(Json::parse(event.data)); member.next();) {
    const Json value = member.value();
    const std::size_t at = offset_in(event.data, value);
    if (at <= text_at && text_at < at + value.raw().size()) {
      add_gap(event, text, true, from);
    } else if (is_scalar(value) && std::ranges::find(kVarying, member.key()) != kVarying.end()) {
      add_gap(event, value, false, from);
    }
  }
  fixed_ += event.data.substr(from);
}

Json EventShape::match(const SseEvent& event) const {
  if (gaps_.empty() || event.name != name_) return {};
  std::string_view data = event.data;
  std::string_view fixed = fixed_;
  Json text;
  for (const Gap& gap : gaps_) {
    if (!data.starts_with(fixed.substr(0, gap.before))) return {};
    data.remove_prefix(gap.before);
    fixed.remove_prefix(gap.before);
    const Json value = Json::parse(data);
    // White space in front of a value is no part of it.
    if (value.type() != gap.type || value.raw().data() != data.data()) return {};
    data.remove_prefix(value.raw().size());
    if (gap.is_text) text = value;
  }
  return data == fixed ? text : Json();
}

}  // namespace byok::wire
