// OSC 52 and its wrappings; else the program that the display has for it.
#include "cli/chat/outside/clipboard.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/descriptor.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/chat/outside/private_file.hpp"
#include "config/command.hpp"
#include "terminal/terminal.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using base::fail;
using config::Environment;

constexpr std::string_view kTerminal = "the terminal";
constexpr std::string_view kStringEnd = "\x1b\\";
// screen takes apart longer strings; this is what its own users' scripts cut at.
constexpr std::size_t kScreenPiece = 76;
constexpr std::chrono::seconds kPatience{5};
constexpr std::size_t kLongestComplaint = 200;

struct Program {
  std::string_view variable;  // that must be set: the display it needs; empty: none
  std::string_view name;
  std::vector<std::string> words;
};
const std::vector<Program>& programs() {
  static const std::vector<Program> kAll = {
      {"WAYLAND_DISPLAY", "wl-copy", {}}, {"DISPLAY", "xclip", {"-selection", "clipboard", "-in"}}, {"", "pbcopy", {}}};
  return kAll;
}

// Terminals that drop OSC 52: Terminal.app, the Linux console, and those made with VTE, of which only new ones take it.
bool is_deaf(const Environment& environment) {
  return environment.get("TERM") == "linux" || environment.get("TERM_PROGRAM") == "Apple_Terminal" ||
         environment.has("VTE_VERSION");
}

bool is_in_tmux(const Environment& environment) {
  return environment.has("TMUX") || environment.get("TERM").starts_with("tmux");
}

bool is_in_screen(const Environment& environment) {
  return environment.has("STY") || environment.get("TERM").starts_with("screen");
}

base::Result<> write_sequence(std::string_view text, const Environment& environment,
                              const ClipboardTerminal& terminal) {
  const int error = base::write_all(terminal.output, clipboard_sequence(text, environment), terminal.interrupt);
  if (error == 0) return {};
  return fail(error == ECANCELED ? ErrorKind::cancelled : ErrorKind::output,
              fmt::format("cannot write to the terminal: {}", std::system_category().message(error)));
}

base::Result<> run_program(const ClipboardWay& way, std::string_view text, const Environment& environment,
                           const ClipboardTerminal& terminal) {
  BYOK_TRY(const PrivateFile file, PrivateFile::make("clipboard", text, environment));
  const base::Descriptor input(::open(file.path().c_str(), O_RDONLY | O_CLOEXEC));
  auto report = config::ask_command(way.argv, kPatience, {.interrupt = terminal.interrupt, .deadline = std::nullopt},
                                    environment, input.get());
  if (!report) {
    const bool is_cancelled = report.error().kind == ErrorKind::cancelled;
    return fail(is_cancelled ? ErrorKind::cancelled : ErrorKind::output, report.error().message);
  }
  if (report->exit_status == 0) return {};
  const std::string said = base::abbreviate(base::trim(base::to_valid_utf8(report->output)), kLongestComplaint);
  return fail(ErrorKind::output, fmt::format("{} exited with status {}{}{}", way.name, report->exit_status,
                                             said.empty() ? "" : ": ", said));
}

}  // namespace

std::vector<ClipboardWay> ways_to_clipboard(std::size_t size, const Environment& environment, bool has_terminal) {
  std::vector<ClipboardWay> ways;
  const bool can_be_sequence =
      has_terminal && size <= kLargestSequenceText && !terminal::is_dumb(environment.get("TERM"));
  // What tmux does with the sequence is its user's setting, and by default nothing; what it is told itself it does.
  const std::string tmux = environment.has("TMUX") ? config::find_program("tmux", environment) : "";
  if (!tmux.empty() && has_terminal) ways.push_back({.name = "tmux", .argv = {tmux, "load-buffer", "-w", "-"}});
  const bool is_last = is_deaf(environment) || !tmux.empty();
  if (can_be_sequence && !is_last) ways.push_back({.name = std::string(kTerminal)});
  for (const Program& each : programs()) {
    if (!each.variable.empty() && !environment.has(each.variable)) continue;
    const std::string path = config::find_program(each.name, environment);
    if (path.empty()) continue;
    ClipboardWay way{.name = std::string(each.name), .argv = {path}};
    way.argv.insert(way.argv.end(), each.words.begin(), each.words.end());
    ways.push_back(std::move(way));
  }
  if (can_be_sequence && is_last) ways.push_back({.name = std::string(kTerminal)});
  return ways;
}

std::string clipboard_sequence(std::string_view text, const Environment& environment) {
  std::string plain = fmt::format("\x1b]52;c;{}\x07", base::base64_encode(text));
  // Over ssh no variable tells which of the two it is, and each takes the plain one too, where it is set to.
  if (is_in_tmux(environment)) {
    return fmt::format("\x1bPtmux;{}{}{}", base::replace_all(plain, "\x1b", "\x1b\x1b"), kStringEnd, plain);
  }
  if (!is_in_screen(environment)) return plain;
  std::string wrapped;
  for (std::size_t at = 0; at < plain.size(); at += kScreenPiece) {
    wrapped.append(fmt::format("\x1bP{}{}", std::string_view(plain).substr(at, kScreenPiece), kStringEnd));
  }
  return wrapped;
}

base::Result<std::string> copy_to_clipboard(std::string_view text, const Environment& environment,
                                            const ClipboardTerminal& terminal) {
  std::string failures;
  for (const ClipboardWay& way : ways_to_clipboard(text.size(), environment, terminal.output >= 0)) {
    const base::Result<> copied =
        way.argv.empty() ? write_sequence(text, environment, terminal) : run_program(way, text, environment, terminal);
    if (copied) return way.name;
    if (copied.error().kind == ErrorKind::cancelled) return std::unexpected(copied.error());
    failures.append(failures.empty() ? "" : "; ").append(copied.error().message);
  }
  if (!failures.empty()) return fail(ErrorKind::output, "cannot copy: " + failures, "write it to a file: /save FILE");
  const bool is_too_long = terminal.output >= 0 && text.size() > kLargestSequenceText;
  return fail(ErrorKind::output,
              is_too_long ? fmt::format("cannot copy {} bytes: a terminal takes no more than {}", text.size(),
                                        kLargestSequenceText)
                          : "cannot copy: there is no way to the clipboard from here",
              "install wl-copy (Wayland) or xclip (X11), or write it to a file: /save FILE");
}

}  // namespace byok::cli
