// Context: all that a command may touch of the world: streams, environment, clock, log, secrets, signals.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "base/secret.hpp"
#include "config/environment.hpp"
#include "terminal/style.hpp"
#include "transport/interrupt.hpp"
#include "transport/transport.hpp"

namespace byok::cli {

struct Streams {
  int in = 0;
  int out = 1;
  int err = 2;
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
};

struct Context {
  Streams streams;
  config::Environment environment;
  std::chrono::steady_clock::time_point started;
  base::Redactor redactor;
  base::Log log;
  terminal::Style out_style;
  terminal::Style err_style;
  bool is_quiet = false;
  int verbosity = 0;                          // -v: 1, -vv: 2
  transport::Interrupt* interrupt = nullptr;  // not owned; set by commands that wait
  std::string foundry_origin;                 // where Foundry Local was found in this run; empty: not looked for
  std::function<void()> clear_line;           // set while a reply is shown: ends a line of it that is unfinished
  std::vector<std::string> warnings;          // each that `warn` was given, once; for the result object

  // One line to stderr, made safe for a terminal and redacted. Nothing is printed when stderr is closed, nor what a
  // reader of stderr does not take once a signal came.
  void say(std::string_view line) const;
  void warn(std::string_view sentence);  // "byok: warning: …"; nothing with -q, and nothing that was said before
  // "byok: error: …", then what else is known, then the hint.
  void report(const base::Error& error, std::string_view where = {}) const;

  // The same for bytes that are safe already, at the beginning of a line.
  void say_raw(std::string_view bytes) const;
  // Parts of a line of the reply to stderr, with no regard to clear_line.
  void write_err(std::string_view bytes) const;
  // Bytes to stdout. Fails with ErrorKind::output, or ErrorKind::cancelled and code kClosed when the reader has gone.
  [[nodiscard]] base::Result<> write_out(std::string_view bytes) const;
  static constexpr std::string_view kClosed = "EPIPE";
  // Readable once a signal came; -1 where none is waited for.
  [[nodiscard]] int interrupt_fd() const { return interrupt != nullptr ? interrupt->fd() : -1; }
  // The signal that a cancelled run ends by: the one received, or SIGPIPE.
  [[nodiscard]] int signal_for(const base::Error& error) const;

  // Text of ours to stdout. The exit code for a failure: SIGPIPE's for a closed pipe, else `refused`; 0 on success.
  [[nodiscard]] int print(std::string_view text) const;
  [[nodiscard]] int print_json(std::string_view json) const;  // made safe when stdout is a terminal
};

}  // namespace byok::cli
