// Parts: a message's parts as members of an event's data, in the Copilot SDK's names where it has them. Pure.
#pragma once

#include <vector>

#include "core/message.hpp"
#include "session/store/event_line.hpp"
#include "wire/json.hpp"

namespace byok::session {

// Adds `content` and what else the role has: `attachments`; `reasoningText`, `reasoningOpaque`, `encryptedContent`,
// `reasoningId`, `toolRequests`. A message whose parts these cannot tell, or not in their order, gets `parts` as well.
void write_parts(const core::Message& message, const base::Redactor& redactor, Fields& fields);

// What `write_parts` wrote: the same parts in the same order, adjoining texts as one. Empty texts and reasoning
// without anything are no parts.
[[nodiscard]] std::vector<core::Part> read_parts(wire::Json data);

}  // namespace byok::session
