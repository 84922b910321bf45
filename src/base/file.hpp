// Files: bounded reads, writes that are whole or do not happen, and who else may read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace byok::base {

// The whole file. Fails (ErrorKind::usage) when it cannot be opened, is a directory, or is longer than `limit` bytes:
// then nothing is read. The message names the path and the system's reason.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit);

// All of an open descriptor until its end, or an error past `limit` bytes. EINTR is retried.
[[nodiscard]] Result<std::string> read_all(int descriptor, std::size_t limit);

// All bytes to the descriptor; EINTR and short writes are handled. 0, or the errno. Once `interrupt`, a descriptor, can
// be read, only what the other side takes at once is written, and the rest is ECANCELED.
[[nodiscard]] int write_all(int descriptor, std::string_view bytes, int interrupt = -1);

// Replaces the file in one step: a temporary file beside it, synced and renamed. Symlinks are resolved and an existing
// file's mode is kept; a new file gets `mode`. On failure the old file is as it was (ErrorKind::output).
[[nodiscard]] Result<> write_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode);

// Creates the directory and its missing parents with mode 0700 (ErrorKind::output).
[[nodiscard]] Result<> make_private_directory(const std::filesystem::path& path);

// The file that a chain of symbolic links ends at; it need not exist. ErrorKind::output on a circle.
[[nodiscard]] Result<std::filesystem::path> follow_links(const std::filesystem::path& path);

struct FileStatus {
  bool exists = false;
  bool is_regular = false;
  std::uint64_t size = 0;
  unsigned owner = 0;             // uid
  bool others_can_read = false;   // group or world
  bool others_can_write = false;  // group or world
};
[[nodiscard]] FileStatus status_of(const std::filesystem::path& path);  // follows symlinks; never fails

// Writes a file as it grows, invisible until `commit`. See cli.md, `-o`.
class PendingFile {
 public:
  // Opens a temporary file in the target's directory (ErrorKind::output). Devices and FIFOs are opened directly, and
  // /dev/stderr and /dev/fd/N are what is open there already. Waiting for a FIFO, here and in `write`, ends with
  // ErrorKind::cancelled once `interrupt`, a descriptor, can be read.
  [[nodiscard]] static Result<PendingFile> open(const std::filesystem::path& target, int interrupt = -1);
  PendingFile(PendingFile&& other) noexcept;
  PendingFile& operator=(PendingFile&& other) noexcept;
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile();  // neither committed nor kept: the temporary file is removed

  [[nodiscard]] Result<> write(std::string_view bytes);
  [[nodiscard]] Result<> commit();  // the target now has the bytes
  // The target stays as it was; the bytes so far go to `TARGET.partial`, whose path is returned. Where there are none,
  // no file is kept or replaced, and the path is empty.
  [[nodiscard]] Result<std::filesystem::path> keep_partial();
  [[nodiscard]] bool is_direct() const { return direct_; }

 private:
  PendingFile() = default;
  std::filesystem::path target_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
  int interrupt_ = -1;
  bool direct_ = false;
};

}  // namespace byok::base
