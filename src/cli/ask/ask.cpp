// `byok ask`: one prompt, one reply.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "cli/ask/answer.hpp"
#include "cli/ask/dry_run.hpp"
#include "cli/ask/event_stream.hpp"
#include "cli/ask/extract.hpp"
#include "cli/ask/options.hpp"
#include "cli/ask/output.hpp"
#include "cli/ask/prompt.hpp"
#include "cli/ask/request.hpp"
#include "cli/ask/result.hpp"
#include "cli/ask/turn_events.hpp"
#include "cli/ask/verdict.hpp"
#include "cli/catalog.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/failure.hpp"
#include "cli/keeper.hpp"
#include "cli/launch.hpp"
#include "cli/missing_model.hpp"
#include "session/conversation.hpp"
#include "session/turn.hpp"
#include "terminal/sanitize.hpp"
#include "transport/interrupt.hpp"
#include "transport/transport.hpp"
#include "wire/wire.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

int print_dry_run(const AskOptions& options, Launched& launched, const core::Request& request, Context& context) {
  const core::Profile& profile = launched.profile;
  const bool has_credential = profile.credential.slot != core::Credential::Slot::none;
  const base::Secret stand_in = has_credential ? base::Secret(std::string(base::Redactor::kMask)) : base::Secret();
  const auto outgoing = wire::ask(profile, stand_in, request);
  if (!outgoing) return fail_command(context, outgoing.error(), options.format != OutputFormat::text, &profile);
  for (const std::string& warning : outgoing->warnings) context.warn(warning);
  const std::string shown = options.is_curl
                                ? show_curl(outgoing->http, profile.network, context.environment, context.redactor)
                                : show_request(outgoing->http, context.redactor);
  return context.print(context.streams.out_is_terminal ? terminal::sanitize(shown) : shown);
}

RunResult collect(const Launched& launched, const session::TurnResult& turn, Answer& answer, const Context& context) {
  RunResult result;
  result.set_profile(launched.profile);
  result.content = answer.take_content();
  result.reasoning = answer.reasoning();
  result.tool_calls = answer.tool_calls();
  if (!turn.error) result.finish = turn.finish;
  result.provider_finish = turn.provider_finish;
  result.usage = turn.usage;
  result.response_id = turn.response_id;
  result.request_id = turn.request_id;
  result.attempts = turn.attempts;
  result.time_to_first_token = turn.time_to_first_token;
  result.duration =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - context.started);
  result.warnings = context.warnings;
  return result;
}

using Stamps = std::vector<session::EventStamp>;

// One run of `ask` after its options were read.
class Ask {
 public:
  Ask(const AskOptions& options, Keeper& keeper, Context& context)
      : options_(options), keeper_(keeper), context_(context) {}

  int run() {
    config::Overrides overrides = options_.overrides;
    keeper_.fill(overrides);
    auto launched = launch_with_model(overrides, context_);
    if (!launched) {
      keeper_.explain(launched.error(), options_.overrides.profile.has_value());
      return fail_command(context_, launched.error(), is_json());
    }
    const core::Profile* const profile = &launched->profile;
    if (const auto settled = keeper_.settle(*profile, options_.overrides.profile.has_value()); !settled) {
      return fail_command(context_, settled.error(), is_json(), profile);
    }
    auto prompt = assemble_prompt(options_, context_, launched->deadline);
    if (!prompt) return fail_command(context_, prompt.error(), is_json(), profile);
    auto message = message_of(options_, *std::move(prompt), *profile, context_.redactor);
    if (!message) return fail_command(context_, message.error(), is_json(), profile);
    if (options_.schema && !options_.schema->warning().empty()) context_.warn(options_.schema->warning());
    session::Session conversation(*profile);
    core::Request request = make_request(conversation, *std::move(message));
    prompt_bytes_ = text_size(request);
    if (const auto fits = check_prompt_tokens(*profile, request); !fits) {
      return fail_command(context_, fits.error(), is_json(), profile);
    }
    if (options_.is_dry_run) return print_dry_run(options_, *launched, request, context_);
    auto output = Output::open(options_, context_);
    if (!output) return fail_command(context_, output.error(), is_json(), profile);
    return converse(*launched, conversation, std::move(request), *output);
  }

 private:
  [[nodiscard]] bool is_json() const { return options_.format != OutputFormat::text; }
  // A single exchange, of which nothing need be remembered.
  [[nodiscard]] bool is_alone() const {
    return keeper_.resumed() == nullptr && !keeper_.keeps() && options_.schema_retries == 0;
  }
  // The reply is printed as it comes: not where another may take its place.
  [[nodiscard]] bool streams_text() const {
    return options_.format == OutputFormat::text && !options_.extracts && options_.schema_retries == 0;
  }

  core::Request make_request(session::Session& conversation, core::Message message) {
    if (keeper_.resumed() != nullptr) {
      for (const std::string& loss : conversation.restore(keeper_.take_resumed())) context_.warn(loss);
    }
    core::Request request =
        conversation.request(std::move(message), options_of(options_, conversation.profile(), context_));
    request.keeps_conversation = !is_alone();
    return request;
  }

  int converse(Launched& launched, session::Session& conversation, core::Request request, Output& output) {
    EventStream events([&](std::string_view bytes) { return output.write_json(context_, bytes); }, context_.redactor);
    const bool has_events = options_.format == OutputFormat::stream_json;
    const bool prints_text = streams_text();
    Answer answer(context_, {.prints_text = prints_text,
                             .keeps_text = !prints_text || options_.schema,
                             .shows_reasoning = shows_reasoning(options_, launched.profile, context_),
                             .file = output.file(),
                             .events = has_events ? &events : nullptr});
    if (has_events) begin_events(events, keeper_, launched.profile, request.messages.back(), context_.redactor);
    const std::size_t turns_before = conversation.turn_count();
    session::TurnResult turn =
        take_turns(launched, conversation, std::move(request), answer, has_events ? &events : nullptr);
    if (turn.error) suggest_models(*turn.error, launched, context_);
    if (turn.error && turn.error->kind == ErrorKind::context_length && turns_before > 0) {
      turn.error->hint += fmt::format("{}the prompt goes with {} earlier turns, about {} tokens in all: ask without -c",
                                      turn.error->hint.empty() ? "" : "\n", turns_before, prompt_bytes_ / 4);
    }
    if (turn.had_text && prints_text) output.note_content();
    if (const auto finished = answer.finish(); !finished && !turn.error) turn.error = finished.error();
    RunResult result = collect(launched, turn, answer, context_);
    judge(turn, {.prompt_bytes = prompt_bytes_, .has_tool_calls = !result.tool_calls.empty()}, result,
          turn.error ? context_.signal_for(*turn.error) : 0);
    if (options_.schema) judge_form(*options_.schema, result);
    // A reply that could not be mended is still the one there is.
    if (result.content.empty()) result.content = std::move(refused_reply_);
    result.attempts += earlier_attempts_;
    return finish(launched, turn, result, has_events ? &events : nullptr, answer.encrypted(), output);
  }

  // With --schema-retries a reply that does not have the form is sent back with what is wrong with it.
  session::TurnResult take_turns(Launched& launched, session::Session& conversation, core::Request request,
                                 Answer& answer, EventStream* events) {
    for (int left = options_.schema_retries;; --left) {
      const auto begin = std::chrono::steady_clock::now();
      session::TurnResult turn = take_turn(launched, conversation, std::move(request), answer);
      const bool is_whole = !turn.error && exit_code_for(turn.finish) == ExitCode::ok;
      if (left == 0 || !is_whole || !turn.had_text) return turn;
      const auto value = options_.schema->check(answer.content());
      if (value) return turn;
      if (!context_.is_quiet)
        context_.say(fmt::format("byok: the reply does not have the form asked for: {}; asking again",
                                 value.error().sentence()));
      const std::string words = session::repair_prompt(value.error());
      const core::Message next{.role = core::Role::user, .parts = {core::TextPart{words}}};
      if (events != nullptr) end_earlier(*events, launched.profile, turn);
      keep_earlier(launched.profile, turn,
                   std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin),
                   events);
      if (events != nullptr) events->user_message(next);
      refused_reply_ = answer.content();
      answer.begin_again();
      request = conversation.request(next, options_of(options_, launched.profile, context_));
    }
  }

  void end_earlier(EventStream& events, const core::Profile& profile, const session::TurnResult& turn) const {
    RunResult result;
    result.set_profile(profile);
    result.usage = turn.usage;
    result.finish = turn.finish;
    const session::SavedTurn* const kept = kept_ ? &*kept_ : nullptr;
    end_turn(events, turn, result, reply_of(kept, result, {}), kept, will_keep());
  }

  // A turn that another follows. That it cannot be kept is said of the last one.
  void keep_earlier(const core::Profile& profile, const session::TurnResult& turn, std::chrono::milliseconds duration,
                    EventStream* events) {
    earlier_attempts_ += turn.attempts;
    keeper_.log_usage(profile, turn, static_cast<int>(ExitCode::form), duration);
    if (!will_keep()) return;
    [[maybe_unused]] const auto stored = keeper_.append(*std::exchange(kept_, std::nullopt), profile.system,
                                                        events != nullptr ? events->take_stamps() : Stamps());
  }

  session::TurnResult take_turn(Launched& launched, session::Session& conversation, core::Request request,
                                Answer& answer) {
    CredentialSource credential(launched, context_);
    session::TurnOptions options;
    options.deadline = launched.deadline;
    options.interrupt = context_.interrupt->fd();
    options.ticks = context_.streams.err_is_terminal && !context_.is_quiet;
    options.secret = [&credential](bool again) { return credential.get(again); };
    options.can_mint_again = credential.can_mint_again();
    options.adaptations_file = adaptations_file(context_);
    const auto transport = transport::make_curl_transport(context_.log);
    // What is not kept is not collected either: a long reply costs no memory.
    if (is_alone()) {
      return session::run_turn(*transport, context_.log, launched.profile, std::move(request), options, answer);
    }
    core::Message prompt = std::move(request.messages.back());
    request = {};  // a long history is not held once more
    session::Session::Outcome outcome = conversation.send(
        *transport, context_.log, std::move(prompt), options_of(options_, launched.profile, context_), options, answer);
    kept_ = std::move(outcome.kept);
    kept_->end.turns = keeper_.keeps() ? keeper_.file()->turn_count() + 1 : conversation.turn_count();
    return std::move(outcome.turn);
  }

  // Prints what is printed at the end, in the order: the answer, then what is said about it.
  int finish(const Launched& launched, const session::TurnResult& turn, RunResult& result, EventStream* events,
             std::string_view encrypted, Output& output) {
    const session::SavedTurn* const kept = kept_ ? &*kept_ : nullptr;
    const core::Message reply = events != nullptr ? reply_of(kept, result, encrypted) : core::Message{};
    if (options_.extracts) extract(result);
    const bool is_whole = result.exit_code == 0;
    if (kept_ && kept_->error && result.error) kept_->error = record_of(*result.error);
    if (events != nullptr) end_turn(*events, turn, result, reply, kept, will_keep());
    const bool is_kept = keep(launched.profile, result, events);
    std::optional<base::Error> write_error = print_end(result, events, output);
    if (const auto closed = output.close(context_, is_whole && !write_error); !closed && !write_error) {
      write_error = closed.error();
    }
    if (write_error) {
      result.error = *write_error;
      result.exit_code = static_cast<int>(exit_code_for(write_error->kind, context_.signal_for(*write_error)));
    }
    for (const std::string& warning : result.warnings) context_.warn(warning);
    if (!is_json() && result.exit_code == 0) say_tool_calls(result);
    if (result.error && result.error->kind != ErrorKind::cancelled) {
      // What the disk refuses has nothing to do with the provider's address.
      const bool is_ours = !is_kept || write_error;
      context_.report(*result.error, is_ours            ? std::string()
                                     : turn.url.empty() ? launched.where()
                                                        : launched.where(turn.url));
    }
    if (options_.shows_usage) context_.say("byok: " + usage_line(result));
    keeper_.log_usage(launched.profile, turn, result.exit_code, result.duration);
    return result.exit_code;
  }

  [[nodiscard]] bool will_keep() const { return keeper_.keeps() && kept_ && kept_->has_reply(); }

  // The exchange on disk, before the result names its id. That it cannot be kept is a failure where it was asked for:
  // false.
  bool keep(const core::Profile& profile, RunResult& result, EventStream* events) {
    if (!will_keep()) return true;
    const auto stored = keeper_.append(*std::exchange(kept_, std::nullopt), profile.system,
                                       events != nullptr ? events->take_stamps() : Stamps());
    if (stored) {
      result.session_id = keeper_.id();
    } else if (keeper_.is_wished() && result.exit_code == 0) {
      result.error = stored.error();
      result.exit_code = static_cast<int>(exit_code_for(stored.error().kind, 0));
      if (events != nullptr) events->error(record_of(stored.error()), true);
      return false;
    } else {
      result.warnings.push_back(fmt::format("{}; {}", stored.error().message, stored.error().hint));
    }
    return true;
  }

  // Calls have no place in text: without a word they would look like an empty reply.
  void say_tool_calls(const RunResult& result) const {
    if (result.tool_calls.empty() || context_.is_quiet) return;
    std::string names;
    for (const core::ToolCallPart& call : result.tool_calls) names += (names.empty() ? "" : ", ") + call.name;
    context_.say(fmt::format("byok: the reply is a call of {}; --json shows it", names));
  }

  std::optional<base::Error> print_end(RunResult& result, EventStream* events, Output& output) {
    if (events != nullptr) {
      events->idle(result.error && result.error->kind == ErrorKind::cancelled);
      events->raw_line(to_json(result, context_.redactor));
      const auto written = events->flush();
      return written ? std::nullopt : std::optional(written.error());
    }
    Result<> written;
    if (options_.format == OutputFormat::json) {
      const auto write = [&](std::string_view bytes) { return output.write_json(context_, bytes); };
      written = write_json(result, context_.redactor, write);
      if (written) written = write("\n");
    } else if ((options_.extracts && has_block_) || (!options_.extracts && !streams_text())) {
      const bool lacks_newline = !result.content.empty() && !result.content.ends_with('\n');
      written = output.write_text(context_, result.content);
      if (written && lacks_newline) written = output.write_text(context_, "\n");
    }
    return written ? std::nullopt : std::optional(written.error());
  }

  // The block takes the place of the content; where there is none, the reply goes to stderr.
  void extract(RunResult& result) {
    const auto block = first_code_block(result.content);
    has_block_ = block.has_value();
    if (block) {
      result.content = *block;
      return;
    }
    if (!result.content.empty() && !is_json()) context_.say(base::trim(result.content));
    if (result.exit_code != 0) return;
    result.exit_code = static_cast<int>(ExitCode::form);
    base::Error error;
    error.kind = ErrorKind::schema;
    error.message = "the reply holds no fenced code block";
    error.hint = "ask for one, or leave out -x";
    result.error = std::move(error);
  }

  const AskOptions& options_;
  Keeper& keeper_;
  Context& context_;
  std::size_t prompt_bytes_ = 0;
  std::optional<session::SavedTurn> kept_;
  int earlier_attempts_ = 0;   // for replies that were sent back
  std::string refused_reply_;  // the last of them
  bool has_block_ = false;
};

}  // namespace

int run_ask(const Arguments& arguments, Context& context) {
  auto options = read_ask_options(arguments);
  if (!options) return fail_command(context, options.error(), wants_json(arguments));
  options->overrides.allow_unset = options->is_dry_run;
  transport::Interrupt interrupt;
  context.interrupt = &interrupt;
  auto keeper = Keeper::open(options->keep, context);
  const int code = keeper ? Ask(*options, *keeper, context).run()
                          : fail_command(context, keeper.error(), options->format != OutputFormat::text);
  context.interrupt = nullptr;
  return code;
}

}  // namespace byok::cli
