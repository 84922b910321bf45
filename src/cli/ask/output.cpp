// Bytes to a pending file or to standard output.
#include "cli/ask/output.hpp"

#include <fmt/format.h>

#include "terminal/sanitize.hpp"

namespace byok::cli {

using base::Result;

Result<Output> Output::open(const AskOptions& options, const Context& context) {
  Output output;
  // `-` and /dev/stdout are standard output itself: a file behind it must not be replaced.
  if (!options.output || *options.output == "-" || *options.output == "/dev/stdout") return output;
  BYOK_TRY(base::PendingFile file, base::PendingFile::open(*options.output, context.interrupt_fd()));
  output.file_ = std::move(file);
  return output;
}

Result<> Output::write_text(const Context& context, std::string_view text) {
  return is_terminal(context) ? write(context, terminal::sanitize(text)) : write(context, text);
}

Result<> Output::write_json(const Context& context, std::string_view json) {
  return is_terminal(context) ? write(context, terminal::sanitize_json(json)) : write(context, json);
}

Result<> Output::close(const Context& context, bool is_complete) {
  if (!file_) return {};
  if (is_complete) return file_->commit();
  if (!has_content_ || file_->is_direct()) return {};
  BYOK_TRY(const auto path, file_->keep_partial());
  context.say(path.empty() ? "byok: nothing of the reply was saved"
                           : fmt::format("byok: the incomplete reply is in {}", path.string()));
  return {};
}

Result<> Output::write(const Context& context, std::string_view bytes) {
  has_content_ = has_content_ || !bytes.empty();
  return file_ ? file_->write(bytes) : context.write_out(bytes);
}

}  // namespace byok::cli
