// Slash: what a line of a conversation says: a prompt, a command with its argument, or a slip of the fingers.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace byok::cli {

enum class SlashName {
  help,
  model,
  profile,
  system,
  file,
  attach,
  usage,
  retry,
  undo,
  edit,
  save,
  nosave,
  load,
  sessions,
  clear,
  copy,
  quit,
};

// What an argument is, and so how it is read and completed.
enum class SlashArgument { none, text, model, profile, path, session };

struct SlashCommand {
  SlashName name = SlashName::help;
  std::string_view word;      // without the slash
  std::string_view argument;  // as shown: "[ID]" where it may be left out, "PATH" where it may not, or empty
  SlashArgument takes = SlashArgument::none;
  std::string_view help;  // one line
};

struct SlashAlias {
  std::string_view word;
  SlashName name = SlashName::help;
};

// Every command, in the order in which they are shown.
[[nodiscard]] std::span<const SlashCommand> slash_commands();
[[nodiscard]] std::span<const SlashAlias> slash_aliases();
[[nodiscard]] const SlashCommand& slash_command(SlashName name);
// By a word without the slash, or by an alias, in any case; null: there is none.
[[nodiscard]] const SlashCommand* find_slash_command(std::string_view word);

// Where the first word of a text, which is `/` and letters alone, begins and ends; both 0 where it is another word.
struct SlashWord {
  std::size_t begin = 0;
  std::size_t end = 0;
};
[[nodiscard]] SlashWord slash_word(std::string_view text);

struct SlashLine {
  enum class Kind {
    nothing,  // white space alone
    prompt,   // `text` is for the model
    command,  // `text` is the argument, without white space at its ends, or empty
    exit,     // a lone `exit` or `quit`, which can be meant either way
  };
  Kind kind = Kind::nothing;
  SlashName name = SlashName::help;  // of a command
  std::string text;
};

// What the line, which may have newlines in it, says. `//x` is the prompt `/x` where `/x` would be read as a command;
// in a path, and behind the @ of a text, quotes and backslashes are taken as a shell takes them, blanks stay, and `~`
// is `home` (empty: it stays). Fails (ErrorKind::usage) for a command that is not known, for an argument that is
// missing or one too many, and for a quote that is not closed.
[[nodiscard]] base::Result<SlashLine> parse_slash_line(std::string_view line, std::string_view home = {});

// The commands, a line each, then the keys and marks that are worth knowing.
[[nodiscard]] std::string slash_help();

}  // namespace byok::cli
