// Verdict: what a reply that has ended is worth: exit code, error and warnings. Pure.
#pragma once

#include <cstddef>

#include "cli/ask/result.hpp"
#include "session/json_schema.hpp"
#include "session/turn.hpp"

namespace byok::cli {

struct VerdictInputs {
  std::size_t prompt_bytes = 0;
  bool has_tool_calls = false;
};

// Fills in exit_code, error and further warnings of `result`. `signal` is what a cancelled run ended by.
void judge(const session::TurnResult& turn, const VerdictInputs& inputs, RunResult& result, int signal);

// Whether a reply that came whole has the form of `schema`: its value is then `data`, else the error names the first
// violation.
void judge_form(const session::JsonSchema& schema, RunResult& result);

}  // namespace byok::cli
