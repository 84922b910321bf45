// Request bodies, checked by the tables of their dialect and then by the rules of their API.
#include "mock/question.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "base/text.hpp"
#include "mock/access.hpp"
#include "mock/dialect.hpp"

namespace byok::mock {
namespace {

using nlohmann::json;
using Check = std::optional<Refusal>;

const json* find(const json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string text_of(const json* value) { return value && value->is_string() ? value->get<std::string>() : ""; }

bool is_true(const json* value) { return value && value->is_boolean() && value->get<bool>(); }

std::optional<std::int64_t> integer_of(const json* value) {
  if (!value || !value->is_number_integer()) return std::nullopt;
  return value->get<std::int64_t>();
}

bool has_kind(const json& value, Kind kind) {
  switch (kind) {
    case Kind::any:
      return true;
    case Kind::string:
      return value.is_string();
    case Kind::number:
      return value.is_number();
    case Kind::integer:
      return value.is_number_integer();
    case Kind::boolean:
      return value.is_boolean();
    case Kind::array:
      return value.is_array();
    case Kind::object:
      return value.is_object();
  }
  return false;
}

// One request on its way through the checks; the wording of refusals follows the dialect.
class Reader {
 public:
  Reader(const Dialect& dialect, const Route& route, const json& body, Question& question)
      : dialect_(dialect), route_(route), body_(body), question_(question) {}

  Check read() {
    if (auto refusal = check_fields()) return refusal;
    if (question_.model.empty()) return dialect_.missing("model");
    if (question_.model.starts_with("missing")) return dialect_.no_such_model(route_.service, question_.model);
    if (auto refusal = check_conversation()) return refusal;
    switch (dialect_.api) {
      case Api::chat:
        return check_chat();
      case Api::responses:
        return check_responses();
      default:
        return check_messages();
    }
  }

 private:
  [[nodiscard]] bool is_anthropic() const { return dialect_.api == Api::messages; }

  Check check_fields() const {
    for (const auto& [name, value] : body_.items()) {
      const auto known = std::ranges::find(dialect_.fields, name, &Field::name);
      if (known == dialect_.fields.end()) return dialect_.unknown_field(name);
      if (!value.is_null() && !has_kind(value, known->kind)) {
        return dialect_.wrong_type(name, to_string(known->kind), value.type_name());
      }
    }
    return std::nullopt;
  }

  Check check_conversation() {
    for (const char* name : {"instructions", "system"}) {
      if (const json* text = find(body_, name)) {
        if (auto refusal = read_content(*text, name, kAsker, nullptr)) return refusal;
      }
    }
    const json* const list = find(body_, dialect_.list);
    if (!list) return dialect_.missing(dialect_.list);
    if (dialect_.api == Api::responses && list->is_string()) {
      question_.prompt = list->get<std::string>();
      question_.input_bytes += question_.prompt.size();
      return std::nullopt;
    }
    if (!list->is_array()) return dialect_.wrong_type(dialect_.list, "array", list->type_name());
    if (list->empty()) return dialect_.empty_list();
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (auto refusal = read_message((*list)[i], dialect_.element(dialect_.list, i))) return refusal;
    }
    return std::nullopt;
  }

  Check read_message(const json& message, const std::string& path) {
    if (!message.is_object()) return dialect_.wrong_type(path, "object", message.type_name());
    const std::string type = text_of(find(message, "type"));
    if (dialect_.api == Api::responses && !type.empty() && type != "message") {
      return check_shape(message, path, dialect_.items, kAnyone);
    }
    const json* const role = find(message, "role");
    if (!role) return dialect_.missing(path + ".role");
    if (!role->is_string()) return dialect_.wrong_type(path + ".role", "string", role->type_name());
    const std::string name = role->get<std::string>();
    if (std::ranges::find(dialect_.roles, name) == dialect_.roles.end()) {
      return dialect_.wrong_value(path + ".role", name, dialect_.roles);
    }
    if (name == "tool" && !find(message, "tool_call_id")) return dialect_.missing(path + ".tool_call_id");
    const json* const content = find(message, "content");
    if (!content) {
      const bool may_lack = dialect_.api == Api::chat && name == "assistant" && find(message, "tool_calls");
      return may_lack ? std::nullopt : Check(dialect_.missing(path + ".content"));
    }
    std::string text;
    const Check refusal = read_content(*content, path + ".content", name == "assistant" ? kAnswerer : kAsker, &text);
    if (name == "user") question_.prompt = std::move(text);
    return refusal;
  }

  // `text`, where given, gets the texts of the parts, one a line.
  Check read_content(const json& content, const std::string& path, unsigned speaker, std::string* text) {
    if (content.is_string()) {
      add_text(content.get<std::string>(), text);
      return std::nullopt;
    }
    if (!content.is_array()) return dialect_.wrong_type(path, "a string or an array of objects", content.type_name());
    for (std::size_t i = 0; i < content.size(); ++i) {
      const json& part = content[i];
      const std::string place = dialect_.element(path, i);
      if (auto refusal = check_shape(part, place, dialect_.parts, speaker)) return refusal;
      const std::string words = text_of(find(part, "text"));
      if (is_anthropic() && text_of(find(part, "type")) == "text" && base::trim(words).empty()) {
        return anthropic_invalid("messages: text content blocks must be non-empty");
      }
      if (auto refusal = check_source(find(part, "source"), place)) return refusal;
      add_text(words, text);
    }
    return std::nullopt;
  }

  void add_text(const std::string& words, std::string* text) {
    question_.input_bytes += words.size();
    if (text && !words.empty()) *text += (text->empty() ? "" : "\n") + words;
  }

  Check check_shape(const json& part, const std::string& path, std::span<const Shape> shapes, unsigned speaker) const {
    if (!part.is_object()) return dialect_.wrong_type(path, "object", part.type_name());
    const std::string type = text_of(find(part, "type"));
    if (type.empty()) return dialect_.missing(path + ".type");
    std::vector<std::string_view> allowed;
    for (const Shape& shape : shapes) {
      if (!(shape.speakers & speaker)) continue;
      if (shape.type != type) {
        allowed.push_back(shape.type);
        continue;
      }
      const auto names = base::split(shape.one_of, '|');
      for (const std::string_view name : names) {
        const json* const value = find(part, name);
        if (value && has_kind(*value, shape.kind)) return std::nullopt;
        if (value) {
          return dialect_.wrong_type(fmt::format("{}.{}", path, name), to_string(shape.kind), value->type_name());
        }
      }
      return dialect_.missing(fmt::format("{}.{}", path, names.front()));
    }
    return dialect_.wrong_value(path + (is_anthropic() ? "" : ".type"), type, allowed);
  }

  // Anthropic's images and documents: the bytes without the `data:` prefix that the other services want.
  Check check_source(const json* source, const std::string& path) const {
    if (!source) return std::nullopt;
    constexpr std::string_view kSources[] = {"base64", "url", "text", "file"};
    const std::string type = text_of(find(*source, "type"));
    if (type == "base64" || type == "text") {
      for (const char* name : {"media_type", "data"}) {
        if (!find(*source, name)) return dialect_.missing(fmt::format("{}.source.{}.{}", path, type, name));
      }
      const bool has_prefix = type == "base64" && text_of(find(*source, "data")).starts_with("data:");
      return has_prefix ? Check(anthropic_invalid(path + ".source.base64.data: Input should be valid base64"))
                        : std::nullopt;
    }
    if (type == "url") return find(*source, "url") ? std::nullopt : Check(dialect_.missing(path + ".source.url.url"));
    return type == "file" ? std::nullopt : Check(dialect_.wrong_value(path + ".source.type", type, kSources));
  }

  Check check_effort(const json* effort, std::string_view path) {
    if (!effort) return std::nullopt;
    const std::string level = text_of(effort);
    if (std::ranges::find(dialect_.efforts, level) == dialect_.efforts.end()) {
      return dialect_.wrong_value(path, level, dialect_.efforts);
    }
    question_.wants_reasoning = question_.wants_reasoning || (!is_anthropic() && level != "none");
    return std::nullopt;
  }

  [[nodiscard]] bool is_reasoning_model() const {
    const std::string_view model = question_.model;
    const bool is_named_so = model.starts_with("gpt-5") || model.starts_with("o1") || model.starts_with("o3");
    return is_named_so && !model.contains("-chat");
  }

  Check check_chat() {
    const json* const options = find(body_, "stream_options");
    // Azure took stream_options from this version on.
    if (options && route_.service == Service::azure && route_.api_version < "2024-09-01-preview") {
      return dialect_.unknown_field("stream_options");
    }
    if (options && !question_.is_stream) {
      return openai_refusal("The 'stream_options' parameter is only allowed when 'stream' is enabled.",
                            "stream_options");
    }
    if (options) question_.wants_usage = is_true(find(*options, "include_usage"));
    if (is_reasoning_model()) {
      if (find(body_, "max_tokens")) {
        return openai_refusal(
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' "
            "instead.",
            "max_tokens", "unsupported_parameter");
      }
      if (const json* temperature = find(body_, "temperature"); temperature && temperature->get<double>() != 1) {
        return openai_refusal(
            fmt::format("Unsupported value: 'temperature' does not support {} with this model. Only the default (1) "
                        "value is supported.",
                        temperature->dump()),
            "temperature", "unsupported_value");
      }
    }
    for (const char* name : {"max_tokens", "max_completion_tokens"}) {
      if (const auto limit = integer_of(find(body_, name))) {
        if (*limit < 1) return dialect_.too_small(name, 1, *limit);
        question_.max_output_tokens = limit;
      }
    }
    return check_effort(find(body_, "reasoning_effort"), "reasoning_effort");
  }

  Check check_responses() {
    if (is_reasoning_model() && find(body_, "temperature")) {
      return openai_refusal("Unsupported parameter: 'temperature' is not supported with this model.", "temperature",
                            "unsupported_parameter");
    }
    if (const auto limit = integer_of(find(body_, "max_output_tokens"))) {
      if (*limit < 16) return dialect_.too_small("max_output_tokens", 16, *limit);
      question_.max_output_tokens = limit;
    }
    if (const json* include = find(body_, "include")) {
      question_.wants_encrypted = std::ranges::find(*include, json("reasoning.encrypted_content")) != include->end();
    }
    const json* const reasoning = find(body_, "reasoning");
    if (!reasoning) return std::nullopt;
    question_.wants_reasoning = find(*reasoning, "summary") != nullptr;
    return check_effort(find(*reasoning, "effort"), "reasoning.effort");
  }

  Check check_messages() {
    const auto limit = integer_of(find(body_, "max_tokens"));
    if (!limit) return dialect_.missing("max_tokens");
    if (*limit < 1) return anthropic_invalid("max_tokens: must be greater than or equal to 1");
    question_.max_output_tokens = limit;
    if (const json* temperature = find(body_, "temperature"); temperature && temperature->get<double>() > 1) {
      return anthropic_invalid("temperature: range: 0..1");
    }
    if (const json* thinking = find(body_, "thinking")) {
      constexpr std::string_view kTypes[] = {"adaptive", "disabled", "enabled"};
      const std::string type = text_of(find(*thinking, "type"));
      if (std::ranges::find(kTypes, type) == std::end(kTypes)) {
        return dialect_.wrong_value("thinking.type", type, kTypes);
      }
      question_.wants_reasoning = type != "disabled";
      if (type == "enabled") {
        const auto budget = integer_of(find(*thinking, "budget_tokens"));
        if (!budget) return dialect_.missing("thinking.enabled.budget_tokens");
        if (*budget < 1024) {
          return anthropic_invalid("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
        }
        if (*budget >= *limit) return anthropic_invalid("`max_tokens` must be greater than `thinking.budget_tokens`.");
      }
    }
    const json* const config = find(body_, "output_config");
    return config ? check_effort(find(*config, "effort"), "output_config.effort") : std::nullopt;
  }

  const Dialect& dialect_;
  const Route& route_;
  const json& body_;
  Question& question_;
};

Refusal not_json(const Route& route) {
  constexpr std::string_view kMessage = "The request body is not valid JSON.";
  if (route.service == Service::anthropic) {
    return anthropic_refusal(400, "invalid_request_error", std::string(kMessage));
  }
  return openai_refusal("We could not parse the JSON body of your request. " + std::string(kMessage));
}

}  // namespace

std::expected<Question, Refusal> read_question(const Route& route, const Call& call) {
  const json body = nests_too_deep(call.body) ? json(json::value_t::discarded) : json::parse(call.body, nullptr, false);
  Question question;
  question.service = route.service;
  question.time = call.time;
  question.serial = call.serial;
  question.model = route.deployment.empty() ? text_of(find(body, "model")) : route.deployment;
  if (auto refusal = check_access(route, call, question.model)) return std::unexpected(*std::move(refusal));
  if (!body.is_object()) return std::unexpected(not_json(route));

  question.api = route.api.value_or(Api::chat);  // a route without an API never gets here
  question.is_stream = is_true(find(body, "stream"));
  if (auto refusal = Reader(dialect_of(question.api), route, body, question).read()) {
    return std::unexpected(*std::move(refusal));
  }
  return question;
}

}  // namespace byok::mock
