// Reads replies of Chat Completions: chunks of a stream or one whole object, in the dialects of many servers.
#include "wire/openai_chat_decoder.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "wire/event_decoder.hpp"
#include "wire/json.hpp"
#include "wire/think_splitter.hpp"
#include "wire/tool_call_index.hpp"
#include "wire/usage.hpp"

namespace byok::wire {
namespace {

using base::ErrorKind;
using core::EventSink;
using core::FinishReason;

struct Reason {
  std::string_view word;
  FinishReason reason;
};
constexpr Reason kReasons[] = {
    {"stop", FinishReason::stop},
    {"eos", FinishReason::stop},
    {"eos_token", FinishReason::stop},
    {"complete", FinishReason::stop},
    {"completed", FinishReason::stop},
    {"end_turn", FinishReason::stop},
    {"stop_sequence", FinishReason::stop},
    {"length", FinishReason::length},
    {"max_tokens", FinishReason::length},
    {"model_length", FinishReason::length},
    {"tool_calls", FinishReason::tool_calls},
    {"function_call", FinishReason::tool_calls},
    {"tool_use", FinishReason::tool_calls},
    {"content_filter", FinishReason::content_filter},
    {"refusal", FinishReason::refusal},
    {"error", FinishReason::error},
};

FinishReason reason_of(std::string_view word) {
  for (const Reason& row : kReasons) {
    if (base::iequals(row.word, word)) return row.reason;
  }
  return FinishReason::other;
}

// A reason that only says that the reply is over does not take back one that says more.
bool may_follow(std::string_view said, std::string_view later) {
  const auto says_little = [](FinishReason reason) {
    return reason == FinishReason::stop || reason == FinishReason::other;
  };
  return said.empty() || says_little(reason_of(said)) || !says_little(reason_of(later));
}

// The members of a delta or a message that matter, found in one walk.
struct Delta {
  Json content, refusal, tool_calls, function_call, channel, details, error;
  Json reasoning[3];  // in order of preference

  [[nodiscard]] bool has_reasoning() const {
    return details.is_truthy() || reasoning[0].is_truthy() || reasoning[1].is_truthy() || reasoning[2].is_truthy();
  }
};

Delta delta_of(Json json) {
  Delta delta;
  for (Json::Cursor member(json); member.next();) {
    const std::string_view key = member.key();
    if (key == "content") delta.content = member.value();
    if (key == "refusal") delta.refusal = member.value();
    if (key == "tool_calls") delta.tool_calls = member.value();
    if (key == "function_call") delta.function_call = member.value();
    if (key == "channel") delta.channel = member.value();
    if (key == "reasoning_details") delta.details = member.value();
    if (key == "reasoning_content") delta.reasoning[0] = member.value();
    if (key == "reasoning") delta.reasoning[1] = member.value();
    if (key == "reasoning_text") delta.reasoning[2] = member.value();
    if (key == "error") delta.error = member.value();
  }
  return delta;
}

class ChatReply {
 public:
  base::Result<> on_event(std::string_view name, Json event, EventSink& sink);
  void on_done_mark() { has_done_mark_ = true; }
  void on_whole() { is_whole_ = true; }
  base::Result<> on_end(EventSink& sink);
  void flush(EventSink& sink);
  [[nodiscard]] bool is_complete() const { return !reason_.empty(); }
  [[nodiscard]] Json text_source() const { return text_source_; }
  void on_text(Json text, EventSink& sink) { add_text(content_.read(text), sink); }

 private:
  // What of a reply came in deltas; some servers repeat it whole as the message of the last chunk.
  struct Streamed {
    bool content = false, reasoning = false, refusal = false, calls = false;
  };

  base::Result<> on_choice(Json choice, std::int64_t place, EventSink& sink);
  void note(const Delta& delta);
  [[nodiscard]] Delta not_streamed(Delta message) const;
  void on_delta(const Delta& delta, EventSink& sink);
  void on_reasoning(const Delta& delta, EventSink& sink);
  void on_details(Json details, EventSink& sink);
  void on_content(const Delta& delta, EventSink& sink);
  void on_parts(Json parts, EventSink& sink);
  void on_thought(Json part, EventSink& sink);
  void on_tool_calls(const Delta& delta, EventSink& sink);
  void on_tool_call(std::optional<std::int64_t> number, const std::string& id, Json function, EventSink& sink);
  void add_text(std::string_view piece, EventSink& sink);
  static void add_reasoning(std::string_view text, EventSink& sink);
  void identify(Json id, Json model, EventSink& sink);

  Json text_source_;   // in the event being read
  Json choice_usage_;  // in the event being read
  DeltaText content_;
  DeltaText refusal_;
  DeltaText reasoning_;
  ThinkSplitter thoughts_;
  ToolCallIndex calls_;
  std::vector<DeltaText> arguments_;  // of each call
  Streamed streamed_;
  std::string reason_;  // the provider's word
  bool has_done_mark_ = false;
  bool is_whole_ = false;  // not a stream: `message` counts, though Perplexity sends an empty `delta` beside it
  bool has_refused_ = false;
  bool has_tool_calls_ = false;
  bool has_plain_reasoning_ = false;  // then `reasoning_details` says the same again
  bool has_id_ = false;
  bool has_model_ = false;
};

base::Result<> ChatReply::on_event(std::string_view name, Json event, EventSink& sink) {
  Json choices, usage, error, id, model, groq;
  for (Json::Cursor member(event); member.next();) {
    const std::string_view key = member.key();
    if (key == "choices") choices = member.value();
    if (key == "usage") usage = member.value();
    if (key == "error") error = member.value();
    if (key == "id") id = member.value();
    if (key == "model") model = member.value();
    if (key == "x_groq") groq = member.value();
  }
  text_source_ = {};
  choice_usage_ = {};
  if (!has_id_ || !has_model_) identify(id, model, sink);
  std::int64_t place = 0;
  for (Json::Cursor choice(choices); choice.next(); ++place) {
    // Other candidates than the first are not shown.
    if (choice.value().is_object()) BYOK_CHECK(on_choice(choice.value(), place, sink));
  }
  // Groq's and Moonshot's places for it come last.
  for (const Json& counts : {usage, groq["usage"], choice_usage_}) {
    const core::Usage found = read_usage(counts, kChatUsage, kResponsesUsage);
    if (found.is_empty()) continue;
    sink.on(core::UsageReport{found});
    break;
  }
  if (!error.is_truthy()) error = groq["error"];
  if (!choices.is_array() && !error.is_truthy() && is_bare_error(event)) name = "error";
  return check_in_band(name == "error" ? name : std::string_view(), error, event);
}

void ChatReply::identify(Json id, Json model, EventSink& sink) {
  const std::string id_text = has_id_ ? "" : id.str();
  const std::string model_text = has_model_ ? "" : model.str();
  if (id_text.empty() && model_text.empty()) return;
  has_id_ = has_id_ || !id_text.empty();
  has_model_ = has_model_ || !model_text.empty();
  sink.on(core::Identity{.response_id = id_text, .model = model_text});
}

base::Result<> ChatReply::on_choice(Json choice, std::int64_t place, EventSink& sink) {
  Json index, delta, message, reason, error;
  for (Json::Cursor member(choice); member.next();) {
    const std::string_view key = member.key();
    if (key == "index") index = member.value();
    if (key == "delta") delta = member.value();
    if (key == "message") message = member.value();
    if (key == "finish_reason") reason = member.value();
    if (key == "error") error = member.value();
    if (key == "usage") choice_usage_ = member.value();
  }
  if (index.integer().value_or(place) != 0) return {};
  const bool takes_message = message.is_object() && (is_whole_ || !delta.is_object());
  const Delta found = takes_message ? not_streamed(delta_of(message)) : delta_of(delta);
  if (!takes_message) note(found);
  on_delta(found, sink);
  if (reason.is_string() && reason.is_truthy() && may_follow(reason_, reason.str())) reason_ = reason.str();
  return check_in_band({}, error.is_truthy() ? error : found.error, choice);
}

void ChatReply::note(const Delta& delta) {
  streamed_.content = streamed_.content || delta.content.is_truthy();
  streamed_.reasoning = streamed_.reasoning || delta.has_reasoning();
  streamed_.refusal = streamed_.refusal || delta.refusal.is_truthy();
  streamed_.calls = streamed_.calls || delta.tool_calls.is_truthy() || delta.function_call.is_truthy();
}

Delta ChatReply::not_streamed(Delta message) const {
  if (streamed_.content) message.content = {};
  if (streamed_.refusal) message.refusal = {};
  if (streamed_.calls) message.tool_calls = message.function_call = {};
  if (streamed_.reasoning) message.reasoning[0] = message.reasoning[1] = message.reasoning[2] = message.details = {};
  return message;
}

void ChatReply::on_delta(const Delta& delta, EventSink& sink) {
  on_reasoning(delta, sink);
  on_content(delta, sink);
  if (delta.refusal.is_string()) {
    const std::string_view text = refusal_.read(delta.refusal);
    if (!text.empty()) {
      has_refused_ = true;
      sink.on(core::RefusalDelta{text});
    }
  }
  on_tool_calls(delta, sink);
}

void ChatReply::on_tool_calls(const Delta& delta, EventSink& sink) {
  if (const Json& call = delta.tool_calls; call.is_object()) {  // one call alone, without its list
    has_tool_calls_ = true;
    on_tool_call(call["index"].integer(), call["id"].str(), call["function"], sink);
    return;
  }
  std::int64_t place = 0;
  for (Json::Cursor call(delta.tool_calls); call.next(); ++place) {
    // The elements of one list are calls of their own, and their places say so where nothing else does. Only the first
    // of a stream's may go on with the call before it.
    std::optional<std::int64_t> number = call.value()["index"].integer();
    if (is_whole_ || (!number && place > 0)) number = place;
    if (!call.value().is_object()) continue;
    on_tool_call(number, call.value()["id"].str(), call.value()["function"], sink);
  }
  // The form of old, which some servers send beside the new one.
  has_tool_calls_ = has_tool_calls_ || place > 0;
  if (!has_tool_calls_ && delta.function_call.is_object()) on_tool_call(std::nullopt, {}, delta.function_call, sink);
}

void ChatReply::on_reasoning(const Delta& delta, EventSink& sink) {
  for (const Json& text : delta.reasoning) {
    if (!text.is_string() || !text.is_truthy()) continue;
    has_plain_reasoning_ = true;
    add_reasoning(reasoning_.read(text), sink);
    break;
  }
  if (delta.details.is_array()) on_details(delta.details, sink);
}

void ChatReply::on_details(Json details, EventSink& sink) {
  for (Json::Cursor detail(details); detail.next();) {
    const std::string type = detail.value()["type"].str();
    if (type == "reasoning.encrypted") {
      const std::string id = detail.value()["id"].str();
      const std::string data = detail.value()["data"].str();
      sink.on(core::ReasoningPayload{.id = id, .signature = {}, .redacted = {}, .encrypted = data});
    } else if (!has_plain_reasoning_) {
      add_reasoning(reasoning_.read(detail.value()[type == "reasoning.summary" ? "summary" : "text"]), sink);
    }
  }
}

void ChatReply::on_content(const Delta& delta, EventSink& sink) {
  if (delta.content.is_array()) {
    on_parts(delta.content, sink);
    return;
  }
  if (!delta.content.is_string()) return;
  const std::string_view text = content_.read(delta.content);
  if (delta.channel.is_string() && delta.channel.plain() == "analysis") {
    add_reasoning(text, sink);
  } else {
    text_source_ = delta.content;
    add_text(text, sink);
  }
}

void ChatReply::on_parts(Json parts, EventSink& sink) {
  for (Json::Cursor part(parts); part.next();) {
    const Json value = part.value();
    const std::string_view type = value["type"].plain().value_or("");
    if (type == "thinking" || type == "reasoning" || value["thinking"].is_valid()) {
      on_thought(value, sink);
    } else {
      add_text(content_.read(value.is_string() ? value : value["text"]), sink);
    }
  }
}

// Mistral: {"type":"thinking","thinking":[{"type":"text","text":…}]}
// Databricks: {"type":"reasoning","summary":[{"type":"summary_text","text":…}]}
void ChatReply::on_thought(Json part, EventSink& sink) {
  for (const std::string_view key : {"thinking", "reasoning", "summary", "text"}) {
    const Json thought = part[key];
    if (!thought.is_truthy()) continue;
    add_reasoning(reasoning_.read(thought), sink);
    for (Json::Cursor piece(thought); thought.is_array() && piece.next();) {
      add_reasoning(reasoning_.read(piece.value()["text"]), sink);
    }
    return;
  }
}

void ChatReply::on_tool_call(std::optional<std::int64_t> number, const std::string& id, Json function,
                             EventSink& sink) {
  const std::string name = function["name"].str();
  const Json arguments = function["arguments"];
  // Gateways write calls of nothing beside an answer's text.
  if (id.empty() && name.empty() && !arguments.is_truthy()) return;
  const int index = calls_.find({.number = number, .id = id, .name = name, .has_arguments = arguments.is_truthy()});
  const auto at = static_cast<std::size_t>(index);
  if (arguments_.size() <= at) arguments_.resize(at + 1);
  // Some servers send the arguments as an object instead of its text.
  const std::string shown = arguments.is_string() ? "" : arguments.display();
  const std::string_view text = arguments.is_string() ? arguments_[at].read(arguments) : shown;
  calls_.add_arguments(index, text);
  sink.on(core::ToolCallDelta{.index = index, .id = id, .name = name, .arguments = text});
}

void ChatReply::add_text(std::string_view piece, EventSink& sink) {
  if (piece.empty()) return;
  const ThinkSplitter::Pieces pieces = thoughts_.split(piece);
  add_reasoning(pieces.reasoning, sink);
  if (!pieces.text.empty()) sink.on(core::TextDelta{pieces.text});
}

void ChatReply::add_reasoning(std::string_view text, EventSink& sink) {
  if (!text.empty()) sink.on(core::ReasoningDelta{text});
}

void ChatReply::flush(EventSink& sink) {
  add_reasoning(reasoning_.rest(), sink);
  add_text(content_.rest(), sink);
  const ThinkSplitter::Pieces pieces = thoughts_.rest();
  add_reasoning(pieces.reasoning, sink);
  if (!pieces.text.empty()) sink.on(core::TextDelta{pieces.text});
  if (const std::string_view rest = refusal_.rest(); !rest.empty()) sink.on(core::RefusalDelta{rest});
  for (std::size_t i = 0; i < arguments_.size(); ++i) {
    const std::string_view rest = arguments_[i].rest();
    if (rest.empty()) continue;
    sink.on(core::ToolCallDelta{.index = static_cast<int>(i), .id = {}, .name = {}, .arguments = rest});
  }
}

base::Result<> ChatReply::on_end(EventSink& sink) {
  flush(sink);
  if (reason_.empty() && !has_done_mark_) return cut_off();
  FinishReason reason = reason_.empty() ? FinishReason::stop : reason_of(reason_);
  if (reason == FinishReason::error) {
    return base::fail(ErrorKind::overloaded, "the provider ended the reply with an error and gave no reason");
  }
  if (has_refused_ && reason == FinishReason::stop) reason = FinishReason::refusal;
  if (!calls_.is_empty() && reason == FinishReason::stop) reason = FinishReason::tool_calls;
  sink.on(core::Finished{.reason = reason, .provider_reason = reason_, .detail = {}});
  return {};
}

}  // namespace

std::unique_ptr<Decoder> make_chat_decoder() { return std::make_unique<EventDecoder<ChatReply>>(); }

base::Result<> decode_chat_body(std::string_view json, core::EventSink& sink) {
  const Json body = Json::parse(json);
  const Json choices = body["choices"];
  if (!choices.is_array()) {
    // The errors of many servers and gateways are sent with a status of success.
    BYOK_CHECK(check_answer(body));
    return base::fail(ErrorKind::protocol, "the answer is JSON, but no chat completion: it has no choices",
                      "check that base_url is the address of an API in OpenAI's form");
  }
  ChatReply reply;
  reply.on_whole();
  BYOK_CHECK(reply.on_event({}, body, sink));
  // A whole answer is complete by itself, with or without a reason.
  reply.on_done_mark();
  return reply.on_end(sink);
}

}  // namespace byok::wire
