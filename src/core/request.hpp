// Request: one question to a model, in the tool's own terms; each wire API writes it in its own dialect.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/message.hpp"

namespace byok::core {

enum class ReasoningEffort { none, minimal, low, medium, high, xhigh, max };

[[nodiscard]] std::string_view to_string(ReasoningEffort effort);
[[nodiscard]] std::optional<ReasoningEffort> reasoning_effort_from(std::string_view word);

// Request fields that a user may set, in a profile or by an option. Absent: not sent.
struct Sampling {
  std::optional<std::int64_t> max_output_tokens;
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::vector<std::string> stop;
  std::optional<std::int64_t> seed;
  std::optional<ReasoningEffort> reasoning_effort;
};

// One `--set PATH=VALUE`: a dotted path (numbers index arrays) and the value as JSON text; JSON null removes.
struct FieldEdit {
  std::string path;
  std::string json;
};

// What a provider was found to refuse, as words, so that they can be kept in a file:
//   rename:max_tokens        the output limit goes under the other of max_tokens / max_completion_tokens
//   drop:FIELD               FIELD (temperature, stream_options, include, store, …) is left out of the body
//   body:FIELD               FIELD of the profile's own `body` is left out
//   system:developer         the system text goes under the role developer
//   system:user              the system text stands at the head of the first user message
//   thinking:budget          Anthropic: thinking.type enabled with a budget instead of adaptive
//   schema:tool              Anthropic: the schema of the reply is that of a tool which must be called
//   schema:object            the reply is asked to be JSON, with the schema in the prompt
//   schema:prompt            the schema stands in the prompt alone
//   echo:reasoning           Chat Completions: replies of the conversation carry their reasoning_content
using Adaptations = std::set<std::string, std::less<>>;

// The form that a reply is asked to have. Whoever asks checks the reply: providers keep to a schema more or less.
struct ReplySchema {
  std::string json;        // a JSON Schema, as an object
  bool is_strict = false;  // within the subset that OpenAI can hold a model to (its guide, "Supported schemas")
};

struct Request {
  std::string model;  // as sent
  std::string system;
  std::vector<Message> messages;
  Sampling sampling;
  std::set<std::string, std::less<>> pinned;  // names of Sampling fields given on the command line: never dropped
  bool stream = true;
  bool wants_reasoning = false;     // reasoning will be shown or stored: ask for summaries where the wire has them
  bool keeps_conversation = false;  // a later request will carry on: ask for what must be echoed
  std::optional<bool> store;
  std::optional<ReplySchema> schema;
  std::string body;              // JSON object merged into the request body, or empty
  std::vector<FieldEdit> edits;  // applied last
  Adaptations adaptations;
};

}  // namespace byok::core
