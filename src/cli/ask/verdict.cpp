// Honest endings: a reply that is cut short, refused or empty is never a success.
#include "cli/ask/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/exit_code.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using core::FinishReason;

struct Ending {
  FinishReason reason;
  ErrorKind kind;
  const char* message;
  const char* hint;
};

constexpr Ending kEndings[] = {
    {FinishReason::length, ErrorKind::incomplete, "the reply is cut off: the limit on its length was reached",
     "raise --max-output-tokens, or ask for less"},
    {FinishReason::content_filter, ErrorKind::content_filter, "the reply was stopped by the provider's content filter",
     "word the prompt differently, or have the filter changed where the provider lets you"},
    {FinishReason::refusal, ErrorKind::incomplete, "the model refused to answer", "word the prompt differently"},
    {FinishReason::pause, ErrorKind::incomplete, "the provider paused the reply before its end",
     "send the same again, with less to do in one turn"},
    {FinishReason::error, ErrorKind::incomplete, "the provider ended the reply with an error", "run it again"},
    {FinishReason::other, ErrorKind::incomplete, "the provider ended the reply in a way that byok does not know",
     "take the reply as incomplete; run it again"},
};

base::Error ending_error(const session::TurnResult& turn) {
  base::Error error;
  error.kind = ErrorKind::incomplete;
  for (const Ending& ending : kEndings) {
    if (ending.reason != turn.finish) continue;
    error.kind = ending.kind;
    error.message = ending.message;
    error.hint = ending.hint;
  }
  if (!turn.detail.empty()) error.message += fmt::format(" ({})", turn.detail);
  if (!turn.provider_finish.empty()) {
    // A refusal that ends like any reply has no word of its own.
    if (turn.finish != FinishReason::refusal) error.code = turn.provider_finish;
    if (turn.finish == FinishReason::other) error.message += fmt::format(": {}", turn.provider_finish);
  }
  if (turn.provider_finish == "model_context_window_exceeded") {
    error.message = "the reply is cut off: prompt and reply together fill the model's context window";
    error.hint = "shorten the prompt, or take a model with a larger context window";
  } else if (turn.finish == FinishReason::length && !turn.had_text) {
    error.message = "there is no visible output: the limit on the reply's length was reached before any";
    error.hint = "raise --max-output-tokens, or lower --reasoning-effort";
  }
  return error;
}

base::Error no_output(const RunResult& result) {
  base::Error error;
  error.kind = ErrorKind::incomplete;
  error.message = "the reply has no visible output";
  const bool has_thought = !result.reasoning.empty() || result.usage.reasoning_tokens.value_or(0) > 0;
  error.hint = has_thought ? "raise --max-output-tokens, or lower --reasoning-effort"
                           : "run it again; where it stays so, --no-stream or another wire_api may help";
  return error;
}

// Ollama cuts a prompt that does not fit, and answers as if nothing had happened; the count it reports is that of what
// it kept: half its context window and two (ollama/ollama#17427).
bool was_prompt_cut(std::size_t prompt_bytes, const core::Usage& usage) {
  constexpr std::size_t kSmallest = 8192;
  constexpr std::int64_t kBytesPerToken = 12;
  constexpr std::int64_t kWindows[] = {2048, 4096, 8192, 16384, 32768, 65536, 131072, 262144};
  if (prompt_bytes < kSmallest || !usage.input_tokens || *usage.input_tokens <= 0) return false;
  if (static_cast<std::int64_t>(prompt_bytes) > kBytesPerToken * *usage.input_tokens) return true;
  return std::ranges::any_of(kWindows, [&](std::int64_t window) { return *usage.input_tokens == window / 2 + 2; });
}

}  // namespace

void judge(const session::TurnResult& turn, const VerdictInputs& inputs, RunResult& result, int signal) {
  if (turn.error) {
    result.error = turn.error;
    const ErrorKind kind = turn.error->kind;
    const bool keeps_code = kind == ErrorKind::cancelled || kind == ErrorKind::output;
    const ExitCode code = turn.had_text && !keeps_code ? ExitCode::incomplete : exit_code_for(kind, signal);
    result.exit_code = static_cast<int>(code);
    return;
  }
  result.exit_code = static_cast<int>(exit_code_for(turn.finish));
  if (result.exit_code != 0) {
    result.error = ending_error(turn);
  } else if (!turn.had_text && !inputs.has_tool_calls) {
    result.error = no_output(result);
    result.exit_code = static_cast<int>(ExitCode::incomplete);
  }
  if (was_prompt_cut(inputs.prompt_bytes, result.usage)) {
    result.warnings.push_back(
        fmt::format("the server may have read only {} tokens of your prompt; for Ollama, start it with a larger "
                    "OLLAMA_CONTEXT_LENGTH",
                    result.usage.input_tokens.value_or(0)));
  }
}

void judge_form(const session::JsonSchema& schema, RunResult& result) {
  if (result.exit_code != 0) return;
  auto value = schema.check(result.content);
  if (value) {
    result.data = *std::move(value);
    return;
  }
  base::Error error;
  error.kind = ErrorKind::schema;
  error.message = fmt::format("the reply does not have the form asked for: {}", value.error().sentence());
  error.hint = "a clearer prompt or a stronger model may help; --schema-retries N sends a reply back to be mended";
  result.error = std::move(error);
  result.exit_code = static_cast<int>(ExitCode::form);
}

}  // namespace byok::cli
