// Columns of sessions: which fit, and what is cut.
#include "cli/sessions/session_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "terminal/sanitize.hpp"
#include "terminal/width.hpp"

namespace byok::cli {
namespace {

constexpr std::size_t kGap = 2;             // between two columns
constexpr std::size_t kShortestTitle = 12;  // below that a title tells nothing

enum Index : std::size_t { kId, kAge, kProfile, kModel, kTurns, kTitle, kCount };
constexpr std::array<std::string_view, kCount> kHeadings{"ID", "AGE", "PROFILE", "MODEL", "TURNS", "TITLE"};
constexpr std::array<Index, 5> kLeftOut{kProfile, kModel, kTurns, kAge, kTitle};  // in this order

using Row = std::array<std::string, kCount>;
using Widths = std::array<std::size_t, kCount>;  // 0: left out

Row row_of(const session::SessionInfo& info, std::chrono::system_clock::time_point now) {
  const auto shown = [](const std::string& text) { return text.empty() ? "-" : terminal::sanitize_line(text); };
  return {info.id,
          age_text(now - info.last),
          shown(info.setup.profile),
          shown(info.setup.model),
          fmt::format("{}", info.turns),
          shown(info.title)};
}

std::string cut(const std::string& text, std::size_t width) {
  if (terminal::width_of(text) <= width) return text;
  std::size_t end = 0;
  std::size_t used = 1;  // for the ellipsis
  while (end < text.size()) {
    const std::size_t next = terminal::next_character(text, end);
    used += terminal::width_of(std::string_view(text).substr(end, next - end));
    if (used > width) break;
    end = next;
  }
  return text.substr(0, end) + "…";
}

std::size_t total(const Widths& widths) {
  std::size_t sum = 0;
  for (const std::size_t width : widths) sum += width == 0 ? 0 : width + kGap;
  return sum - std::min(sum, kGap);
}

void fit(Widths& widths, std::size_t limit) {
  const std::size_t shortest = std::min(kShortestTitle, widths[kTitle]);
  for (const Index index : kLeftOut) {
    const std::size_t excess = total(widths) - std::min(total(widths), limit);
    if (excess + shortest <= widths[kTitle]) {
      widths[kTitle] -= excess;
      return;
    }
    widths[index] = 0;
  }
}

}  // namespace

std::string age_text(std::chrono::system_clock::duration age) {
  using std::chrono::duration_cast;
  const auto minutes = duration_cast<std::chrono::minutes>(age).count();
  if (minutes < 1) return "now";
  if (minutes < 60) return fmt::format("{}m", minutes);
  const auto hours = minutes / 60;
  if (hours < 24) return fmt::format("{}h", hours);
  const auto days = hours / 24;
  return days < 365 ? fmt::format("{}d", days) : fmt::format("{}y", days / 365);
}

std::string session_table(const std::vector<session::SessionInfo>& sessions, std::chrono::system_clock::time_point now,
                          std::optional<std::size_t> width) {
  std::vector<Row> rows(1);
  std::ranges::copy(kHeadings, rows.front().begin());
  for (const session::SessionInfo& info : sessions) rows.push_back(row_of(info, now));
  Widths widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < kCount; ++i) widths[i] = std::max(widths[i], terminal::width_of(row[i]));
  }
  if (width) fit(widths, *width);
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < kCount; ++i) {
      if (widths[i] == 0) continue;
      const std::string cell = cut(row[i], widths[i]);
      const std::string space(widths[i] - terminal::width_of(cell), ' ');
      line += i == kAge || i == kTurns ? space + cell : cell + space;
      line += std::string(kGap, ' ');
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace byok::cli
