// A turn of `ask` as events: what the stream shows of it before it is kept, in the words of the session's file.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "cli/ask/event_stream.hpp"
#include "cli/ask/result.hpp"
#include "cli/keeper.hpp"
#include "core/message.hpp"
#include "core/profile.hpp"
#include "session/store/saved_session.hpp"
#include "session/turn.hpp"

namespace byok::cli {

// The session, its system text and the prompt, as the keeper's file will hold them.
void begin_events(EventStream& events, const Keeper& keeper, const core::Profile& profile, const core::Message& prompt,
                  const base::Redactor& redactor);

// The reply as it will be kept; where `kept` is null or has none, what the result knows of it.
[[nodiscard]] core::Message reply_of(const session::SavedTurn* kept, const RunResult& result,
                                     std::string_view encrypted);

// The reply, what went wrong and the figures. An error that a file will not hold (`is_kept`, and `kept` has none) is
// ephemeral.
void end_turn(EventStream& events, const session::TurnResult& turn, const RunResult& result, const core::Message& reply,
              const session::SavedTurn* kept, bool is_kept);

[[nodiscard]] session::ErrorRecord record_of(const base::Error& error);

}  // namespace byok::cli
