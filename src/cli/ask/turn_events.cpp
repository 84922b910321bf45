// The first and the last events of a turn.
#include "cli/ask/turn_events.hpp"

#include <string>
#include <utility>
#include <variant>

#include "session/conversation.hpp"
#include "session/store/session_id.hpp"

namespace byok::cli {
namespace {

session::TurnEndRecord end_of(const RunResult& result) {
  session::TurnEndRecord end;
  end.turns = 1;
  if (result.finish) end.finish = core::to_string(*result.finish);
  end.response_id = result.response_id;
  end.usage = result.usage;
  end.duration_ms = result.duration.count();
  return end;
}

}  // namespace

void begin_events(EventStream& events, const Keeper& keeper, const core::Profile& profile, const core::Message& prompt,
                  const base::Redactor& redactor) {
  EventStream::Start start;
  start.record.is_resume = keeper.resumed() != nullptr;
  start.record.session_id = keeper.id();
  start.record.setup = session::setup_of(profile);
  if (const session::SessionFile* const file = keeper.file()) {
    if (!start.record.is_resume) start.record.title = session::title_of(redactor.redact(core::first_text(prompt)));
    start.is_ephemeral = start.record.is_resume && start.record.setup == file->setup();
    if (profile.system != file->system()) start.system = profile.system;
    start.parent = file->last_event();
  }
  events.start(start, prompt);
}

core::Message reply_of(const session::SavedTurn* kept, const RunResult& result, std::string_view encrypted) {
  if (kept != nullptr && kept->has_reply()) return kept->messages.back();
  core::Message reply{.role = core::Role::assistant, .parts = {}};
  if (!result.reasoning.empty() || !encrypted.empty()) {
    core::ReasoningPart reasoning;
    reasoning.text = result.reasoning;
    reasoning.encrypted = encrypted;
    reply.parts.emplace_back(std::move(reasoning));
  }
  if (!result.content.empty()) reply.parts.emplace_back(core::TextPart{result.content});
  for (const core::ToolCallPart& call : result.tool_calls) reply.parts.emplace_back(call);
  return reply;
}

void end_turn(EventStream& events, const session::TurnResult& turn, const RunResult& result, const core::Message& reply,
              const session::SavedTurn* kept, bool is_kept) {
  if (turn.had_output) {
    events.usage(result.usage, turn.model, result.finish ? core::to_string(*result.finish) : "");
    events.message(reply);
  }
  if (result.error) events.error(record_of(*result.error), is_kept && !kept->error);
  session::TurnEndRecord end = kept != nullptr ? kept->end : end_of(result);
  end.profile = result.profile;
  end.model = result.model;
  events.turn_end(end);
}

session::ErrorRecord record_of(const base::Error& error) {
  return {.kind = std::string(base::to_string(error.kind)), .message = error.message, .status = error.status};
}

}  // namespace byok::cli
