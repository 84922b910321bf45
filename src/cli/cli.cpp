// From argv to a command: builds the context, finds the command, catches what should never be thrown.
#include "cli/cli.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/exit_code.hpp"
#include "cli/failure.hpp"
#include "cli/help.hpp"
#include "terminal/sanitize.hpp"
#include "terminal/terminal.hpp"

namespace byok::cli {
namespace {

using Run = int (*)(const Arguments&, Context&);

constexpr std::array<std::pair<std::string_view, Run>, 17> kRuns{{
    {"ask", run_ask},
    {"chat", run_chat},
    {"models list", run_models_list},
    {"models show", run_models_show},
    {"profiles list", run_profiles_list},
    {"profiles show", run_profiles_show},
    {"profiles add", run_profiles_add},
    {"profiles default", run_profiles_default},
    {"profiles rm", run_profiles_rm},
    {"profiles path", run_profiles_path},
    {"sessions list", run_sessions_list},
    {"sessions show", run_sessions_show},
    {"sessions rm", run_sessions_rm},
    {"sessions export", run_sessions_export},
    {"doctor", run_doctor},
    {"mock", run_mock},
    {"completion", run_completion},
}};

terminal::ColorChoice color_choice(std::string_view choice) {
  if (choice == "always") return terminal::ColorChoice::always;
  if (choice == "never") return terminal::ColorChoice::never;
  return terminal::ColorChoice::automatic;
}

void set_styles(Context& context, terminal::ColorChoice choice) {
  const auto style = [&](bool is_terminal) {
    return terminal::Style(terminal::wants_color({.choice = choice,
                                                  .is_terminal = is_terminal,
                                                  .no_color = context.environment.get("NO_COLOR"),
                                                  .clicolor_force = context.environment.get("CLICOLOR_FORCE"),
                                                  .term = context.environment.get("TERM")}));
  };
  context.out_style = style(context.streams.out_is_terminal);
  context.err_style = style(context.streams.err_is_terminal);
}

void set_log(Context& context) {
  const std::string_view wish = context.environment.get("BYOK_LOG");
  int level = context.verbosity;
  if (wish == "info" && level < 1) level = 1;
  if ((wish == "debug" || wish == "trace") && level < 2) level = 2;
  if (level == 0) return;
  const auto redact = [&context](std::string_view text) {
    const std::string safe = context.redactor.redact(text);
    return context.streams.err_is_terminal ? terminal::sanitize(safe) : safe;
  };
  const auto write = [&context](std::string_view line) { context.say_raw(line); };
  context.log = base::Log(level == 1 ? base::LogLevel::info : base::LogLevel::debug, redact, write);
}

Context make_context(char** environment) {
  Context context;
  context.started = std::chrono::steady_clock::now();
  context.environment = config::Environment::from(environment);
  context.streams.in_is_terminal = terminal::is_terminal(context.streams.in);
  context.streams.out_is_terminal = terminal::is_terminal(context.streams.out);
  context.streams.err_is_terminal = terminal::is_terminal(context.streams.err);
  return context;
}

// A stream that is closed gets a descriptor on which every write fails, so that no file opened later takes its place.
void hold_closed_streams() {
  for (int descriptor = 0; descriptor <= 2; ++descriptor) {
    if (fcntl(descriptor, F_GETFD) == -1) static_cast<void>(open("/dev/null", O_RDONLY));
  }
}

// The arguments could not be read, so what they ask for is guessed from the words.
bool asks_for_json(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    if (words[i] == "--json" || words[i] == "--output-format=json" || words[i] == "--output-format=stream-json") {
      return true;
    }
    if (words[i] == "--output-format" && i + 1 < words.size() && words[i + 1].ends_with("json")) return true;
  }
  return false;
}

std::string_view color_in(const std::vector<std::string>& words) {
  constexpr std::string_view kName = "--color";
  std::string_view choice;
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    if (words[i] == kName && i + 1 < words.size()) choice = words[i + 1];
    if (words[i].starts_with("--color=")) choice = std::string_view(words[i]).substr(kName.size() + 1);
  }
  return choice;
}

int dispatch(const std::vector<std::string>& words, Context& context) {
  const auto arguments = parse_arguments(words);
  if (!arguments) {
    set_styles(context, color_choice(color_in(words)));
    return fail_command(context, arguments.error(), asks_for_json(words));
  }
  context.is_quiet = arguments->has("quiet");
  context.verbosity = static_cast<int>(arguments->count("verbose"));
  set_styles(context, color_choice(arguments->last("color").value_or("auto")));
  set_log(context);
  if (arguments->wants_version) return context.print(version_text());
  if (arguments->wants_help) {
    if (!arguments->family.empty()) return context.print(help_for_family(arguments->family));
    return context.print(arguments->command != nullptr ? help_for(*arguments->command) : help_overview());
  }
  for (const auto& [name, run_command] : kRuns) {
    if (name == arguments->command->name) return run_command(*arguments, context);
  }
  return static_cast<int>(ExitCode::defect);
}

int report_defect(const std::exception& thrown, const std::vector<std::string>& words, Context& context) {
  context.interrupt = nullptr;  // it lived in the command that was left
  base::Error error;
  error.message = fmt::format("a defect of byok: {}", thrown.what());
  error.hint = "please report it, with what `byok --version` prints";
  return fail_command(context, error, asks_for_json(words));
}

}  // namespace

int run(int argc, char** argv, char** environment) {
  // A closed pipe is an error of write(), which says where it happened; the signal would only end the process.
  std::signal(SIGPIPE, SIG_IGN);
  hold_closed_streams();
  try {
    const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    Context context = make_context(environment);
    try {
      return dispatch(words, context);
    } catch (const std::exception& error) {
      return report_defect(error, words, context);
    }
  } catch (const std::exception&) {  // not even that could be said
    std::fputs("byok: error: a defect of byok\n", stderr);
    return static_cast<int>(ExitCode::defect);
  }
}

}  // namespace byok::cli
