// `byok completion`: completion scripts for bash, zsh and fish, made from the command table.
#include "cli/completion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"

namespace byok::cli {
namespace {

constexpr std::string_view kProfiles = "$(byok profiles list --names 2>/dev/null)";
constexpr std::string_view kSessions = "$(byok sessions list --ids 2>/dev/null)";
constexpr std::string_view kShells = "bash zsh fish";
constexpr std::string_view kFaults =
    "status:429 stall truncate no-finish error-in-stream html bad-json split-utf8 crlf comments empty";

// First words of commands and, for each, the second words: {"models", {"list", "show"}}.
struct Family {
  std::string_view first;
  std::vector<const Command*> members;
};

std::string_view second_word(const Command& command) {
  const std::size_t space = command.name.find(' ');
  return space == std::string_view::npos ? std::string_view{} : command.name.substr(space + 1);
}

std::vector<Family> families() {
  std::vector<Family> all;
  for (const Command& command : commands()) {
    if (all.empty() || all.back().first != family_of(command)) all.push_back({family_of(command), {}});
    all.back().members.push_back(&command);
  }
  return all;
}

std::string first_words() {
  std::vector<std::string> words;
  for (const Family& family : families()) words.emplace_back(family.first);
  return base::join(words, " ");
}

std::string second_words(const Family& family) {
  std::string words;
  for (const Command* command : family.members)
    words += fmt::format("{}{}", words.empty() ? "" : " ", second_word(*command));
  return words;
}

// Whether its argument is the name of a profile that exists.
bool takes_profile(const Command& command) { return command.arguments == "NAME" || command.arguments == "[NAME]"; }

// Whether its arguments are ids of sessions.
bool takes_session(const Command& command) { return family_of(command) == "sessions" && command.takes_words; }

// The words that an option's value is one of, or nothing.
std::string values_of(const Option& option) {
  if (option.kind == ValueKind::choice) return base::replace_all(std::string(option.value), "|", " ");
  return std::string(option.kind == ValueKind::fault ? kFaults : std::string_view());
}

std::vector<std::string> spellings(const Option& option) {
  std::vector<std::string> words{fmt::format("--{}", option.name)};
  if (option.letter != 0) words.push_back(fmt::format("-{}", option.letter));
  return words;
}

std::string option_words(std::span<const std::span<const Option>> groups) {
  std::vector<std::string> words;
  for (const auto group : groups) {
    for (const Option& option : group) std::ranges::move(spellings(option), std::back_inserter(words));
  }
  return base::join(words, " ");
}

// Every option with a value, of any command, once.
std::vector<const Option*> value_options() {
  std::vector<const Option*> all;
  for (const Command& command : commands()) {
    for (const auto group : command.options) {
      for (const Option& option : group) {
        const bool is_new = std::ranges::none_of(all, [&](const Option* other) { return other->name == option.name; });
        if (option.kind != ValueKind::none && is_new) all.push_back(&option);
      }
    }
  }
  return all;
}

std::string value_option_words(std::string_view separator) {
  std::vector<std::string> words;
  for (const Option* option : value_options()) std::ranges::move(spellings(*option), std::back_inserter(words));
  return base::join(words, separator);
}

std::string bash_words(std::string_view words) {
  return fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$word\"))", words);
}

// The words that a command of byok's prints.
std::string bash_printed(std::string_view command) {
  return fmt::format("COMPREPLY=($(compgen -W \"{}\" -- \"$word\"))", command);
}

std::string bash_value_cases() {
  std::string text;
  for (const Option* option : value_options()) {
    std::string reply;
    if (option->kind == ValueKind::file) reply = "_byok_files; ";
    if (option->kind == ValueKind::profile) reply = bash_printed(kProfiles) + "; ";
    if (option->kind == ValueKind::session) reply = bash_printed(kSessions) + "; ";
    if (const std::string values = values_of(*option); !values.empty()) reply = bash_words(values) + "; ";
    text += fmt::format("    {}) {}return ;;\n", base::join(spellings(*option), " | "), reply);
  }
  return text;
}

std::string bash() {
  std::string seconds;
  std::string options;
  for (const Family& family : families()) {
    const bool has_parts = !second_word(*family.members.front()).empty();
    if (has_parts) seconds += fmt::format("    {}) seconds='{}' ;;\n", family.first, second_words(family));
    for (const Command* command : family.members) {
      std::string arguments;
      if (takes_profile(*command)) arguments = bash_printed(kProfiles) + "; ";
      if (takes_session(*command)) arguments = bash_printed(kSessions) + "; ";
      if (command->name == "completion") arguments = bash_words(kShells) + "; ";
      options += fmt::format("    '{}') {}options='{}' ;;\n", command->name, arguments, option_words(command->options));
    }
  }
  const std::span<const Option> globals = global_options();
  return fmt::format(R"script(# bash completion for byok
_byok_files() {{
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$word")
}}
_byok() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}}
  local first= second= seconds= options= i
  # --name=value comes as three words.
  if [[ $word == = ]]; then word=; elif [[ $before == = ]]; then before=${{COMP_WORDS[COMP_CWORD - 2]}}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${{COMP_WORDS[i]}} in
      {}) [[ ${{COMP_WORDS[i + 1]}} == = ]] && ((i++)); ((i++)) ;;
      -*) ;;
      *) if [[ -z $first ]]; then first=${{COMP_WORDS[i]}}; elif [[ -z $second ]]; then second=${{COMP_WORDS[i]}}; fi ;;
    esac
  done
  case $before in
{}  esac
  if [[ -z $first ]]; then
    COMPREPLY=($(compgen -W '{} help {} --version' -- "$word"))
    return
  fi
  case $first in
    help) COMPREPLY=($(compgen -W '{}' -- "$word")); return ;;
{}  esac
  if [[ -n $seconds && -z $second ]]; then
    COMPREPLY=($(compgen -W "$seconds --help" -- "$word"))
    return
  fi
  case "$first${{seconds:+ $second}}" in
{}  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  fi
}}
complete -o default -F _byok byok
)script",
                     value_option_words(" | "), bash_value_cases(), first_words(), option_words({&globals, 1}),
                     first_words(), seconds, options);
}

// Text inside a zsh _arguments specification, in single quotes.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
      continue;
    }
    if (c == '[' || c == ']' || c == ':') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_option(const Option& option) {
  std::string action;
  if (option.kind != ValueKind::none) {
    const std::string label = option.kind == ValueKind::choice ? std::string(option.name) : zsh_text(option.value);
    action = fmt::format(":{}:", label);
    if (option.kind == ValueKind::file) action += "_files";
    if (option.kind == ValueKind::profile) action += fmt::format("({})", kProfiles);
    if (option.kind == ValueKind::session) action += fmt::format("({})", kSessions);
    if (const std::string values = values_of(option); !values.empty()) {
      action += fmt::format("({})", base::replace_all(values, ":", "\\:"));
    }
  }
  // What counts each time it is given says so in its help.
  const std::string star = option.help.contains("repeatable") || option.name == "verbose" ? "*" : "";
  const std::string help = zsh_text(option.help);
  // With the `=`, both `--name value` and `--name=value`.
  const std::string_view assigned = option.kind == ValueKind::none ? "" : "=";
  std::string text = fmt::format("    '{}--{}{}[{}]{}'\n", star, option.name, assigned, help, action);
  if (option.letter != 0) text += fmt::format("    '{}-{}[{}]{}'\n", star, option.letter, help, action);
  return text;
}

// A case of `$words[1]` that completes what stands behind a whole command.
std::string zsh_command(std::string_view word, const Command& command) {
  std::string options;
  for (const auto group : command.options) {
    for (const Option& option : group) options += zsh_option(option);
  }
  std::string rest = "    '*:argument:_files'\n";
  if (!command.takes_words) rest = "";
  if (takes_profile(command)) rest = fmt::format("    '1:profile:({})'\n", kProfiles);
  if (takes_session(command)) {
    rest = fmt::format("    '{}:session:({})'\n", command.arguments.contains("...") ? "*" : "1", kSessions);
  }
  if (command.name == "completion") rest = fmt::format("    '1:shell:({})'\n", kShells);
  return fmt::format("  '{}') _arguments -s \\\n{} ;;\n", word,
                     base::replace_all(options + rest, "'\n    '", "' \\\n    '"));
}

// What is completed where a command, or the second word of one, stands first.
std::string zsh_words(std::string_view label, std::string_view described, std::string_view cases) {
  std::string globals;
  for (const Option& option : global_options()) globals += zsh_option(option);
  return fmt::format(R"script(local -a described=(
{})
_arguments -C -s \
{}    '(-): :->first' '(-)*:: :->rest' && return 0
[[ $state == first ]] && _describe '{}' described
[[ $state == rest ]] && case $words[1] in
{}esac
)script",
                     described, base::replace_all(globals, "'\n", "' \\\n"), label, cases);
}

std::string zsh() {
  std::string functions;
  std::string firsts;
  std::string cases;
  for (const Family& family : families()) {
    firsts += fmt::format("  '{}:{}'\n", family.first, zsh_text(family_summary(family.first)));
    if (second_word(*family.members.front()).empty()) {
      cases += zsh_command(family.first, *family.members.front());
      continue;
    }
    std::string seconds;
    std::string second_cases;
    for (const Command* command : family.members) {
      seconds += fmt::format("  '{}:{}'\n", second_word(*command), zsh_text(command->summary));
      second_cases += zsh_command(second_word(*command), *command);
    }
    functions += fmt::format("_byok_{}() {{\n{}}}\n", family.first, zsh_words("command", seconds, second_cases));
    cases += fmt::format("  '{0}') _byok_{0} ;;\n", family.first);
  }
  return fmt::format(R"script(#compdef byok
# zsh completion for byok
{}_byok() {{
local curcontext=$curcontext state line
typeset -A opt_args
{}}}
_byok "$@"
)script",
                     functions, zsh_words("command", firsts + "  '--version:show the version'\n", cases));
}

std::string fish_text(std::string_view text) { return base::replace_all(std::string(text), "'", "\\'"); }

std::string fish_option(std::string_view condition, const Option& option) {
  std::string value = option.kind == ValueKind::none ? "" : " -x";
  if (option.kind == ValueKind::file) value = " -r -F";
  if (option.kind == ValueKind::profile) value = fmt::format(" -x -a '{}'", kProfiles.substr(1));
  if (option.kind == ValueKind::session) value = fmt::format(" -x -a '{}'", kSessions.substr(1));
  if (const std::string words = values_of(option); !words.empty()) value = fmt::format(" -x -a '{}'", words);
  const std::string letter = option.letter != 0 ? fmt::format(" -s {}", option.letter) : "";
  return fmt::format("complete -c byok -n '__byok_is {}'{} -l {}{} -d '{}'\n", condition, letter, option.name, value,
                     fish_text(option.help));
}

std::string fish() {
  std::string text = fmt::format(R"script(# fish completion for byok
# The words that are neither options nor their values, up to the cursor.
function __byok_words
    set -l is_value 0
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        if test $is_value = 1
            set is_value 0
            continue
        end
        switch $word
            case {}
                set is_value 1
            case '-*'
            case '*'
                echo -- $word
        end
    end
end
# Whether these are the first of them; an empty one: there is none at its place.
function __byok_is
    set -l words (__byok_words)
    for i in (seq (count $argv))
        test "$words[$i]" = "$argv[$i]"; or return 1
    end
end
complete -c byok -f
complete -c byok -n '__byok_is ""' -l version -d 'show the version'
)script",
                                 value_option_words(" "));
  for (const Option& option : global_options()) text += fish_option("\"\"", option);
  for (const Family& family : families()) {
    text += fmt::format("complete -c byok -n '__byok_is \"\"' -a {} -d '{}'\n", family.first,
                        fish_text(family_summary(family.first)));
    for (const Command* command : family.members) {
      const std::string_view second = second_word(*command);
      if (second.empty()) continue;
      text += fmt::format("complete -c byok -n '__byok_is {} \"\"' -a {} -d '{}'\n", family.first, second,
                          fish_text(command->summary));
    }
  }
  text += fmt::format("complete -c byok -n '__byok_is completion' -a '{}'\n", kShells);
  for (const Command& command : commands()) {
    if (command.name == "ask") text += "complete -c byok -n '__byok_is ask' -F\n";
    if (takes_profile(command)) {
      text += fmt::format("complete -c byok -n '__byok_is {}' -a '{}'\n", command.name, kProfiles.substr(1));
    }
    if (takes_session(command)) {
      text += fmt::format("complete -c byok -n '__byok_is {}' -k -a '{}'\n", command.name, kSessions.substr(1));
    }
    for (const auto group : command.options) {
      for (const Option& option : group) text += fish_option(command.name, option);
    }
  }
  return text;
}

}  // namespace

std::string completion_script(std::string_view shell) {
  if (shell == "bash") return bash();
  if (shell == "zsh") return zsh();
  if (shell == "fish") return fish();
  return {};
}

int run_completion(const Arguments& arguments, Context& context) {
  const std::string shell = arguments.words.size() == 1 ? arguments.words.front() : "";
  const std::string script = completion_script(shell);
  if (script.empty()) {
    base::Error error;
    error.kind = base::ErrorKind::usage;
    error.message = "byok completion needs the name of one shell";
    error.hint = "write one of: byok completion bash, byok completion zsh, byok completion fish";
    context.report(error);
    return static_cast<int>(ExitCode::usage);
  }
  return context.print(script);
}

}  // namespace byok::cli
