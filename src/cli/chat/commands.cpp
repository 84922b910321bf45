// The commands by name, and those that change what the next prompts are sent with.
#include "cli/chat/commands.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/ask/prompt.hpp"
#include "cli/attach.hpp"
#include "cli/catalog.hpp"
#include "cli/chat/commands_session.hpp"
#include "cli/chat/outside/clipboard.hpp"
#include "cli/chat/outside/external_editor.hpp"
#include "cli/chat/pick_model.hpp"
#include "cli/chat/send.hpp"
#include "cli/model_table.hpp"
#include "session/model_names.hpp"
#include "terminal/sanitize.hpp"
#include "terminal/terminal.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::size_t kLargestSystemFile = std::size_t{4} << 20;

void help(Chat& chat, const std::string& /*argument*/) { chat.context.say_raw(slash_help()); }

void quit(Chat& chat, const std::string& /*argument*/) { chat.is_over = true; }

void usage(Chat& chat, const std::string& /*argument*/) {
  chat.shows_usage = !chat.shows_usage;
  chat.tell(chat.shows_usage ? "usage is shown after each reply" : "usage is not shown any more");
}

void list_models(Chat& chat) {
  auto models = fetch_models(*chat.launched, chat.context, catalog_options(chat.context));
  if (!models) return chat.fail(models.error(), chat.launched->where());
  const Context& context = chat.context;
  const auto width =
      context.streams.err_is_terminal ? std::optional(terminal::columns_of(context.streams.err)) : std::nullopt;
  if (!models->empty()) context.say_raw(context.redactor.redact(model_table(*std::move(models), width)));
  context.say(fmt::format("byok: {} is in use; /model ID goes on with another", chat.launched->profile.model));
}

// What is not listed may be there all the same: a deployment, an alias of a gateway, a model that is new.
bool wants_model(Chat& chat, std::string& id) {
  constexpr std::size_t kMostMeant = 3;
  const core::Profile& profile = chat.launched->profile;
  const auto models = models_at_hand(profile, chat.context);
  if (const core::ModelInfo* const found = session::find_model(id, models)) {
    id = found->id;
    return true;
  }
  const auto meant = session::nearest_models(id, models, kMostMeant);
  if (models.empty() || lists_base_models(profile)) return true;
  const std::string question = meant.empty() ? "" : fmt::format("; did you mean {}?", base::join(meant, ", "));
  chat.context.say(fmt::format("byok: {} is not among the models that are listed{}", base::shell_quote(id), question));
  if (chat.screen.has_person) return chat.asks("use it all the same?");
  base::Error error;
  error.kind = ErrorKind::usage;
  error.message = fmt::format("the model stays {}", profile.model);
  chat.fail(error);
  return false;
}

void change(Chat& chat, config::Overrides overrides) {
  const auto changed = change_setup(chat, std::move(overrides));
  if (!changed && changed.error().code == kNoneTaken) {
    chat.tell(fmt::format("the profile stays {}", chat.launched->profile.name));
    if (changed.error().kind == ErrorKind::cancelled) chat.obey_signal(changed.error());
    return;
  }
  if (!changed) return chat.fail(changed.error());
  const core::Profile& profile = chat.launched->profile;
  chat.tell(fmt::format("going on with profile {}, model {}", profile.name, profile.model));
}

void model(Chat& chat, const std::string& argument) {
  if (argument.empty()) return list_models(chat);
  config::Overrides overrides = chat.overrides;
  std::string id = argument;
  if (!wants_model(chat, id)) return;
  overrides.profile = chat.launched->profile.name;
  overrides.model = id;
  overrides.is_session_model = false;
  change(chat, std::move(overrides));
}

void profile(Chat& chat, const std::string& argument) {
  if (argument.empty()) {
    std::vector<std::string> names;
    for (const config::ProfileSummary& each : chat.launched->config.list()) {
      if (!each.is_builtin || each.name == chat.launched->profile.name) names.push_back(each.name);
    }
    chat.context.say(fmt::format("byok: profile {}, model {}, {}", chat.launched->profile.name,
                                 chat.launched->profile.model, chat.launched->profile.base_url.display()));
    chat.context.say(fmt::format("byok: /profile NAME goes on with another: {}", base::join(names, ", ")));
    return;
  }
  config::Overrides overrides = chat.overrides;
  overrides.profile = argument;
  overrides.model.reset();
  overrides.is_session_model = false;
  change(chat, std::move(overrides));
}

Result<std::string> system_text(const std::string& argument) {
  if (argument == "-") return std::string();
  if (!argument.starts_with('@')) return argument;
  BYOK_TRY(const std::string text, base::read_file(argument.substr(1), kLargestSystemFile));
  return base::to_valid_utf8(text);
}

void system(Chat& chat, const std::string& argument) {
  const std::string& now = chat.session.profile().system;
  if (argument.empty()) {
    chat.context.say(now.empty() ? "byok: there is no system text; /system TEXT sets one" : now);
    if (!now.empty()) chat.tell("/system TEXT sets another, /system - takes it away");
    return;
  }
  auto text = system_text(argument);
  if (!text) return chat.fail(text.error());
  chat.overrides.system = *text;
  chat.tell(text->empty() ? "no system text from here on" : "the system text is set from here on");
  chat.session.set_system(*std::move(text));
}

// What waits for the next prompt is listed by an empty argument, and dropped by `-`. False for any other.
template <typename Extra>
bool shows_or_drops(const Chat& chat, std::string_view word, std::string_view argument, std::vector<Extra>& waiting) {
  if (!argument.empty() && argument != "-") return false;
  std::vector<std::string> names;
  names.reserve(waiting.size());
  for (const Extra& each : waiting) names.push_back(each.name);
  if (names.empty()) {
    chat.tell(fmt::format("nothing waits for the next prompt; /{} PATH adds to it", word));
  } else if (argument.empty()) {
    chat.tell(fmt::format("with the next prompt: {}; /{} - drops it", base::join(names, ", "), word));
  } else {
    waiting.clear();
    chat.tell(fmt::format("not with the next prompt: {}", base::join(names, ", ")));
  }
  return true;
}

void file(Chat& chat, const std::string& argument) {
  if (shows_or_drops(chat, "file", argument, chat.next.files)) return;
  AskOptions options;
  options.files = {argument};
  options.reads_stdin = false;
  options.max_input = chat.options.ask.max_input;
  auto text = assemble_prompt(options, chat.context, std::nullopt);
  if (!text) {
    base::Error error = text.error();
    if (error.hint.starts_with("-f ")) error.hint = "/file needs the path of a text file that can be read";
    return chat.fail(error);
  }
  chat.next.files.push_back({.name = argument, .text = *std::move(text)});
  chat.tell(fmt::format("{} goes with the next prompt", argument));
}

// The command line's option has another name here.
base::Error for_prompt(base::Error error) {
  error.hint = base::replace_all(std::move(error.hint), "-f ", "/file ");
  error.hint = base::replace_all(std::move(error.hint), "-a ", "/attach ");
  return error;
}

void attach(Chat& chat, const std::string& argument) {
  if (shows_or_drops(chat, "attach", argument, chat.next.attachments)) return;
  const core::Profile& profile = chat.launched->profile;
  const auto part = read_attachment(argument, profile);
  if (!part) return chat.fail(for_prompt(part.error()));
  std::vector<core::Part> all = chat.next.parts();
  all.push_back(*part);
  if (const auto fit = check_attachments(all, profile); !fit) return chat.fail(for_prompt(fit.error()));
  protect_attachment(*part, chat.context.redactor);
  chat.next.attachments.push_back({.name = argument, .part = *part});
  chat.tell(fmt::format("{} goes with the next prompt", argument));
}

void retry(Chat& chat, const std::string& /*argument*/) {
  if (!send_again(chat)) chat.tell("there is no prompt yet that could be sent again");
}

void edit(Chat& chat, const std::string& /*argument*/) { edit_draft(chat, {}); }

// The last reply's text, without its reasoning.
std::string last_reply(const Chat& chat) {
  const auto& messages = chat.session.messages();
  const auto last = std::find_if(messages.rbegin(), messages.rend(),
                                 [](const core::Message& each) { return each.role == core::Role::assistant; });
  std::string text;
  if (last == messages.rend()) return text;
  for (const core::Part& part : last->parts) {
    if (const auto* words = std::get_if<core::TextPart>(&part)) text += words->text;
  }
  return text;
}

void copy(Chat& chat, const std::string& /*argument*/) {
  const std::string text = last_reply(chat);
  if (text.empty()) return chat.tell("there is no reply yet that could be copied");
  const auto way = copy_to_clipboard(text, chat.context.environment,
                                     {.output = chat.screen.prompt, .interrupt = chat.context.interrupt_fd()});
  if (!way) return chat.fail(way.error());
  chat.tell(fmt::format("the last reply is in the clipboard, by {}", *way));
}

struct Row {
  SlashName name;
  void (*run)(Chat& chat, const std::string& argument);
};
constexpr auto kRows = std::to_array<Row>({
    {SlashName::help, help},
    {SlashName::model, model},
    {SlashName::profile, profile},
    {SlashName::system, system},
    {SlashName::file, file},
    {SlashName::attach, attach},
    {SlashName::usage, usage},
    {SlashName::retry, retry},
    {SlashName::undo, undo_turn},
    {SlashName::edit, edit},
    {SlashName::save, save_conversation},
    {SlashName::nosave, keep_nothing},
    {SlashName::load, load_session_by_id},
    {SlashName::sessions, show_sessions},
    {SlashName::clear, clear_conversation},
    {SlashName::copy, copy},
    {SlashName::quit, quit},
});

}  // namespace

void obey(Chat& chat, const SlashLine& line) {
  const auto* const row = std::ranges::find(kRows, line.name, &Row::name);
  if (row != kRows.end()) row->run(chat, line.text);
}

void edit_draft(Chat& chat, const std::string& text) {
  if (!chat.screen.has_person) {
    chat.fail(base::fail(ErrorKind::usage, "there is no terminal to edit on", "write the prompt as a line").error());
    return;
  }
  auto edited = edit_outside(text, chat.context.environment);
  if (!edited) {
    chat.fail(edited.error());
    chat.draft = {.text = text};
  } else if (chat.screen.can_edit) {
    chat.draft = {.text = *std::move(edited)};
  } else if (!base::trim(*edited).empty()) {
    send_text(chat, *std::move(edited));
  }
}

}  // namespace byok::cli
