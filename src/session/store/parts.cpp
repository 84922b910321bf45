// Messages' parts written as JSON text and read by the scanner, without a tree.
#include "session/store/parts.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/text.hpp"

namespace byok::session {
namespace {

using core::Part;
using wire::Json;

// What the model wrote, as an object where it is one that fits on a line, else as a string.
void write_arguments(Fields& fields, std::string_view arguments, const base::Redactor& redactor) {
  const std::string text = redactor.redact(arguments);
  const bool fits = text.starts_with('{') && text.find_first_of("\r\n") == std::string::npos;
  // As deep as it will stand in its line, which the reader bounds.
  if (fits && Json::parse("[[[[[[[[" + text + "]]]]]]]]").is_array() && nlohmann::json::accept(text)) {
    fields.raw("arguments", text);
  } else {
    fields.text("arguments", text);
  }
}

std::string attachment(std::string_view type, std::string_view media_type, std::string_view bytes, std::string_view url,
                       std::string_view name, const base::Redactor& redactor) {
  return Fields(redactor)
      .text("type", type)
      .text_if("mimeType", media_type)
      .text_if("displayName", name)
      .text_if("url", url)
      .text_if("data", base::base64_encode(bytes))
      .object();
}

std::string call_object(const core::ToolCallPart& call, const base::Redactor& redactor) {
  Fields fields(redactor);
  fields.text("type", "function").text("toolCallId", call.id).text("name", call.name);
  write_arguments(fields, call.arguments, redactor);
  return fields.object();
}

struct PartObject {
  const base::Redactor& redactor;

  std::string operator()(const core::TextPart& part) const {
    return Fields(redactor).text("type", "text").text("text", part.text).object();
  }
  std::string operator()(const core::ImagePart& part) const {
    return attachment("image", part.media_type, part.bytes, part.url, {}, redactor);
  }
  std::string operator()(const core::DocumentPart& part) const {
    return attachment("document", part.media_type, part.bytes, part.url, part.filename, redactor);
  }
  std::string operator()(const core::ToolCallPart& part) const { return call_object(part, redactor); }
  std::string operator()(const core::ToolResultPart& part) const {
    Fields fields(redactor);
    fields.text("type", "tool_result").text("toolCallId", part.call_id).text("content", part.content);
    return fields.raw("success", part.is_error ? "false" : "true").object();
  }
  std::string operator()(const core::ReasoningPart& part) const {
    return Fields(redactor)
        .text("type", "reasoning")
        .text_if("reasoningText", part.text)
        .text_if("reasoningId", part.id)
        .text_if("reasoningOpaque", part.signature)
        .text_if("redactedContent", part.redacted)
        .text_if("encryptedContent", part.encrypted)
        .object();
  }
};

template <class T>
bool is(const Part& part) {
  return std::holds_alternative<T>(part);
}

bool is_empty(const core::ReasoningPart& part) {
  return part.text.empty() && part.id.empty() && part.signature.empty() && part.redacted.empty() &&
         part.encrypted.empty();
}

// The place of a part in the order that the plain members tell: reasoning, text, attachments, calls. No place: -1.
int rank(const Part& part, core::Role role) {
  const bool is_user = role == core::Role::user;
  if (const auto* reasoning = std::get_if<core::ReasoningPart>(&part)) {
    return is_user || is_empty(*reasoning) || !reasoning->redacted.empty() ? -1 : 0;
  }
  if (is<core::TextPart>(part)) return 1;
  if (is<core::ImagePart>(part) || is<core::DocumentPart>(part)) return is_user ? 2 : -1;
  return is<core::ToolCallPart>(part) && !is_user ? 3 : -1;
}

// Whether the plain members tell the parts and their order: one reasoning, one text, then attachments or calls.
bool is_plain(const std::vector<Part>& parts, core::Role role) {
  int last = -1;
  for (const Part& part : parts) {
    const int at = rank(part, role);
    if (at < last || at < 0 || (at == last && at < 2)) return false;
    last = at;
  }
  return true;
}

std::string array_of(const std::vector<std::string>& objects) { return "[" + base::join(objects, ",") + "]"; }

std::string bytes_of(Json object) {
  std::string text = object["data"].str();
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return base::base64url_decode(text).value_or("");
}

core::ReasoningPart reasoning_of(Json object) {
  return {.text = object["reasoningText"].str(),
          .id = object["reasoningId"].str(),
          .signature = object["reasoningOpaque"].str(),
          .redacted = object["redactedContent"].str(),
          .encrypted = object["encryptedContent"].str()};
}

std::optional<Part> read_part(Json object) {
  const std::string type = object["type"].str();
  if (type == "text") return core::TextPart{object["text"].str()};
  if (type == "image") {
    return core::ImagePart{
        .media_type = object["mimeType"].str(), .bytes = bytes_of(object), .url = object["url"].str()};
  }
  if (type == "document") {
    return core::DocumentPart{.media_type = object["mimeType"].str(),
                              .bytes = bytes_of(object),
                              .url = object["url"].str(),
                              .filename = object["displayName"].str()};
  }
  if (type == "function") {
    return core::ToolCallPart{
        .id = object["toolCallId"].str(), .name = object["name"].str(), .arguments = object["arguments"].display()};
  }
  if (type == "tool_result") {
    return core::ToolResultPart{.call_id = object["toolCallId"].str(),
                                .content = object["content"].str(),
                                .is_error = object["success"].raw() == "false"};
  }
  auto reasoning = reasoning_of(object);
  if (type == "reasoning" && !is_empty(reasoning)) return reasoning;
  return std::nullopt;
}

void add_text(std::vector<Part>& parts, std::string text) {
  if (text.empty()) return;
  if (!parts.empty() && is<core::TextPart>(parts.back())) {
    std::get<core::TextPart>(parts.back()).text += text;
  } else {
    parts.emplace_back(core::TextPart{std::move(text)});
  }
}

void read_all(Json array, std::vector<Part>& parts) {
  for (Json::Cursor cursor(array); cursor.next();) {
    auto part = read_part(cursor.value());
    if (!part) continue;
    if (auto* text = std::get_if<core::TextPart>(&*part)) {
      add_text(parts, std::move(text->text));
    } else {
      parts.push_back(*std::move(part));
    }
  }
}

}  // namespace

void write_parts(const core::Message& message, const base::Redactor& redactor, Fields& fields) {
  std::string content;
  std::vector<std::string> attachments;
  std::vector<std::string> calls;
  std::vector<std::string> all;
  const bool has_parts = !is_plain(message.parts, message.role);
  for (const Part& part : message.parts) {
    if (const auto* text = std::get_if<core::TextPart>(&part)) content += text->text;
    if (has_parts) {
      all.push_back(std::visit(PartObject{redactor}, part));
    } else if (const auto* call = std::get_if<core::ToolCallPart>(&part)) {
      calls.push_back(call_object(*call, redactor));
    } else if (is<core::ImagePart>(part) || is<core::DocumentPart>(part)) {
      attachments.push_back(std::visit(PartObject{redactor}, part));
    }
  }
  fields.text("content", content);
  if (!has_parts && !message.parts.empty()) {
    if (const auto* reasoning = std::get_if<core::ReasoningPart>(&message.parts.front())) {
      fields.text_if("reasoningText", reasoning->text)
          .text_if("reasoningId", reasoning->id)
          .text_if("reasoningOpaque", reasoning->signature)
          .text_if("encryptedContent", reasoning->encrypted);
    }
  }
  if (!attachments.empty()) fields.raw("attachments", array_of(attachments));
  if (!calls.empty()) fields.raw("toolRequests", array_of(calls));
  if (has_parts) fields.raw("parts", array_of(all));
}

std::vector<Part> read_parts(Json data) {
  std::vector<Part> parts;
  if (const Json all = data["parts"]; all.is_array()) {
    read_all(all, parts);
    return parts;
  }
  if (auto reasoning = reasoning_of(data); !is_empty(reasoning)) parts.emplace_back(std::move(reasoning));
  add_text(parts, data["content"].str());
  read_all(data["attachments"], parts);
  read_all(data["toolRequests"], parts);
  return parts;
}

}  // namespace byok::session
