// `byok sessions export`: a conversation as a document.
#include <fmt/format.h>

#include "base/file.hpp"
#include "cli/commands.hpp"
#include "cli/failure.hpp"
#include "cli/sessions/found.hpp"
#include "session/store/export.hpp"
#include "terminal/sanitize.hpp"

namespace byok::cli {
namespace {

constexpr std::size_t kLargestFile = std::size_t{1} << 30;

base::Result<std::string> document(const FoundSession& found, std::string_view format) {
  if (format == "json") return session::to_json(found.session) + "\n";
  if (format != "jsonl") return session::to_markdown(found.session);
  BYOK_TRY(const std::string file, base::read_file(found.file, kLargestFile));
  return session::to_jsonl(found.session, file);
}

base::Result<int> export_session(const Arguments& arguments, Context& context) {
  const std::string format = arguments.last("format").value_or("markdown");
  const auto target = arguments.last("output");
  if (target && target->empty()) {
    return base::fail(base::ErrorKind::usage, "-o needs a file's name", "-o conversation.md");
  }
  BYOK_TRY(const FoundSession found, find_one_session(arguments, context));
  BYOK_TRY(const std::string text, document(found, format));
  if (!target || *target == "-" || *target == "/dev/stdout") {
    if (format != "markdown") return context.print_json(text);
    return context.print(context.streams.out_is_terminal ? terminal::sanitize(text) : text);
  }
  BYOK_TRY(base::PendingFile file, base::PendingFile::open(*target, context.interrupt_fd()));
  BYOK_CHECK(file.write(text));
  BYOK_CHECK(file.commit());
  return 0;
}

}  // namespace

int run_sessions_export(const Arguments& arguments, Context& context) {
  transport::Interrupt interrupt;
  context.interrupt = &interrupt;
  const auto code = export_session(arguments, context);
  const int result = code ? *code : fail_command(context, code.error(), false);
  context.interrupt = nullptr;
  return result;
}

}  // namespace byok::cli
