// `byok ask`: one prompt, one reply.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/ask/answer.hpp"
#include "cli/ask/dry_run.hpp"
#include "cli/ask/event_stream.hpp"
#include "cli/ask/extract.hpp"
#include "cli/ask/options.hpp"
#include "cli/ask/prompt.hpp"
#include "cli/ask/result.hpp"
#include "cli/ask/verdict.hpp"
#include "cli/catalog.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/failure.hpp"
#include "cli/launch.hpp"
#include "cli/missing_model.hpp"
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

bool shows_reasoning(const AskOptions& options, const core::Profile& profile, const Context& context) {
  if (context.is_quiet) return false;
  if (options.shows_reasoning) return *options.shows_reasoning;
  if (profile.show_reasoning) return *profile.show_reasoning;
  return context.streams.err_is_terminal;
}

core::Request make_request(const AskOptions& options, const core::Profile& profile, std::string prompt,
                           const Context& context) {
  core::Request request;
  request.model = profile.wire_model;
  request.system = profile.system;
  request.messages.push_back({.role = core::Role::user, .parts = {core::TextPart{std::move(prompt)}}});
  request.sampling = profile.sampling;
  request.pinned = options.pinned;
  request.stream = options.streams;
  request.wants_reasoning = options.format != OutputFormat::text || shows_reasoning(options, profile, context);
  request.store = profile.store;
  request.body = profile.body;
  request.edits = options.edits;
  return request;
}

// The bound is on an estimate; the provider's own count differs.
Result<> check_prompt_tokens(const core::Profile& profile, const core::Request& request) {
  if (!profile.max_prompt_tokens) return {};
  std::size_t bytes = request.system.size();
  for (const core::Part& part : request.messages.front().parts) {
    if (const auto* text = std::get_if<core::TextPart>(&part)) bytes += text->text.size();
  }
  const auto tokens = static_cast<std::int64_t>(bytes / 4);
  if (tokens <= *profile.max_prompt_tokens) return {};
  return fail(
      ErrorKind::context_length,
      fmt::format("the prompt has about {} tokens, and the profile allows {}", tokens, *profile.max_prompt_tokens),
      "send a part of it, or raise max_prompt_tokens in the profile");
}

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

// Where the output goes, and how it ends there: whole, or beside the target as `.partial`.
class Output {
 public:
  static Result<Output> open(const AskOptions& options, const Context& context) {
    Output output;
    // `-` and /dev/stdout are standard output itself: a file behind it must not be replaced.
    if (!options.output || *options.output == "-" || *options.output == "/dev/stdout") return output;
    BYOK_TRY(base::PendingFile file, base::PendingFile::open(*options.output, context.interrupt_fd()));
    output.file_ = std::move(file);
    return output;
  }

  [[nodiscard]] base::PendingFile* file() { return file_ ? &*file_ : nullptr; }

  Result<> write_text(const Context& context, std::string_view text) {
    return is_terminal(context) ? write(context, terminal::sanitize(text)) : write(context, text);
  }
  Result<> write_json(const Context& context, std::string_view json) {
    return is_terminal(context) ? write(context, terminal::sanitize_json(json)) : write(context, json);
  }
  void note_content() { has_content_ = true; }

  Result<> close(const Context& context, bool is_complete) {
    if (!file_) return {};
    if (is_complete) return file_->commit();
    if (!has_content_ || file_->is_direct()) return {};
    BYOK_TRY(const auto path, file_->keep_partial());
    context.say(path.empty() ? "byok: nothing of the reply was saved"
                             : fmt::format("byok: the incomplete reply is in {}", path.string()));
    return {};
  }

 private:
  [[nodiscard]] bool is_terminal(const Context& context) const { return !file_ && context.streams.out_is_terminal; }
  Result<> write(const Context& context, std::string_view bytes) {
    has_content_ = has_content_ || !bytes.empty();
    return file_ ? file_->write(bytes) : context.write_out(bytes);
  }

  std::optional<base::PendingFile> file_;
  bool has_content_ = false;
};

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

// One run of `ask` after its options were read.
class Ask {
 public:
  Ask(const AskOptions& options, Context& context) : options_(options), context_(context) {}

  int run() {
    auto launched = launch_with_model(options_.overrides, context_);
    if (!launched) return fail_command(context_, launched.error(), is_json());
    auto prompt = assemble_prompt(options_, context_, launched->deadline);
    const core::Profile* const profile = &launched->profile;
    if (!prompt) return fail_command(context_, prompt.error(), is_json(), profile);
    const std::string prompt_text = options_.format == OutputFormat::stream_json ? *prompt : std::string();
    prompt_bytes_ = prompt->size();
    core::Request request = make_request(options_, launched->profile, *std::move(prompt), context_);
    if (const auto fits = check_prompt_tokens(launched->profile, request); !fits) {
      return fail_command(context_, fits.error(), is_json(), profile);
    }
    if (options_.is_dry_run) return print_dry_run(options_, *launched, request, context_);
    auto output = Output::open(options_, context_);
    if (!output) return fail_command(context_, output.error(), is_json(), profile);
    return converse(*launched, std::move(request), prompt_text, *output);
  }

 private:
  [[nodiscard]] bool is_json() const { return options_.format != OutputFormat::text; }

  int converse(Launched& launched, core::Request request, std::string_view prompt, Output& output) {
    EventStream events([&](std::string_view bytes) { return output.write_json(context_, bytes); }, context_.redactor);
    const bool has_events = options_.format == OutputFormat::stream_json;
    const bool prints_text = options_.format == OutputFormat::text && !options_.extracts;
    Answer answer(context_, {.prints_text = prints_text,
                             .keeps_text = !prints_text,
                             .shows_reasoning = shows_reasoning(options_, launched.profile, context_),
                             .file = output.file(),
                             .events = has_events ? &events : nullptr});
    if (has_events) {
      events.start({.profile = launched.profile.name,
                    .origin = launched.profile.base_url.origin(),
                    .wire_api = core::to_string(launched.profile.wire_api),
                    .model = launched.profile.model},
                   prompt);
    }
    session::TurnResult turn = take_turn(launched, std::move(request), answer);
    if (turn.error) suggest_models(*turn.error, launched, context_);
    if (turn.had_text && prints_text) output.note_content();
    if (const auto finished = answer.finish(); !finished && !turn.error) turn.error = finished.error();
    RunResult result = collect(launched, turn, answer, context_);
    judge(turn, {.prompt_bytes = prompt_bytes_, .has_tool_calls = !result.tool_calls.empty()}, result,
          turn.error ? context_.signal_for(*turn.error) : 0);
    return finish(launched, turn, result, has_events ? &events : nullptr, answer.encrypted(), output);
  }

  session::TurnResult take_turn(Launched& launched, core::Request request, Answer& answer) {
    CredentialSource credential(launched, context_);
    session::TurnOptions options;
    options.deadline = launched.deadline;
    options.interrupt = context_.interrupt->fd();
    options.ticks = context_.streams.err_is_terminal && !context_.is_quiet;
    options.secret = [&credential](bool again) { return credential.get(again); };
    options.can_mint_again = credential.can_mint_again();
    options.adaptations_file = adaptations_file(context_);
    const auto transport = transport::make_curl_transport(context_.log);
    return session::run_turn(*transport, context_.log, launched.profile, std::move(request), options, answer);
  }

  // Prints what is printed at the end, in the order: the answer, then what is said about it.
  int finish(const Launched& launched, const session::TurnResult& turn, RunResult& result, EventStream* events,
             std::string_view encrypted, Output& output) {
    std::optional<base::Error> write_error = print_end(turn, result, events, encrypted, output);
    if (const auto closed = output.close(context_, result.exit_code == 0 && !write_error); !closed && !write_error) {
      write_error = closed.error();
    }
    if (write_error) {
      result.error = *write_error;
      result.exit_code = static_cast<int>(exit_code_for(write_error->kind, context_.signal_for(*write_error)));
    }
    for (const std::string& warning : result.warnings) context_.warn(warning);
    if (!is_json() && result.exit_code == 0) say_tool_calls(result);
    if (result.error && result.error->kind != ErrorKind::cancelled)
      context_.report(*result.error, turn.url.empty() ? launched.where() : launched.where(turn.url));
    if (options_.shows_usage) context_.say("byok: " + usage_line(result));
    return result.exit_code;
  }

  // Calls have no place in text: without a word they would look like an empty reply.
  void say_tool_calls(const RunResult& result) const {
    if (result.tool_calls.empty() || context_.is_quiet) return;
    std::string names;
    for (const core::ToolCallPart& call : result.tool_calls) names += (names.empty() ? "" : ", ") + call.name;
    context_.say(fmt::format("byok: the reply is a call of {}; --json shows it", names));
  }

  std::optional<base::Error> print_end(const session::TurnResult& turn, RunResult& result, EventStream* events,
                                       std::string_view encrypted, Output& output) {
    if (options_.extracts) extract(result);
    if (events != nullptr) {
      if (turn.had_output) {
        events->usage(result.usage, turn.model, result.finish ? core::to_string(*result.finish) : "");
        events->message(result.content, result.reasoning, encrypted);
      }
      if (result.error) events->error(*result.error);
      events->turn_end();
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
    } else if (options_.extracts && has_block_) {
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
  Context& context_;
  std::size_t prompt_bytes_ = 0;
  bool has_block_ = false;
};

}  // namespace

int run_ask(const Arguments& arguments, Context& context) {
  auto options = read_ask_options(arguments);
  if (!options) return fail_command(context, options.error(), wants_json(arguments));
  options->overrides.allow_unset = options->is_dry_run;
  transport::Interrupt interrupt;
  context.interrupt = &interrupt;
  const int code = Ask(*options, context).run();
  context.interrupt = nullptr;
  return code;
}

}  // namespace byok::cli
