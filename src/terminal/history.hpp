// History: the prompts typed before, in a file that lasts.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace byok::terminal {

// A line an entry, oldest first; in it a newline is \n and a backslash \\. Whatever else a line holds is an entry, made
// valid UTF-8. Several processes may add to one file; what others add is seen at the next load.
class History {
 public:
  static constexpr std::size_t kMostEntries = 10'000;

  // A file that is not there or cannot be read is an empty history. One that holds more than is kept is cut to it.
  [[nodiscard]] static History load(const std::filesystem::path& path);
  // One that no file keeps.
  History() = default;

  [[nodiscard]] std::span<const std::string> entries() const { return entries_; }

  // Adds an entry, in memory in any case, and appends it to the file with a single write (made with mode 0600, its
  // directory with 0700). Blank texts and repetitions of the last entry are left out; so are, of the file, entries
  // longer than 1 MiB. Fails (ErrorKind::output) when the file cannot be written. In memory alone unless `is_kept`.
  [[nodiscard]] base::Result<> add(std::string_view text, bool is_kept = true);

 private:
  std::filesystem::path path_;  // empty: none
  std::vector<std::string> entries_;
};

}  // namespace byok::terminal
