// The Responses dialect of OpenAI and those who follow it: where a prompt is posted and how it is written.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/text.hpp"
#include "wire/absent_field.hpp"
#include "wire/azure_openai.hpp"
#include "wire/openai_responses_decoder.hpp"
#include "wire/reply_form.hpp"
#include "wire/wire.hpp"

namespace byok::wire {

namespace {

using Object = nlohmann::ordered_json;  // members in the order written: a dry run is read by people

constexpr std::string_view kApi = "the Responses API";

std::string data_url(std::string_view media_type, std::string_view bytes) {
  return fmt::format("data:{};base64,{}", media_type, base::base64_encode(bytes));
}

// Writes the parts of one message as input items.
class ItemWriter {
 public:
  ItemWriter(Object& items, core::Role role) : items_(items), role_(role) {}

  void write(std::span<const core::Part> parts) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      rest_ = parts.subspan(i + 1);
      std::visit(*this, parts[i]);
    }
    flush();
  }

  void operator()(const core::TextPart& part) {
    if (part.text.empty()) return;
    content_.push_back({{"type", role_ == core::Role::assistant ? "output_text" : "input_text"}, {"text", part.text}});
  }

  void operator()(const core::ImagePart& part) {
    const std::string url = part.url.empty() ? data_url(part.media_type, part.bytes) : part.url;
    content_.push_back({{"type", "input_image"}, {"image_url", url}, {"detail", "auto"}});
  }

  void operator()(const core::DocumentPart& part) {
    if (!part.url.empty()) {
      content_.push_back({{"type", "input_file"}, {"file_url", part.url}});
    } else if (part.media_type == "text/plain") {
      content_.push_back({{"type", "input_text"}, {"text", part.bytes}});
    } else {
      content_.push_back({{"type", "input_file"},
                          {"filename", part.filename.empty() ? "document.pdf" : part.filename},
                          {"file_data", data_url(part.media_type, part.bytes)}});
    }
  }

  void operator()(const core::ToolCallPart& part) {
    flush();
    items_.push_back({{"type", "function_call"},
                      {"call_id", part.id},
                      {"name", part.name},
                      {"arguments", part.arguments.empty() ? "{}" : part.arguments}});
  }

  void operator()(const core::ToolResultPart& part) {
    flush();
    items_.push_back({{"type", "function_call_output"}, {"call_id", part.call_id}, {"output", part.content}});
  }

  void operator()(const core::ReasoningPart& part) {
    // An item without encrypted content is known only to a server that stored it, and one that nothing follows is
    // refused ("was provided without its required following item").
    if (part.encrypted.empty() || !is_followed()) return;
    flush();
    Object summary = Object::array();
    if (!part.text.empty()) summary.push_back({{"type", "summary_text"}, {"text", part.text}});
    Object item = {{"type", "reasoning"}};
    if (!part.id.empty()) item["id"] = part.id;
    item["summary"] = std::move(summary);
    item["encrypted_content"] = part.encrypted;
    items_.push_back(std::move(item));
  }

 private:
  [[nodiscard]] bool is_followed() const {
    return std::ranges::any_of(rest_, [](const core::Part& part) {
      const auto* text = std::get_if<core::TextPart>(&part);
      return text != nullptr ? !text->text.empty() : std::holds_alternative<core::ToolCallPart>(part);
    });
  }

  void flush() {
    if (content_.empty()) return;
    if (role_ == core::Role::assistant)
      items_.push_back({{"type", "message"}, {"role", "assistant"}, {"content", std::move(content_)}});
    else if (content_.size() == 1 && content_[0]["type"] == "input_text")
      items_.push_back({{"role", "user"}, {"content", content_[0]["text"]}});
    else
      items_.push_back({{"role", "user"}, {"content", std::move(content_)}});
    content_ = Object::array();
  }

  Object& items_;
  core::Role role_;
  std::span<const core::Part> rest_;
  Object content_ = Object::array();
};

base::Result<> write_sampling(Object& body, const core::Request& request, std::vector<std::string>& warnings) {
  const core::Sampling& sampling = request.sampling;
  if (sampling.max_output_tokens) body["max_output_tokens"] = *sampling.max_output_tokens;
  if (sampling.temperature) body["temperature"] = *sampling.temperature;
  if (sampling.top_p) body["top_p"] = *sampling.top_p;
  if (!sampling.stop.empty()) BYOK_CHECK(report_absent_field(request, "stop", kApi, warnings));
  if (sampling.seed) BYOK_CHECK(report_absent_field(request, "seed", kApi, warnings));
  if (sampling.reasoning_effort) {
    Object reasoning = {{"effort", core::to_string(*sampling.reasoning_effort)}};
    // Refused for organisations that are not verified (pydantic-ai#3326): asked for only where it will be seen.
    if (request.wants_reasoning && *sampling.reasoning_effort != core::ReasoningEffort::none)
      reasoning["summary"] = "auto";
    body["reasoning"] = std::move(reasoning);
  }
  return {};
}

void write_form(Object& body, const core::Request& request) {
  const ReplyForm form = reply_form(request, core::WireApi::responses);
  if (form == ReplyForm::object) body["text"] = {{"format", {{"type", "json_object"}}}};
  if (form != ReplyForm::native) return;
  Object format = {
      {"type", "json_schema"}, {"name", kReplyName}, {"schema", Object::parse(request.schema->json, nullptr, false)}};
  if (request.schema->is_strict) format["strict"] = true;
  body["text"] = {{"format", std::move(format)}};
}

base::Result<std::string> write_body(const core::Profile&, const core::Request& request,
                                     std::vector<std::string>& warnings) {
  Object body = {{"model", request.model}};
  if (!request.system.empty()) body["instructions"] = request.system;
  Object items = Object::array();
  for (const core::Message& message : request.messages) ItemWriter(items, message.role).write(message.parts);
  body["input"] = std::move(items);
  BYOK_CHECK(write_sampling(body, request, warnings));
  write_form(body, request);
  const bool is_stored = request.store.value_or(false);
  body["store"] = is_stored;
  // Without a stored response the reasoning must come back to us to be echoed.
  if (request.keeps_conversation && !is_stored) body["include"] = Object::array({"reasoning.encrypted_content"});
  if (request.stream) body["stream"] = true;
  return body.dump(-1, ' ', false, Object::error_handler_t::replace);
}

core::Url endpoint(const core::Profile& profile, std::string_view) {
  if (profile.type == core::ProviderType::azure) return azure_responses_url(profile);
  return profile.base_url.join("/responses");
}

}  // namespace

const Wire kOpenAiResponses{
    .api = core::WireApi::responses,
    .endpoint = endpoint,
    .body = write_body,
    .stream_decoder = open_responses_stream,
    .decode_body = decode_responses_body,
};

}  // namespace byok::wire
