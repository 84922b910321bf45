// Help: the texts of --help and --version, made from the command table. Pure.
#pragma once

#include <string>
#include <string_view>

#include "cli/command_table.hpp"

namespace byok::cli {

[[nodiscard]] std::string help_overview();
[[nodiscard]] std::string help_for(const Command& command);
// The commands whose names begin with that word: "models".
[[nodiscard]] std::string help_for_family(std::string_view family);
// "byok 0.1.0 (commit)\nlibcurl/…\n"
[[nodiscard]] std::string version_text();

// "-p, --profile NAME"; `--name` alone stands under where the letters would be.
[[nodiscard]] std::string usage_of(const Option& option);

}  // namespace byok::cli
