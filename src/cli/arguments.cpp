// The command line's parser: finds the command, then lets CLI11 read its options. The one door to CLI11.
#include "cli/arguments.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

std::string dashed(const Option& option) { return "--" + std::string(option.name); }

std::vector<std::string_view> option_names(const Command& command) {
  std::vector<std::string_view> names;
  for (const auto group : command.options) {
    for (const Option& option : group) names.push_back(option.name);
  }
  return names;
}

// The names that stand first on a command line: "ask", "models", …
std::vector<std::string_view> first_names() {
  std::vector<std::string_view> names;
  for (const Command& command : commands()) {
    const std::string_view first = command.name.substr(0, command.name.find(' '));
    if (names.empty() || names.back() != first) names.push_back(first);
  }
  return names;
}

bool is_first_name(std::string_view name) {
  return std::ranges::any_of(commands(), [name](const Command& command) {
    return command.name == name || command.name.substr(0, command.name.find(' ')) == name;
  });
}

// How many of the words are one global option with its value: 0 where the first word is none.
std::size_t global_option_length(const std::vector<std::string>& words, std::size_t at) {
  const std::string& word = words[at];
  for (const Option& option : global_options()) {
    const bool has_value = option.kind != ValueKind::none;
    if (word == dashed(option)) return has_value ? 2 : 1;
    if (has_value && word.starts_with(dashed(option) + "=")) return 1;
  }
  // -v, -q, -h and their bundles such as -vv
  if (word.size() > 1 && word[0] == '-' && word.find_first_not_of("vqh", 1) == std::string::npos) return 1;
  return 0;
}

std::unexpected<base::Error> unknown_command(const std::vector<std::string>& words, std::size_t at) {
  const auto names = first_names();
  const std::string near = base::nearest(words[at], names);
  if (is_first_name(words[at])) {
    std::string parts;
    for (const Command& command : commands()) {
      if (command.name.starts_with(words[at] + " "))
        parts += fmt::format("{}byok {}", parts.empty() ? "" : ", ", command.name);
    }
    return fail(ErrorKind::usage, fmt::format("byok {} needs to know what to do", words[at]), "write one of: " + parts);
  }
  if (words[at].starts_with('-')) {
    return fail(ErrorKind::usage, fmt::format("unknown option {} before the command", words[at]),
                "options of a command stand after it: byok ask " + words[at] + " …");
  }
  std::string hint;
  if (!near.empty()) {
    hint = fmt::format("did you mean byok {}?", near);
  } else {
    std::vector<std::string> prompt(words.begin() + static_cast<std::ptrdiff_t>(at), words.end());
    hint = "to ask a question, write: byok ask " + base::shell_quote(base::join(prompt, " "));
  }
  return fail(ErrorKind::usage, fmt::format("there is no command {}", base::shell_quote(words[at])), hint);
}

Result<> check_value(const Option& option, const std::string& value) {
  if (option.kind != ValueKind::choice) return {};
  const auto choices = base::split(option.value, '|');
  if (std::ranges::find(choices, std::string_view(value)) != choices.end()) return {};
  const std::string near = base::nearest(value, choices);
  return fail(ErrorKind::usage, fmt::format("--{} cannot be {}", option.name, base::shell_quote(value)),
              near.empty() ? fmt::format("write one of: {}", base::replace_all(std::string(option.value), "|", ", "))
                           : fmt::format("did you mean --{} {}?", option.name, near));
}

std::unexpected<base::Error> unknown_option(const Command& command, std::string_view word) {
  const std::string_view bare = word.substr(0, word.find('='));
  std::string near;
  if (bare.starts_with("--")) near = base::nearest(bare.substr(2), option_names(command));
  std::string hint = near.empty() ? fmt::format("byok {} --help lists the options", command.name)
                                  : fmt::format("did you mean --{}?", near);
  if (command.takes_words && near.empty()) hint += "; a prompt that begins with - goes after --";
  return fail(ErrorKind::usage, fmt::format("byok {} has no option {}", command.name, bare), hint);
}

// Slips of fingers that are used to other tools.
// Names that other tools give as `-o NAME VALUE` (llm), in either spelling.
struct SamplingName {
  std::string_view name;
  std::string_view option;
};
constexpr auto kSamplingNames = std::to_array<SamplingName>({{"temperature", "temperature"},
                                                             {"max_tokens", "max-output-tokens"},
                                                             {"max_output_tokens", "max-output-tokens"},
                                                             {"top_p", "top-p"},
                                                             {"seed", "seed"},
                                                             {"stop", "stop"},
                                                             {"reasoning_effort", "reasoning-effort"}});

Result<> check_slips(const Arguments& arguments) {
  if (const auto profile = arguments.last("profile"); profile && profile->find(' ') != std::string::npos) {
    std::string prompt = *profile;
    for (const std::string& word : arguments.words) prompt += " " + word;
    return fail(ErrorKind::usage, "-p names a profile, and a profile's name has no spaces",
                "for a prompt, write: byok ask " + base::shell_quote(prompt));
  }
  if (const auto output = arguments.last("output"); output && arguments.command->name == "ask") {
    const std::string name = base::replace_all(*output, "-", "_");
    const auto* const known = std::ranges::find(kSamplingNames, name, &SamplingName::name);
    if (known != kSamplingNames.end()) {
      return fail(ErrorKind::usage, fmt::format("-o names a file for the answer, not the option {}", *output),
                  fmt::format("write: --{} {} (or -o ./{} for a file of that name)", known->option,
                              arguments.words.empty() ? "VALUE" : arguments.words.front(), *output));
    }
  }
  return {};
}

Result<> parse_options(Arguments& arguments, std::vector<std::string> words) {
  const Command& command = *arguments.command;
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::vector<std::pair<const Option*, CLI::Option*>> registered;
  for (const auto group : command.options) {
    for (const Option& option : group) {
      std::string names = dashed(option);
      if (option.letter != 0) names = fmt::format("-{},{}", option.letter, names);
      CLI::Option* added = nullptr;
      if (option.kind == ValueKind::none) {
        added = app.add_flag(names);
      } else {
        // One value a time: with extra values allowed, CLI11 takes '[a,b]' apart.
        added = app.add_option(names)->expected(1)->allow_extra_args(false);
      }
      added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
      registered.emplace_back(&option, added);
    }
  }
  try {
    std::ranges::reverse(words);  // CLI11 takes words from the back
    app.parse(std::move(words));
  } catch (const CLI::Error& error) {
    return fail(ErrorKind::usage, error.what(), fmt::format("byok {} --help lists the options", command.name));
  }
  for (const auto& [option, parsed] : registered) {
    if (parsed->count() == 0) continue;
    auto& values = arguments.values[std::string(option->name)];
    if (option->kind == ValueKind::none) {
      values.assign(parsed->count(), "");
      continue;
    }
    values = parsed->results();
    for (const std::string& value : values) BYOK_CHECK(check_value(*option, value));
  }
  for (std::string& word : app.remaining()) {
    if (word.size() > 1 && word[0] == '-') return unknown_option(command, word);
    arguments.words.push_back(std::move(word));
  }
  return {};
}

// `-m=x` is given to the option as `=x` by CLI11, where `x` is meant.
void split_short_assignments(const Command& command, std::vector<std::string>& words) {
  for (std::string& word : words) {
    if (word.size() < 4 || word[0] != '-' || word[1] == '-' || word[2] != '=') continue;
    for (const auto group : command.options) {
      for (const Option& option : group) {
        if (option.letter == word[1] && option.kind != ValueKind::none) word.erase(2, 1);
      }
    }
  }
}

}  // namespace

std::size_t Arguments::count(std::string_view name) const {
  const auto found = values.find(name);
  return found == values.end() ? 0 : found->second.size();
}

std::optional<std::string> Arguments::last(std::string_view name) const {
  const auto found = values.find(name);
  if (found == values.end() || found->second.empty()) return std::nullopt;
  return found->second.back();
}

std::vector<std::string> Arguments::all(std::string_view name) const {
  const auto found = values.find(name);
  return found == values.end() ? std::vector<std::string>{} : found->second;
}

Result<Arguments> parse_arguments(const std::vector<std::string>& words) {
  Arguments arguments;
  std::vector<std::string> options;
  std::size_t at = 0;
  while (at < words.size()) {
    if (words[at] == "--version" || words[at] == "-V") {
      arguments.wants_version = true;
      return arguments;
    }
    const std::size_t length = global_option_length(words, at);
    if (length == 0) break;
    for (std::size_t i = 0; i < length && at < words.size(); ++i) options.push_back(words[at++]);
  }
  const bool wants_help =
      std::ranges::any_of(options, [](const std::string& word) { return word == "--help" || word == "-h"; });
  if (at == words.size() || words[at] == "help") {
    arguments.wants_help = true;
    if (at + 1 < words.size()) arguments.command = find_command(base::join(std::span(words).subspan(at + 1), " "));
    if (!wants_help && words.empty()) return fail(ErrorKind::usage, "no command was given", "byok --help lists them");
    return arguments;
  }
  std::string name = words[at];
  arguments.command = find_command(name);
  std::size_t after = at + 1;
  if (arguments.command == nullptr && after < words.size()) {
    arguments.command = find_command(name + " " + words[after]);
    if (arguments.command != nullptr) ++after;
  }
  if (arguments.command == nullptr) {
    const bool asks_help = after < words.size() && (words[after] == "--help" || words[after] == "-h");
    if (asks_help && is_first_name(name)) {
      arguments.wants_help = true;
      return arguments;
    }
    return unknown_command(words, at);
  }
  const auto first = words.begin() + static_cast<std::ptrdiff_t>(after);
  // `--` is cut here: CLI11 does not let it end the options of a command.
  const auto separator = std::find(first, words.end(), "--");
  options.insert(options.end(), first, separator);
  if (separator != words.end()) arguments.literal_words.assign(separator + 1, words.end());
  split_short_assignments(*arguments.command, options);
  BYOK_CHECK(parse_options(arguments, std::move(options)));
  arguments.wants_help = arguments.has("help");
  if (!arguments.wants_help && !arguments.command->takes_words &&
      !(arguments.words.empty() && arguments.literal_words.empty())) {
    const std::string& extra = arguments.words.empty() ? arguments.literal_words.front() : arguments.words.front();
    return fail(ErrorKind::usage,
                fmt::format("byok {} takes no argument {}", arguments.command->name, base::shell_quote(extra)),
                fmt::format("byok {} --help shows what it takes", arguments.command->name));
  }
  BYOK_CHECK(check_slips(arguments));
  return arguments;
}

}  // namespace byok::cli
