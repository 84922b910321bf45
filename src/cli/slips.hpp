// Slips: what was meant by a command line that cannot be read, said as the line to write instead.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/arguments.hpp"
#include "cli/command_table.hpp"

namespace byok::cli {

// The word at `at` is neither a global option nor the beginning of a command.
[[nodiscard]] std::unexpected<base::Error> unknown_command(const std::vector<std::string>& words, std::size_t at);

[[nodiscard]] std::unexpected<base::Error> unknown_option(const Command& command, std::string_view word);

// Options that could be read, but mean something else in other tools.
[[nodiscard]] base::Result<> check_slips(const Arguments& arguments);

// The name stands first in that of a command: "models" of "models list".
[[nodiscard]] bool is_family(std::string_view name);

}  // namespace byok::cli
