// TypedPath: a path as a person types it, with quotes and backslashes, read and written.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace byok::cli {

// The path that the whole text stands for: quotes and backslashes as in a shell, though blanks need neither; `~` at the
// beginning is `home` (empty: it stays). Fails (ErrorKind::usage) where a quote is not closed.
[[nodiscard]] base::Result<std::string> path_typed(std::string_view text, std::string_view home);

// The beginning of a path, typed so far.
struct PathBeginning {
  std::string folder;       // before and with the last slash, read; empty: none was typed
  std::string name;         // behind it, read
  std::size_t name_at = 0;  // where the name stands in what was typed, behind a quote that it begins with
  char quote = 0;           // the one that is open there, or 0
  bool is_plain = true;     // false: quotes open and close within the name, which cannot be typed on by rule
};
[[nodiscard]] PathBeginning read_path_beginning(std::string_view text, std::string_view home);

// The name as it is to be typed behind that beginning; a directory's ends with a slash, and leaves a quote open.
[[nodiscard]] std::string name_to_type(std::string_view name, bool is_directory, const PathBeginning& beginning);

}  // namespace byok::cli
