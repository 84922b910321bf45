// What EventDecoder needs besides its dialect: text joined over deltas, errors sent in-band, junk between events.
#include "wire/event_decoder.hpp"

#include <utility>

#include "base/text.hpp"

namespace byok::wire {

namespace {

using base::ErrorKind;

constexpr std::size_t kEscape = 6;     // \uXXXX
constexpr std::size_t kMostJunk = 64;  // events that are no JSON before the stream counts as something else

// Where an escaped high surrogate (D800 to DBFF) begins at the very end of a string's bytes, else its length.
std::size_t held_from(std::string_view inner) {
  if (inner.size() < kEscape) return inner.size();
  const std::size_t start = inner.size() - kEscape;
  const std::string_view escape = inner.substr(start);
  if (!escape.starts_with("\\u") || (escape[2] != 'd' && escape[2] != 'D')) return inner.size();
  if (std::string_view("89abAB").find(escape[3]) == std::string_view::npos) return inner.size();
  std::size_t backslashes = 0;
  while (backslashes < start && inner[start - 1 - backslashes] == '\\') ++backslashes;
  return backslashes % 2 == 0 ? start : inner.size();
}

}  // namespace

std::string_view DeltaText::read(Json delta) {
  if (held_.empty()) {
    if (const auto plain = delta.plain()) return *plain;
  }
  if (!delta.is_string()) return {};
  const std::string_view raw = delta.raw();
  const std::string_view inner = raw.substr(1, raw.size() - 2);
  text_.clear();
  if (held_.empty() && held_from(inner) == inner.size()) {
    delta.append_to(text_);
    return text_;
  }
  std::string joined = "\"" + std::exchange(held_, {}) + std::string(inner);
  if (const std::size_t from = held_from(joined); from < joined.size()) {
    held_ = joined.substr(from);
    joined.resize(from);
  }
  joined += '"';
  Json::parse(joined).append_to(text_);
  return text_;
}

std::string_view DeltaText::rest() {
  if (held_.empty()) return {};
  held_.clear();
  return "\xEF\xBF\xBD";
}

base::Result<> check_in_band(std::string_view type, Json error, Json event) {
  const bool has_member = error.is_truthy();
  if (!has_member && type != "error") return {};
  base::Error found = in_band_error(has_member ? error.raw() : event.raw());
  if (found.request_id.empty()) found.request_id = event["request_id"].str();
  return std::unexpected(std::move(found));
}

base::Result<> JunkCounter::count(const SseEvent& event, core::EventSink& sink) {
  if (event.name == "error") return std::unexpected(in_band_error(base::json_quote(event.data)));
  if (++count_ == 1) sink.on(core::Notice{"The stream holds an event that is not JSON; it was left out."});
  if (count_ > kMostJunk) return base::fail(ErrorKind::protocol, "the stream holds events that are not JSON");
  return {};
}

base::Result<> check_stray(std::string_view line) {
  constexpr std::string_view kField = "error:";
  const bool is_error_field = line.starts_with(kField);
  if (is_error_field) line = base::trim(line.substr(kField.size()));
  const Json json = Json::parse(line);
  if (const Json error = json["error"]; error.is_truthy()) return std::unexpected(in_band_error(error.raw()));
  if (!is_error_field) return {};
  return std::unexpected(in_band_error(json.is_valid() ? std::string(json.raw()) : base::json_quote(line)));
}

base::Result<> cut_off() {
  return base::fail(ErrorKind::incomplete, "the stream ended before the reply was complete",
                    "what is there may be cut off; run it again");
}

bool is_done_mark(std::string_view data) { return base::trim(data).starts_with("[DONE]"); }

}  // namespace byok::wire
