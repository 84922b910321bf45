// Arguments: the command line taken apart: command, options by name, words. As typed, not yet judged.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/command_table.hpp"

namespace byok::cli {

struct Arguments {
  const Command* command = nullptr;  // null: only --help or --version was asked for
  std::string family;                // with wants_help: "models", for all commands whose names begin so
  bool wants_help = false;
  bool wants_version = false;
  std::map<std::string, std::vector<std::string>, std::less<>> values;  // flags hold one empty text for each time given
  std::vector<std::string> words;          // before `--`: every one is neither option nor command
  std::vector<std::string> literal_words;  // after `--`

  [[nodiscard]] bool has(std::string_view name) const { return values.contains(name); }
  [[nodiscard]] std::size_t count(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> last(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
};

// Fails with ErrorKind::usage: unknown option or command (with the nearest known one), a value that is missing or not
// one of the choices.
[[nodiscard]] base::Result<Arguments> parse_arguments(const std::vector<std::string>& words);

}  // namespace byok::cli
