// Listing: the sessions of a folder, read from the heads and tails of their files.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "session/store/record.hpp"

namespace byok::session {

struct SessionInfo {
  std::string id;
  std::string title;
  Setup setup;  // profile and model of the last turn; origin and wire API of the beginning
  std::size_t turns = 0;
  std::optional<std::chrono::system_clock::time_point> started;
  std::chrono::system_clock::time_point last;  // of the last event; the file's own time where none can be read
  std::uint64_t size = 0;                      // bytes
};

[[nodiscard]] std::filesystem::path session_path(const std::filesystem::path& directory, std::string_view id);

// Whether the folder can be read, or is not there. ErrorKind::output where it is there and cannot be read,
// ErrorKind::config where the path is empty.
[[nodiscard]] base::Result<> check_folder(const std::filesystem::path& directory);

struct SessionEntry {
  std::string id;
  std::int64_t written = 0;  // modification time in ns: what the newest is told by
};
// By file names alone, the one written last first. Other names are passed over; a folder that cannot be read holds
// nothing: `check_folder` tells.
[[nodiscard]] std::vector<SessionEntry> session_entries(const std::filesystem::path& directory);

[[nodiscard]] SessionInfo read_info(const std::filesystem::path& directory, const SessionEntry& entry);
// The one written last first. A file whose ends cannot be read is listed with its id, size and time.
[[nodiscard]] std::vector<SessionInfo> list_sessions(const std::filesystem::path& directory);

// Whether the file holds an event; true for one that cannot be read.
[[nodiscard]] bool has_event(const std::filesystem::path& file);

// Pure: what the first and the last bytes of a session file say. `tail` may begin within a line.
void read_head(std::string_view head, SessionInfo& info);
// A reply behind the last end of a turn is a turn. False when no end of a turn is among them.
bool read_tail(std::string_view tail, SessionInfo& info);

}  // namespace byok::session
