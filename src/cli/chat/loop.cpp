// From readings of the editor to prompts and commands.
#include "cli/chat/loop.hpp"

#include <signal.h>

#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/catalog.hpp"
#include "cli/chat/commands.hpp"
#include "cli/chat/line/complete.hpp"
#include "cli/chat/line/multiline.hpp"
#include "cli/chat/line/slash.hpp"
#include "cli/chat/send.hpp"
#include "cli/exit_code.hpp"
#include "session/store/listing.hpp"
#include "terminal/history.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using terminal::Reading;

std::vector<std::string> model_ids(const Chat& chat) {
  const core::Profile& profile = chat.launched->profile;
  const auto models = models_at_hand(profile, chat.context);
  std::vector<std::string> ids;
  ids.reserve(models.size());
  for (const core::ModelInfo& model : models) ids.push_back(model.id);
  return ids;
}

std::vector<std::string> profile_names(const Chat& chat) {
  std::vector<std::string> names;
  for (const config::ProfileSummary& each : chat.launched->config.list()) names.push_back(each.name);
  return names;
}

std::vector<std::string> session_ids(const Chat& chat) {
  std::vector<std::string> ids;
  for (const auto& each : session::session_entries(sessions_directory(chat.context))) ids.push_back(each.id);
  return ids;
}

SlashNames names_of(const Chat& chat) {
  return {.models = [&chat] { return model_ids(chat); },
          .profiles = [&chat] { return profile_names(chat); },
          .sessions = [&chat] { return session_ids(chat); },
          .home = chat.context.environment.home().string()};
}

class Loop {
 public:
  explicit Loop(Chat& chat) : chat_(chat), completer_(slash_completer(names_of(chat))) {}

  int run(std::string_view first) {
    if (!base::trim(first).empty()) send_text(chat_, std::string(first));
    while (!chat_.is_over) read();
    return chat_.exit_code;
  }

 private:
  void read() {
    terminal::EditorOptions look;
    look.style = chat_.prompt_style();
    look.complete = completer_;
    if (joiner_.is_open()) look.prompt = look.continuation;
    if (chat_.screen.can_edit) look.history = history().entries();
    const auto reading = chat_.editor->read(look, std::exchange(chat_.draft, {}));
    // A terminal that has gone away fails to be read before its signal is seen.
    const bool has_ended = !reading || reading->kind == Reading::Kind::end;
    if (has_ended && chat_.context.interrupt->signal() != 0) {
      chat_.obey_signal({});
      chat_.is_over = true;
      return;
    }
    if (!reading) {
      chat_.fail(reading.error());
      end(static_cast<int>(exit_code_for(reading.error().kind)));
      return;
    }
    const bool is_interrupt = reading->kind == Reading::Kind::interrupt || reading->kind == Reading::Kind::signal;
    interrupts_ = is_interrupt ? interrupts_ + 1 : 0;
    switch (reading->kind) {
      case Reading::Kind::line:
        if (reading->replaced > 0) chat_.context.warn("standard input is not UTF-8 in places; they are sent as U+FFFD");
        is_anew_ = reading->was_emptied;
        take(reading->draft.text);
        break;
      case Reading::Kind::end:
        if (const auto rest = joiner_.take()) submit(*rest);
        end_plain_row();
        chat_.is_over = true;
        break;
      case Reading::Kind::interrupt:
        chat_.let_go(false);
        hint_at_the_way_out();
        break;
      case Reading::Kind::open_editor:
        if (reading->was_emptied) chat_.let_go(false);
        edit_draft(chat_, reading->draft.text);
        break;
      case Reading::Kind::suspend:
        if (reading->was_emptied) chat_.let_go(false);
        chat_.draft = reading->draft;
        // The whole job, as the terminal itself would do it; a shell goes on with it.
        ::kill(0, SIGTSTP);
        break;
      case Reading::Kind::signal:
        joiner_ = {};
        end_plain_row();
        chat_.obey_signal({});
        if (!chat_.is_over) hint_at_the_way_out();
        break;
    }
  }

  void hint_at_the_way_out() const {
    if (interrupts_ > 1) chat_.tell("Ctrl-D or /quit leaves");
  }

  // Where the terminal itself shows what is typed, Ctrl-C and Ctrl-D leave the cursor behind the prompt.
  void end_plain_row() const {
    if (chat_.screen.can_edit || chat_.screen.prompt < 0) return;
    static_cast<void>(base::write_all(chat_.screen.prompt, "\n"));
  }

  terminal::History& history() {
    if (!history_) {
      const std::filesystem::path state = state_directory(chat_.context);
      history_ = state.empty() ? terminal::History() : terminal::History::load(state / "history");
    }
    return *history_;
  }

  void remember(const std::string& text) {
    if (!chat_.screen.can_edit) return;
    // A key that was pasted can be taken out once it is known; a command is not run for that alone.
    if (!chat_.credential->can_mint_again()) {
      [[maybe_unused]] const auto known = chat_.credential->get(false);
    }
    const bool is_kept = chat_.keeper.allows_history(chat_.launched->profile);
    const auto added = history().add(chat_.context.redactor.redact(text), is_kept);
    if (!added) chat_.context.warn(fmt::format("the history is not kept: {}", added.error().message));
  }

  // The line editor joins lines by itself.
  void take(const std::string& line) {
    if (chat_.screen.can_edit) {
      submit(line);
    } else if (const auto text = joiner_.add(line)) {
      submit(*text);
    }
  }

  void submit(const std::string& text) {
    if (text.contains('\0')) {
      chat_.fail(base::fail(ErrorKind::usage, "the line is binary: it holds NUL bytes",
                            "for an image or a PDF, try /attach PATH")
                     .error());
      return;
    }
    remember(text);
    const auto line = parse_slash_line(text, chat_.context.environment.home().string());
    if (!line) {
      chat_.fail(line.error());
      return;
    }
    const bool is_prompt = line->kind == SlashLine::Kind::prompt;
    if (is_anew_ || !is_prompt) chat_.let_go(is_prompt);
    switch (line->kind) {
      case SlashLine::Kind::nothing:
        if (chat_.screen.has_person && chat_.next.has_extras())
          chat_.tell("type a prompt: what was added goes with it");
        break;
      case SlashLine::Kind::prompt:
        send_text(chat_, line->text);
        break;
      case SlashLine::Kind::command:
        obey(chat_, *line);
        break;
      case SlashLine::Kind::exit:
        leave(text);
        break;
    }
  }

  // In a pipe nobody can be asked, and each line is a prompt.
  void leave(const std::string& text) {
    if (!chat_.screen.has_person) {
      send_text(chat_, text);
    } else {
      chat_.is_over = chat_.is_over || chat_.asks("leave the conversation?");
    }
  }

  void end(int exit_code) {
    chat_.is_over = true;
    chat_.exit_code = exit_code;
  }

  Chat& chat_;
  LineJoiner joiner_;
  bool is_anew_ = false;                      // the line at hand has nothing of the draft that it began with
  int interrupts_ = 0;                        // Ctrl-C one after the other
  std::optional<terminal::History> history_;  // from the first reading on
  terminal::Completer completer_;
};

}  // namespace

int run_loop(Chat& chat, std::string_view first) { return Loop(chat).run(first); }

}  // namespace byok::cli
