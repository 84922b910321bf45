// What commands say on stderr and stdout.
#include "cli/context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <system_error>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/exit_code.hpp"
#include "terminal/sanitize.hpp"

namespace byok::cli {

void Context::write_err(std::string_view bytes) const {
  static_cast<void>(base::write_all(streams.err, bytes, interrupt_fd()));
}

void Context::say_raw(std::string_view bytes) const {
  if (clear_line) clear_line();
  write_err(bytes);
}

void Context::say(std::string_view line) const {
  std::string text = redactor.redact(line);
  if (streams.err_is_terminal) text = terminal::sanitize(text);
  say_raw(text + '\n');
}

void Context::warn(std::string_view sentence) {
  if (std::ranges::find(warnings, sentence) != warnings.end()) return;
  warnings.emplace_back(sentence);
  if (is_quiet) return;
  // The style stands around text that was made safe before, so that it is not taken for an escape from outside.
  std::string text = redactor.redact(sentence);
  if (streams.err_is_terminal) text = terminal::sanitize(text);
  say_raw(fmt::format("byok: {} {}\n", err_style.warning("warning:"), text));
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
  say_raw(text);
}

base::Result<> Context::write_out(std::string_view bytes) const {
  const int error = base::write_all(streams.out, bytes, interrupt_fd());
  if (error == 0) return {};
  if (error == ECANCELED) return base::fail(base::ErrorKind::cancelled, "interrupted");
  if (error == EPIPE) {
    auto closed = base::fail(base::ErrorKind::cancelled, "stdout was closed");
    closed.error().code = kClosed;
    return closed;
  }
  const std::string reason = error == EBADF ? "it is closed" : std::generic_category().message(error);
  return base::fail(base::ErrorKind::output, fmt::format("cannot write to stdout: {}", reason));
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
