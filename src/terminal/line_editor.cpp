// The terminal in raw mode, and the waits for keys, signals and a new size.
#include "terminal/line_editor.hpp"

#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"

namespace byok::terminal {
namespace {

constexpr std::string_view kPasteOn = "\x1b[?2004h";
constexpr std::string_view kPasteOff = "\x1b[?2004l";
// A terminal sends the bytes of one key at once; a network may part them.
constexpr timespec kKeyPause{.tv_sec = 0, .tv_nsec = 50'000'000};
// Past it only the end of a line is read on: what is kept is longer than any prompt that is sent.
constexpr std::size_t kLongestLine = 16UL * 1024 * 1024;

std::unexpected<base::Error> terminal_error(std::string_view what, int error) {
  return base::fail(base::ErrorKind::output,
                    fmt::format("cannot {} the terminal: {}", what, std::system_category().message(error)));
}

// Keys one by one and as they are, from construction to destruction. Output stays as it is set.
class RawMode {
 public:
  explicit RawMode(int descriptor) : descriptor_(descriptor) { error_ = enter(); }
  RawMode(const RawMode&) = delete;
  RawMode& operator=(const RawMode&) = delete;
  ~RawMode() {
    if (error_ == 0) ::tcsetattr(descriptor_, TCSADRAIN, &before_);
  }
  [[nodiscard]] int error() const { return error_; }

  // Whether someone else has set the terminal since, as a shell does that took it back; then it is raw again.
  bool enter_again() {
    termios now{};
    if (::tcgetattr(descriptor_, &now) != 0 || (now.c_lflag & static_cast<tcflag_t>(ICANON | ECHO)) == 0) return false;
    return enter() == 0;
  }

 private:
  int enter() {
    if (::tcgetattr(descriptor_, &before_) != 0) return errno;
    termios raw = before_;
    raw.c_lflag &= static_cast<tcflag_t>(~(ICANON | ECHO | ISIG | IEXTEN));
    raw.c_iflag &= static_cast<tcflag_t>(~(ICRNL | INLCR | IGNCR | IXON | ISTRIP));
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    return ::tcsetattr(descriptor_, TCSADRAIN, &raw) == 0 ? 0 : errno;
  }

  int descriptor_;
  int error_ = 0;
  termios before_{};
};

void wake_up(int /*signal*/) {}  // a handler is what ends a wait

// SIGWINCH and SIGCONT end waits, and come at no other time.
class WakingSignals {
 public:
  WakingSignals() {
    sigset_t ours;
    ::sigemptyset(&ours);
    for (const int number : kSignals) ::sigaddset(&ours, number);
    ::pthread_sigmask(SIG_BLOCK, &ours, &before_);
    during_wait_ = before_;
    struct sigaction action{};
    action.sa_handler = wake_up;
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      ::sigdelset(&during_wait_, kSignals[i]);
      ::sigaction(kSignals[i], &action, &actions_[i]);
    }
  }
  WakingSignals(const WakingSignals&) = delete;
  WakingSignals& operator=(const WakingSignals&) = delete;
  ~WakingSignals() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &actions_[i], nullptr);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  [[nodiscard]] const sigset_t& during_wait() const { return during_wait_; }

 private:
  static constexpr std::array<int, 2> kSignals{SIGWINCH, SIGCONT};
  sigset_t before_{}, during_wait_{};
  std::array<struct sigaction, kSignals.size()> actions_{};
};

enum class Wake { input, interrupt, signal, pause };

Wake wait_for(const EditorDescriptors& descriptors, const timespec* longest, const sigset_t* mask) {
  fd_set ready;
  FD_ZERO(&ready);
  FD_SET(descriptors.input, &ready);
  if (descriptors.interrupt >= 0) FD_SET(descriptors.interrupt, &ready);
  const int last = std::max(descriptors.input, descriptors.interrupt);
  const int count = ::pselect(last + 1, &ready, nullptr, nullptr, longest, mask);
  if (count == 0) return Wake::pause;
  if (count < 0 && errno == EINTR) return Wake::signal;
  if (count > 0 && descriptors.interrupt >= 0 && FD_ISSET(descriptors.interrupt, &ready)) return Wake::interrupt;
  return Wake::input;
}

// What has come; empty at the end of the input, and when the terminal has gone.
std::string read_some(int descriptor) {
  std::array<char, 64UL * 1024> buffer;
  ssize_t count = 0;
  do {
    count = ::read(descriptor, buffer.data(), buffer.size());
  } while (count < 0 && errno == EINTR);
  return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

Reading::Kind kind_of(Editor::Outcome outcome) {
  switch (outcome) {
    case Editor::Outcome::line:
      return Reading::Kind::line;
    case Editor::Outcome::interrupt:
      return Reading::Kind::interrupt;
    case Editor::Outcome::open_editor:
      return Reading::Kind::open_editor;
    case Editor::Outcome::suspend:
      return Reading::Kind::suspend;
    default:
      return Reading::Kind::end;
  }
}

class TerminalEditor final : public LineEditor {
 public:
  explicit TerminalEditor(EditorDescriptors descriptors) : descriptors_(descriptors) {}

  base::Result<Reading> read(const EditorOptions& options, const Draft& draft) override {
    const WakingSignals signals;
    RawMode raw(descriptors_.input);
    if (raw.error() != 0) return terminal_error("set", raw.error());
    Editor editor(options, size_of(descriptors_.output), draft, descriptors_.rewraps_rows);
    std::string out(kPasteOn);
    editor.draw(out);
    Reading reading;
    was_emptied_ = editor.is_empty();
    for (std::optional<Reading::Kind> kind; !kind;) {
      kind = press_keys(editor, out);
      if (!kind) {
        BYOK_CHECK(show(out));
        kind = wait(editor, raw, signals, out);
      }
      if (kind) reading.kind = *kind;
    }
    reading.draft = editor.draft();
    reading.was_emptied = was_emptied_;
    if (reading.kind == Reading::Kind::line) reading.draft.text = editor.line();
    editor.leave(out);
    out.append(kPasteOff);
    BYOK_CHECK(show(out));
    return reading;
  }

 private:
  std::optional<Reading::Kind> press_keys(Editor& editor, std::string& out) {
    while (const std::optional<KeyPress> press = keys_.next()) {
      const Editor::Outcome outcome = editor.press(*press, out);
      was_emptied_ = was_emptied_ || editor.is_empty();
      if (outcome != Editor::Outcome::none) return kind_of(outcome);
    }
    return std::nullopt;
  }

  std::optional<Reading::Kind> wait(Editor& editor, RawMode& raw, const WakingSignals& signals, std::string& out) {
    const Wake wake = wait_for(descriptors_, keys_.is_waiting() ? &kKeyPause : nullptr, &signals.during_wait());
    if (wake == Wake::interrupt) return Reading::Kind::signal;
    if (wake == Wake::pause) keys_.flush();
    if (wake == Wake::signal) {
      const bool was_taken = raw.enter_again();
      const ScreenSize size = size_of(descriptors_.output);
      if (was_taken) out.append(kPasteOn);
      if (was_taken || size != editor.size()) editor.resize(size, out);
    }
    if (wake != Wake::input) return std::nullopt;
    const std::string bytes = read_some(descriptors_.input);
    if (bytes.empty()) return Reading::Kind::end;
    keys_.feed(bytes);
    return std::nullopt;
  }

  base::Result<> show(std::string& out) const {
    const int error = base::write_all(descriptors_.output, std::exchange(out, {}));
    if (error != 0) return terminal_error("write to", error);
    return {};
  }

  EditorDescriptors descriptors_;
  KeyDecoder keys_;
  bool was_emptied_ = false;  // in the reading at hand
};

class PlainEditor final : public LineEditor {
 public:
  PlainEditor(EditorDescriptors descriptors, bool shows_prompt)
      : descriptors_(descriptors), shows_prompt_(shows_prompt) {}

  base::Result<Reading> read(const EditorOptions& options, const Draft& /*draft*/) override {
    if (shows_prompt_) {
      const int error = base::write_all(descriptors_.output, options.prompt);
      if (error != 0) return terminal_error("write to", error);
    }
    while (true) {
      const std::size_t end = held_.find('\n', searched_);
      if (end != std::string::npos || (has_ended_ && !held_.empty())) return take(end);
      held_.resize(std::min(held_.size(), kLongestLine));
      searched_ = held_.size();
      if (has_ended_) return Reading{.kind = Reading::Kind::end, .draft = {}};
      const Wake wake = wait_for(descriptors_, nullptr, nullptr);
      if (wake == Wake::interrupt) return Reading{.kind = Reading::Kind::signal, .draft = {}};
      if (wake != Wake::input) continue;
      const std::string bytes = read_some(descriptors_.input);
      has_ended_ = bytes.empty();
      held_.append(bytes);
    }
  }

 private:
  Reading take(std::size_t end) {
    std::string line = held_.substr(0, std::min(end, held_.size()));
    held_.erase(0, end == std::string::npos ? end : end + 1);
    searched_ = 0;
    if (line.ends_with('\r')) line.pop_back();
    base::Utf8Check check;
    std::string text = base::to_valid_utf8(line, &check);
    return {.kind = Reading::Kind::line, .draft = {.text = std::move(text)}, .replaced = check.replaced};
  }

  EditorDescriptors descriptors_;
  bool shows_prompt_;
  bool has_ended_ = false;
  std::string held_;
  std::size_t searched_ = 0;  // no line ends before it
};

}  // namespace

std::unique_ptr<LineEditor> make_terminal_editor(EditorDescriptors descriptors) {
  return std::make_unique<TerminalEditor>(descriptors);
}

std::unique_ptr<LineEditor> make_plain_editor(EditorDescriptors descriptors, bool shows_prompt) {
  return std::make_unique<PlainEditor>(descriptors, shows_prompt);
}

}  // namespace byok::terminal
