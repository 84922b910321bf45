// The editor run as git runs it: by a shell, on the terminal, while the signals of the keyboard are its own.
#include "cli/chat/outside/external_editor.hpp"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/chat/outside/private_file.hpp"
#include "config/command.hpp"
#include "terminal/terminal.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using base::fail;

constexpr std::size_t kLargestDraft = 16UL * 1024 * 1024;
constexpr int kNotFound = 127;  // what a shell says of a command that is not there

// SIGINT and SIGQUIT reach every program of the terminal; this one lets them pass.
class QuietSignals {
 public:
  QuietSignals() {
    struct sigaction ignore{};
    ignore.sa_handler = SIG_IGN;
    for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &ignore, &before_[i]);
  }
  QuietSignals(const QuietSignals&) = delete;
  QuietSignals& operator=(const QuietSignals&) = delete;
  ~QuietSignals() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
  }
  // The editor has them as any program that a shell starts.
  static void restore_in_child(posix_spawnattr_t& attributes) {
    sigset_t defaults;
    ::sigemptyset(&defaults);
    for (const int number : kSignals) ::sigaddset(&defaults, number);
    ::sigaddset(&defaults, SIGPIPE);
    ::posix_spawnattr_setsigdefault(&attributes, &defaults);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  }

 private:
  static constexpr std::array<int, 2> kSignals{SIGINT, SIGQUIT};
  std::array<struct sigaction, kSignals.size()> before_{};
};

// The terminal's settings, which an editor that was killed leaves as they were for itself.
class KeptSettings {
 public:
  KeptSettings() { is_terminal_ = ::tcgetattr(STDIN_FILENO, &settings_) == 0; }
  KeptSettings(const KeptSettings&) = delete;
  KeptSettings& operator=(const KeptSettings&) = delete;
  ~KeptSettings() {
    if (is_terminal_) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &settings_);
  }

 private:
  termios settings_{};
  bool is_terminal_ = false;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

// The wait status, or -1 and errno.
int run_on_terminal(std::vector<std::string> argv, const config::Environment& environment) {
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment.all()) variables.push_back(fmt::format("{}={}", name, value));
  const std::vector<char*> arguments = pointers(argv);
  const std::vector<char*> values = pointers(variables);
  const KeptSettings settings;
  const QuietSignals signals;
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  QuietSignals::restore_in_child(attributes);
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, argv.front().c_str(), nullptr, &attributes, arguments.data(), values.data());
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    errno = error;
    return -1;
  }
  int status = 0;
  pid_t ended = 0;
  do {
    ended = ::waitpid(pid, &status, 0);
  } while (ended < 0 && errno == EINTR);
  // Someone above ignores SIGCHLD, so the status is lost: the file has to speak for itself.
  return ended < 0 && errno != ECHILD ? -1 : status;
}

base::Result<> run_editor(const EditorCommand& editor, const std::string& file,
                          const config::Environment& environment) {
  const int status = run_on_terminal({"/bin/sh", "-c", editor.command + " \"$@\"", editor.command, file}, environment);
  const std::string what = editor.origin.starts_with('$')
                               ? fmt::format("the editor of {}, {},", editor.origin, editor.command)
                               : fmt::format("the editor {}", editor.origin);
  const std::string hint = editor.origin.starts_with('$') ? fmt::format("mend {}; the text is as it was", editor.origin)
                                                          : "name another in $VISUAL or $EDITOR; the text is as it was";
  if (status < 0) {
    return fail(ErrorKind::usage, fmt::format("{} cannot be run: {}", what, std::system_category().message(errno)),
                hint);
  }
  if (WIFSIGNALED(status)) {
    return fail(ErrorKind::usage, fmt::format("{} was ended by signal {}", what, WTERMSIG(status)), hint);
  }
  if (WEXITSTATUS(status) == 0) return {};
  if (WEXITSTATUS(status) == kNotFound) return fail(ErrorKind::usage, fmt::format("{} was not found", what), hint);
  return fail(ErrorKind::usage, fmt::format("{} exited with status {}", what, WEXITSTATUS(status)), hint);
}

}  // namespace

EditorCommand editor_command(const config::Environment& environment) {
  // As git has it: a dumb terminal shows no editor that fills the screen, so none is guessed.
  const bool is_dumb = terminal::is_dumb(environment.get("TERM"));
  if (!is_dumb && environment.has("VISUAL")) {
    return {.command = std::string(environment.get("VISUAL")), .origin = "$VISUAL"};
  }
  if (environment.has("EDITOR")) return {.command = std::string(environment.get("EDITOR")), .origin = "$EDITOR"};
  if (is_dumb) return {};
  for (const std::string_view name : {"vi", "nano"}) {
    const std::string path = config::find_program(name, environment);
    if (!path.empty()) return {.command = base::shell_quote(path), .origin = std::string(name)};
  }
  return {};
}

base::Result<std::string> edit_outside(std::string_view draft, const config::Environment& environment) {
  const EditorCommand editor = editor_command(environment);
  if (editor.command.empty()) {
    if (!terminal::is_dumb(environment.get("TERM"))) {
      return fail(ErrorKind::usage, "no editor was found", "name one: export EDITOR=nano");
    }
    return fail(ErrorKind::usage, "the terminal is dumb, and $EDITOR is not set",
                "name an editor that can work on it, such as export EDITOR=ed");
  }
  std::string text(draft);
  if (!text.empty() && !text.ends_with('\n')) text.push_back('\n');  // editors remark on a last line without an end
  BYOK_TRY(const PrivateFile file, PrivateFile::make("prompt.md", text, environment));
  BYOK_CHECK(run_editor(editor, file.path().string(), environment));
  BYOK_TRY(const std::string written, base::read_file(file.path(), kLargestDraft));
  if (written == text) return std::string(draft);
  std::string valid = base::replace_all(base::to_valid_utf8(written), "\r\n", "\n");
  valid.erase(valid.find_last_not_of('\n') + 1);
  return valid;
}

}  // namespace byok::cli
