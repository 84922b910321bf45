// The table of models: what fits, and what is cut where it does not.
#include "cli/model_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "base/text.hpp"
#include "terminal/sanitize.hpp"

namespace byok::cli {
namespace {

constexpr std::size_t kGap = 2;            // between two columns
constexpr std::size_t kShortestName = 12;  // below that a name tells nothing

struct Column {
  std::string_view heading;
  bool is_right = false;
  std::vector<std::string> cells = {};
  std::size_t width = 0;
};
enum Index : std::size_t { kId, kName, kContext, kOutput, kVision, kReasoning };

std::size_t characters_in(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(base::first_utf8(text).length);
  return count;
}

std::string cut_middle(const std::string& text, std::size_t limit) {
  const std::size_t length = characters_in(text);
  if (length <= limit) return text;
  if (limit < 3) return base::abbreviate(text, limit);
  const std::size_t tail = (limit - 1) / 2;
  std::string_view rest = text;
  for (std::size_t left = length - tail; left > 0; --left) rest.remove_prefix(base::first_utf8(rest).length);
  return base::abbreviate(text, limit - tail) + std::string(rest);
}

std::vector<Column> columns_for(const std::vector<core::ModelInfo>& models) {
  std::vector<Column> columns = {{.heading = "ID"},
                                 {.heading = "NAME"},
                                 {.heading = "CONTEXT", .is_right = true},
                                 {.heading = "MAX OUTPUT", .is_right = true},
                                 {.heading = "VISION"},
                                 {.heading = "REASONING"}};
  for (const core::ModelInfo& model : models) {
    columns[kId].cells.push_back(terminal::sanitize_line(model.id));
    columns[kName].cells.push_back(model.name.empty() ? "-" : terminal::sanitize_line(model.name));
    columns[kContext].cells.push_back(count_text(model.max_context_window_tokens));
    columns[kOutput].cells.push_back(count_text(model.max_output_tokens));
    columns[kVision].cells.push_back(yes_no(model.vision));
    columns[kReasoning].cells.push_back(yes_no(model.reasoning_effort));
  }
  for (Column& column : columns) {
    column.width = column.heading.size();
    for (const std::string& cell : column.cells) column.width = std::max(column.width, characters_in(cell));
  }
  const bool has_names = std::ranges::any_of(models, [](const core::ModelInfo& model) { return !model.name.empty(); });
  if (!has_names) columns.erase(columns.begin() + kName);
  return columns;
}

std::size_t width_of(const std::vector<Column>& columns) {
  const auto add = [](std::size_t sum, const Column& column) { return sum + column.width + kGap; };
  return std::accumulate(columns.begin(), columns.end(), std::size_t{0}, add) - kGap;
}

void fit(std::vector<Column>& columns, std::size_t width) {
  const auto excess = [&] { return width_of(columns) > width ? width_of(columns) - width : 0; };
  if (excess() == 0) return;
  if (columns[kName].heading == "NAME") {
    Column& name = columns[kName];
    if (name.width >= kShortestName + excess()) {
      name.width -= excess();
    } else {
      columns.erase(columns.begin() + kName);
    }
  }
  // What cannot be shown beside a readable part of an id goes.
  while (columns.size() > 1 && excess() > 0 && excess() > columns[kId].width / 2) columns.pop_back();
  columns[kId].width -= std::min(excess(), columns[kId].width - 1);
}

std::string padded(const std::string& text, const Column& column) {
  const std::string space(column.width - std::min(column.width, characters_in(text)), ' ');
  return column.is_right ? space + text : text + space;
}

}  // namespace

std::string count_text(const std::optional<std::int64_t>& count) { return count ? fmt::format("{}", *count) : "-"; }
std::string yes_no(const std::optional<bool>& value) { return value ? (*value ? "yes" : "no") : "-"; }

std::string model_table(std::vector<core::ModelInfo> models, std::optional<std::size_t> width) {
  std::ranges::stable_sort(models, {}, [](const core::ModelInfo& model) { return base::to_lower(model.id); });
  std::vector<Column> columns = columns_for(models);
  if (width) fit(columns, *width);
  std::string text;
  for (std::size_t row = 0; row <= models.size(); ++row) {
    std::string line;
    for (const Column& column : columns) {
      std::string cell = row == 0 ? std::string(column.heading) : column.cells[row - 1];
      cell = column.heading == "ID" ? cut_middle(cell, column.width) : base::abbreviate(cell, column.width);
      line += padded(cell, column) + std::string(kGap, ' ');
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace byok::cli
