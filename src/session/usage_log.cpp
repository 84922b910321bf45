// The ledger's lines, appended.
#include "session/usage_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/file.hpp"
#include "session/store/event_line.hpp"

namespace byok::session {
namespace {

using base::ErrorKind;
using base::fail;

constexpr unsigned kMode = 0600;

std::unexpected<base::Error> cannot_log(std::string_view why) {
  return fail(ErrorKind::output, fmt::format("the usage cannot be logged: {}", why), "`usage_log: false` keeps no log");
}

std::unexpected<base::Error> cannot_log(const std::filesystem::path& file, int error) {
  return cannot_log(fmt::format("cannot write {}: {}", file.string(), std::system_category().message(error)));
}

// Whether the last line was cut off while it was written.
bool is_torn(int descriptor) {
  struct stat status{};
  if (::fstat(descriptor, &status) != 0 || status.st_size == 0) return false;
  char last = '\n';
  return ::pread(descriptor, &last, 1, status.st_size - 1) == 1 && last != '\n';
}

}  // namespace

std::string to_json(const UsageEntry& entry, const base::Redactor& redactor) {
  return Fields(redactor)
      .text("time", timestamp(entry.time))
      .text("profile", entry.profile)
      .text("model", entry.model)
      .number_if("input_tokens", entry.usage.input_tokens)
      .number_if("output_tokens", entry.usage.output_tokens)
      .number_if("reasoning_tokens", entry.usage.reasoning_tokens)
      .number_if("cached_tokens", entry.usage.cached_tokens)
      .number("exit_code", entry.exit_code)
      .number("duration_ms", entry.duration.count())
      .object();
}

base::Result<> log_usage(const std::filesystem::path& file, const UsageEntry& entry, const base::Redactor& redactor) {
  constexpr int kFlags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY;
  int descriptor = ::open(file.c_str(), kFlags, kMode);
  if (descriptor < 0 && errno == ENOENT && file.has_parent_path()) {
    if (const auto made = base::make_private_directory(file.parent_path()); !made) {
      return cannot_log(made.error().message);
    }
    descriptor = ::open(file.c_str(), kFlags, kMode);
  }
  if (descriptor < 0) return cannot_log(file, errno);
  const std::string line = to_json(entry, redactor) + "\n";
  int error = base::write_all(descriptor, is_torn(descriptor) ? "\n" + line : line);
  if (::close(descriptor) != 0 && error == 0 && errno != EINTR) error = errno;
  if (error != 0) return cannot_log(file, error);
  return {};
}

}  // namespace byok::session
