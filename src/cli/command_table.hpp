// CommandTable: every command and option as data; the parser, the help texts and the completions are made from it.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace byok::cli {

// What an option's value is, for completions and for the word shown in help.
enum class ValueKind : unsigned char { none, text, number, seconds, file, profile, model, session, choice, fault };

struct Option {
  std::string_view name;  // long name without dashes
  char letter;            // short name, or 0
  ValueKind kind;
  std::string_view value;  // as shown: "NAME"; for a choice its words: "text|json|stream-json"
  std::string_view group;  // heading in help
  std::string_view help;
};

struct Command {
  std::string_view name;                       // "ask", or "models list"
  std::string_view arguments;                  // as shown: "[PROMPT...]"
  std::string_view summary;                    // one line
  std::string_view details;                    // paragraphs after the options, ready to print; may be empty
  std::span<const std::string_view> examples;  // two or three real command lines
  std::span<const std::span<const Option>> options;
  bool takes_words = false;  // positional arguments
};

[[nodiscard]] std::span<const Command> commands();
[[nodiscard]] const Command* find_command(std::string_view name);
[[nodiscard]] const Option* find_option(const Command& command, std::string_view name);
// How a word that begins with a dash reads among a command's options.
struct OptionWord {
  const Option* option = nullptr;                 // of a bundle of letters, the last; null where one is unknown
  std::size_t value_at = std::string_view::npos;  // where a value begins within the word, after any `=` of a long name
  [[nodiscard]] bool has_value() const { return value_at != std::string_view::npos; }
  [[nodiscard]] bool takes_next() const { return option != nullptr && option->kind != ValueKind::none && !has_value(); }
};
[[nodiscard]] OptionWord read_option_word(const Command& command, std::string_view word);
// The first word of a command's name: "models" of "models list".
[[nodiscard]] std::string_view family_of(const Command& command);
// One line about all commands whose names begin with that word.
[[nodiscard]] std::string_view family_summary(std::string_view family);
// Accepted by every command, before or after its name.
[[nodiscard]] std::span<const Option> global_options();

}  // namespace byok::cli
