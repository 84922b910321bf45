// `byok profiles add`: an address and a key become a profile of the configuration file.
#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/failure.hpp"
#include "cli/profiles/new_profile.hpp"
#include "cli/profiles/profile_line.hpp"
#include "cli/profiles/rewrite.hpp"
#include "cli/question.hpp"
#include "config/config.hpp"
#include "config/secret_rules.hpp"
#include "terminal/typed_line.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using Way = NewKey::Way;

constexpr std::size_t kLargestKey = std::size_t{64} * 1024;

// The address, where only a person can tell it.
Result<> ask_for_url(Arguments& arguments, Context& context) {
  static_cast<void>(base::write_all(context.streams.err, "Address of the provider (URL): "));
  const int interrupt = context.interrupt != nullptr ? context.interrupt->fd() : -1;
  auto line = terminal::read_typed_line(context.streams.in, interrupt);
  if (!line) {
    context.say("");
    return std::unexpected(std::move(line).error());
  }
  if (!base::trim(*line).empty()) arguments.words.emplace_back(base::trim(*line));
  return {};
}

Result<base::Secret> judged_key(const base::Secret& typed, std::string_view from, Context& context) {
  std::vector<std::string> warnings;
  auto key = config::accept_secret(std::string(typed.reveal()), core::Credential::Slot::api_key, from, warnings);
  for (const std::string& warning : warnings) context.warn(warning);
  return key;
}

Result<base::Secret> read_key_from_stdin(Context& context) {
  BYOK_TRY(std::string text, base::read_all(context.streams.in, kLargestKey));
  const base::Secret key(std::move(text));
  context.redactor.add(base::trim(key.reveal()));
  return judged_key(key, "standard input", context);
}

// An empty line is an answer too: the key lies elsewhere, or there is none.
Result<base::Secret> type_key(const NewProfile& profile, Context& context) {
  const std::string otherwise =
      profile.usual_variable.empty() ? "none" : fmt::format("${} is read", profile.usual_variable);
  const std::string question = fmt::format("Key for {} (not shown as you type; empty: {}): ", profile.name, otherwise);
  const int interrupt = context.interrupt != nullptr ? context.interrupt->fd() : -1;
  auto typed = terminal::read_hidden_line(context.streams.in, context.streams.err, question, interrupt);
  context.say("");
  if (!typed) return std::unexpected(std::move(typed).error());
  context.redactor.add(base::trim(typed->reveal()));
  if (base::trim(typed->reveal()).empty()) return base::Secret();
  return judged_key(*typed, "the terminal", context);
}

// Where the text cannot be edited: what to paste.
int refuse_to_splice(const base::Error& error, const config::Change& change, const std::filesystem::path& file,
                     Context& context) {
  base::Error shown = error;
  shown.message = fmt::format("{} is left as it is: {}", file.string(), error.message);
  shown.hint = "paste the block on standard output below `profiles:` yourself";
  if (change.default_profile) shown.hint += fmt::format(", and set default_profile: {}", *change.default_profile);
  context.report(shown);
  const int problem = context.print(config::profile_block(change));
  return problem != 0 ? problem : static_cast<int>(ExitCode::config);
}

NewKey usual_key(const NewProfile& profile) {
  if (profile.usual_variable.empty()) return {.way = Way::none, .text = {}, .command = {}};
  return {.way = Way::variable, .text = profile.usual_variable, .command = {}};
}

Result<> check_not_there(const NewProfile& profile, std::string_view text, const std::filesystem::path& file) {
  const config::Document document = config::parse_yaml(text, "");
  const config::Node* profiles = document.root.find("profiles");
  if (profiles == nullptr || profiles->find(profile.name) == nullptr) return {};
  return fail(ErrorKind::config, fmt::format("there is a profile {} in {} already", profile.name, file.string()),
              fmt::format("choose another name: byok profiles add NAME URL; or remove it first: byok profiles rm {}",
                          profile.name));
}

// What is left to say of the profile, as `profiles list` would.
void report_added(const NewProfile& profile, const Arguments& arguments, Context& context) {
  const config::Config config = config::Config::load(context.environment, arguments.last("config"));
  bool is_any_active = false;
  for (const config::ProfileSummary& summary : config.list()) {
    is_any_active = is_any_active || summary.is_active;
    if (summary.name != profile.name) continue;
    for (const core::Diagnosis& problem : summary.problems) {
      if (problem.severity != core::Severity::note) context.warn(line_of(problem));
    }
  }
  if (context.is_quiet) return;
  context.say(fmt::format("added {} to {}", profile.name, config.user_file().string()));
  // The only profile needs no name; of two, none is chosen.
  if (!is_any_active) context.say(fmt::format("to use it when none is named: byok profiles default {}", profile.name));
  context.say(fmt::format("to see whether it works: byok doctor -p {}", profile.name));
}

// Standard input is read only when what it is read for can come true.
Result<> take_key(NewProfile& profile, Rewrite& wish, Context& context) {
  const bool is_wanted = profile.key.way == Way::kept;
  if (is_wanted && !context.streams.in_is_terminal) {
    BYOK_TRY(wish.key, read_key_from_stdin(context));
  } else if (is_wanted || (profile.key.way == Way::unsaid && can_ask(context))) {
    BYOK_TRY(wish.key, type_key(profile, context));
    if (!wish.key.is_empty()) profile.key.way = Way::kept;
    if (is_wanted && wish.key.is_empty()) return fail(ErrorKind::config, "no key was entered", "run it again");
  }
  if (profile.key.way == Way::unsaid) profile.key = usual_key(profile);
  if (profile.key.way == Way::kept) wish.key_file = wish.file.parent_path() / kept_key_name(profile.name);
  return {};
}

Result<int> add(Arguments arguments, Context& context) {
  if (lacks_address(arguments) && can_ask(context)) BYOK_CHECK(ask_for_url(arguments, context));
  BYOK_TRY(NewProfile profile, read_new_profile(arguments, context.environment));
  Rewrite wish;
  wish.file = config::Config::load(context.environment, arguments.last("config")).user_file();
  if (wish.file.empty()) {
    return fail(ErrorKind::config, "there is no home to keep a configuration in",
                "set HOME, or name a file: --config FILE");
  }
  BYOK_TRY(const std::string text, read_configuration(wish.file));
  BYOK_CHECK(check_not_there(profile, text, wish.file));
  for (const std::string& note : profile.notes) {
    if (!context.is_quiet) context.say("note: " + note);
  }
  const bool is_agreed = arguments.has("yes");
  NewKey likely = profile.key;
  if (likely.way == Way::unsaid)
    likely = can_ask(context) ? NewKey{.way = Way::kept, .text = {}, .command = {}} : usual_key(profile);
  const config::Change first = change_for(profile, likely);
  const auto possible = config::splice(text, first);
  if (!possible) return refuse_to_splice(possible.error(), first, wish.file, context);
  if (!is_agreed && !can_ask(context)) {
    show_diff(wish.file, *possible, context);
    return fail(ErrorKind::usage, "nothing was written: nobody can be asked, as this is not a terminal",
                "add --yes to write it");
  }
  BYOK_CHECK(take_key(profile, wish, context));
  wish.change = change_for(profile, profile.key);
  wish.asks = !is_agreed;
  BYOK_TRY(const bool is_written, rewrite(wish, context));
  if (!is_written) {
    context.say("nothing was written");
    return static_cast<int>(ExitCode::refused);
  }
  report_added(profile, arguments, context);
  return 0;
}

}  // namespace

int run_profiles_add(const Arguments& arguments, Context& context) {
  // A read of all of standard input is ended by the signal itself; a question needs its terminal put in order first.
  std::optional<transport::Interrupt> interrupt;
  if (context.streams.in_is_terminal) context.interrupt = &interrupt.emplace();
  const auto code = add(arguments, context);
  const int result = code ? *code : fail_command(context, code.error(), false);
  context.interrupt = nullptr;
  return result;
}

}  // namespace byok::cli
