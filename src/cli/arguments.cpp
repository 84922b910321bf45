// The command line's parser: finds the command, then lets CLI11 read its options. The one door to CLI11.
#include "cli/arguments.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <span>

#include "base/text.hpp"
#include "cli/slips.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

std::string dashed(const Option& option) { return "--" + std::string(option.name); }

std::unexpected<base::Error> lacks_value(const Option& option) {
  return fail(ErrorKind::usage, fmt::format("--{} needs a value", option.name),
              fmt::format("write: --{} {}", option.name, option.value));
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

Result<> check_value(const Option& option, const std::string& value) {
  if (option.kind != ValueKind::choice) return {};
  const auto choices = base::split(option.value, '|');
  if (std::ranges::find(choices, std::string_view(value)) != choices.end()) return {};
  const std::string near = base::nearest(value, choices);
  return fail(ErrorKind::usage, fmt::format("--{} cannot be {}", option.name, base::shell_quote(value)),
              near.empty() ? fmt::format("write one of: {}", base::replace_all(std::string(option.value), "|", ", "))
                           : fmt::format("did you mean --{} {}?", option.name, near));
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
  for (const std::string& word : app.remaining()) {
    if (word.size() > 1 && word[0] == '-') return unknown_option(command, word);
    arguments.words.push_back(word);
  }
  return {};
}

// The words up to a `--` that is no option's value: CLI11 does not let it end the options of a command, and has words
// of its own for values that are missing or too many. `-m=x` is given to the option as `=x` by CLI11, where `x` is
// meant.
Result<std::vector<std::string>> words_before_separator(const Command& command, std::span<const std::string> words) {
  std::vector<std::string> before;
  for (std::size_t at = 0; at < words.size() && words[at] != "--"; ++at) {
    std::string word = words[at];
    const OptionWord read = word.size() > 1 && word[0] == '-' ? read_option_word(command, word) : OptionWord{};
    if (read.option != nullptr && read.has_value()) {
      if (read.option->kind == ValueKind::none) {
        return fail(ErrorKind::usage, fmt::format("--{} takes no value", read.option->name),
                    fmt::format("write: --{}", read.option->name));
      }
      if (word[1] != '-' && word[read.value_at] == '=') word.erase(read.value_at, 1);
    }
    before.push_back(std::move(word));
    if (!read.takes_next()) continue;
    if (at + 1 == words.size()) return lacks_value(*read.option);
    before.push_back(words[++at]);
  }
  return before;
}

// `byok help`, `byok help models list`, `byok help models`: what stands at `at` is what it is about.
Result<Arguments> help_about(const std::vector<std::string>& words, std::size_t at) {
  Arguments arguments;
  arguments.wants_help = true;
  if (at == words.size()) return arguments;
  const std::span<const std::string> names = std::span(words).subspan(at);
  arguments.command = find_command(base::join(names.first(std::min<std::size_t>(2, names.size())), " "));
  if (arguments.command == nullptr) arguments.command = find_command(words[at]);
  if (arguments.command != nullptr) return arguments;
  if (!is_family(words[at])) return unknown_command(words, at);
  arguments.family = words[at];
  return arguments;
}

Result<> read_command(Arguments& arguments, std::vector<std::string> options, std::span<const std::string> rest) {
  const Command& command = *arguments.command;
  BYOK_TRY(const std::vector<std::string> before, words_before_separator(command, rest));
  options.insert(options.end(), before.begin(), before.end());
  if (before.size() < rest.size()) arguments.literal_words.assign(rest.begin() + std::ssize(before) + 1, rest.end());
  BYOK_CHECK(parse_options(arguments, std::move(options)));
  arguments.wants_help = arguments.has("help");
  if (arguments.wants_help) return {};
  if (!command.takes_words && !(arguments.words.empty() && arguments.literal_words.empty())) {
    const std::string& extra = arguments.words.empty() ? arguments.literal_words.front() : arguments.words.front();
    return fail(ErrorKind::usage, fmt::format("byok {} takes no argument {}", command.name, base::shell_quote(extra)),
                fmt::format("byok {} --help shows what it takes", command.name));
  }
  return check_slips(arguments);
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
    if (length > words.size() - at) return lacks_value(*find_option(commands().front(), words[at].substr(2)));
    for (const std::size_t end = at + length; at < end; ++at) options.push_back(words[at]);
  }
  const std::span<const std::string> rest = std::span(words).subspan(at);
  const auto asks_help = [](const std::string& word) { return word == "--help" || word == "-h"; };
  if (rest.empty()) {
    if (std::ranges::any_of(options, asks_help)) return help_about(words, at);
    return fail(ErrorKind::usage, "no command was given", "byok --help lists them");
  }
  if (rest.front() == "help") return help_about(words, at + 1);
  std::size_t name_length = 1;
  arguments.command = find_command(rest.front());
  if (arguments.command == nullptr && rest.size() > 1) {
    name_length = 2;
    arguments.command = find_command(rest[0] + " " + rest[1]);
  }
  if (arguments.command == nullptr) {
    if (rest.size() > 1 && asks_help(rest[1]) && is_family(rest.front())) return help_about(words, at);
    return unknown_command(words, at);
  }
  BYOK_CHECK(read_command(arguments, std::move(options), rest.subspan(name_length)));
  return arguments;
}

}  // namespace byok::cli
