// Rewrite: one change carried into the user's configuration file: shown, agreed to, and written in one step.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "cli/context.hpp"
#include "config/splice.hpp"

namespace byok::cli {

struct Rewrite {
  std::filesystem::path file;
  config::Change change;
  bool asks = false;               // before anything is written
  std::filesystem::path key_file;  // a key that is kept, or empty
  base::Secret key;
};

// Shows the diff on stderr, asks, then stores the key and replaces the file, which keeps symbolic links and mode; a new
// one gets 0600, its folder 0700. When the file has changed meanwhile, all of it begins anew: nothing that another
// process wrote is lost. Fails with ErrorKind::config where the text cannot be spliced, ErrorKind::cancelled when the
// question was interrupted, ErrorKind::output when writing failed; then file and key are as before, as they are when
// the answer was no, which gives false.
[[nodiscard]] base::Result<bool> rewrite(const Rewrite& wish, const Context& context);

// The file's text, empty where there is none yet. ErrorKind::config when it cannot be read.
[[nodiscard]] base::Result<std::string> read_configuration(const std::filesystem::path& file);

// The diff of an edited file on stderr.
void show_diff(const std::filesystem::path& file, const config::Spliced& spliced, const Context& context);

}  // namespace byok::cli
