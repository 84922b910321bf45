// A turn between the editor and the store.
#include "cli/chat/send.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <span>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "cli/ask/answer.hpp"
#include "cli/ask/result.hpp"
#include "cli/ask/verdict.hpp"
#include "cli/catalog.hpp"
#include "cli/chat/figures.hpp"
#include "cli/chat/line/wording.hpp"
#include "cli/exit_code.hpp"
#include "cli/missing_model.hpp"
#include "session/model_names.hpp"
#include "terminal/held_keys.hpp"
#include "terminal/markdown.hpp"
#include "terminal/terminal.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using base::Result;
using Clock = std::chrono::steady_clock;

bool shows_reasoning(const Chat& chat) {
  if (chat.context.is_quiet) return false;
  if (chat.options.ask.shows_reasoning) return *chat.options.ask.shows_reasoning;
  return chat.launched->profile.show_reasoning.value_or(chat.context.streams.err_is_terminal);
}

core::Request request_options(const Chat& chat) {
  core::Request request;
  request.sampling = chat.launched->profile.sampling;
  request.pinned = chat.options.ask.pinned;
  request.wants_reasoning = shows_reasoning(chat);
  request.edits = chat.options.ask.edits;
  return request;
}

std::size_t bytes_with(const Chat& chat, const core::Message& message) {
  return chat.session.profile().system.size() + text_size(chat.session.messages()) + text_size({&message, 1});
}

// The model's window in tokens, where the profile or a kept list knows it; nothing is asked for.
std::optional<std::int64_t> window_of(const Chat& chat) {
  const core::Profile& profile = chat.launched->profile;
  const auto models = models_at_hand(profile, chat.context);
  const core::ModelInfo* const model = session::find_model(profile.wire_model, models);
  return model != nullptr ? model->max_context_window_tokens : std::nullopt;
}

std::string too_long(const Chat& chat, std::size_t bytes, std::size_t turns) {
  return too_long_hint(
      {.bytes = bytes, .turns = turns, .model = chat.launched->profile.model, .window = window_of(chat)});
}

// What is too large is not sent at all. The bound on tokens is on an estimate; the provider's own count differs.
Result<> check_size(const Chat& chat, const core::Message& message, std::size_t bytes) {
  constexpr std::size_t kBytesPerToken = 4;
  const std::size_t limit = chat.options.ask.max_input;
  if (text_size({&message, 1}) > limit) {
    return base::fail(ErrorKind::context_length,
                      fmt::format("the prompt is not sent: it is longer than {} bytes", limit), "send a part of it");
  }
  const core::Profile& profile = chat.launched->profile;
  const auto tokens = static_cast<std::int64_t>(bytes / kBytesPerToken);
  if (!profile.max_prompt_tokens || tokens <= *profile.max_prompt_tokens) return {};
  return base::fail(ErrorKind::context_length,
                    fmt::format("the prompt is not sent: the profile allows {} tokens", *profile.max_prompt_tokens),
                    too_long(chat, bytes, chat.session.turn_count()) + "\nor raise max_prompt_tokens in the profile");
}

// A turn on its way: what is known of it before and after.
struct Run {
  std::size_t bytes = 0;         // of text that the request carries
  std::size_t turns_before = 0;  // in the conversation
  Clock::time_point begin;
  RunResult result = {};
  std::optional<terminal::HeldKeys> keys = {};  // typed ahead

  [[nodiscard]] bool was_stopped() const { return result.error && result.error->kind == ErrorKind::cancelled; }
};

void hold_keys(const Chat& chat, Run& run) {
  if (chat.screen.can_edit) run.keys.emplace(chat.context.streams.in, chat.screen.prompt);
}

session::TurnOptions turn_options(Chat& chat, Run& run) {
  session::TurnOptions options;
  options.deadline = chat.launched->deadline;
  options.interrupt = chat.context.interrupt_fd();
  options.ticks = chat.context.streams.err_is_terminal && !chat.context.is_quiet;
  options.secret = [&chat, &run](bool again) {
    run.keys.reset();  // a command may ask for a password
    auto secret = chat.credential->get(again);
    hold_keys(chat, run);
    return secret;
  };
  options.can_mint_again = chat.credential->can_mint_again();
  options.adaptations_file = adaptations_file(chat.context);
  return options;
}

session::Session::Outcome converse(Chat& chat, core::Message message, Run& run) {
  Context& context = chat.context;
  if (!chat.transport) chat.transport = transport::make_curl_transport(context.log);
  // `--timeout` bounds each turn: a conversation has no end that could be waited for.
  const auto limit = chat.launched->profile.limits.timeout;
  chat.launched->deadline = limit.count() > 0 ? std::optional(run.begin + limit) : std::nullopt;
  const bool is_rendered =
      context.streams.out_is_terminal && !chat.options.is_raw && !terminal::is_dumb(context.environment.get("TERM"));
  terminal::Markdown markdown(terminal::columns_of(context.streams.out), context.out_style);
  Answer answer(context, {.shows_reasoning = shows_reasoning(chat), .markdown = is_rendered ? &markdown : nullptr});
  session::Session::Outcome outcome = chat.session.send(*chat.transport, context.log, std::move(message),
                                                        request_options(chat), turn_options(chat, run), answer);
  chat.launched->deadline.reset();
  if (const auto finished = answer.finish(); !finished && !outcome.turn.error) outcome.turn.error = finished.error();
  run.result.tool_calls = answer.tool_calls();
  run.result.duration = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - run.begin);
  return outcome;
}

void weigh(Chat& chat, session::TurnResult& turn, Run& run) {
  if (turn.error) suggest_models(*turn.error, *chat.launched, chat.context);
  if (turn.error && turn.error->kind == ErrorKind::context_length) {
    turn.error->hint = too_long(chat, run.bytes, run.turns_before);
  }
  run.result.usage = turn.usage;
  judge(turn, {.prompt_bytes = run.bytes, .has_tool_calls = !run.result.tool_calls.empty()}, run.result,
        turn.error ? chat.context.signal_for(*turn.error) : 0);
}

void say_calls(const Chat& chat, const RunResult& result) {
  std::string names;
  for (const core::ToolCallPart& call : result.tool_calls) names += (names.empty() ? "" : ", ") + call.name;
  if (!names.empty()) chat.tell(fmt::format("the reply is a call of {}, which byok chat does not carry out", names));
}

void say_error(const Chat& chat, base::Error error, const session::TurnResult& turn, bool is_kept) {
  error = said_at_prompt(std::move(error));
  if (is_kept && chat.screen.has_person && !error.hint.contains("/retry"))
    error.hint += fmt::format("{}/retry asks again", error.hint.empty() ? "" : "\n");
  if (error.kind == ErrorKind::output) return chat.context.report(error);
  chat.context.report(error, turn.url.empty() ? chat.launched->where() : chat.launched->where(turn.url));
}

void say_end(Chat& chat, const session::TurnResult& turn, const Run& run, bool is_kept) {
  for (const std::string& warning : run.result.warnings) chat.context.warn(warning);
  say_calls(chat, run.result);
  if (run.was_stopped()) {
    chat.tell(is_kept           ? "stopped; what came of the reply stays in the conversation"
              : turn.had_output ? "stopped"
                                : "stopped before a reply");
  } else if (run.result.error) {
    say_error(chat, *run.result.error, turn, is_kept);
  }
  if (chat.shows_usage && (turn.had_output || !turn.usage.is_empty())) {
    const std::string line =
        figures_line(turn.usage, {.first_token = turn.time_to_first_token, .total = run.result.duration});
    chat.context.say_raw(chat.context.err_style.dim(line) + "\n");
  }
  // A turn stands apart from the next.
  if (chat.screen.has_person && chat.context.streams.err_is_terminal) chat.context.say_raw("\n");
}

// A prompt that brought nothing is there to be sent again: in the editor, unless the person stopped it.
void give_back(Chat& chat, const Prompt& prompt, bool was_stopped) {
  chat.failed = prompt;
  if (was_stopped || !chat.screen.has_person) return;
  if (!chat.screen.can_edit) {
    chat.tell("/retry sends the prompt again");
    return;
  }
  chat.draft = {.text = prompt.text};
  chat.is_given_back = true;
  if (prompt.has_extras()) chat.tell(fmt::format("with it again: {}", prompt.extras()));
}

// On disk before anything is said: a terminal that has gone away must not cost the turn.
void store(Chat& chat, session::SavedTurn turn, std::size_t turns_before) {
  chat.turns.resize(turns_before);
  chat.turns.push_back(std::move(turn));
  if (const auto kept = chat.keep_turns(turns_before); !kept) chat.fail(kept.error());
}

// The whole way of a prompt. True when something of a reply is in the conversation; in the place of another one a whole
// reply is in it, or nothing.
bool take_turn(Chat& chat, const Prompt& prompt, bool replaces, bool must_be_whole) {
  core::Message message = prompt.message();
  Run run{.bytes = bytes_with(chat, message), .turns_before = chat.session.turn_count(), .begin = Clock::now()};
  if (const auto fits = check_size(chat, message, run.bytes); !fits) {
    chat.fail(fits.error());
    if (!replaces) give_back(chat, prompt, false);
    return false;
  }
  hold_keys(chat, run);
  session::Session::Outcome outcome = converse(chat, std::move(message), run);
  weigh(chat, outcome.turn, run);
  const bool has_reply = chat.session.turn_count() > run.turns_before;
  const bool is_kept = has_reply && (!run.result.error || !must_be_whole);
  if (is_kept) store(chat, std::move(outcome.kept), run.turns_before);
  chat.keeper.log_usage(chat.launched->profile, outcome.turn, run.result.exit_code, run.result.duration);
  if (run.result.exit_code != 0 && !chat.screen.has_person) chat.exit_code = run.result.exit_code;
  if (run.was_stopped()) chat.obey_signal(*run.result.error);
  // Further replies would be asked for in vain.
  const bool is_mute = run.result.error && run.result.error->kind == ErrorKind::output && !chat.screen.has_person;
  if (chat.is_over) return is_kept;
  say_end(chat, outcome.turn, run, is_kept);
  if (is_mute) chat.is_over = true;
  if (!is_kept && !replaces) give_back(chat, prompt, run.was_stopped());
  return is_kept;
}

Prompt prompt_of(const core::Message& message) {
  Prompt prompt;
  for (const core::Part& part : message.parts) {
    if (const auto* text = std::get_if<core::TextPart>(&part)) {
      prompt.text += (prompt.text.empty() ? "" : "\n\n") + text->text;
    } else {
      prompt.attachments.push_back({.name = {}, .part = part});
    }
  }
  return prompt;
}

}  // namespace

void send_prompt(Chat& chat, const Prompt& prompt) {
  chat.failed.reset();
  static_cast<void>(take_turn(chat, prompt, false, false));
}

void send_text(Chat& chat, std::string text) {
  Prompt prompt = std::exchange(chat.is_given_back, false) && chat.failed ? *chat.failed : Prompt{};
  prompt.text = std::move(text);
  Prompt added = std::exchange(chat.next, {});
  std::ranges::move(added.files, std::back_inserter(prompt.files));
  std::ranges::move(added.attachments, std::back_inserter(prompt.attachments));
  send_prompt(chat, prompt);
}

bool send_again(Chat& chat) {
  if (chat.failed) {
    chat.is_given_back = false;
    send_prompt(chat, *std::exchange(chat.failed, std::nullopt));
    return true;
  }
  const auto messages = std::span(chat.session.messages());
  const auto last = std::ranges::find(messages.rbegin(), messages.rend(), core::Role::user, &core::Message::role);
  if (last == messages.rend()) return false;
  const Prompt prompt = prompt_of(*last);
  session::Session before = chat.session;
  chat.session.drop_last_turn();
  const bool was_whole = !chat.turns.empty() && !chat.turns.back().error;
  if (take_turn(chat, prompt, true, was_whole)) return true;
  chat.session = std::move(before);
  if (!chat.is_over) chat.tell("the reply from before stays in the conversation");
  return true;
}

}  // namespace byok::cli
