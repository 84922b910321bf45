// The dialect of the Anthropic Messages API: where a prompt is posted and how it is written.
#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/text.hpp"
#include "wire/absent_field.hpp"
#include "wire/anthropic_decoder.hpp"
#include "wire/json.hpp"
#include "wire/reply_form.hpp"
#include "wire/wire.hpp"

namespace byok::wire {

namespace {

using Object = nlohmann::ordered_json;  // members in the order written: a dry run is read by people
using core::ReasoningEffort;

constexpr std::string_view kApi = "the Anthropic Messages API";
constexpr std::int64_t kMaxTokens = 8192;  // the API requires a limit

Object block(std::string_view type, std::string_view key, Object value) { return {{"type", type}, {key, value}}; }

// The source of an image or document: by address or in base64 (without the head of a data URL).
Object source(std::string_view url, std::string_view media_type, std::string_view bytes) {
  if (!url.empty()) return {{"type", "url"}, {"url", url}};
  return {{"type", "base64"}, {"media_type", media_type}, {"data", base::base64_encode(bytes)}};
}

// Tool input must be an object; what the model wrote is only echoed when it is one.
Object tool_input(std::string_view arguments) {
  if (!Json::parse(arguments).is_object()) return Object::object();
  Object input = Object::parse(arguments, nullptr, false);
  return input.is_object() ? input : Object::object();
}

bool is_answer(const core::Part& part) {
  const auto* text = std::get_if<core::TextPart>(&part);
  return text != nullptr ? !text->text.empty() : std::holds_alternative<core::ToolCallPart>(part);
}

// Writes the parts of one message as content blocks.
class BlockWriter {
 public:
  Object write(std::span<const core::Part> parts) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      // A message may not end in thinking, as that of an interrupted reply would.
      is_followed_ = std::ranges::any_of(parts.subspan(i + 1), is_answer);
      std::visit(*this, parts[i]);
    }
    // The vendor's advice: what a question is about goes before the question.
    for (Object& text : texts_) blocks_.push_back(std::move(text));
    return std::move(blocks_);
  }

  explicit BlockWriter(core::Role role) : role_(role) {}

  void operator()(const core::TextPart& part) {
    if (part.text.empty()) return;
    if (role_ == core::Role::user)
      texts_.push_back(block("text", "text", part.text));
    else
      blocks_.push_back(block("text", "text", part.text));
  }

  void operator()(const core::ImagePart& part) {
    blocks_.push_back(block("image", "source", source(part.url, part.media_type, part.bytes)));
  }

  void operator()(const core::DocumentPart& part) {
    Object from = source(part.url, part.media_type, part.bytes);
    if (part.url.empty() && part.media_type == "text/plain")
      from = {{"type", "text"}, {"media_type", part.media_type}, {"data", part.bytes}};
    Object document = block("document", "source", std::move(from));
    if (!part.filename.empty()) document["title"] = part.filename;
    blocks_.push_back(std::move(document));
  }

  void operator()(const core::ToolCallPart& part) {
    blocks_.push_back(
        {{"type", "tool_use"}, {"id", part.id}, {"name", part.name}, {"input", tool_input(part.arguments)}});
  }

  void operator()(const core::ToolResultPart& part) {
    Object result = {{"type", "tool_result"}, {"tool_use_id", part.call_id}, {"content", part.content}};
    if (part.is_error) result["is_error"] = true;
    blocks_.push_back(std::move(result));
  }

  void operator()(const core::ReasoningPart& part) {
    if (!is_followed_) return;
    if (!part.redacted.empty())
      blocks_.push_back(block("redacted_thinking", "data", part.redacted));
    else if (!part.signature.empty())
      blocks_.push_back({{"type", "thinking"}, {"thinking", part.text}, {"signature", part.signature}});
  }

 private:
  core::Role role_;
  Object blocks_ = Object::array();
  std::vector<Object> texts_;
  bool is_followed_ = false;
};

// Roles alternate: what follows in the same role joins the message before. A lone text is written as a string.
Object write_messages(std::span<const core::Message> messages) {
  Object written = Object::array();
  for (const core::Message& message : messages) {
    const std::string_view role = message.role == core::Role::assistant ? "assistant" : "user";
    Object blocks = BlockWriter(message.role).write(message.parts);
    if (blocks.empty()) continue;
    if (!written.empty() && written.back()["role"] == role) {
      for (Object& one : blocks) written.back()["content"].push_back(std::move(one));
    } else {
      written.push_back({{"role", role}, {"content", std::move(blocks)}});
    }
  }
  for (Object& message : written) {
    Object& content = message["content"];
    if (content.size() == 1 && content[0]["type"] == "text") content = Object(content[0]["text"]);
  }
  return written;
}

std::int64_t thinking_budget(ReasoningEffort effort) {
  if (effort <= ReasoningEffort::low) return 1024;  // the least that the API takes
  return effort == ReasoningEffort::medium ? 4096 : 16384;
}

// Newer models take an effort and think as they see fit; older ones know only a budget, which counts as output.
void write_effort(Object& body, const core::Request& request) {
  if (!request.sampling.reasoning_effort) return;
  const ReasoningEffort effort = *request.sampling.reasoning_effort;
  if (effort == ReasoningEffort::none) {
    body["thinking"] = {{"type", "disabled"}};
    return;
  }
  if (request.adaptations.contains("thinking:budget")) {
    const std::int64_t budget = thinking_budget(effort);
    body["thinking"] = {{"type", "enabled"}, {"budget_tokens", budget}};
    body["max_tokens"] = body["max_tokens"].get<std::int64_t>() + budget;
    return;
  }
  body["thinking"] = {{"type", "adaptive"}};
  if (request.wants_reasoning) body["thinking"]["display"] = "summarized";
  body["output_config"] = {
      {"effort", core::to_string(effort == ReasoningEffort::minimal ? ReasoningEffort::low : effort)}};
}

void write_form(Object& body, const core::Request& request) {
  const ReplyForm form = reply_form(request, core::WireApi::messages);
  if (form != ReplyForm::native && form != ReplyForm::tool) return;
  Object schema = Object::parse(request.schema->json, nullptr, false);
  if (form == ReplyForm::native) {
    body["output_config"]["format"] = {{"type", "json_schema"}, {"schema", std::move(schema)}};
    return;
  }
  body["tools"] =
      Object::array({{{"name", kReplyName}, {"description", "Gives the reply."}, {"input_schema", std::move(schema)}}});
  body["tool_choice"] = {{"type", "tool"}, {"name", kReplyName}};
}

base::Result<std::string> write_body(const core::Profile&, const core::Request& request,
                                     std::vector<std::string>& warnings) {
  const core::Sampling& sampling = request.sampling;
  Object body = {{"model", request.model}, {"max_tokens", sampling.max_output_tokens.value_or(kMaxTokens)}};
  if (!request.system.empty()) body["system"] = request.system;
  body["messages"] = write_messages(request.messages);
  if (sampling.temperature) body["temperature"] = *sampling.temperature;
  if (sampling.top_p) body["top_p"] = *sampling.top_p;
  if (!sampling.stop.empty()) body["stop_sequences"] = sampling.stop;
  if (sampling.seed) BYOK_CHECK(report_absent_field(request, "seed", kApi, warnings));
  write_effort(body, request);
  write_form(body, request);
  if (request.stream) body["stream"] = true;
  return body.dump(-1, ' ', false, Object::error_handler_t::replace);
}

core::Url endpoint(const core::Profile& profile, std::string_view) {
  std::string_view path = profile.base_url.path();
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.ends_with("/v1/messages")) return profile.base_url;
  return profile.base_url.join(path.ends_with("/v1") ? "/messages" : "/v1/messages");
}

}  // namespace

const Wire kAnthropicMessages{
    .api = core::WireApi::messages,
    .endpoint = endpoint,
    .body = write_body,
    .stream_decoder = open_anthropic_stream,
    .decode_body = decode_anthropic_body,
};

}  // namespace byok::wire
