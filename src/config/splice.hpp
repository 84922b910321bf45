// Splice: a configuration file's text with one change made in it, and every other line as it was, to the byte. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/document.hpp"

namespace byok::config {

struct Change {
  std::string add;                             // name of a new profile, or empty
  Node added;                                  // its mapping: scalars, lists of scalars, mappings of them
  std::string remove;                          // name of a profile that goes, or empty
  std::optional<std::string> default_profile;  // its new value; empty: the key goes
};

// Lines taken away and put in their place. An insertion takes none away.
struct Edit {
  std::size_t line = 0;  // 0-based, in the old text
  std::vector<std::string> removed;
  std::vector<std::string> added;  // both without line ends
};

struct Spliced {
  std::string text;
  std::vector<Edit> edits;  // from top to bottom
};

// Comments, order, indentation, line ends and a missing last newline are kept. The result is given only when it parses
// without a problem to the old tree with the change in it. Fails (ErrorKind::config) otherwise: the text is no sound
// YAML, `profiles` is written in flow style or carries an anchor, a tag or an alias, or no place is safe; the message
// says which. An empty text and one of comments alone are fine.
[[nodiscard]] base::Result<Spliced> splice(std::string_view text, const Change& change);

// The lines that a user pastes where the text cannot be spliced: the profile below `profiles:`.
[[nodiscard]] std::string profile_block(const Change& change);

}  // namespace byok::config
