// Sessions at the prompt.
#include "cli/chat/commands_session.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/ask/output.hpp"
#include "cli/sessions/session_table.hpp"
#include "session/store.hpp"
#include "session/store/export.hpp"
#include "session/store/listing.hpp"
#include "session/store/session_id.hpp"
#include "terminal/terminal.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using base::Result;

std::string count_of(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string first_prompt(const session::SavedTurn& turn) {
  return turn.messages.empty() ? std::string() : session::title_of(core::first_text(turn.messages.front()));
}

session::SavedSession as_saved(const Chat& chat) {
  session::SavedSession saved;
  saved.id = chat.keeper.id();
  if (!chat.turns.empty()) saved.title = first_prompt(chat.turns.front());
  saved.setup = session::setup_of(chat.session.profile());
  saved.system = chat.session.profile().system;
  saved.turns = chat.turns;
  return saved;
}

// Where it goes, and what is there, is as with `-o`.
Result<> write_markdown(Chat& chat, const std::string& path) {
  AskOptions options;
  options.output = path;
  const bool is_file = base::status_of(path).is_regular;
  if (is_file && !chat.asks(fmt::format("{} exists; replace it?", path))) {
    if (chat.screen.has_person) return {};
    return base::fail(ErrorKind::usage, fmt::format("{} exists and was not replaced", path), "name another file");
  }
  BYOK_TRY(Output output, Output::open(options, chat.context));
  const std::string text = chat.context.redactor.redact(session::to_markdown(as_saved(chat)));
  BYOK_CHECK(output.write_text(chat.context, text));
  BYOK_CHECK(output.close(chat.context, true));
  chat.tell(fmt::format("{} in {}", count_of(chat.turns.size(), "turn"), path));
  return {};
}

Result<> load(Chat& chat, const std::string& prefix) {
  BYOK_TRY(const std::string id, session::find_session(sessions_directory(chat.context), prefix));
  if (id == chat.keeper.id()) {
    chat.tell("that is this session");
    return {};
  }
  BYOK_TRY(Keeper keeper, chat.keeper.open_other(id));
  config::Overrides overrides = chat.overrides;
  overrides.profile.reset();
  overrides.model.reset();
  overrides.is_session_model = false;
  overrides.system.reset();
  keeper.fill(overrides);
  std::vector<std::string> sentences;
  auto launched = launch_next(chat, overrides, sentences);
  if (!launched) {
    keeper.explain(launched.error(), false);
    return std::unexpected(std::move(launched).error());
  }
  BYOK_CHECK(keeper.settle((*launched)->profile, false));
  chat.take(*std::move(launched), std::move(overrides));
  chat.keeper = std::move(keeper);
  for (const std::string& sentence : sentences) chat.tell(sentence);
  take_up_saved(chat);
  return {};
}

}  // namespace

void undo_turn(Chat& chat, const std::string& /*argument*/) {
  if (!chat.session.drop_last_turn()) return chat.tell("there is no turn to take back");
  const std::string title = first_prompt(chat.turns.back());
  chat.turns.pop_back();
  chat.failed.reset();
  if (const auto kept = chat.keep_turns(chat.turns.size()); !kept) chat.fail(kept.error());
  chat.tell(fmt::format("took back \"{}\" and its reply; {} left", title, count_of(chat.turns.size(), "turn")));
}

void clear_conversation(Chat& chat, const std::string& /*argument*/) {
  chat.session.clear();
  chat.turns.clear();
  chat.failed.reset();
  chat.next = {};
  chat.keeper.begin_new();
  chat.tell("a new conversation begins here");
}

void save_conversation(Chat& chat, const std::string& argument) {
  if (!argument.empty()) {
    if (chat.turns.empty()) return chat.tell("there is nothing to write yet");
    if (const auto written = write_markdown(chat, argument); !written) chat.fail(written.error());
    return;
  }
  auto kept = chat.keeper.start();
  if (kept) kept = chat.keep_turns(chat.keeper.kept_whole());
  if (kept && chat.keeper.kept_whole() < chat.turns.size()) {
    kept = base::fail(ErrorKind::output,
                      fmt::format("session {} lacks a turn that could not be written", chat.keeper.id()),
                      "make room, then /save writes it");
  }
  if (!kept) return chat.fail(kept.error());
  chat.tell(chat.turns.empty() ? std::string("the conversation is kept from its first reply on")
                               : fmt::format("the conversation is kept as session {}", chat.keeper.id()));
}

void keep_nothing(Chat& chat, const std::string& /*argument*/) {
  const std::string id = chat.keeper.id();
  const bool has_file = chat.keeper.keeps() && !chat.turns.empty();
  chat.keeper.stop();
  chat.tell("nothing is kept from here on");
  if (has_file) chat.tell(fmt::format("what was kept stays: byok sessions rm {} removes it", id));
}

void load_session_by_id(Chat& chat, const std::string& argument) {
  if (const auto loaded = load(chat, argument); !loaded) chat.fail(loaded.error());
}

void show_sessions(Chat& chat, const std::string& /*argument*/) {
  constexpr std::size_t kMost = 20;
  const auto sessions = session::list_sessions(sessions_directory(chat.context));
  if (sessions.empty()) return chat.tell("no sessions are kept yet");
  const Context& context = chat.context;
  const auto width =
      context.streams.err_is_terminal ? std::optional(terminal::columns_of(context.streams.err)) : std::nullopt;
  const std::vector<session::SessionInfo> shown(
      sessions.begin(), sessions.begin() + static_cast<std::ptrdiff_t>(std::min(sessions.size(), kMost)));
  context.say_raw(session_table(shown, std::chrono::system_clock::now(), width));
  if (sessions.size() > kMost) chat.tell(fmt::format("and {} more: byok sessions list", sessions.size() - kMost));
  chat.tell("/load ID goes on with one; the beginning of its id is enough");
}

}  // namespace byok::cli
