// What a conversation holds, and how it goes on with another profile.
#include "cli/chat/state.hpp"

#include <algorithm>
#include <csignal>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/attach.hpp"
#include "cli/chat/given.hpp"
#include "cli/chat/line/wording.hpp"
#include "cli/chat/pick_model.hpp"
#include "cli/exit_code.hpp"
#include "cli/missing_model.hpp"
#include "terminal/terminal.hpp"

namespace byok::cli {

using base::ErrorKind;
using base::Result;

ChatScreen chat_screen(const Context& context) {
  const Streams& streams = context.streams;
  ChatScreen screen;
  screen.has_person = streams.in_is_terminal;
  if (!screen.has_person) return screen;
  if (streams.err_is_terminal) screen.prompt = streams.err;
  if (streams.out_is_terminal) screen.prompt = streams.out;
  screen.can_edit = screen.prompt >= 0 && !terminal::is_dumb(context.environment.get("TERM"));
  return screen;
}

std::unique_ptr<terminal::LineEditor> make_editor(const ChatScreen& screen, const Context& context) {
  terminal::EditorDescriptors descriptors{.input = context.streams.in, .interrupt = context.interrupt_fd()};
  if (screen.prompt >= 0) descriptors.output = screen.prompt;
  const config::Environment& environment = context.environment;
  descriptors.rewraps_rows = terminal::rewraps_rows({.term = environment.get("TERM"),
                                                     .program = environment.get("TERM_PROGRAM"),
                                                     .has_tmux = environment.has("TMUX"),
                                                     .has_vte = environment.has("VTE_VERSION")});
  return screen.can_edit ? terminal::make_terminal_editor(descriptors)
                         : terminal::make_plain_editor(descriptors, screen.prompt >= 0);
}

std::string Prompt::extras() const {
  std::vector<std::string> names;
  names.reserve(files.size() + attachments.size());
  for (const File& file : files) names.push_back(file.name);
  for (const Attachment& attachment : attachments) names.push_back(attachment.name);
  return base::join(names, ", ");
}

std::vector<core::Part> Prompt::parts() const {
  std::vector<core::Part> all;
  all.reserve(attachments.size());
  for (const Attachment& attachment : attachments) all.push_back(attachment.part);
  return all;
}

core::Message Prompt::message() const {
  std::string whole = text;
  for (const File& file : files) whole += (whole.empty() ? "" : "\n\n") + file.text;
  core::Message message{.role = core::Role::user, .parts = {core::TextPart{std::move(whole)}}};
  std::ranges::move(parts(), std::back_inserter(message.parts));
  return message;
}

Chat::Chat(const ChatOptions& chat_options, Context& chat_context, std::unique_ptr<terminal::LineEditor> line_editor,
           std::unique_ptr<Launched> launch, Keeper session_keeper)
    : options(chat_options),
      context(chat_context),
      screen(chat_screen(chat_context)),
      editor(std::move(line_editor)),
      launched(std::move(launch)),
      credential(std::make_unique<CredentialSource>(*launched, context)),
      overrides(chat_options.ask.overrides),
      home(launched->profile.base_url.origin()),
      session(launched->profile),
      keeper(std::move(session_keeper)),
      shows_usage(!context.is_quiet && (screen.has_person || chat_options.ask.shows_usage)) {}

void Chat::fail(const base::Error& error, std::string_view where) {
  if (error.kind == ErrorKind::cancelled) return obey_signal(error);
  context.report(said_at_prompt(error), where);
  if (!screen.has_person) exit_code = static_cast<int>(exit_code_for(error.kind, context.signal_for(error)));
}

void Chat::tell(std::string_view sentence) const {
  if (!context.is_quiet) context.say(fmt::format("byok: {}", sentence));
}

const terminal::Style& Chat::prompt_style() const {
  return screen.prompt == context.streams.err ? context.err_style : context.out_style;
}

bool Chat::asks(std::string_view question) {
  if (!screen.has_person || screen.prompt < 0) return false;
  terminal::EditorOptions look;
  look.prompt = fmt::format("byok: {} [y/N] ", question);
  look.style = prompt_style();
  const auto reading = editor->read(look, {});
  if (!reading || reading->kind != terminal::Reading::Kind::line) return false;
  const std::string answer = base::to_lower(base::trim(reading->draft.text));
  return answer == "y" || answer == "yes";
}

void Chat::let_go(bool for_prompt) {
  if (!std::exchange(is_given_back, false) || !failed || !failed->has_extras()) return;
  tell(fmt::format("{}: {}", for_prompt ? "not with this prompt" : "with /retry alone", failed->extras()));
}

void Chat::obey_signal(const base::Error& error) {
  const int signal = context.signal_for(error);
  if (signal == 0 && error.code == kNoneTaken) return;  // Ctrl-C as a key
  if (signal == SIGINT && screen.has_person) {
    if (context.interrupt != nullptr) context.interrupt->rearm();
    return;
  }
  is_over = true;
  exit_code = static_cast<int>(exit_code_for(ErrorKind::cancelled, signal));
}

namespace {

// Where the profile is, without a word and without a request; empty where it cannot be resolved.
std::string origin_of(config::Overrides overrides, Context& context) {
  overrides.needs_model = false;
  const bool was_quiet = std::exchange(context.is_quiet, true);
  const auto launched = launch(overrides, context);
  context.is_quiet = was_quiet;
  return launched ? launched->profile.base_url.origin() : std::string();
}

}  // namespace

Result<std::unique_ptr<Launched>> launch_chat(config::Overrides& overrides, terminal::LineEditor& editor,
                                              Context& context) {
  context.started = std::chrono::steady_clock::now();  // what `--timeout` counts from
  const bool can_ask = chat_screen(context).prompt >= 0;
  ModelChoice choice;
  auto launched = can_ask ? launch_or_choose(overrides, context, choice) : launch_with_model(overrides, context);
  if (!launched && choice.launched) {
    BYOK_TRY(overrides.model, pick_model(choice, editor, context));
    launched = launch_with_model(overrides, context);
  }
  if (!launched) return std::unexpected(launched.error());
  launched->deadline.reset();  // each turn has its own
  return std::make_unique<Launched>(*std::move(launched));
}

void take_up_saved(Chat& chat) {
  const session::SavedSession* const saved = chat.keeper.resumed();
  if (saved == nullptr) return;
  chat.session = session::Session(chat.launched->profile);
  for (const std::string& loss : chat.session.restore(*saved)) chat.tell(loss);
  chat.turns.clear();
  for (const session::SavedTurn& turn : saved->turns) {
    if (turn.has_reply()) chat.turns.push_back(turn);
  }
  chat.failed.reset();
  chat.next = {};
}

Result<std::unique_ptr<Launched>> launch_next(const Chat& chat, config::Overrides& overrides,
                                              std::vector<std::string>& sentences) {
  const bool had_headers = !overrides.headers.empty();
  overrides.headers = chat.options.ask.overrides.headers;
  if (!overrides.headers.empty() && origin_of(overrides, chat.context) != chat.home) overrides.headers.clear();
  BYOK_TRY(auto launched, launch_chat(overrides, *chat.editor, chat.context));
  if (had_headers && overrides.headers.empty()) {
    sentences.push_back(fmt::format("the headers of -H stay behind: they were given for {}", chat.home));
  } else if (!had_headers && !overrides.headers.empty()) {
    sentences.push_back(fmt::format("the headers of -H go along again to {}", chat.home));
  }
  std::ranges::move(leave_out_given(launched->profile, chat.options.ask.pinned), std::back_inserter(sentences));
  return launched;
}

Result<> Chat::keep_turns(std::size_t unchanged) { return keeper.keep(turns, unchanged, session.profile().system); }

void Chat::take(std::unique_ptr<Launched> next_launched, config::Overrides next_overrides) {
  credential.reset();
  launched = std::move(next_launched);
  credential = std::make_unique<CredentialSource>(*launched, context);
  overrides = std::move(next_overrides);
}

Result<> change_setup(Chat& chat, config::Overrides overrides) {
  std::vector<std::string> sentences;
  BYOK_TRY(auto launched, launch_next(chat, overrides, sentences));
  chat.take(std::move(launched), std::move(overrides));
  for (const std::string& sentence : sentences) chat.tell(sentence);
  for (const std::string& loss : chat.session.set_profile(chat.launched->profile)) chat.tell(loss);
  // They were judged by what the other wire API takes.
  if (const auto fit = check_attachments(chat.next.parts(), chat.launched->profile);
      !fit && !chat.next.attachments.empty()) {
    chat.next.attachments.clear();
    chat.tell(fmt::format("what was attached does not go with the next prompt: {}", fit.error().message));
  }
  if (!chat.keeper.is_wished() && chat.launched->profile.save == core::Save::never) {
    const bool was_kept = chat.keeper.keeps();
    chat.keeper.stop();
    if (was_kept)
      chat.tell(fmt::format("nothing is kept from here on: profile {} has save: never", chat.launched->profile.name));
  }
  return {};
}

}  // namespace byok::cli
