// Reads replies of the Responses API: items of text, reasoning and tool calls, streamed in deltas or whole.
#include "wire/openai_responses_decoder.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "wire/event_decoder.hpp"
#include "wire/json.hpp"
#include "wire/responses_calls.hpp"
#include "wire/usage.hpp"

namespace byok::wire {

namespace {

using base::ErrorKind;
using core::EventSink;
using core::FinishReason;

// What a part of the output holds. Open models stream `reasoning_text`, OpenAI's own only a summary of it.
enum class Channel : std::size_t { text, refusal, summary, reasoning, arguments, encrypted, count };

enum class Action { delta, whole, part, item_added, item_done, created, ended };

struct Row {
  std::string_view type;
  Action action;
  Channel channel = Channel::count;
  std::string_view key = {};  // Action::whole: the member that holds the text
};

constexpr Row kRows[] = {
    {"response.output_text.delta", Action::delta, Channel::text},
    {"response.reasoning_summary_text.delta", Action::delta, Channel::summary},
    {"response.reasoning_text.delta", Action::delta, Channel::reasoning},
    {"response.reasoning.delta", Action::delta, Channel::reasoning},
    {"response.reasoning_summary.delta", Action::delta, Channel::summary},
    {"response.function_call_arguments.delta", Action::delta, Channel::arguments},
    {"response.custom_tool_call_input.delta", Action::delta, Channel::arguments},
    {"response.refusal.delta", Action::delta, Channel::refusal},
    {"response.output_text.done", Action::whole, Channel::text, "text"},
    {"response.reasoning_summary_text.done", Action::whole, Channel::summary, "text"},
    {"response.reasoning_text.done", Action::whole, Channel::reasoning, "text"},
    {"response.refusal.done", Action::whole, Channel::refusal, "refusal"},
    {"response.function_call_arguments.done", Action::whole, Channel::arguments, "arguments"},
    {"response.custom_tool_call_input.done", Action::whole, Channel::arguments, "input"},
    {"response.content_part.done", Action::part},
    {"response.output_item.added", Action::item_added},
    {"response.output_item.done", Action::item_done},
    {"response.created", Action::created},
    {"response.completed", Action::ended},
    {"response.done", Action::ended},
    {"response.incomplete", Action::ended},
    {"response.failed", Action::ended},
    {"response.cancelled", Action::ended},
};

// The members that a delta needs, found in one walk.
struct Fields {
  Json type, delta, error, output_index, part_index;
};

Fields fields_of(Json event) {
  Fields fields;
  for (Json::Cursor member(event); member.next();) {
    const std::string_view key = member.key();
    if (key == "type")
      fields.type = member.value();
    else if (key == "delta")
      fields.delta = member.value();
    else if (key == "output_index")
      fields.output_index = member.value();
    else if (key == "content_index" || key == "summary_index")
      fields.part_index = member.value();
    else if (key == "error")
      fields.error = member.value();
  }
  return fields;
}

struct PartKind {
  std::string_view type;
  Channel channel;
  std::string_view key;
};
constexpr PartKind kParts[] = {{"output_text", Channel::text, "text"},
                               {"text", Channel::text, "text"},
                               {"refusal", Channel::refusal, "refusal"},
                               {"summary_text", Channel::summary, "text"},
                               {"reasoning_text", Channel::reasoning, "text"}};

std::string_view word(Json value) { return value.plain().value_or(""); }

// What kind of part of an item it is, or null where there is nothing in it to show.
const PartKind* kind_of(Json part) {
  const auto* const row = std::ranges::find(kParts, word(part["type"]), &PartKind::type);
  return row == std::end(kParts) ? nullptr : row;
}

// A place in the output. Item ids are of no use: GitHub Copilot's change with every event.
struct Place {
  std::int64_t item = 0;
  std::int64_t part = 0;
};

class ResponsesReply {
 public:
  base::Result<> on_event(std::string_view name, Json event, EventSink& sink);
  base::Result<> on_end(EventSink& sink);
  void flush(EventSink& sink);
  [[nodiscard]] bool is_complete() const { return reason_.has_value(); }
  [[nodiscard]] Json text_source() const { return text_source_; }
  // The place is one that an equal event has shown before.
  void on_text(Json text, EventSink& sink);
  // The response object: of the last event of a stream, or a whole answer.
  base::Result<> on_response(Json response, std::string_view status, EventSink& sink);

 private:
  struct Streamed {
    Channel channel;
    Place place;
  };
  // For each channel, whether something of it was seen.
  struct Seen {
    bool flags[static_cast<std::size_t>(Channel::count)] = {};
    bool& operator[](Channel channel) { return flags[static_cast<std::size_t>(channel)]; }
    bool operator[](Channel channel) const { return flags[static_cast<std::size_t>(channel)]; }
  };

  base::Result<> dispatch(const Row& row, const Fields& fields, Json event, EventSink& sink);
  void begin(Json response, EventSink& sink);
  void identify(Json response, EventSink& sink);
  void emit(Channel channel, Place place, std::string_view text, EventSink& sink);
  [[nodiscard]] bool is_streamed(Channel channel, Place place) const;
  [[nodiscard]] Seen seen_of(std::int64_t item) const;
  // What `item` holds of the channels not in `seen`.
  void take_item(Json item, std::int64_t index, const Seen& seen, EventSink& sink);
  void take_parts(Json parts, std::int64_t index, const Seen& seen, EventSink& sink);
  void take_encrypted(Json item, EventSink& sink);
  DeltaText& text_of(Channel channel) { return texts_[static_cast<std::size_t>(channel)]; }
  base::Result<> end(Json response, std::string_view status);

  Json text_source_;  // in the event being read
  DeltaText texts_[static_cast<std::size_t>(Channel::count)];
  std::vector<Streamed> streamed_;  // of the current response, as the next three
  ResponsesCalls calls_;
  Seen seen_;
  std::optional<FinishReason> reason_;
  std::string provider_reason_;
  bool is_identified_ = false;
  bool has_reasoned_ = false;
};

base::Result<> ResponsesReply::on_event(std::string_view name, Json event, EventSink& sink) {
  text_source_ = {};
  const Fields fields = fields_of(event);
  // The event line repeats the type; OpenRouter leaves the line out, others the member.
  const std::string_view type = name == "error" ? name : fields.type.plain().value_or(name);
  BYOK_CHECK(check_in_band(type, fields.error, event));
  for (const Row& row : kRows)
    if (row.type == type) return dispatch(row, fields, event, sink);
  return type.starts_with("response.") ? base::Result<>() : check_answer(event);
}

base::Result<> ResponsesReply::dispatch(const Row& row, const Fields& fields, Json event, EventSink& sink) {
  const Place place{.item = fields.output_index.integer().value_or(0), .part = fields.part_index.integer().value_or(0)};
  switch (row.action) {
    case Action::delta:
      if (row.channel == Channel::text) text_source_ = fields.delta;
      if (row.channel == Channel::arguments)
        calls_.add_arguments(place.item, fields.delta, sink);
      else
        emit(row.channel, place, text_of(row.channel).read(fields.delta), sink);
      return {};
    case Action::whole:
      if (row.channel == Channel::arguments)
        calls_.fill_arguments(place.item, event[row.key], sink);
      else if (!is_streamed(row.channel, place))
        emit(row.channel, place, event[row.key].str(), sink);
      return {};
    case Action::part: {
      const Json part = event["part"];
      const PartKind* const kind = kind_of(part);
      if (kind != nullptr && !is_streamed(kind->channel, place))
        emit(kind->channel, place, part[kind->key].str(), sink);
      return {};
    }
    case Action::item_added:
      calls_.announce(event["item"], place.item, sink);
      return {};
    case Action::item_done:
      take_item(event["item"], place.item, seen_of(place.item), sink);
      return {};
    case Action::created:
      begin(event["response"], sink);
      return {};
    case Action::ended:
      return on_response(event["response"], row.type.substr(std::string_view("response.").size()), sink);
  }
  return {};
}

void ResponsesReply::on_text(Json text, EventSink& sink) {
  const std::string_view read = text_of(Channel::text).read(text);
  if (!read.empty()) sink.on(core::TextDelta{read});
}

// Gateways have been seen to put several responses into one body: places start anew, what was emitted stays.
void ResponsesReply::begin(Json response, EventSink& sink) {
  streamed_.clear();
  calls_.start_anew();
  seen_ = {};
  reason_.reset();
  is_identified_ = false;
  identify(response, sink);
}

void ResponsesReply::identify(Json response, EventSink& sink) {
  if (is_identified_) return;
  const std::string id = response["id"].str();
  const std::string model = response["model"].str();
  if (id.empty() && model.empty()) return;
  is_identified_ = true;
  sink.on(core::Identity{.response_id = id, .model = model});
}

void ResponsesReply::emit(Channel channel, Place place, std::string_view text, EventSink& sink) {
  if (text.empty()) return;
  const bool is_new = !is_streamed(channel, place);
  if (is_new) streamed_.push_back({channel, place});
  seen_[channel] = true;
  if (channel == Channel::text) {
    sink.on(core::TextDelta{text});
  } else if (channel == Channel::refusal) {
    sink.on(core::RefusalDelta{text});
  } else {
    if (is_new && has_reasoned_) sink.on(core::ReasoningDelta{"\n\n"});
    has_reasoned_ = true;
    sink.on(core::ReasoningDelta{text});
  }
}

bool ResponsesReply::is_streamed(Channel channel, Place place) const {
  // The last is nearly always the one.
  return std::any_of(streamed_.rbegin(), streamed_.rend(), [&](const Streamed& one) {
    return one.channel == channel && one.place.item == place.item && one.place.part == place.part;
  });
}

ResponsesReply::Seen ResponsesReply::seen_of(std::int64_t item) const {
  Seen seen;
  for (const Streamed& one : streamed_)
    if (one.place.item == item) seen[one.channel] = true;
  return seen;
}

void ResponsesReply::take_item(Json item, std::int64_t index, const Seen& seen, EventSink& sink) {
  const std::string_view type = word(item["type"]);
  if (ResponsesCalls::is_call(type)) {
    calls_.take(item, index, seen[Channel::arguments], sink);
  } else if (type == "message" || (type.empty() && item["content"].is_valid())) {
    take_parts(item["content"], index, seen, sink);
  } else if (type == "reasoning") {
    take_parts(item["summary"], index, seen, sink);
    take_parts(item["content"], index, seen, sink);
    if (!seen[Channel::encrypted]) take_encrypted(item, sink);
  }
}

void ResponsesReply::take_parts(Json parts, std::int64_t index, const Seen& seen, EventSink& sink) {
  Place place{.item = index, .part = 0};
  if (parts.is_string() && !seen[Channel::text]) emit(Channel::text, place, parts.str(), sink);
  for (Json::Cursor part(parts); part.next(); ++place.part) {
    const PartKind* const kind = kind_of(part.value());
    if (kind != nullptr && !seen[kind->channel]) emit(kind->channel, place, part.value()[kind->key].str(), sink);
  }
}

void ResponsesReply::take_encrypted(Json item, EventSink& sink) {
  const std::string encrypted = item["encrypted_content"].str();
  if (encrypted.empty()) return;
  seen_[Channel::encrypted] = true;
  const std::string id = item["id"].str();
  sink.on(core::ReasoningPayload{.id = id, .signature = {}, .redacted = {}, .encrypted = encrypted});
}

base::Result<> ResponsesReply::on_response(Json response, std::string_view status, EventSink& sink) {
  identify(response, sink);
  // What was never streamed. All or nothing for each channel: positions here need not be those of the stream.
  Seen seen = seen_;
  seen[Channel::arguments] = !calls_.is_empty();
  std::int64_t index = 0;
  for (Json::Cursor item(response["output"]); item.next(); ++index) take_item(item.value(), index, seen, sink);
  calls_.finish(sink);
  const core::Usage usage = read_usage(response["usage"], kResponsesUsage, kChatUsage);
  if (!usage.is_empty()) sink.on(core::UsageReport{usage});
  if (const Json error = response["error"]; error.is_truthy()) return check_in_band({}, error, response);
  const std::string_view said = word(response["status"]);
  return end(response, said.empty() || said == "in_progress" || said == "queued" ? status : said);
}

base::Result<> ResponsesReply::end(Json response, std::string_view status) {
  if (status == "failed") return base::fail(ErrorKind::overloaded, "the provider says that the reply failed, not why");
  if (status == "unfinished")
    return base::fail(ErrorKind::incomplete, "the provider answered before the reply was finished",
                      "a reply in the background is not waited for: leave `background` out of the request");
  if (status == "cancelled") return base::fail(ErrorKind::incomplete, "the provider cancelled the reply");
  provider_reason_ = status;
  if (status == "incomplete") {
    const std::string why = response["incomplete_details"]["reason"].str();
    if (!why.empty()) provider_reason_ = why;
    reason_ = why == "content_filter" ? FinishReason::content_filter : FinishReason::length;
  } else if (status == "completed" || status == "done") {
    reason_ = seen_[Channel::refusal] ? FinishReason::refusal
              : calls_.is_empty()     ? FinishReason::stop
                                      : FinishReason::tool_calls;
  } else {
    reason_ = FinishReason::other;
  }
  return {};
}

void ResponsesReply::flush(EventSink& sink) {
  for (const Channel channel : {Channel::summary, Channel::reasoning}) {
    if (const auto rest = text_of(channel).rest(); !rest.empty()) sink.on(core::ReasoningDelta{rest});
  }
  if (const auto rest = text_of(Channel::text).rest(); !rest.empty()) sink.on(core::TextDelta{rest});
  if (const auto rest = text_of(Channel::refusal).rest(); !rest.empty()) sink.on(core::RefusalDelta{rest});
  calls_.flush(sink);
}

base::Result<> ResponsesReply::on_end(EventSink& sink) {
  flush(sink);
  if (!reason_) return cut_off();
  sink.on(core::Finished{.reason = *reason_, .provider_reason = provider_reason_, .detail = {}});
  return {};
}

}  // namespace

std::unique_ptr<Decoder> open_responses_stream() { return std::make_unique<EventDecoder<ResponsesReply>>(); }

base::Result<> decode_responses_body(std::string_view json, EventSink& sink) {
  const Json body = Json::parse(json);
  if (!body["output"].is_array()) BYOK_CHECK(check_answer(body));
  if (!body.is_object()) return base::fail(ErrorKind::protocol, "the answer is not the JSON object that was due");
  BYOK_CHECK(check_in_band(word(body["type"]), body["error"], body));
  if (!body["output"].is_array() && !body["status"].is_string())
    return base::fail(ErrorKind::protocol, "the answer is JSON, but no response of the Responses API");
  ResponsesReply reply;
  BYOK_CHECK(reply.on_response(body, body["status"].is_string() ? "unfinished" : "completed", sink));
  return reply.on_end(sink);
}

}  // namespace byok::wire
