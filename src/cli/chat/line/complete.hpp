// Complete: what Tab offers in a conversation: slash commands, and their arguments by kind.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "terminal/editor.hpp"

namespace byok::cli {

// Asked at each Tab that needs them, so they must answer at once: from memory or a cache, never from the network.
struct SlashNames {
  std::function<std::vector<std::string>()> models = {};  // each may be empty
  std::function<std::vector<std::string>()> profiles = {};
  std::function<std::vector<std::string>()> sessions = {};
  std::filesystem::path directory = ".";  // where relative paths begin
  std::string home = {};                  // what ~ stands for; empty: nothing
};

// Completes in the first line of a text that begins with a command. Paths are written so that `parse_slash_line` reads
// them back; hidden files come only after a dot, and names that cannot be typed (with controls, not UTF-8) never.
[[nodiscard]] terminal::Completer slash_completer(SlashNames names);

}  // namespace byok::cli
