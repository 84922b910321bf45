// The Chat Completions dialect: where a prompt is posted and how it is written.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/text.hpp"
#include "wire/azure_openai.hpp"
#include "wire/openai_chat_decoder.hpp"
#include "wire/reply_form.hpp"
#include "wire/wire.hpp"

namespace byok::wire {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using core::ProviderType;
using Object = nlohmann::ordered_json;

// `max_tokens` is refused by OpenAI's newer models, `max_completion_tokens` by Mistral and old vLLM.
bool wants_max_completion_tokens(const core::Profile& profile) {
  return profile.type == ProviderType::azure || profile.base_url.host() == "api.openai.com" ||
         core::is_azure_host(profile.base_url.host());
}

std::string data_url(std::string_view media_type, std::string_view bytes) {
  return fmt::format("data:{};base64,{}", media_type, base::base64_encode(bytes));
}

// One part of a user's message; a null value stands for none.
Result<Object> content_part(const core::Profile& profile, const core::Part& part) {
  if (const auto* text = std::get_if<core::TextPart>(&part)) return Object{{"type", "text"}, {"text", text->text}};
  if (const auto* image = std::get_if<core::ImagePart>(&part)) {
    const std::string url = image->url.empty() ? data_url(image->media_type, image->bytes) : image->url;
    return Object{{"type", "image_url"}, {"image_url", {{"url", url}}}};
  }
  const auto* document = std::get_if<core::DocumentPart>(&part);
  if (document == nullptr) return Object();
  if (document->media_type == "text/plain") return Object{{"type", "text"}, {"text", document->bytes}};
  const bool is_classic = profile.type == ProviderType::azure && !is_azure_v1(profile);
  if (is_classic || !document->url.empty()) {
    const auto url = core::Url::parse(document->url);
    return fail(ErrorKind::usage,
                fmt::format("-a {}: {} takes no {}", url ? url->display() : document->filename,
                            is_classic ? "Chat Completions on this route of Azure" : "Chat Completions",
                            url ? "document by its address" : "document"),
                "use a profile with wire_api: responses, or send the document's text with -f");
  }
  const std::string name = document->filename.empty() ? "document.pdf" : document->filename;
  return Object{{"type", "file"},
                {"file", {{"filename", name}, {"file_data", data_url(document->media_type, document->bytes)}}}};
}

Result<Object> user_content(const core::Profile& profile, const core::Message& message) {
  if (message.parts.size() == 1) {
    if (const auto* text = std::get_if<core::TextPart>(&message.parts.front())) return Object(text->text);
  }
  Object parts = Object::array();
  for (const core::Part& part : message.parts) {
    BYOK_TRY(Object one, content_part(profile, part));
    if (!one.is_null()) parts.push_back(std::move(one));
  }
  return parts;
}

// Reasoning goes back only to who has asked for it: older models of the same providers refuse it.
Object assistant_message(const core::Message& message, bool echoes_reasoning) {
  std::string text;
  std::string reasoning;
  Object calls = Object::array();
  for (const core::Part& part : message.parts) {
    if (const auto* piece = std::get_if<core::TextPart>(&part)) text += piece->text;
    if (const auto* thought = std::get_if<core::ReasoningPart>(&part)) reasoning += thought->text;
    if (const auto* call = std::get_if<core::ToolCallPart>(&part)) {
      const std::string arguments = call->arguments.empty() ? "{}" : call->arguments;
      calls.push_back(
          {{"id", call->id}, {"type", "function"}, {"function", {{"name", call->name}, {"arguments", arguments}}}});
    }
  }
  Object object{{"role", "assistant"}, {"content", text}};
  if (text.empty() && !calls.empty()) object["content"] = nullptr;
  if (echoes_reasoning) object["reasoning_content"] = reasoning;
  if (!calls.empty()) object["tool_calls"] = std::move(calls);
  return object;
}

Result<> add_message(Object& messages, const core::Profile& profile, const core::Message& message,
                     bool echoes_reasoning) {
  if (message.role == core::Role::assistant) {
    messages.push_back(assistant_message(message, echoes_reasoning));
    return {};
  }
  bool has_content = false;
  for (const core::Part& part : message.parts) {
    if (const auto* result = std::get_if<core::ToolResultPart>(&part)) {
      messages.push_back({{"role", "tool"}, {"tool_call_id", result->call_id}, {"content", result->content}});
    } else {
      has_content = true;
    }
  }
  if (!has_content) return {};
  BYOK_TRY(Object content, user_content(profile, message));
  messages.push_back({{"role", "user"}, {"content", std::move(content)}});
  return {};
}

// The system text at the head of the first user message, for templates that know no system role.
void prepend_system(Object& messages, const std::string& system) {
  for (Object& message : messages) {
    if (message["role"] != "user") continue;
    Object& content = message["content"];
    if (content.is_string()) {
      content = system + "\n\n" + content.get<std::string>();
    } else {
      content.insert(content.begin(), Object{{"type", "text"}, {"text", system}});
    }
    return;
  }
  messages.insert(messages.begin(), Object{{"role", "user"}, {"content", system}});
}

Result<Object> messages_of(const core::Profile& profile, const core::Request& request) {
  Object messages = Object::array();
  const bool echoes_reasoning = request.adaptations.contains("echo:reasoning");
  for (const core::Message& message : request.messages) {
    BYOK_CHECK(add_message(messages, profile, message, echoes_reasoning));
  }
  if (request.system.empty()) return messages;
  if (request.adaptations.contains("system:user")) {
    prepend_system(messages, request.system);
  } else {
    const char* role = request.adaptations.contains("system:developer") ? "developer" : "system";
    messages.insert(messages.begin(), Object{{"role", role}, {"content", request.system}});
  }
  return messages;
}

void add_sampling(Object& body, const core::Profile& profile, const core::Request& request) {
  const core::Sampling& sampling = request.sampling;
  if (sampling.max_output_tokens) {
    const bool is_renamed = request.adaptations.contains("rename:max_tokens");
    const bool is_new = wants_max_completion_tokens(profile) != is_renamed;
    body[is_new ? "max_completion_tokens" : "max_tokens"] = *sampling.max_output_tokens;
  }
  if (sampling.temperature) body["temperature"] = *sampling.temperature;
  if (sampling.top_p) body["top_p"] = *sampling.top_p;
  if (!sampling.stop.empty()) body["stop"] = sampling.stop;
  if (sampling.seed) body["seed"] = *sampling.seed;
  if (sampling.reasoning_effort) body["reasoning_effort"] = core::to_string(*sampling.reasoning_effort);
  if (request.store) body["store"] = *request.store;
}

void add_form(Object& body, const core::Request& request) {
  const ReplyForm form = reply_form(request, core::WireApi::completions);
  if (form == ReplyForm::object) body["response_format"] = {{"type", "json_object"}};
  if (form != ReplyForm::native) return;
  Object schema{{"name", kReplyName}, {"schema", Object::parse(request.schema->json, nullptr, false)}};
  if (request.schema->is_strict) schema["strict"] = true;
  body["response_format"] = {{"type", "json_schema"}, {"json_schema", std::move(schema)}};
}

core::Url endpoint(const core::Profile& profile, std::string_view model) {
  if (profile.type == ProviderType::azure) return azure_chat_url(profile, model);
  return profile.base_url.join("/chat/completions");
}

Result<std::string> body_of(const core::Profile& profile, const core::Request& request,
                            std::vector<std::string>& /*warnings*/) {
  Object body{{"model", request.model}};
  BYOK_TRY(body["messages"], messages_of(profile, request));
  if (request.stream) {
    body["stream"] = true;
    body["stream_options"] = {{"include_usage", true}};
  }
  add_sampling(body, profile, request);
  add_form(body, request);
  return body.dump(-1, ' ', false, Object::error_handler_t::replace);
}

}  // namespace

const Wire kOpenAiChat{
    .api = core::WireApi::completions,
    .endpoint = endpoint,
    .body = body_of,
    .stream_decoder = make_chat_decoder,
    .decode_body = decode_chat_body,
};

}  // namespace byok::wire
