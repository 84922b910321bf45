// Sessions at the prompt.
#include "cli/chat/commands_session.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
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
  for (const core::Message& message : turn.messages) {
    for (const core::Part& part : message.parts) {
      if (const auto* text = std::get_if<core::TextPart>(&part)) return session::title_of(text->text);
    }
  }
  return {};
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

void write_markdown(Chat& chat, const std::string& path) {
  if (chat.turns.empty()) return chat.tell("there is nothing to write yet");
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !chat.asks(fmt::format("{} exists; replace it?", path))) {
    if (!chat.screen.has_person) {
      chat.fail(base::fail(ErrorKind::usage, fmt::format("{} exists and was not replaced", path)).error());
    }
    return;
  }
  const std::string text = chat.context.redactor.redact(session::to_markdown(as_saved(chat)));
  const auto written = base::write_file(path, text, 0600);
  if (!written) return chat.fail(written.error());
  chat.tell(fmt::format("{} in {}", count_of(chat.turns.size(), "turn"), path));
}

Result<> keep_from_here(Chat& chat) {
  BYOK_CHECK(chat.keeper.start());
  for (const session::SavedTurn& turn : chat.turns) BYOK_CHECK(chat.keeper.append(turn, chat.session.profile().system));
  chat.keeps_history = true;
  return {};
}

Result<> load(Chat& chat, const std::string& prefix) {
  const std::filesystem::path directory = sessions_directory(chat.context);
  BYOK_TRY(const std::string id, session::find_session(directory, prefix));
  if (id == chat.keeper.id()) {
    chat.tell("that is this session");
    return {};
  }
  BYOK_TRY(const session::SavedSession saved, session::load_session(directory, id));
  config::Overrides overrides = chat.overrides;
  overrides.profile.reset();
  overrides.model.reset();
  if (!saved.setup.profile.empty()) overrides.profile = saved.setup.profile;
  if (!saved.setup.model.empty()) overrides.model = saved.setup.model;
  overrides.is_session_model = overrides.model.has_value();
  overrides.system = saved.system;
  BYOK_TRY(auto launched, launch_chat(overrides, *chat.editor, chat.context));
  if (session::is_elsewhere(saved, launched->profile)) {
    const std::string facts =
        fmt::format("session {} was held at {}, and profile {} is at {} now", id, saved.setup.origin,
                    launched->profile.name, launched->profile.base_url.origin());
    if (!chat.screen.has_person) return base::fail(ErrorKind::usage, facts);
    chat.context.say("byok: " + facts);
    if (!chat.asks("send the conversation there?")) return {};
  }
  BYOK_CHECK(chat.keeper.take_up(id));
  chat.credential.reset();
  chat.launched = std::move(launched);
  chat.credential = std::make_unique<CredentialSource>(*chat.launched, chat.context);
  chat.overrides = std::move(overrides);
  take_up_saved(chat);
  return chat.keeper.settle(chat.launched->profile, true);
}

}  // namespace

void undo_turn(Chat& chat, const std::string& /*argument*/) {
  if (!chat.session.drop_last_turn()) return chat.tell("there is no turn to take back");
  const std::string title = first_prompt(chat.turns.back());
  chat.turns.pop_back();
  chat.failed.reset();
  const auto back = chat.keeper.rewind(chat.turns.size());
  if (!back) chat.fail(back.error());
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
  if (!argument.empty()) return write_markdown(chat, argument);
  if (chat.keeper.keeps()) {
    chat.tell(fmt::format("the conversation is kept as session {}", chat.keeper.id()));
    return;
  }
  if (const auto kept = keep_from_here(chat); !kept) return chat.fail(kept.error());
  chat.tell(chat.turns.empty() ? std::string("the conversation is kept from its first reply on")
                               : fmt::format("the conversation is kept as session {}", chat.keeper.id()));
}

void keep_nothing(Chat& chat, const std::string& /*argument*/) {
  const std::string id = chat.keeper.id();
  const bool has_file = chat.keeper.keeps() && !chat.turns.empty();
  chat.keeper.stop();
  chat.keeps_history = false;
  chat.tell("nothing is kept from here on");
  if (has_file) chat.tell(fmt::format("what was kept stays: byok sessions rm {} removes it", id));
}

void load_session_by_id(Chat& chat, const std::string& argument) {
  const auto loaded = load(chat, argument);
  if (loaded) return;
  chat.fail(loaded.error());
  if (loaded.error().kind == ErrorKind::cancelled) chat.obey_signal(loaded.error());
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
