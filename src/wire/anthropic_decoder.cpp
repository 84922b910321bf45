// Reads replies of the Anthropic Messages API: content blocks of text, thinking and tool use, streamed or whole.
#include "wire/anthropic_decoder.hpp"

#include <algorithm>
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

// Blocks of any other type (the server's own tools, compaction, types to come) are `other`, and passed over.
enum class BlockKind { other, text, thinking, redacted, tool_use };

struct Block {
  std::int64_t index = 0;
  BlockKind kind = BlockKind::other;
  int call = 0;                // tool_use: our index
  bool has_arguments = false;  // tool_use: some were streamed
  std::string input = {};      // tool_use: as it stood at the start of the block
  std::string signature = {};  // thinking
  std::string data = {};       // redacted thinking
};

std::string_view word(Json value) { return value.plain().value_or(""); }

BlockKind block_kind(std::string_view type) {
  static constexpr struct {
    std::string_view type;
    BlockKind kind;
  } kKinds[] = {{"text", BlockKind::text},
                {"thinking", BlockKind::thinking},
                {"redacted_thinking", BlockKind::redacted},
                {"tool_use", BlockKind::tool_use}};
  for (const auto& row : kKinds)
    if (row.type == type) return row.kind;
  return BlockKind::other;
}

FinishReason finish_reason(std::string_view stop_reason) {
  static constexpr struct {
    std::string_view word;
    FinishReason reason;
  } kReasons[] = {{"end_turn", FinishReason::stop},       {"stop_sequence", FinishReason::stop},
                  {"max_tokens", FinishReason::length},   {"model_context_window_exceeded", FinishReason::length},
                  {"tool_use", FinishReason::tool_calls}, {"refusal", FinishReason::refusal},
                  {"pause_turn", FinishReason::pause}};
  for (const auto& row : kReasons)
    if (row.word == stop_reason) return row.reason;
  return FinishReason::other;
}

// Token counts as the API names them; they are cumulative, and an event may carry any of them.
class TokenCounts {
 public:
  void merge(Json usage) {
    take(input_, usage["input_tokens"]);
    take(cache_creation_, usage["cache_creation_input_tokens"]);
    take(cache_read_, usage["cache_read_input_tokens"]);
    take(output_, usage["output_tokens"]);
    take(thinking_, usage["output_tokens_details"]["thinking_tokens"]);
  }

  // The API counts cached input beside input_tokens, not in it.
  [[nodiscard]] core::Usage total() const {
    core::Usage usage{
        .input_tokens = {}, .output_tokens = output_, .reasoning_tokens = thinking_, .cached_tokens = cache_read_};
    if (input_ || cache_creation_ || cache_read_)
      usage.input_tokens = input_.value_or(0) + cache_creation_.value_or(0) + cache_read_.value_or(0);
    return usage;
  }

 private:
  // A gateway that fills in 0 at the end does not take back what was counted at the start.
  static void take(std::optional<std::int64_t>& count, Json value) {
    const auto number = value.integer();
    if (number && (*number != 0 || !count)) count = number;
  }

  std::optional<std::int64_t> input_, cache_creation_, cache_read_, output_, thinking_;
};

class MessageReply {
 public:
  base::Result<> on_event(std::string_view name, Json event, EventSink& sink);
  base::Result<> on_end(EventSink& sink);
  [[nodiscard]] bool is_complete() const { return has_ended_; }
  [[nodiscard]] Json text_source() const { return text_source_; }
  void on_text(Json text, EventSink& sink);
  void on_message(Json message, EventSink& sink);  // a whole answer

 private:
  void begin(Json message, EventSink& sink);
  void identify(Json message, EventSink& sink);
  void count(Json usage, EventSink& sink);
  void open_block(std::int64_t index, Json content, EventSink& sink);
  void add_delta(std::int64_t index, Json delta, EventSink& sink);
  void add_to_block(Block* block, std::string_view type, Json value, EventSink& sink);
  void close_block(std::int64_t index, EventSink& sink);
  void close(Block& block, EventSink& sink);
  void close_all(EventSink& sink);
  void stop(Json delta);
  Block* find_block(std::int64_t index);

  Json text_source_;  // in the event being read
  DeltaText text_, thinking_, arguments_;
  std::vector<Block> open_;
  TokenCounts counts_;
  std::string id_;
  std::string stop_reason_;
  std::string stop_detail_;
  int next_call_ = 0;
  bool has_begun_ = false;
  bool has_ended_ = false;
};

base::Result<> MessageReply::on_event(std::string_view name, Json event, EventSink& sink) {
  text_source_ = {};
  Json type_member, index_member, delta, error;
  for (Json::Cursor member(event); member.next();) {
    const std::string_view key = member.key();
    if (key == "type")
      type_member = member.value();
    else if (key == "index")
      index_member = member.value();
    else if (key == "delta")
      delta = member.value();
    else if (key == "error")
      error = member.value();
  }
  const std::string_view type = type_member.plain().value_or(name);
  const std::int64_t index = index_member.integer().value_or(0);
  BYOK_CHECK(check_in_band(type, error, event));
  if (type == "content_block_delta") {
    add_delta(index, delta, sink);
  } else if (type == "content_block_start") {
    open_block(index, event["content_block"], sink);
  } else if (type == "content_block_stop") {
    close_block(index, sink);
  } else if (type == "message_start") {
    begin(event["message"], sink);
  } else if (type == "message_delta") {
    stop(delta);
    count(event["usage"], sink);
  } else if (type == "message_stop") {
    close_all(sink);
    has_ended_ = true;
  }
  return {};
}

// A second start with the same id is a repetition; with a new one, a gateway goes on with another message
// in the same body: blocks, counts and the reason to stop begin anew, what was emitted stays.
void MessageReply::begin(Json message, EventSink& sink) {
  const std::string id = message["id"].str();
  if (has_begun_ && (id.empty() || id == id_)) return;
  has_begun_ = true;
  has_ended_ = false;
  id_ = id;
  open_.clear();
  counts_ = {};
  stop_reason_.clear();
  stop_detail_.clear();
  identify(message, sink);
  count(message["usage"], sink);
}

void MessageReply::identify(Json message, EventSink& sink) {
  const std::string id = message["id"].str();
  const std::string model = message["model"].str();
  if (!id.empty() || !model.empty()) sink.on(core::Identity{.response_id = id, .model = model});
}

void MessageReply::count(Json usage, EventSink& sink) {
  if (!usage.is_object()) return;
  counts_.merge(usage);
  if (const core::Usage total = counts_.total(); !total.is_empty()) sink.on(core::UsageReport{total});
}

Block* MessageReply::find_block(std::int64_t index) {
  const auto found = std::ranges::find(open_, index, &Block::index);
  return found == open_.end() ? nullptr : &*found;
}

void MessageReply::open_block(std::int64_t index, Json content, EventSink& sink) {
  close_block(index, sink);
  Block& block = open_.emplace_back(Block{.index = index, .kind = block_kind(word(content["type"]))});
  switch (block.kind) {
    case BlockKind::text:
      add_to_block(&block, "text_delta", content["text"], sink);
      break;
    case BlockKind::thinking:
      add_to_block(&block, "thinking_delta", content["thinking"], sink);
      block.signature = content["signature"].str();
      break;
    case BlockKind::redacted:
      block.data = content["data"].str();
      break;
    case BlockKind::tool_use: {
      block.call = next_call_++;
      block.input = content["input"].is_object() ? content["input"].raw() : "{}";
      const std::string id = content["id"].str();
      const std::string name = content["name"].str();
      sink.on(core::ToolCallDelta{.index = block.call, .id = id, .name = name, .arguments = {}});
      break;
    }
    case BlockKind::other:
      break;
  }
}

void MessageReply::add_delta(std::int64_t index, Json delta, EventSink& sink) {
  std::string_view type;
  Json value;
  for (Json::Cursor member(delta); member.next();) {
    const std::string_view key = member.key();
    if (key == "type")
      type = word(member.value());
    else if (key == "text" || key == "thinking" || key == "partial_json" || key == "signature")
      value = member.value();
  }
  add_to_block(find_block(index), type, value, sink);
}

void MessageReply::on_text(Json text, EventSink& sink) {
  text_source_ = text;
  if (const auto read = text_.read(text); !read.empty()) sink.on(core::TextDelta{read});
}

// Text whose block was not announced is taken all the same.
void MessageReply::add_to_block(Block* block, std::string_view type, Json value, EventSink& sink) {
  if (block != nullptr && block->kind == BlockKind::other) return;
  if (type == "text_delta") {
    on_text(value, sink);
  } else if (type == "thinking_delta") {
    if (const auto text = thinking_.read(value); !text.empty()) sink.on(core::ReasoningDelta{text});
  } else if (block == nullptr) {
    return;
  } else if (type == "input_json_delta" && block->kind == BlockKind::tool_use) {
    const auto text = arguments_.read(value);
    if (text.empty()) return;
    block->has_arguments = true;
    sink.on(core::ToolCallDelta{.index = block->call, .id = {}, .name = {}, .arguments = text});
  } else if (type == "signature_delta") {
    block->signature = value.str();
  }
}

void MessageReply::close_block(std::int64_t index, EventSink& sink) {
  Block* block = find_block(index);
  if (block == nullptr) return;
  close(*block, sink);
  open_.erase(open_.begin() + (block - open_.data()));
}

void MessageReply::close(Block& block, EventSink& sink) {
  if (block.kind == BlockKind::tool_use && !block.has_arguments)
    sink.on(core::ToolCallDelta{.index = block.call, .id = {}, .name = {}, .arguments = block.input});
  // Thinking without a signature cannot be echoed; with `display: omitted` there is a signature and no text.
  if (!block.signature.empty() || !block.data.empty())
    sink.on(core::ReasoningPayload{.id = {}, .signature = block.signature, .redacted = block.data, .encrypted = {}});
}

void MessageReply::close_all(EventSink& sink) {
  for (Block& block : open_) close(block, sink);
  open_.clear();
}

void MessageReply::stop(Json delta) {
  if (const std::string reason = delta["stop_reason"].str(); !reason.empty()) stop_reason_ = reason;
  const Json details = delta["stop_details"];
  const std::string category = details["category"].str();
  const std::string explanation = details["explanation"].str();
  if (category.empty() && explanation.empty()) return;
  stop_detail_ = category + (category.empty() || explanation.empty() ? "" : ": ") + explanation;
}

void MessageReply::on_message(Json message, EventSink& sink) {
  identify(message, sink);
  std::int64_t index = 0;
  for (Json::Cursor block(message["content"]); block.next(); ++index) {
    open_block(index, block.value(), sink);
    close_block(index, sink);
  }
  stop(message);
  count(message["usage"], sink);
}

base::Result<> MessageReply::on_end(EventSink& sink) {
  if (const auto rest = text_.rest(); !rest.empty()) sink.on(core::TextDelta{rest});
  if (stop_reason_.empty() && !has_ended_) return cut_off();
  close_all(sink);
  // A reply that was ended in due form but without a reason, by a gateway that dropped it, is complete.
  const FinishReason reason = stop_reason_.empty() ? FinishReason::stop : finish_reason(stop_reason_);
  sink.on(core::Finished{.reason = reason, .provider_reason = stop_reason_, .detail = stop_detail_});
  return {};
}

}  // namespace

std::unique_ptr<Decoder> open_anthropic_stream() { return std::make_unique<EventDecoder<MessageReply>>(); }

base::Result<> decode_anthropic_body(std::string_view json, EventSink& sink) {
  const Json body = Json::parse(json);
  if (!body.is_object()) return base::fail(ErrorKind::protocol, "the answer is not the JSON object that was due");
  BYOK_CHECK(check_in_band(word(body["type"]), body["error"], body));
  if (!body["content"].is_array())
    return base::fail(ErrorKind::protocol, "the answer is JSON, but no message of the Messages API");
  MessageReply reply;
  reply.on_message(body, sink);
  return reply.on_end(sink);
}

}  // namespace byok::wire
