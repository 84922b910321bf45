// FoundryLocal: where Foundry Local listens, which takes another port at each start: its own program tells.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "config/environment.hpp"

namespace byok::config {

enum class FoundryLocalState {
  running,
  stopped,
  not_installed,  // no `foundry` on PATH
  unreadable,     // it did not end in time, or said nothing that could be understood
};

struct FoundryLocal {
  FoundryLocalState state = FoundryLocalState::not_installed;
  std::string origin;   // http://127.0.0.1:PORT when running
  std::string command;  // the one that answered, "foundry server status"; empty where none did
};

// Runs `foundry server status`, and where that is unknown `foundry service status` (before 0.10), within `limit` for
// both. Neither starts the server. `interrupt` is a descriptor that ends the wait (unreadable).
[[nodiscard]] FoundryLocal find_foundry_local(const Environment& environment, std::chrono::milliseconds limit,
                                              int interrupt = -1);

// The origin in either command's output, as text or as JSON, or nothing where it says that nothing runs.
[[nodiscard]] std::optional<std::string> read_foundry_status(std::string_view output);

}  // namespace byok::config
