// CaseFile: one test of the command line as it is written down; the format is described in tests/cli/run_case.cpp.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace byok::test {

struct Section {
  std::string name;      // "server", "stdout", …
  std::string argument;  // what follows the name inside the brackets
  std::string text;
  int line = 0;  // of its bracket, 1-based
};

struct CaseFile {
  std::string purpose;  // the first line, without `# `
  std::vector<Section> sections;

  [[nodiscard]] const Section* find(std::string_view name) const;  // the first of that name, or null
  [[nodiscard]] std::vector<const Section*> all(std::string_view name) const;
};

// The sections of a case, or "LINE: what is wrong".
[[nodiscard]] std::expected<CaseFile, std::string> parse_case(std::string_view text);

// The words of a command line as a POSIX shell splits and unquotes them, with nothing expanded; or what is wrong.
[[nodiscard]] std::expected<std::vector<std::string>, std::string> split_words(std::string_view text);

// The lines of a section that are not empty.
[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);

// A request that must have been made.
struct ExpectedRequest {
  std::string first_line;
  std::vector<std::pair<std::string, std::string>> headers;  // must be there with exactly this value
  std::vector<std::string> absent;                           // header names
  std::optional<std::string> body;                           // JSON: equal as a value; empty: no body
  std::optional<std::string> body_has;                       // JSON: each member given must match
};
[[nodiscard]] std::expected<ExpectedRequest, std::string> parse_request(std::string_view text);

}  // namespace byok::test
