// Question: what a request body asks for, once it has been checked the way the real services check it.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "mock/refusal.hpp"
#include "mock/route.hpp"

namespace byok::mock {

struct Question {
  Service service = Service::openai;
  Api api = Api::chat;
  std::string model;            // or deployment
  std::string prompt;           // the text of the last user message; may be empty
  std::size_t input_bytes = 0;  // of all texts
  bool is_stream = false;
  bool wants_usage = false;      // in a chat stream; the other APIs always give it
  bool wants_reasoning = false;  // an effort, a summary or thinking was asked for
  bool wants_encrypted = false;  // Responses: include reasoning.encrypted_content
  std::optional<std::int64_t> max_output_tokens;
  std::int64_t time = 0;
  std::uint64_t serial = 0;
};

// For the routes chat, responses and messages. Checks access first (401, 404, 405, versions), then the body.
[[nodiscard]] std::expected<Question, Refusal> read_question(const Route& route, const Call& call);

}  // namespace byok::mock
