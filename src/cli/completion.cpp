// `byok completion`: completion scripts for bash, zsh and fish, made from the command table.
#include "cli/completion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"

namespace byok::cli {
namespace {

// First words of commands and, for each, the second words: {"models", {"list", "show"}}.
struct Family {
  std::string_view first;
  std::vector<const Command*> members;
};

std::vector<Family> families() {
  std::vector<Family> all;
  for (const Command& command : commands()) {
    const std::string_view first = command.name.substr(0, command.name.find(' '));
    if (all.empty() || all.back().first != first) all.push_back({first, {}});
    all.back().members.push_back(&command);
  }
  return all;
}

std::string_view second_word(const Command& command) {
  const std::size_t space = command.name.find(' ');
  return space == std::string_view::npos ? std::string_view{} : command.name.substr(space + 1);
}

// Whether its argument is the name of a profile that exists.
bool takes_profile(const Command& command) { return command.arguments == "NAME" || command.arguments == "[NAME]"; }

std::vector<std::string> option_words(const Command& command) {
  std::vector<std::string> words;
  for (const auto group : command.options) {
    for (const Option& option : group) {
      words.push_back(fmt::format("--{}", option.name));
      if (option.letter != 0) words.push_back(fmt::format("-{}", option.letter));
    }
  }
  return words;
}

std::string bash_value_cases() {
  std::string text;
  std::vector<std::string_view> seen;
  for (const Command& command : commands()) {
    for (const auto group : command.options) {
      for (const Option& option : group) {
        if (option.kind == ValueKind::none || std::ranges::find(seen, option.name) != seen.end()) continue;
        seen.push_back(option.name);
        std::string names = fmt::format("--{}", option.name);
        if (option.letter != 0) names += fmt::format(" | -{}", option.letter);
        std::string reply;
        if (option.kind == ValueKind::file) {
          reply = "COMPREPLY=($(compgen -f -- \"$word\"))";
        } else if (option.kind == ValueKind::profile) {
          reply = "COMPREPLY=($(compgen -W \"$(byok profiles list --names 2>/dev/null)\" -- \"$word\"))";
        } else if (option.kind == ValueKind::choice) {
          reply = fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$word\"))",
                              base::replace_all(std::string(option.value), "|", " "));
        }
        text += fmt::format("    {}) {}{}return ;;\n", names, reply, reply.empty() ? "" : "; ");
      }
    }
  }
  return text;
}

std::string bash() {
  std::string firsts;
  std::string seconds;
  std::string options;
  std::string named;
  for (const Family& family : families()) {
    firsts += fmt::format("{}{}", firsts.empty() ? "" : " ", family.first);
    std::string parts;
    for (const Command* command : family.members) {
      if (!second_word(*command).empty()) parts += fmt::format("{}{}", parts.empty() ? "" : " ", second_word(*command));
      options += fmt::format("    '{}') options='{}' ;;\n", command->name, base::join(option_words(*command), " "));
      if (takes_profile(*command)) named += fmt::format("{}'{}'", named.empty() ? "" : " | ", command->name);
    }
    if (!parts.empty()) seconds += fmt::format("    {}) seconds='{}' ;;\n", family.first, parts);
  }
  return fmt::format(R"script(# bash completion for byok
_byok() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}}
  local first= second= seconds= options= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${{COMP_WORDS[i]}} in
      -*) ;;
      *) if [[ -z $first ]]; then first=${{COMP_WORDS[i]}}; elif [[ -z $second ]]; then second=${{COMP_WORDS[i]}}; fi ;;
    esac
  done
  case $before in
{}  esac
  if [[ -z $first ]]; then
    COMPREPLY=($(compgen -W '{} --help --version' -- "$word"))
    return
  fi
  case $first in
{}  esac
  if [[ -n $seconds && -z $second ]]; then
    COMPREPLY=($(compgen -W "$seconds" -- "$word"))
    return
  fi
  [[ $first == completion ]] && COMPREPLY=($(compgen -W 'bash zsh fish' -- "$word"))
  case "$first${{seconds:+ $second}}" in
    {}) COMPREPLY=($(compgen -W "$(byok profiles list --names 2>/dev/null)" -- "$word")) ;;
  esac
  case "$first${{seconds:+ $second}}" in
{}  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  fi
}}
complete -o default -F _byok byok
)script",
                     bash_value_cases(), firsts, seconds, named, options);
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
    if (option.kind == ValueKind::profile) action += "($(byok profiles list --names 2>/dev/null))";
    if (option.kind == ValueKind::choice) {
      action += fmt::format("({})", base::replace_all(std::string(option.value), "|", " "));
    }
  }
  const std::string star = option.is_repeatable || option.name == "verbose" ? "*" : "";
  const std::string help = zsh_text(option.help);
  std::string text = fmt::format("    '{}--{}[{}]{}'\n", star, option.name, help, action);
  if (option.letter != 0) text += fmt::format("    '{}-{}[{}]{}'\n", star, option.letter, help, action);
  return text;
}

std::string zsh() {
  std::string firsts;
  std::string cases;
  for (const Family& family : families()) {
    const bool has_parts = !second_word(*family.members.front()).empty();
    firsts += fmt::format("    '{}:{}'\n", family.first,
                          zsh_text(has_parts ? family.members.front()->summary : family.members.front()->summary));
    std::string parts;
    for (const Command* command : family.members) {
      std::string options;
      for (const auto group : command->options) {
        for (const Option& option : group) options += zsh_option(option);
      }
      if (has_parts) parts += fmt::format("{}{}", parts.empty() ? "" : " ", second_word(*command));
      std::string rest = "    '*:argument:_files'\n";
      if (takes_profile(*command)) rest = "    '1:profile:($(byok profiles list --names 2>/dev/null))'\n";
      if (command->name == "completion") rest = "    '*:shell:(bash zsh fish)'\n";
      cases += fmt::format("  '{}') options=(\n{}{}  ) ;;\n", command->name, options, rest);
    }
    if (has_parts) cases += fmt::format("  '{} ') options=('1:command:({})') ;;\n", family.first, parts);
  }
  return fmt::format(R"(#compdef byok
# zsh completion for byok
local -a options firsts
firsts=(
{})
if (( CURRENT == 2 )); then
  _describe 'command' firsts
  _arguments '--help[show help]' '--version[show the version]'
  return
fi
local name=$words[2]
case $name in
  models|profiles)
    if (( CURRENT == 3 )); then name="$name "; else name="$name $words[3]"; words[2]=(); (( CURRENT-- )); fi ;;
esac
case $name in
{}esac
words[1]=()
(( CURRENT-- ))
_arguments -s $options
)",
                     firsts, cases);
}

std::string fish_text(std::string_view text) { return base::replace_all(std::string(text), "'", "\\'"); }

std::string fish_condition(const Command& command) {
  const std::string_view second = second_word(command);
  const std::string_view first = command.name.substr(0, command.name.find(' '));
  std::string condition = fmt::format("__fish_seen_subcommand_from {}", first);
  if (!second.empty()) condition += fmt::format("; and __fish_seen_subcommand_from {}", second);
  return condition;
}

std::string fish() {
  std::string text = "# fish completion for byok\ncomplete -c byok -f\n";
  std::string firsts;
  for (const Family& family : families()) firsts += fmt::format("{}{}", firsts.empty() ? "" : " ", family.first);
  for (const Family& family : families()) {
    text += fmt::format("complete -c byok -n 'not __fish_seen_subcommand_from {}' -a {} -d '{}'\n", firsts,
                        family.first, fish_text(family.members.front()->summary));
    for (const Command* command : family.members) {
      const std::string_view second = second_word(*command);
      if (second.empty()) continue;
      text += fmt::format("complete -c byok -n '__fish_seen_subcommand_from {}' -a {} -d '{}'\n", family.first, second,
                          fish_text(command->summary));
    }
  }
  text += "complete -c byok -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'\n";
  for (const Command& command : commands()) {
    if (takes_profile(command)) {
      text += fmt::format("complete -c byok -n '{}' -a '(byok profiles list --names 2>/dev/null)'\n",
                          fish_condition(command));
    }
    for (const auto group : command.options) {
      for (const Option& option : group) {
        std::string value;
        if (option.kind == ValueKind::file) value = " -r -F";
        if (option.kind == ValueKind::profile) value = " -x -a '(byok profiles list --names 2>/dev/null)'";
        if (option.kind == ValueKind::choice) {
          value = fmt::format(" -x -a '{}'", base::replace_all(std::string(option.value), "|", " "));
        }
        if (value.empty() && option.kind != ValueKind::none) value = " -x";
        const std::string letter = option.letter != 0 ? fmt::format(" -s {}", option.letter) : "";
        text += fmt::format("complete -c byok -n '{}'{} -l {}{} -d '{}'\n", fish_condition(command), letter,
                            option.name, value, fish_text(option.help));
      }
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
