// Answer: what the mock says to a question, and the body that says it in each of the three APIs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mock/exchange.hpp"
#include "mock/question.hpp"

namespace byok::mock {

enum class Outcome {
  complete,
  length,      // cut at the limit that the question sets
  unfinished,  // all of the text, but nothing that says that it is the end
  failed,      // the text, then an error where the end should be
};

struct Answer {
  std::vector<std::string> reasoning;  // in pieces; each is one event of a stream
  std::vector<std::string> text;
  Outcome outcome = Outcome::complete;
};

// A friendly answer to the prompt, always the same for the same one. A sum such as `2+2` is worked out.
[[nodiscard]] std::string talk_about(std::string_view prompt);

// The text in pieces of `size` bytes (more where a character would be cut); 0: in words with the space before them.
[[nodiscard]] std::vector<std::string> cut_in_pieces(std::string_view text, std::size_t size);

// The text cut to what the question's limit on tokens allows, with reasoning where it was asked for.
[[nodiscard]] Answer answer_with(const Question& question, std::string text, std::size_t chunk_size);

[[nodiscard]] Reply reply_in_chat(const Question& question, const Answer& answer);
[[nodiscard]] Reply reply_in_responses(const Question& question, const Answer& answer);
[[nodiscard]] Reply reply_in_messages(const Question& question, const Answer& answer);
[[nodiscard]] Reply reply_with_models(const Route& route);

// What the three bodies have in common.
[[nodiscard]] std::string join(const std::vector<std::string>& pieces);
[[nodiscard]] std::int64_t input_tokens(const Question& question);
[[nodiscard]] std::int64_t output_tokens(const Answer& answer);  // reasoning included
[[nodiscard]] std::int64_t reasoning_tokens(const Answer& answer);

}  // namespace byok::mock
