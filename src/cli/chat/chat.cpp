// `byok chat`: a conversation in the terminal.
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/chat/given.hpp"
#include "cli/chat/loop.hpp"
#include "cli/chat/pick_model.hpp"
#include "cli/chat/state.hpp"
#include "cli/commands.hpp"
#include "cli/failure.hpp"
#include "transport/interrupt.hpp"

namespace byok::cli {
namespace {

base::Result<ChatOptions> read_chat_options(const Arguments& arguments) {
  ChatOptions options;
  BYOK_TRY(options.ask, read_ask_options(arguments));
  options.is_raw = arguments.has("raw");
  return options;
}

std::string first_prompt(const AskOptions& options) {
  std::vector<std::string> words = options.words;
  words.insert(words.end(), options.literal_words.begin(), options.literal_words.end());
  return base::join(words, " ");
}

void greet(const Chat& chat) {
  if (!chat.screen.has_person || chat.context.is_quiet) return;
  const core::Profile& profile = chat.launched->profile;
  const std::string who = chat.keeper.resumed() != nullptr
                              ? std::string()
                              : fmt::format("profile {}, model {}; ", profile.name, profile.model);
  chat.context.say(fmt::format("byok: {}/help lists the commands, Ctrl-D leaves", who));
}

base::Result<int> talk(const ChatOptions& options, Context& context) {
  BYOK_TRY(Keeper keeper, Keeper::open(options.ask.keep, context));
  config::Overrides overrides = options.ask.overrides;
  keeper.fill(overrides);
  auto editor = make_editor(chat_screen(context), context);
  const bool has_given_profile = options.ask.overrides.profile.has_value();
  auto launched = launch_chat(overrides, *editor, context);
  if (!launched) {
    keeper.explain(launched.error(), has_given_profile);
    return std::unexpected(std::move(launched).error());
  }
  BYOK_CHECK(check_given((*launched)->profile, options.ask.pinned));
  BYOK_CHECK(keeper.settle((*launched)->profile, has_given_profile));
  Chat chat(options, context, std::move(editor), *std::move(launched), std::move(keeper));
  chat.overrides = std::move(overrides);
  if (chat.keeper.resumed() != nullptr) take_up_saved(chat);
  greet(chat);
  return run_loop(chat, first_prompt(options.ask));
}

}  // namespace

int run_chat(const Arguments& arguments, Context& context) {
  const auto options = read_chat_options(arguments);
  if (!options) return fail_command(context, options.error(), false);
  transport::Interrupt interrupt;
  context.interrupt = &interrupt;
  const auto code = talk(*options, context);
  const bool has_left = !code && code.error().code == kNoneTaken && code.error().kind != base::ErrorKind::cancelled;
  const int exit_code = code ? *code : has_left ? 0 : fail_command(context, code.error(), false);
  context.interrupt = nullptr;
  return exit_code;
}

}  // namespace byok::cli
