// Lock: one writer a file, and who that is.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace byok::session {

// Locks the open file for this process until the descriptor is closed (flock: reading the same file elsewhere in this
// process does not drop it). False when another one holds it. A file system without locks counts as locked.
[[nodiscard]] bool lock_file(int descriptor);

// The process that holds a lock on the open file, where the system tells.
[[nodiscard]] std::optional<pid_t> lock_holder(int descriptor);

// The same from the text of /proc/locks (proc_locks(5)): the owner of a lock on the inode. Pure.
[[nodiscard]] std::optional<pid_t> lock_holder_in(std::string_view locks, std::uint64_t inode);

}  // namespace byok::session
