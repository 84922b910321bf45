// The tables of fields, roles and parts, and the wording of refusals.
#include "mock/dialect.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace byok::mock {
namespace {

constexpr Field kChatFields[] = {
    {"model", Kind::string},
    {"messages", Kind::array},
    {"stream", Kind::boolean},
    {"stream_options", Kind::object},
    {"max_tokens", Kind::integer},
    {"max_completion_tokens", Kind::integer},
    {"temperature", Kind::number},
    {"top_p", Kind::number},
    {"stop", Kind::any},
    {"seed", Kind::integer},
    {"n", Kind::integer},
    {"reasoning_effort", Kind::string},
    {"verbosity", Kind::string},
    {"response_format", Kind::object},
    {"tools", Kind::array},
    {"tool_choice", Kind::any},
    {"parallel_tool_calls", Kind::boolean},
    {"functions", Kind::array},
    {"function_call", Kind::any},
    {"store", Kind::boolean},
    {"metadata", Kind::object},
    {"user", Kind::string},
    {"safety_identifier", Kind::string},
    {"prompt_cache_key", Kind::string},
    {"service_tier", Kind::string},
    {"frequency_penalty", Kind::number},
    {"presence_penalty", Kind::number},
    {"logit_bias", Kind::object},
    {"logprobs", Kind::boolean},
    {"top_logprobs", Kind::integer},
    {"modalities", Kind::array},
    {"audio", Kind::object},
    {"prediction", Kind::object},
    {"web_search_options", Kind::object},
};

constexpr Field kResponsesFields[] = {
    {"model", Kind::string},
    {"input", Kind::any},
    {"instructions", Kind::string},
    {"stream", Kind::boolean},
    {"stream_options", Kind::object},
    {"store", Kind::boolean},
    {"max_output_tokens", Kind::integer},
    {"max_tool_calls", Kind::integer},
    {"temperature", Kind::number},
    {"top_p", Kind::number},
    {"top_logprobs", Kind::integer},
    {"reasoning", Kind::object},
    {"text", Kind::object},
    {"tools", Kind::array},
    {"tool_choice", Kind::any},
    {"parallel_tool_calls", Kind::boolean},
    {"previous_response_id", Kind::string},
    {"conversation", Kind::any},
    {"include", Kind::array},
    {"truncation", Kind::string},
    {"metadata", Kind::object},
    {"user", Kind::string},
    {"safety_identifier", Kind::string},
    {"prompt", Kind::object},
    {"prompt_cache_key", Kind::string},
    {"service_tier", Kind::string},
    {"background", Kind::boolean},
};

constexpr Field kMessagesFields[] = {
    {"model", Kind::string},         {"messages", Kind::array},     {"max_tokens", Kind::integer},
    {"system", Kind::any},           {"stream", Kind::boolean},     {"temperature", Kind::number},
    {"top_p", Kind::number},         {"top_k", Kind::integer},      {"stop_sequences", Kind::array},
    {"tools", Kind::array},          {"tool_choice", Kind::object}, {"thinking", Kind::object},
    {"output_config", Kind::object}, {"metadata", Kind::object},    {"service_tier", Kind::string},
    {"container", Kind::any},        {"mcp_servers", Kind::array},  {"context_management", Kind::object},
};

constexpr Shape kChatParts[] = {
    {"text", "text", Kind::string},
    {"image_url", "image_url", Kind::object, kAsker},
    {"input_audio", "input_audio", Kind::object, kAsker},
    {"file", "file", Kind::object, kAsker},
    {"refusal", "refusal", Kind::string, kAnswerer},
};
constexpr Shape kResponsesParts[] = {
    {"input_text", "text", Kind::string, kAsker},
    {"input_image", "image_url|file_id", Kind::string, kAsker},
    {"input_file", "file_data|file_url|file_id", Kind::string, kAsker},
    {"output_text", "text", Kind::string, kAnswerer},
    {"refusal", "refusal", Kind::string, kAnswerer},
};
constexpr Shape kMessagesParts[] = {
    {"text", "text", Kind::string},
    {"image", "source", Kind::object, kAsker},
    {"document", "source", Kind::object, kAsker},
    {"tool_result", "tool_use_id", Kind::string, kAsker},
    {"tool_use", "id", Kind::string, kAnswerer},
    {"thinking", "signature", Kind::string, kAnswerer},
    {"redacted_thinking", "data", Kind::string, kAnswerer},
};
constexpr Shape kResponsesItems[] = {
    {"function_call", "call_id", Kind::string},
    {"function_call_output", "call_id", Kind::string},
    {"reasoning", "summary", Kind::array},
    {"item_reference", "id", Kind::string},
};

constexpr std::string_view kChatRoles[] = {"developer", "system", "user", "assistant", "tool", "function"};
constexpr std::string_view kResponsesRoles[] = {"developer", "system", "user", "assistant"};
constexpr std::string_view kMessagesRoles[] = {"user", "assistant"};
constexpr std::string_view kEfforts[] = {"none", "minimal", "low", "medium", "high", "xhigh", "max"};

constexpr Dialect kDialects[] = {
    {Api::chat, kChatFields, "messages", kChatRoles, kChatParts, {}, kEfforts},
    {Api::responses, kResponsesFields, "input", kResponsesRoles, kResponsesParts, kResponsesItems, kEfforts},
    {Api::messages, kMessagesFields, "messages", kMessagesRoles, kMessagesParts, {}, std::span(kEfforts).subspan(2)},
};

}  // namespace

std::string_view to_string(Kind kind) {
  constexpr std::string_view kNames[] = {"value", "string", "number", "integer", "boolean", "array", "object"};
  return kNames[static_cast<std::size_t>(kind)];
}

const Dialect& dialect_of(Api api) { return *std::ranges::find(kDialects, api, &Dialect::api); }

Refusal anthropic_invalid(std::string message) {
  return anthropic_refusal(400, "invalid_request_error", std::move(message));
}

std::string Dialect::element(std::string_view path, std::size_t index) const {
  return api == Api::messages ? fmt::format("{}.{}", path, index) : fmt::format("{}[{}]", path, index);
}

Refusal Dialect::missing(std::string_view path) const {
  if (api == Api::messages) return anthropic_invalid(fmt::format("{}: Field required", path));
  if (api == Api::chat && path == "model") return openai_refusal("you must provide a model parameter");
  return openai_refusal(fmt::format("Missing required parameter: '{}'.", path), std::string(path),
                        "missing_required_parameter");
}

Refusal Dialect::unknown_field(std::string_view name) const {
  if (api == Api::messages) return anthropic_invalid(fmt::format("{}: Extra inputs are not permitted", name));
  if (api == Api::chat) return openai_refusal(fmt::format("Unrecognized request argument supplied: {}", name));
  return openai_refusal(fmt::format("Unknown parameter: '{}'.", name), std::string(name), "unknown_parameter");
}

Refusal Dialect::wrong_type(std::string_view path, std::string_view expected, std::string_view found) const {
  if (api == Api::messages) return anthropic_invalid(fmt::format("{}: Input should be a valid {}", path, expected));
  return openai_refusal(fmt::format("Invalid type for '{}': expected {}, but got {} instead.", path, expected, found),
                        std::string(path), "invalid_type");
}

Refusal Dialect::wrong_value(std::string_view path, std::string_view found,
                             std::span<const std::string_view> supported) const {
  if (api == Api::messages) {
    return anthropic_invalid(fmt::format("{}: Input should be '{}'", path, fmt::join(supported, "' or '")));
  }
  return openai_refusal(
      fmt::format("Invalid value: '{}'. Supported values are: '{}'.", found, fmt::join(supported, "', '")),
      std::string(path), "invalid_value");
}

Refusal Dialect::empty_list() const {
  if (api == Api::messages) return anthropic_invalid("messages: at least one message is required");
  return openai_refusal(fmt::format("Invalid '{}': empty array. Expected an array with minimum length 1, but got an "
                                    "empty array instead.",
                                    list),
                        std::string(list), "empty_array");
}

Refusal Dialect::too_small(std::string_view name, std::int64_t least, std::int64_t found) const {
  if (api == Api::messages) {
    return anthropic_invalid(fmt::format("{}: Input should be greater than or equal to {}", name, least));
  }
  return openai_refusal(fmt::format("Invalid '{}': integer below minimum value. Expected a value >= {}, but got {} "
                                    "instead.",
                                    name, least, found),
                        std::string(name), "integer_below_min_value");
}

Refusal Dialect::no_such_model(Service service, std::string_view model) const {
  if (api == Api::messages) return anthropic_refusal(404, "not_found_error", fmt::format("model: {}", model));
  if (is_azure(service)) {
    return azure_refusal(404, "DeploymentNotFound",
                         "The API deployment for this resource does not exist. If you created the deployment within "
                         "the last 5 minutes, please wait a moment and try again.");
  }
  if (api == Api::responses) {
    return openai_refusal(fmt::format("The requested model '{}' does not exist.", model), "model", "model_not_found");
  }
  Refusal refusal = openai_refusal(fmt::format("The model `{}` does not exist or you do not have access to it.", model),
                                   {}, "model_not_found");
  refusal.status = 404;
  return refusal;
}

}  // namespace byok::mock
