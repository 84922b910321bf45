// The commands of a conversation as one table, which the parser, the help and the completion read.
#include "cli/chat/line/slash.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/chat/line/typed_path.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using base::fail;

constexpr std::string_view kBlanks = " \t\r\n";

constexpr auto kCommands = std::to_array<SlashCommand>({
    {SlashName::help, "help", "", SlashArgument::none, "show this list"},
    {SlashName::model, "model", "[ID]", SlashArgument::model, "show the model, or go on with another"},
    {SlashName::profile, "profile", "[NAME]", SlashArgument::profile, "show the profile, or go on with another"},
    {SlashName::system, "system", "[TEXT]", SlashArgument::text,
     "show the system text, or set it (@FILE reads it, - drops it)"},
    {SlashName::file, "file", "[PATH]", SlashArgument::path, "add a text file to the next prompt (- drops it)"},
    {SlashName::attach, "attach", "[PATH]", SlashArgument::path, "add an image or a PDF, by path or URL (- drops it)"},
    {SlashName::usage, "usage", "", SlashArgument::none, "show or hide the line of usage after each reply"},
    {SlashName::retry, "retry", "", SlashArgument::none, "ask for the last reply again"},
    {SlashName::undo, "undo", "", SlashArgument::none, "take back the last prompt and its reply"},
    {SlashName::edit, "edit", "", SlashArgument::none, "write the prompt in $VISUAL or $EDITOR"},
    {SlashName::save, "save", "[FILE]", SlashArgument::path, "keep the conversation, or write it to a file"},
    {SlashName::nosave, "nosave", "", SlashArgument::none, "keep nothing of what follows"},
    {SlashName::load, "load", "ID", SlashArgument::session, "go on with a session that was kept"},
    {SlashName::sessions, "sessions", "", SlashArgument::none, "list the sessions that were kept"},
    {SlashName::clear, "clear", "", SlashArgument::none, "begin a new conversation"},
    {SlashName::copy, "copy", "", SlashArgument::none, "copy the last reply to the clipboard"},
    {SlashName::quit, "quit", "", SlashArgument::none, "leave"},
});

constexpr auto kAliases = std::to_array<SlashAlias>({
    {"exit", SlashName::quit},
    {"bye", SlashName::quit},
    {"q", SlashName::quit},
});

// What is not a command, but belongs to the help.
struct Habit {
  std::string_view what, meaning;
};
constexpr auto kHabits = std::to_array<Habit>({
    {"//WORD", "send a prompt that begins with /WORD"},
    {"\"\"\"", "begin and end a prompt of several lines"},
    {"\\", "at the end of a line: go on in the next"},
    {"Ctrl-C", "stop the reply, or clear the line"},
    {"Ctrl-D", "leave"},
    {"Ctrl-G", "write the prompt in $VISUAL or $EDITOR"},
    {"Ctrl-R", "search what was typed before"},
    {"Tab", "complete a command or what it takes"},
});

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_needed(const SlashCommand& command) { return !command.argument.empty() && !command.argument.starts_with('['); }

std::string shown(const SlashCommand& command) {
  return fmt::format("/{}{}{}", command.word, command.argument.empty() ? "" : " ", command.argument);
}

std::unexpected<base::Error> unknown(std::string_view typed) {
  std::vector<std::string_view> words;
  words.reserve(kCommands.size() + kAliases.size());
  for (const SlashCommand& each : kCommands) words.push_back(each.word);
  for (const SlashAlias& each : kAliases) words.push_back(each.word);
  const std::string word = base::to_lower(typed);
  const auto begun = std::ranges::find_if(words, [&](std::string_view each) { return each.starts_with(word); });
  const std::string near = begun != words.end() ? std::string(*begun) : base::nearest(word, words);
  return fail(ErrorKind::usage, fmt::format("/{} is not a command, and was not sent", typed),
              near.empty() ? fmt::format("/help lists the commands; //{} sends it as a prompt", typed)
                           : fmt::format("did you mean /{}? //{} sends it as a prompt", near, typed));
}

}  // namespace

std::span<const SlashCommand> slash_commands() { return kCommands; }
std::span<const SlashAlias> slash_aliases() { return kAliases; }

const SlashCommand& slash_command(SlashName name) { return *std::ranges::find(kCommands, name, &SlashCommand::name); }

const SlashCommand* find_slash_command(std::string_view word) {
  for (const SlashCommand& each : kCommands) {
    if (base::iequals(each.word, word)) return &each;
  }
  for (const SlashAlias& each : kAliases) {
    if (base::iequals(each.word, word)) return &slash_command(each.name);
  }
  return nullptr;
}

SlashWord slash_word(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos || text[begin] != '/') return {};
  const std::size_t end = std::min(text.find_first_of(kBlanks, begin), text.size());
  const std::string_view letters = text.substr(begin + 1, end - begin - 1);
  if (letters.empty() || !std::ranges::all_of(letters, is_letter)) return {};
  return {.begin = begin, .end = end};
}

base::Result<SlashLine> parse_slash_line(std::string_view line, std::string_view home) {
  const std::string_view trimmed = base::trim(line);
  if (trimmed.empty()) return SlashLine{};
  if (base::iequals(trimmed, "exit") || base::iequals(trimmed, "quit"))
    return SlashLine{.kind = SlashLine::Kind::exit, .text = {}};
  const SlashWord word = slash_word(line);
  if (word.end == 0) {
    SlashLine prompt{.kind = SlashLine::Kind::prompt, .text = std::string(line)};
    const std::size_t slashes = line.find_first_not_of(kBlanks);
    if (line.substr(slashes).starts_with("//") && slash_word(line.substr(slashes + 1)).end > 0) {
      prompt.text.erase(slashes, 1);
    }
    return prompt;
  }
  const std::string_view typed = line.substr(word.begin + 1, word.end - word.begin - 1);
  const SlashCommand* const command = find_slash_command(typed);
  if (command == nullptr) return unknown(typed);
  const std::string_view argument = base::trim(line.substr(word.end));
  if (argument.empty() && is_needed(*command)) {
    return fail(ErrorKind::usage, fmt::format("/{} needs its {}", command->word, command->argument),
                fmt::format("write {}", shown(*command)));
  }
  if (!argument.empty() && command->takes == SlashArgument::none) {
    return fail(ErrorKind::usage, fmt::format("/{} takes no argument", base::to_lower(typed)),
                fmt::format("write /{} alone; //{} … sends the line as a prompt", base::to_lower(typed), typed));
  }
  SlashLine said{.kind = SlashLine::Kind::command, .name = command->name, .text = std::string(argument)};
  if (command->takes == SlashArgument::path && !argument.empty()) {
    BYOK_TRY(said.text, path_typed(argument, home));
  }
  if (command->takes == SlashArgument::text && argument.starts_with('@')) {
    BYOK_TRY(const std::string path, path_typed(argument.substr(1), home));
    said.text = "@" + path;
  }
  return said;
}

std::string slash_help() {
  std::size_t width = 0;
  for (const SlashCommand& each : kCommands) width = std::max(width, shown(each).size());
  std::string help;
  for (const SlashCommand& each : kCommands) {
    help.append(fmt::format("{:<{}}  {}", shown(each), width, each.help));
    std::string_view before = " (";
    for (const SlashAlias& alias : kAliases) {
      if (alias.name != each.name) continue;
      help.append(fmt::format("{}/{}", before, alias.word));
      before = ", ";
    }
    help.append(before == ", " ? ")\n" : "\n");
  }
  help.push_back('\n');
  for (const Habit& each : kHabits) help.append(fmt::format("{:<{}}  {}\n", each.what, width, each.meaning));
  return help;
}

}  // namespace byok::cli
