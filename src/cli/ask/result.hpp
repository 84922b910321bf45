// RunResult: all that is known at the end of a run, and its JSON form (cli.md, "Result object").
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "core/event.hpp"
#include "core/message.hpp"
#include "core/profile.hpp"

namespace byok::cli {

struct RunResult {
  void set_profile(const core::Profile& used);

  int exit_code = 0;
  std::optional<base::Error> error;
  std::string profile;
  std::string host;
  std::string model;
  std::string content;
  std::string data;  // the content's value as JSON, where it has the form of --schema
  std::string reasoning;
  std::vector<core::ToolCallPart> tool_calls;
  std::optional<core::FinishReason> finish;
  std::string provider_finish;
  core::Usage usage;
  std::string response_id;
  std::string request_id;
  std::string session_id;  // where the exchange was kept
  int attempts = 0;
  std::optional<std::chrono::milliseconds> time_to_first_token;
  std::chrono::milliseconds duration{0};
  std::vector<std::string> warnings;
};

// One line without its newline, in pieces, so that a long answer is not held twice. The answer's content stays as it
// is; what a provider says beside it is redacted. Fails as `write` does.
using WriteBytes = std::function<base::Result<>(std::string_view bytes)>;
base::Result<> write_json(const RunResult& result, const base::Redactor& redactor, const WriteBytes& write);
// The same as one string.
[[nodiscard]] std::string to_json(const RunResult& result, const base::Redactor& redactor);

// For `-u`: "12 input (8 cached), 34 output (20 reasoning) tokens, first token 0.4 s, total 1.2 s".
[[nodiscard]] std::string usage_line(const RunResult& result);

}  // namespace byok::cli
