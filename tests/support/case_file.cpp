// Sections, words and expected requests.
#include "support/case_file.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"

namespace byok::test {
namespace {

constexpr auto kNames = std::to_array<std::string_view>({"server", "reply", "config", "file", "env", "stdin", "command",
                                                         "request", "stdout", "stdout-json", "stdout-has", "stderr-has",
                                                         "stderr-lacks", "wrote", "absent", "exit", "secret"});
constexpr std::string_view kNoNewline = "{{no-newline}}\n";

// "[name argument]": the text between the brackets; nothing for an ordinary line.
std::optional<std::string_view> bracketed(std::string_view line) {
  if (line.size() < 3 || line.front() != '[' || line.back() != ']') return std::nullopt;
  const std::string_view inside = line.substr(1, line.size() - 2);
  const std::string_view name = inside.substr(0, inside.find(' '));
  const bool is_word =
      !name.empty() && std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
  return is_word ? std::optional(inside) : std::nullopt;
}

void finish(Section& section) {
  // One empty line before the next section is for the reader's eye.
  if (section.text.ends_with("\n\n") || section.text == "\n") section.text.pop_back();
  if (section.text.ends_with(kNoNewline)) section.text.resize(section.text.size() - kNoNewline.size());
}

}  // namespace

const Section* CaseFile::find(std::string_view name) const {
  const auto found = std::ranges::find(sections, name, &Section::name);
  return found == sections.end() ? nullptr : &*found;
}

std::vector<const Section*> CaseFile::all(std::string_view name) const {
  std::vector<const Section*> found;
  for (const Section& section : sections) {
    if (section.name == name) found.push_back(&section);
  }
  return found;
}

std::expected<CaseFile, std::string> parse_case(std::string_view text) {
  CaseFile out;
  if (!text.starts_with("# ")) return std::unexpected("1: the first line is `# what it proves.`");
  std::vector<std::string_view> lines = base::split(text, '\n');
  if (lines.back().empty()) lines.pop_back();
  out.purpose = lines.front().substr(2);
  if (!out.purpose.ends_with('.')) return std::unexpected("1: the first line is a sentence with a full stop");
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::string_view line = lines[i];
    const int number = static_cast<int>(i) + 1;
    if (const auto inside = bracketed(line)) {
      const std::size_t space = inside->find(' ');
      const std::string_view name = inside->substr(0, space);
      if (std::ranges::find(kNames, name) == kNames.end()) {
        return std::unexpected(
            fmt::format("{}: there is no section [{}]; a line of text like this begins with \\", number, name));
      }
      if (!out.sections.empty()) finish(out.sections.back());
      const std::string_view argument =
          space == std::string_view::npos ? std::string_view{} : inside->substr(space + 1);
      out.sections.push_back({std::string(name), std::string(base::trim(argument)), {}, number});
      continue;
    }
    if (out.sections.empty()) {
      if (line.empty() || line.starts_with('#')) continue;
      return std::unexpected(fmt::format("{}: text before the first section", number));
    }
    out.sections.back().text.append(line.starts_with("\\[") ? line.substr(1) : line).append("\n");
  }
  if (!out.sections.empty()) finish(out.sections.back());
  if (out.find("command") == nullptr) return std::unexpected("1: there is no [command]");
  return out;
}

std::expected<std::vector<std::string>, std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  bool is_in_word = false;
  char quote = '\0';
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quote == '\0' && std::string_view(" \t\n").contains(c)) {
      is_in_word = false;
      continue;
    }
    if (c == '\\' && quote != '\'') {
      if (++at == text.size()) return std::unexpected("a backslash at the end");
      if (text[at] == '\n') continue;
      if (!is_in_word) words.emplace_back();
      is_in_word = true;
      if (quote == '"' && !std::string_view("\\\"$`").contains(text[at])) words.back().push_back('\\');
      words.back().push_back(text[at]);
      continue;
    }
    if (!is_in_word) words.emplace_back();
    is_in_word = true;
    if (quote == '\0' && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = '\0';
    } else {
      words.back().push_back(c);
    }
  }
  if (quote != '\0') return std::unexpected(fmt::format("a {} that is not closed", quote));
  return words;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (const std::string_view line : base::split(text, '\n')) {
    if (!line.empty()) lines.emplace_back(line);
  }
  return lines;
}

std::expected<ExpectedRequest, std::string> parse_request(std::string_view text) {
  ExpectedRequest out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    // The JSON may go on over all lines that follow.
    for (const auto& [key, place] : {std::pair{std::string_view("body:"), &out.body}, {"body-has:", &out.body_has}}) {
      if (!line.starts_with(key)) continue;
      *place = base::trim(text.substr(key.size()));
      return out;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t colon = line.find(':');
    if (line.empty()) continue;
    if (out.first_line.empty()) {
      out.first_line = line;
    } else if (line.starts_with('!')) {
      out.absent.emplace_back(line.substr(1));
    } else if (colon == std::string_view::npos) {
      return std::unexpected(fmt::format("'{}' is not a header", line));
    } else {
      out.headers.emplace_back(line.substr(0, colon), base::trim(line.substr(colon + 1)));
    }
  }
  return out;
}

}  // namespace byok::test
