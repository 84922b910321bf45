// The few calls to a real terminal.
#include "terminal/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "base/file.hpp"
#include "base/text.hpp"
#include "terminal/sanitize.hpp"

namespace byok::terminal {
namespace {

constexpr std::chrono::milliseconds kDelay{300};
constexpr std::chrono::milliseconds kFrame{100};
constexpr auto kFrames = std::to_array<std::string_view>({"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"});
constexpr std::string_view kClearLine = "\r\x1b[K";

}  // namespace

bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

bool rewraps_rows(const TerminalNames& names) {
  static constexpr std::string_view kTerms[] = {"tmux", "xterm-kitty", "alacritty", "foot", "xterm-ghostty", "wezterm"};
  static constexpr std::string_view kPrograms[] = {"tmux", "iTerm.app", "WezTerm", "vscode", "ghostty"};
  const auto is_of = [&](std::string_view term) { return names.term.starts_with(term); };
  return names.has_tmux || names.has_vte || std::ranges::any_of(kTerms, is_of) ||
         std::ranges::find(kPrograms, names.program) != std::end(kPrograms);
}

bool is_dumb(std::string_view term) { return term.empty() || term == "dumb"; }

ScreenSize size_of(int descriptor) {
  ScreenSize size;
  winsize known{};
  if (::ioctl(descriptor, TIOCGWINSZ, &known) != 0) return size;
  if (known.ws_col > 0) size.columns = known.ws_col;
  if (known.ws_row > 0) size.rows = known.ws_row;
  return size;
}

std::size_t columns_of(int descriptor) { return size_of(descriptor).columns; }

Spinner::Spinner(int descriptor, bool is_on, std::string_view label)
    : descriptor_(descriptor),
      is_on_(is_on),
      label_(sanitize_line(label)),
      started_(std::chrono::steady_clock::now()) {}

Spinner::~Spinner() { clear(); }

void Spinner::tick(std::chrono::steady_clock::time_point now) {
  if (!is_on_ || now - started_ < kDelay) return;
  const auto frame = static_cast<std::size_t>((now - started_) / kFrame);
  if (is_drawn_ && frame == frame_) return;
  frame_ = frame;
  is_drawn_ = true;
  // A line that wraps could not be taken back: frame, space and one free column at the edge.
  const std::size_t columns = size_of(descriptor_).columns;
  const std::string label = base::abbreviate(label_, columns > 3 ? columns - 3 : 0);
  std::string line(kClearLine);
  line.append(kFrames[frame % kFrames.size()]).append(" ").append(label);
  // A sign of life that cannot be shown is no failure.
  [[maybe_unused]] const int ignored = base::write_all(descriptor_, line);
}

void Spinner::clear() {
  if (!std::exchange(is_drawn_, false)) return;
  [[maybe_unused]] const int ignored = base::write_all(descriptor_, kClearLine);
}

}  // namespace byok::terminal
