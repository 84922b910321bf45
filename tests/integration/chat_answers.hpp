// Answers for conversations: a server that repeats what it was told, and what its requests held.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "support/raw_server.hpp"

namespace byok::test {

// The text of the last message of a Chat Completions request.
[[nodiscard]] std::string last_prompt(const Received& request);

// "reply to PROMPT", with `extra` bytes behind it, streamed in a few pieces, then the figures and the end.
[[nodiscard]] Pieces repeat_prompt(const Received& request, std::size_t extra);

// What the line of figures behind such a reply has in it.
inline constexpr const char* kFigures = " input, 3 output tokens";

// Enough answers for any conversation, each "reply to PROMPT".
[[nodiscard]] std::vector<Answer> repeating(std::size_t count = 200);

}  // namespace byok::test
