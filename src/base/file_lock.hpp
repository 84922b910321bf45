// FileLock: one process at a time changes a file that others of ours may change too.
#pragma once

#include <chrono>
#include <filesystem>

#include "base/result.hpp"

namespace byok::base {

// Held from `take` until it is dropped. The lock lies on the folder of the file (of what a symbolic link leads to), so
// that nothing is left behind and a file that does not exist yet can be locked. It binds those who ask for it.
class FileLock {
 public:
  // Waits at most `patience`. Fails with ErrorKind::output when another holds it that long, or the folder cannot be
  // opened. Where the file system knows no locks, it is had without one.
  [[nodiscard]] static Result<FileLock> take(const std::filesystem::path& file, std::chrono::milliseconds patience);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace byok::base
