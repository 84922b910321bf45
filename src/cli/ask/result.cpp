// The result object and the usage line.
#include "cli/ask/result.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace byok::cli {
namespace {

using Json = nlohmann::ordered_json;
using base::ErrorKind;

// Whether running the same command again may help.
bool is_retryable(const base::Error& error) {
  switch (error.kind) {
    case ErrorKind::timeout:  // byok itself does not ask a busy local server twice, but a person may
      return true;
    case ErrorKind::rate_limit:
    case ErrorKind::overloaded:
    case ErrorKind::network:
      return error.should_retry.value_or(true);
    default:
      return error.should_retry.value_or(false);
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

std::string dumped(const Json& object) { return object.dump(-1, ' ', false, Json::error_handler_t::replace); }

// The object without its last brace.
std::string open_end(const Json& object) {
  std::string text = dumped(object);
  text.pop_back();
  return text;
}

// Up to kSlice bytes that do not end within a character.
std::size_t slice_length(std::string_view text) {
  constexpr std::size_t kSlice = std::size_t{64} << 10;
  if (text.size() <= kSlice) return text.size();
  std::size_t length = kSlice;
  while (length > kSlice - 4 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) --length;
  return length;
}

Json head_of(const RunResult& result) {
  Json object;
  object["type"] = "result";
  object["schema_version"] = 1;
  object["ok"] = result.exit_code == 0;
  object["exit_code"] = result.exit_code;
  if (!result.profile.empty()) object["profile"] = result.profile;
  if (!result.host.empty()) object["host"] = result.host;
  if (!result.model.empty()) object["model"] = result.model;
  return object;
}

Json tail_of(const RunResult& result, const base::Redactor& redactor) {
  Json object;
  if (!result.data.empty()) object["data"] = Json::parse(result.data, nullptr, false);
  if (!result.reasoning.empty()) object["reasoning"] = redactor.redact(result.reasoning);
  if (!result.tool_calls.empty()) {
    Json calls = Json::array();
    for (const core::ToolCallPart& call : result.tool_calls) {
      calls.push_back({{"id", call.id}, {"name", call.name}, {"arguments", call.arguments}});
    }
    object["tool_calls"] = std::move(calls);
  }
  object["finish_reason"] = core::to_string(result.finish.value_or(core::FinishReason::error));
  if (!result.provider_finish.empty()) object["provider_finish_reason"] = redactor.redact(result.provider_finish);
  if (!result.usage.is_empty()) object["usage"] = usage_object(result.usage);
  if (!result.response_id.empty()) object["response_id"] = redactor.redact(result.response_id);
  if (!result.request_id.empty()) object["request_id"] = redactor.redact(result.request_id);
  if (!result.session_id.empty()) object["session_id"] = result.session_id;
  object["attempts"] = result.attempts;
  if (result.time_to_first_token) object["time_to_first_token_ms"] = result.time_to_first_token->count();
  object["duration_ms"] = result.duration.count();
  if (!result.warnings.empty()) {
    Json warnings = Json::array();
    for (const std::string& warning : result.warnings) warnings.push_back(redactor.redact(warning));
    object["warnings"] = std::move(warnings);
  }
  if (result.error) object["error"] = error_object(*result.error, redactor);
  return object;
}

}  // namespace

void RunResult::set_profile(const core::Profile& used) {
  profile = used.name;
  host = used.base_url.host();
  model = used.model;
}

base::Result<> write_json(const RunResult& result, const base::Redactor& redactor, const WriteBytes& write) {
  BYOK_CHECK(write(open_end(head_of(result))));
  BYOK_CHECK(write(",\"content\":\""));
  for (std::string_view rest = result.content; !rest.empty();) {
    const std::string_view slice = rest.substr(0, slice_length(rest));
    const std::string quoted = base::json_quote(slice);
    BYOK_CHECK(write(std::string_view(quoted).substr(1, quoted.size() - 2)));
    rest.remove_prefix(slice.size());
  }
  BYOK_CHECK(write("\","));
  return write(dumped(tail_of(result, redactor)).substr(1));
}

std::string to_json(const RunResult& result, const base::Redactor& redactor) {
  std::string json;
  const auto append = [&json](std::string_view bytes) {
    json += bytes;
    return base::Result<>();
  };
  [[maybe_unused]] const auto never_fails = write_json(result, redactor, append);
  return json;
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
