// Reads replies of the Responses API: items of text, reasoning and tool calls, streamed in deltas or whole.
#include "wire/openai_responses_decoder.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "wire/event_decoder.hpp"
#include "wire/json.hpp"

namespace byok::wire {

namespace {

using base::ErrorKind;
using core::EventSink;
using core::FinishReason;

// What a part of the output holds. Open models stream `reasoning_text`, OpenAI's own only a summary of it.
enum class Channel : std::size_t { text, refusal, summary, reasoning, arguments, encrypted, count };

enum class Action { delta, whole, item_added, item_done, created, ended };

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
    {"response.function_call_arguments.delta", Action::delta, Channel::arguments},
    {"response.custom_tool_call_input.delta", Action::delta, Channel::arguments},
    {"response.refusal.delta", Action::delta, Channel::refusal},
    {"response.output_text.done", Action::whole, Channel::text, "text"},
    {"response.reasoning_summary_text.done", Action::whole, Channel::summary, "text"},
    {"response.reasoning_text.done", Action::whole, Channel::reasoning, "text"},
    {"response.refusal.done", Action::whole, Channel::refusal, "refusal"},
    {"response.function_call_arguments.done", Action::whole, Channel::arguments, "arguments"},
    {"response.custom_tool_call_input.done", Action::whole, Channel::arguments, "input"},
    {"response.output_item.added", Action::item_added},
    {"response.output_item.done", Action::item_done},
    {"response.created", Action::created},
    {"response.completed", Action::ended},
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

// A place in the output. Item ids are of no use: GitHub Copilot's change with every event.
struct Place {
  std::int64_t item = 0;
  std::int64_t part = 0;
};

class ResponsesReply {
 public:
  base::Result<> on_event(std::string_view name, Json event, EventSink& sink);
  base::Result<> on_end(EventSink& sink);
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
  struct Call {
    std::int64_t item = 0;
    std::string id;
    int index = 0;
    bool has_arguments = false;
    bool is_done = false;
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
  void take_call(Json item, std::int64_t index, bool is_known, EventSink& sink);
  void take_encrypted(Json item, EventSink& sink);
  void add_arguments(std::int64_t item, Json delta, EventSink& sink);
  void fill_arguments(Call* call, Json whole, EventSink& sink);
  Call* find_call(std::int64_t item);
  Call& open_call(Json item, std::int64_t index, EventSink& sink);
  base::Result<> end(Json response, std::string_view status);

  Json text_source_;  // in the event being read
  DeltaText texts_[static_cast<std::size_t>(Channel::count)];
  std::vector<Streamed> streamed_;  // of the current response, as the next three
  std::vector<Call> calls_;
  Seen seen_;
  std::optional<FinishReason> reason_;
  std::string provider_reason_;
  int next_call_ = 0;
  bool is_identified_ = false;
  bool has_reasoned_ = false;
};

bool is_tool_call(std::string_view type) { return type == "function_call" || type == "custom_tool_call"; }

std::string_view word(Json value) { return value.plain().value_or(""); }

base::Result<> ResponsesReply::on_event(std::string_view name, Json event, EventSink& sink) {
  text_source_ = {};
  const Fields fields = fields_of(event);
  // The event line repeats the type; OpenRouter leaves the line out, others the member.
  const std::string_view type = fields.type.plain().value_or(name);
  BYOK_CHECK(check_in_band(type, fields.error, event));
  for (const Row& row : kRows)
    if (row.type == type) return dispatch(row, fields, event, sink);
  return {};
}

base::Result<> ResponsesReply::dispatch(const Row& row, const Fields& fields, Json event, EventSink& sink) {
  const Place place{.item = fields.output_index.integer().value_or(0), .part = fields.part_index.integer().value_or(0)};
  switch (row.action) {
    case Action::delta:
      if (row.channel == Channel::text) text_source_ = fields.delta;
      if (row.channel == Channel::arguments)
        add_arguments(place.item, fields.delta, sink);
      else
        emit(row.channel, place, texts_[static_cast<std::size_t>(row.channel)].read(fields.delta), sink);
      return {};
    case Action::whole:
      if (row.channel == Channel::arguments)
        fill_arguments(find_call(place.item), event[row.key], sink);
      else if (!is_streamed(row.channel, place))
        emit(row.channel, place, event[row.key].str(), sink);
      return {};
    case Action::item_added: {
      const Json item = event["item"];
      if (is_tool_call(word(item["type"])) && item["name"].is_truthy()) open_call(item, place.item, sink);
      return {};
    }
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
  const std::string_view read = texts_[static_cast<std::size_t>(Channel::text)].read(text);
  if (!read.empty()) sink.on(core::TextDelta{read});
}

// Gateways have been seen to put several responses into one body: places start anew, what was emitted stays.
void ResponsesReply::begin(Json response, EventSink& sink) {
  streamed_.clear();
  calls_.clear();
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
  if (is_tool_call(type)) {
    take_call(item, index, seen[Channel::arguments], sink);
  } else if (type == "message") {
    take_parts(item["content"], index, seen, sink);
  } else if (type == "reasoning") {
    take_parts(item["summary"], index, seen, sink);
    take_parts(item["content"], index, seen, sink);
    if (!seen[Channel::encrypted]) take_encrypted(item, sink);
  }
}

void ResponsesReply::take_parts(Json parts, std::int64_t index, const Seen& seen, EventSink& sink) {
  static constexpr struct {
    std::string_view type;
    Channel channel;
    std::string_view key;
  } kParts[] = {{"output_text", Channel::text, "text"},
                {"refusal", Channel::refusal, "refusal"},
                {"summary_text", Channel::summary, "text"},
                {"reasoning_text", Channel::reasoning, "text"}};
  Place place{.item = index, .part = 0};
  for (Json::Cursor part(parts); part.next(); ++place.part) {
    const std::string_view type = word(part.value()["type"]);
    for (const auto& row : kParts)
      if (row.type == type && !seen[row.channel]) emit(row.channel, place, part.value()[row.key].str(), sink);
  }
}

void ResponsesReply::take_encrypted(Json item, EventSink& sink) {
  const std::string encrypted = item["encrypted_content"].str();
  if (encrypted.empty()) return;
  seen_[Channel::encrypted] = true;
  const std::string id = item["id"].str();
  sink.on(core::ReasoningPayload{.id = id, .signature = {}, .redacted = {}, .encrypted = encrypted});
}

// `is_known`: calls were streamed, so that this one is among them, wherever it stands in the final list.
void ResponsesReply::take_call(Json item, std::int64_t index, bool is_known, EventSink& sink) {
  const std::string_view key = word(item["type"]) == "function_call" ? "arguments" : "input";
  if (is_known) {
    const std::string id = item["call_id"].str();
    const auto found = std::ranges::find(calls_, id, &Call::id);
    if (found != calls_.end()) fill_arguments(&*found, item[key], sink);
    return;
  }
  Call* call = find_call(index);
  if (call == nullptr || call->is_done) call = &open_call(item, index, sink);
  fill_arguments(call, item[key], sink);
  call->is_done = true;
}

void ResponsesReply::fill_arguments(Call* call, Json whole, EventSink& sink) {
  if (call == nullptr || call->has_arguments) return;
  // Servers that are only compatible may send an object where the text of one is due.
  const std::string text = whole.is_object() ? std::string(whole.raw()) : whole.str();
  if (text.empty()) return;
  call->has_arguments = true;
  sink.on(core::ToolCallDelta{.index = call->index, .id = {}, .name = {}, .arguments = text});
}

void ResponsesReply::add_arguments(std::int64_t item, Json delta, EventSink& sink) {
  Call* call = find_call(item);
  // A call that was not announced comes whole with its item.
  if (call == nullptr || call->is_done) return;
  const std::string_view text = texts_[static_cast<std::size_t>(Channel::arguments)].read(delta);
  if (text.empty()) return;
  call->has_arguments = true;
  sink.on(core::ToolCallDelta{.index = call->index, .id = {}, .name = {}, .arguments = text});
}

ResponsesReply::Call* ResponsesReply::find_call(std::int64_t item) {
  const auto found = std::find_if(calls_.rbegin(), calls_.rend(), [&](const Call& call) { return call.item == item; });
  return found == calls_.rend() ? nullptr : &*found;
}

ResponsesReply::Call& ResponsesReply::open_call(Json item, std::int64_t index, EventSink& sink) {
  std::string id = item["call_id"].str();
  if (id.empty()) id = item["id"].str();
  Call* known = find_call(index);
  if (known != nullptr && known->id == id) return *known;
  const std::string name = item["name"].str();
  Call& call = calls_.emplace_back(Call{.item = index, .id = std::move(id), .index = next_call_++});
  seen_[Channel::arguments] = true;
  sink.on(core::ToolCallDelta{.index = call.index, .id = call.id, .name = name, .arguments = {}});
  return call;
}

base::Result<> ResponsesReply::on_response(Json response, std::string_view status, EventSink& sink) {
  identify(response, sink);
  // What was never streamed. All or nothing for each channel: positions here need not be those of the stream.
  const Seen seen = seen_;
  std::int64_t index = 0;
  for (Json::Cursor item(response["output"]); item.next(); ++index) take_item(item.value(), index, seen, sink);
  if (const Json usage = response["usage"]; usage.is_object()) {
    const core::Usage report{.input_tokens = usage["input_tokens"].integer(),
                             .output_tokens = usage["output_tokens"].integer(),
                             .reasoning_tokens = usage["output_tokens_details"]["reasoning_tokens"].integer(),
                             .cached_tokens = usage["input_tokens_details"]["cached_tokens"].integer()};
    if (!report.is_empty()) sink.on(core::UsageReport{report});
  }
  if (const Json error = response["error"]; error.is_truthy()) return std::unexpected(in_band_error(error.raw()));
  const std::string_view said = word(response["status"]);
  return end(response, said.empty() || said == "in_progress" || said == "queued" ? status : said);
}

base::Result<> ResponsesReply::end(Json response, std::string_view status) {
  if (status == "failed") return base::fail(ErrorKind::overloaded, "the provider says that the reply failed, not why");
  if (status == "cancelled") return base::fail(ErrorKind::incomplete, "the provider cancelled the reply");
  provider_reason_ = status;
  if (status == "incomplete") {
    const std::string why = response["incomplete_details"]["reason"].str();
    if (!why.empty()) provider_reason_ = why;
    reason_ = why == "content_filter" ? FinishReason::content_filter : FinishReason::length;
  } else if (status == "completed") {
    reason_ = seen_[Channel::refusal]     ? FinishReason::refusal
              : seen_[Channel::arguments] ? FinishReason::tool_calls
                                          : FinishReason::stop;
  } else {
    reason_ = FinishReason::other;
  }
  return {};
}

base::Result<> ResponsesReply::on_end(EventSink& sink) {
  const std::string_view rest = texts_[static_cast<std::size_t>(Channel::text)].rest();
  if (!rest.empty()) sink.on(core::TextDelta{rest});
  if (!reason_) return cut_off();
  sink.on(core::Finished{.reason = *reason_, .provider_reason = provider_reason_, .detail = {}});
  return {};
}

}  // namespace

std::unique_ptr<Decoder> open_responses_stream() { return std::make_unique<EventDecoder<ResponsesReply>>(); }

base::Result<> decode_responses_body(std::string_view json, EventSink& sink) {
  const Json body = Json::parse(json);
  if (!body.is_object()) return base::fail(ErrorKind::protocol, "the answer is not the JSON object that was due");
  BYOK_CHECK(check_in_band(word(body["type"]), body["error"], body));
  if (!body["output"].is_array() && !body["status"].is_string())
    return base::fail(ErrorKind::protocol, "the answer is JSON, but no response of the Responses API");
  ResponsesReply reply;
  BYOK_CHECK(reply.on_response(body, body["status"].is_string() ? "incomplete" : "completed", sink));
  return reply.on_end(sink);
}

}  // namespace byok::wire
