// Output: where the answer goes, and how it ends there: whole, or beside the target as `.partial`.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "base/file.hpp"
#include "base/result.hpp"
#include "cli/ask/options.hpp"
#include "cli/context.hpp"

namespace byok::cli {

class Output {
 public:
  // The file of `-o`, or standard output. ErrorKind::output when the file cannot be made.
  [[nodiscard]] static base::Result<Output> open(const AskOptions& options, const Context& context);

  [[nodiscard]] base::PendingFile* file() { return file_ ? &*file_ : nullptr; }

  // Made safe where it goes to a terminal.
  base::Result<> write_text(const Context& context, std::string_view text);
  base::Result<> write_json(const Context& context, std::string_view json);
  void note_content() { has_content_ = true; }  // it was written to `file()`

  base::Result<> close(const Context& context, bool is_complete);

 private:
  [[nodiscard]] bool is_terminal(const Context& context) const { return !file_ && context.streams.out_is_terminal; }
  base::Result<> write(const Context& context, std::string_view bytes);

  std::optional<base::PendingFile> file_;
  bool has_content_ = false;
};

}  // namespace byok::cli
