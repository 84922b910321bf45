// What a conversation holds, and how it goes on with another profile.
#include "cli/chat/state.hpp"

#include <csignal>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/attach.hpp"
#include "cli/chat/pick_model.hpp"
#include "cli/exit_code.hpp"
#include "cli/missing_model.hpp"

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
  screen.can_edit = screen.prompt >= 0 && context.environment.get("TERM") != "dumb";
  return screen;
}

std::unique_ptr<terminal::LineEditor> make_editor(const ChatScreen& screen, const Context& context) {
  terminal::EditorDescriptors descriptors{.input = context.streams.in, .interrupt = context.interrupt_fd()};
  if (screen.prompt >= 0) descriptors.output = screen.prompt;
  return screen.can_edit ? terminal::make_terminal_editor(descriptors)
                         : terminal::make_plain_editor(descriptors, screen.prompt >= 0);
}

core::Message Prompt::message() const {
  std::string whole = text;
  for (const std::string& file : files) whole += (whole.empty() ? "" : "\n\n") + file;
  core::Message message{.role = core::Role::user, .parts = {core::TextPart{std::move(whole)}}};
  message.parts.insert(message.parts.end(), attachments.begin(), attachments.end());
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
      session(launched->profile),
      keeper(std::move(session_keeper)),
      shows_usage(!context.is_quiet && (screen.has_person || chat_options.ask.shows_usage)) {}

void Chat::fail(const base::Error& error, std::string_view where) {
  if (error.kind != ErrorKind::cancelled) context.report(error, where);
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

void Chat::obey_signal(const base::Error& error) {
  const int signal = context.signal_for(error);
  if (signal == SIGINT && screen.has_person) {
    if (context.interrupt != nullptr) context.interrupt->rearm();
    return;
  }
  is_over = true;
  exit_code = static_cast<int>(exit_code_for(ErrorKind::cancelled, signal));
}

namespace {

// Why there was no list to pick from, unless that was said already.
void add_reason(base::Error& error, const base::Error& reason) {
  if (error.hint.contains(reason.message)) return;
  error.hint +=
      fmt::format("{}which models there are is not known: {}", error.hint.empty() ? "" : "\n", reason.message);
}

}  // namespace

Result<std::unique_ptr<Launched>> launch_chat(config::Overrides& overrides, terminal::LineEditor& editor,
                                              Context& context) {
  context.started = std::chrono::steady_clock::now();  // what `--timeout` counts from
  auto launched = launch_with_model(overrides, context);
  if (!launched && launched.error().code == "model-missing" && chat_screen(context).prompt >= 0) {
    auto picked = pick_model(overrides, editor, context);
    if (!picked && picked.error().kind == ErrorKind::cancelled) return std::unexpected(picked.error());
    if (!picked) add_reason(launched.error(), picked.error());
    if (!picked || picked->empty()) return std::unexpected(launched.error());
    overrides.model = *picked;
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

Result<> change_setup(Chat& chat, config::Overrides overrides) {
  BYOK_TRY(auto launched, launch_chat(overrides, *chat.editor, chat.context));
  chat.credential.reset();
  chat.launched = std::move(launched);
  chat.credential = std::make_unique<CredentialSource>(*chat.launched, chat.context);
  chat.overrides = std::move(overrides);
  for (const std::string& loss : chat.session.set_profile(chat.launched->profile)) chat.tell(loss);
  // They were judged by what the other wire API takes.
  if (const auto fit = check_attachments(chat.next.attachments, chat.launched->profile);
      !fit && !chat.next.attachments.empty()) {
    chat.next.attachments.clear();
    chat.tell(fmt::format("what was attached does not go with the next prompt: {}", fit.error().message));
  }
  if (chat.keeper.keeps() && !chat.keeper.is_wished() && chat.launched->profile.save == core::Save::never) {
    chat.keeper.stop();
    chat.tell(fmt::format("nothing is kept from here on: profile {} has save: never", chat.launched->profile.name));
  }
  return {};
}

}  // namespace byok::cli
