// What commands say on stderr and stdout.
#include "cli/context.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <system_error>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/exit_code.hpp"
#include "terminal/sanitize.hpp"

namespace byok::cli {
namespace {

bool can_write(int descriptor, int milliseconds) {
  pollfd wait{descriptor, POLLOUT, 0};
  return poll(&wait, 1, milliseconds) == 1;
}

}  // namespace

void Context::say(std::string_view line) const {
  std::string text = redactor.redact(line);
  if (streams.err_is_terminal) text = terminal::sanitize(text);
  text += '\n';
  static_cast<void>(base::write_all(streams.err, text));
}

void Context::warn(std::string_view sentence) const {
  if (is_quiet) return;
  // The style stands around text that was made safe before, so that it is not taken for an escape from outside.
  std::string text = redactor.redact(sentence);
  if (streams.err_is_terminal) text = terminal::sanitize(text);
  static_cast<void>(base::write_all(streams.err, fmt::format("byok: {} {}\n", err_style.warning("warning:"), text)));
}

void Context::report(const base::Error& error, std::string_view where) const {
  const auto safe = [this](std::string_view text) {
    std::string shown = redactor.redact(text);
    return streams.err_is_terminal ? terminal::sanitize(shown) : shown;
  };
  std::string text = fmt::format("byok: {} {}\n", err_style.error("error:"), safe(base::trim(error.message)));
  std::string facts(where);
  const auto add = [&facts](std::string_view fact) {
    if (!facts.empty()) facts += ", ";
    facts += fact;
  };
  if (error.status != 0) add(fmt::format("HTTP {}", error.status));
  if (!error.request_id.empty()) add(fmt::format("request id {}", error.request_id));
  if (!facts.empty()) text += fmt::format("  {}\n", err_style.dim(safe(facts)));
  if (!error.hint.empty()) {
    const std::string hint = base::replace_all(safe(error.hint), "\n", "\n        ");
    text += fmt::format("  {} {}\n", err_style.bold("hint:"), hint);
  }
  static_cast<void>(base::write_all(streams.err, text));
}

base::Result<> Context::write_out(std::string_view bytes) const {
  while (!bytes.empty()) {
    const bool is_interrupted = interrupt != nullptr && interrupt->signal() != 0;
    // A reader that does not read must not hold a run that was told to end: then only what fits is written.
    if (is_interrupted && !can_write(streams.out, 0)) return base::fail(base::ErrorKind::cancelled, "interrupted");
    const std::size_t size = is_interrupted ? std::min<std::size_t>(bytes.size(), PIPE_BUF) : bytes.size();
    const ssize_t written = write(streams.out, bytes.data(), size);
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      constexpr int kPause = 100;  // milliseconds, between looks at the interrupt
      static_cast<void>(can_write(streams.out, kPause));
    } else if (errno == EPIPE) {
      auto closed = base::fail(base::ErrorKind::cancelled, "stdout was closed");
      closed.error().code = kClosed;
      return closed;
    } else if (errno != EINTR) {
      return base::fail(base::ErrorKind::output,
                        fmt::format("cannot write to stdout: {}", std::generic_category().message(errno)));
    }
  }
  return {};
}

int Context::signal_for(const base::Error& error) const {
  if (error.code == kClosed) return SIGPIPE;
  return interrupt != nullptr ? interrupt->signal() : 0;
}

int Context::print(std::string_view text) const {
  const auto written = write_out(text);
  if (written) return 0;
  if (written.error().kind != base::ErrorKind::cancelled) report(written.error());
  return static_cast<int>(exit_code_for(written.error().kind, signal_for(written.error())));
}

int Context::print_json(std::string_view json) const {
  return streams.out_is_terminal ? print(terminal::sanitize_json(json)) : print(json);
}

}  // namespace byok::cli
