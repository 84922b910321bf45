// History: what of a conversation can be sent on, to the same model or to another one. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/message.hpp"
#include "core/profile.hpp"

namespace byok::session {

// Without tool calls that have no result behind them and results that have no call before them, which every provider
// refuses. Messages that are empty are left out; where a reply was calls alone, its prompt is, too, because some
// servers refuse two messages of the user's in a row.
[[nodiscard]] std::vector<core::Message> sendable(std::vector<core::Message> messages);

// What to say of a turn whose calls have no result and so are left out of what is sent; empty where it has none.
[[nodiscard]] std::string unanswered_sentence(std::span<const core::Message> turn);

// Reasoning and its payloads can be read only by the model that wrote them, at its own origin and wire API.
[[nodiscard]] bool can_share_reasoning(const core::Profile& from, const core::Profile& to);

struct Losses {
  std::size_t reasoning = 0;    // replies whose reasoning was left out
  std::size_t attachments = 0;  // images and documents
};
// Takes out what cannot go along to a profile: images and documents in a form that its wire API refuses, and reasoning
// unless `keeps_reasoning`. Messages may be left empty; `sendable` drops them.
Losses convert(std::span<core::Message> messages, bool keeps_reasoning, const core::Profile& to);
// A sentence for each kind of loss; none where all went along.
[[nodiscard]] std::vector<std::string> sentences_of(const Losses& losses, const core::Profile& to);

}  // namespace byok::session
