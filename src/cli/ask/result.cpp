// The result object and the usage line.
#include "cli/ask/result.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace byok::cli {
namespace {

using Json = nlohmann::ordered_json;
using base::ErrorKind;

// Whether running the same command again may help.
bool is_retryable(const base::Error& error) {
  if (error.should_retry) return *error.should_retry;
  switch (error.kind) {
    case ErrorKind::rate_limit:
    case ErrorKind::overloaded:
    case ErrorKind::network:
    case ErrorKind::timeout:
      return true;
    default:
      return false;
  }
}

Json error_object(const base::Error& error, const base::Redactor& redactor) {
  Json object;
  object["category"] = base::to_string(error.kind);
  if (!error.code.empty()) object["code"] = redactor.redact(error.code);
  if (error.status != 0) object["status"] = error.status;
  object["message"] = redactor.redact(error.message);
  if (!error.hint.empty()) object["hint"] = redactor.redact(error.hint);
  object["retryable"] = is_retryable(error);
  if (error.retry_after) object["retry_after_ms"] = error.retry_after->count();
  return object;
}

Json usage_object(const core::Usage& usage) {
  Json object;
  if (usage.input_tokens) object["input_tokens"] = *usage.input_tokens;
  if (usage.output_tokens) object["output_tokens"] = *usage.output_tokens;
  if (usage.reasoning_tokens) object["reasoning_tokens"] = *usage.reasoning_tokens;
  if (usage.cached_tokens) object["cached_tokens"] = *usage.cached_tokens;
  return object;
}

std::string seconds(std::chrono::milliseconds time) {
  return fmt::format("{:.1f} s", static_cast<double>(time.count()) / 1000.0);
}

}  // namespace

std::string to_json(const RunResult& result, const base::Redactor& redactor) {
  Json object;
  object["type"] = "result";
  object["schema_version"] = 1;
  object["ok"] = result.exit_code == 0;
  object["exit_code"] = result.exit_code;
  if (!result.profile.empty()) object["profile"] = result.profile;
  if (!result.host.empty()) object["host"] = result.host;
  if (!result.model.empty()) object["model"] = result.model;
  object["content"] = result.content;
  if (!result.reasoning.empty()) object["reasoning"] = result.reasoning;
  if (!result.tool_calls.empty()) {
    Json calls = Json::array();
    for (const core::ToolCallPart& call : result.tool_calls) {
      calls.push_back({{"id", call.id}, {"name", call.name}, {"arguments", call.arguments}});
    }
    object["tool_calls"] = std::move(calls);
  }
  if (result.finish) object["finish_reason"] = core::to_string(*result.finish);
  if (!result.provider_finish.empty()) object["provider_finish_reason"] = redactor.redact(result.provider_finish);
  if (!result.usage.is_empty()) object["usage"] = usage_object(result.usage);
  if (!result.response_id.empty()) object["response_id"] = redactor.redact(result.response_id);
  if (!result.request_id.empty()) object["request_id"] = redactor.redact(result.request_id);
  if (result.attempts > 0) object["attempts"] = result.attempts;
  if (result.time_to_first_token) object["time_to_first_token_ms"] = result.time_to_first_token->count();
  object["duration_ms"] = result.duration.count();
  if (!result.warnings.empty()) {
    Json warnings = Json::array();
    for (const std::string& warning : result.warnings) warnings.push_back(redactor.redact(warning));
    object["warnings"] = std::move(warnings);
  }
  if (result.error) object["error"] = error_object(*result.error, redactor);
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string usage_line(const RunResult& result) {
  const core::Usage& usage = result.usage;
  std::string tokens = "tokens n/a";
  if (usage.input_tokens || usage.output_tokens) {
    const auto part = [](const std::optional<std::int64_t>& count, std::string_view what,
                         const std::optional<std::int64_t>& inner, std::string_view inner_what) {
      std::string text = count ? fmt::format("{} {}", *count, what) : fmt::format("n/a {}", what);
      if (inner && *inner > 0) text += fmt::format(" ({} {})", *inner, inner_what);
      return text;
    };
    tokens = fmt::format("tokens: {}, {}", part(usage.input_tokens, "input", usage.cached_tokens, "cached"),
                         part(usage.output_tokens, "output", usage.reasoning_tokens, "reasoning"));
  }
  std::string times;
  if (result.time_to_first_token) times += fmt::format("; first token {}", seconds(*result.time_to_first_token));
  return fmt::format("{}{}; total {}", tokens, times, seconds(result.duration));
}

}  // namespace byok::cli
