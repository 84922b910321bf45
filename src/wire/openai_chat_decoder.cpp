// Reads replies of Chat Completions: chunks of a stream or one whole object, in the dialects of many servers.
#include "wire/openai_chat_decoder.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>

#include "wire/event_decoder.hpp"
#include "wire/json.hpp"
#include "wire/think_splitter.hpp"
#include "wire/tool_call_index.hpp"

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
    {"end_turn", FinishReason::stop},
    {"stop_sequence", FinishReason::stop},
    {"length", FinishReason::length},
    {"max_tokens", FinishReason::length},
    {"model_length", FinishReason::length},
    {"tool_calls", FinishReason::tool_calls},
    {"function_call", FinishReason::tool_calls},
    {"tool_use", FinishReason::tool_calls},
    {"content_filter", FinishReason::content_filter},
    {"error", FinishReason::error},
};

FinishReason reason_of(std::string_view word) {
  for (const Reason& row : kReasons) {
    if (row.word == word) return row.reason;
  }
  return FinishReason::other;
}

// Mistral's and vLLM's older form of an error, which stands bare where a chunk or an answer is due.
bool is_bare_error(Json event) { return event["object"].plain() == "error" || event["type"].plain() == "error"; }

core::Usage usage_of(Json usage) {
  core::Usage found;
  for (Json::Cursor member(usage); member.next();) {
    const std::string_view key = member.key();
    const Json value = member.value();
    if (key == "prompt_tokens" || key == "input_tokens") found.input_tokens = value.integer();
    if (key == "completion_tokens" || key == "output_tokens") found.output_tokens = value.integer();
    if (key == "prompt_tokens_details") {
      if (const auto count = value["cached_tokens"].integer()) found.cached_tokens = count;
    }
    if (key == "prompt_cache_hit_tokens" && !found.cached_tokens) found.cached_tokens = value.integer();
    if (key == "completion_tokens_details") {
      if (const auto count = value["reasoning_tokens"].integer()) found.reasoning_tokens = count;
    }
    if (key == "reasoning_tokens" && !found.reasoning_tokens) found.reasoning_tokens = value.integer();
  }
  return found;
}

// The members of a delta or a message that matter, found in one walk.
struct Delta {
  Json content, refusal, tool_calls, function_call, channel, details;
  Json reasoning[3];  // in order of preference
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
  }
  return delta;
}

class ChatReply {
 public:
  base::Result<> on_event(std::string_view name, Json event, EventSink& sink);
  void on_done_mark() { has_done_mark_ = true; }
  void on_whole() { is_whole_ = true; }
  base::Result<> on_end(EventSink& sink);
  [[nodiscard]] bool is_complete() const { return !reason_.empty(); }
  [[nodiscard]] Json text_source() const { return text_source_; }
  void on_text(Json text, EventSink& sink) { add_text(content_.read(text), sink); }

 private:
  base::Result<> on_choice(Json choice, EventSink& sink);
  void on_delta(Json json, EventSink& sink);
  void on_reasoning(const Delta& delta, EventSink& sink);
  void on_details(Json details, EventSink& sink);
  void on_content(const Delta& delta, EventSink& sink);
  void on_parts(Json parts, EventSink& sink);
  void on_tool_call(Json call, std::optional<std::int64_t> number, EventSink& sink);
  void add_text(std::string_view piece, EventSink& sink);
  static void add_reasoning(std::string_view text, EventSink& sink);
  void identify(Json id, Json model, EventSink& sink);

  Json text_source_;  // in the event being read
  DeltaText content_;
  DeltaText refusal_;
  DeltaText reasoning_;
  ThinkSplitter thoughts_;
  ToolCallIndex calls_;
  std::string reason_;  // the provider's word
  bool has_done_mark_ = false;
  bool is_whole_ = false;  // not a stream: `message` counts, though Perplexity sends an empty `delta` beside it
  bool has_refused_ = false;
  bool has_plain_reasoning_ = false;  // then `reasoning_details` says the same again
  bool has_id_ = false;
  bool has_model_ = false;
};

base::Result<> ChatReply::on_event(std::string_view name, Json event, EventSink& sink) {
  Json choices, usage, error, id, model;
  for (Json::Cursor member(event); member.next();) {
    const std::string_view key = member.key();
    if (key == "choices") choices = member.value();
    if (key == "usage" && member.value().is_object()) usage = member.value();
    if (key == "error") error = member.value();
    if (key == "id") id = member.value();
    if (key == "model") model = member.value();
    if (key == "x_groq" && !usage.is_object()) usage = member.value()["usage"];
  }
  text_source_ = {};
  if (!has_id_ || !has_model_) identify(id, model, sink);
  for (Json::Cursor choice(choices); choice.next();) {
    // Other candidates than the first are not shown.
    if (choice.value().is_object()) BYOK_CHECK(on_choice(choice.value(), sink));
  }
  if (usage.is_object()) {
    const core::Usage found = usage_of(usage);
    if (!found.is_empty()) sink.on(core::UsageReport{found});
  }
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

base::Result<> ChatReply::on_choice(Json choice, EventSink& sink) {
  Json index, delta, message, reason, error;
  for (Json::Cursor member(choice); member.next();) {
    const std::string_view key = member.key();
    if (key == "index") index = member.value();
    if (key == "delta") delta = member.value();
    if (key == "message") message = member.value();
    if (key == "finish_reason") reason = member.value();
    if (key == "error") error = member.value();
  }
  if (index.integer().value_or(0) != 0) return {};
  const bool takes_message = message.is_object() && (is_whole_ || !delta.is_object());
  on_delta(takes_message ? message : delta, sink);
  if (reason.is_string() && reason.is_truthy()) reason_ = reason.str();
  return check_in_band({}, error, choice);
}

void ChatReply::on_delta(Json json, EventSink& sink) {
  if (!json.is_object()) return;
  const Delta delta = delta_of(json);
  on_reasoning(delta, sink);
  on_content(delta, sink);
  if (delta.refusal.is_string()) {
    const std::string_view text = refusal_.read(delta.refusal);
    if (!text.empty()) {
      has_refused_ = true;
      sink.on(core::RefusalDelta{text});
    }
  }
  std::int64_t place = 0;
  for (Json::Cursor call(delta.tool_calls); call.next(); ++place) {
    // The elements of one list are calls of their own, and their places say so where nothing else does. Only the first
    // of a stream's may go on with the call before it.
    std::optional<std::int64_t> number = call.value()["index"].integer();
    if (is_whole_ || (!number && place > 0)) number = place;
    on_tool_call(call.value(), number, sink);
  }
  if (delta.function_call.is_object()) {
    const std::string name = delta.function_call["name"].str();
    const std::string arguments = delta.function_call["arguments"].display();
    sink.on(
        core::ToolCallDelta{.index = calls_.find(std::nullopt, {}), .id = {}, .name = name, .arguments = arguments});
  }
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
      add_reasoning(detail.value()[type == "reasoning.summary" ? "summary" : "text"].str(), sink);
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

// Mistral: [{"type":"thinking","thinking":[{"type":"text","text":…}]},{"type":"text","text":…}]
void ChatReply::on_parts(Json parts, EventSink& sink) {
  for (Json::Cursor part(parts); part.next();) {
    const Json thinking = part.value()["thinking"];
    for (Json::Cursor thought(thinking); thinking.is_array() && thought.next();) {
      add_reasoning(thought.value()["text"].str(), sink);
    }
    if (thinking.is_string()) add_reasoning(thinking.str(), sink);
    if (thinking.is_valid()) continue;
    const Json text = part.value().is_string() ? part.value() : part.value()["text"];
    if (text.is_string()) add_text(text.str(), sink);
  }
}

void ChatReply::on_tool_call(Json call, std::optional<std::int64_t> number, EventSink& sink) {
  if (!call.is_object()) return;
  const std::string id = call["id"].str();
  const Json function = call["function"];
  const std::string name = function["name"].str();
  // Some servers send the arguments as an object instead of its text.
  const std::string arguments = function["arguments"].display();
  const int index = calls_.find(number, id);
  sink.on(core::ToolCallDelta{.index = index, .id = id, .name = name, .arguments = arguments});
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

base::Result<> ChatReply::on_end(EventSink& sink) {
  add_reasoning(reasoning_.rest(), sink);
  add_text(content_.rest(), sink);
  const ThinkSplitter::Pieces pieces = thoughts_.rest();
  add_reasoning(pieces.reasoning, sink);
  if (!pieces.text.empty()) sink.on(core::TextDelta{pieces.text});
  if (const std::string_view rest = refusal_.rest(); !rest.empty()) sink.on(core::RefusalDelta{rest});
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
  if (!choices.is_array() && !body["error"].is_truthy() && !is_bare_error(body)) {
    // FastAPI's and the gateways' errors, sent with a status of success.
    if (body["detail"].is_truthy() || body["message"].is_string()) return std::unexpected(in_band_error(body.raw()));
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
