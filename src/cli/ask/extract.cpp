// Finds the first fenced code block, line by line.
#include "cli/ask/extract.hpp"

#include <cstddef>

#include "base/text.hpp"

namespace byok::cli {
namespace {

struct Fence {
  char mark = 0;
  std::size_t length = 0;
  std::size_t indent = 0;
  std::string_view info;
};

// A fence is three or more backticks or tildes, indented by at most three spaces.
Fence fence_of(std::string_view line) {
  Fence fence;
  while (fence.indent < line.size() && line[fence.indent] == ' ') ++fence.indent;
  if (fence.indent > 3 || fence.indent == line.size()) return {};
  const char mark = line[fence.indent];
  if (mark != '`' && mark != '~') return {};
  std::size_t end = fence.indent;
  while (end < line.size() && line[end] == mark) ++end;
  fence.length = end - fence.indent;
  if (fence.length < 3) return {};
  fence.info = base::trim(line.substr(end));
  if (mark == '`' && fence.info.find('`') != std::string_view::npos) return {};
  fence.mark = mark;
  return fence;
}

std::string_view without_indent(std::string_view line, std::size_t indent) {
  while (indent > 0 && line.starts_with(' ')) {
    line.remove_prefix(1);
    --indent;
  }
  return line;
}

}  // namespace

std::optional<std::string> first_code_block(std::string_view markdown) {
  Fence open;
  std::string block;
  std::size_t at = 0;
  while (at < markdown.size()) {
    const std::size_t end = markdown.find('\n', at);
    std::string_view line = markdown.substr(at, end == std::string_view::npos ? end : end - at);
    at = end == std::string_view::npos ? markdown.size() : end + 1;
    const Fence fence = fence_of(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line);
    if (open.mark == 0) {
      open = fence;
      continue;
    }
    const bool closes = fence.mark == open.mark && fence.length >= open.length && fence.info.empty();
    if (closes) return block;
    block += without_indent(line, open.indent);
    if (end != std::string_view::npos) block += '\n';
  }
  if (open.mark != 0) return block;
  return std::nullopt;
}

}  // namespace byok::cli
