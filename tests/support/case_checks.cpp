// The comparisons behind the sections of a case file.
#include "support/case_checks.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace byok::test {
namespace {

using nlohmann::json;

std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

void compare(const json& expected, const json& found, const std::string& path, std::string& out) {
  if (expected == "{{any}}") return;
  if (expected.is_object() && found.is_object()) {
    for (const auto& [key, value] : expected.items()) {
      const std::string place = path + "." + key;
      const auto member = found.find(key);
      const bool is_there = member != found.end();
      if (value == "{{absent}}") {
        if (is_there) out += fmt::format("{}: expected none, found {}\n", place, dump(*member));
      } else if (!is_there) {
        out += fmt::format("{}: expected {}, found none\n", place, dump(value));
      } else {
        compare(value, *member, place, out);
      }
    }
  } else if (expected.is_array() && found.is_array() && expected.size() == found.size()) {
    for (std::size_t i = 0; i < expected.size(); ++i)
      compare(expected[i], found[i], fmt::format("{}.{}", path, i), out);
  } else if (expected != found) {
    out += fmt::format("{}: expected {}, found {}\n", path, dump(expected), dump(found));
  }
}

// Both texts parsed, or what is wrong with one of them.
std::string parse_both(std::string_view expected, std::string_view found, json& first, json& second) {
  first = json::parse(expected, nullptr, false);
  if (first.is_discarded()) return fmt::format("the expected JSON is none: {}\n", expected);
  second = json::parse(found, nullptr, false);
  if (second.is_discarded()) return fmt::format("expected JSON, found: {}\n", found);
  return {};
}

}  // namespace

std::string diff(std::string_view expected, std::string_view found) {
  if (expected == found) return {};
  auto before = base::split(expected, '\n');
  auto after = base::split(found, '\n');
  const auto [first, second] = std::ranges::mismatch(before, after);
  before.erase(before.begin(), first);
  after.erase(after.begin(), second);
  while (!before.empty() && !after.empty() && before.back() == after.back()) {
    before.pop_back();
    after.pop_back();
  }
  std::string out;
  for (const std::string_view line : before) out += fmt::format("-{}\n", line);
  for (const std::string_view line : after) out += fmt::format("+{}\n", line);
  return out;
}

std::string json_lacks(std::string_view expected, std::string_view found) {
  json first;
  json second;
  std::string out = parse_both(expected, found, first, second);
  if (out.empty()) compare(first, second, "", out);
  return out;
}

std::string json_differs(std::string_view expected, std::string_view found) {
  json first;
  json second;
  std::string out = parse_both(expected, found, first, second);
  if (!out.empty() || first == second) return out;
  return diff(first.dump(2) + "\n", second.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
}

std::string request_differs(const ExpectedRequest& expected, const Received& found) {
  std::string out;
  if (!expected.first_line.empty()) out += diff(expected.first_line, found.first_line());
  for (const auto& [name, value] : expected.headers) {
    if (!found.has_header(name)) {
      out += fmt::format("-{}: {}\n", name, value);
    } else {
      out += diff(fmt::format("{}: {}", name, value), fmt::format("{}: {}", name, found.header(name)));
    }
  }
  for (const std::string& name : expected.absent) {
    if (found.has_header(name)) out += fmt::format("+{}: {} (must be absent)\n", name, found.header(name));
  }
  if (!found.is_whole) out += "the request was not sent to its end\n";
  if (expected.body) out += expected.body->empty() ? diff("", found.body) : json_differs(*expected.body, found.body);
  if (expected.body_has) out += json_lacks(*expected.body_has, found.body);
  return out;
}

std::string last_line(std::string_view text) {
  const std::vector<std::string> lines = lines_of(text);
  return lines.empty() ? std::string() : lines.back();
}

std::vector<std::string> secrets_of(const CaseFile& file) {
  constexpr std::size_t kShortest = 8;
  std::vector<std::string> secrets;
  for (const Section* section : file.all("secret")) {
    for (std::string& line : lines_of(section->text)) secrets.push_back(std::move(line));
  }
  for (const Section* section : file.all("env")) {
    for (const std::string& line : lines_of(section->text)) {
      const std::size_t equals = std::min(line.find('='), line.size());
      const std::string name = line.substr(0, equals);
      const std::string value = line.substr(std::min(equals + 1, line.size()));
      if ((name.ends_with("_KEY") || name.ends_with("_TOKEN")) && value.size() >= kShortest) secrets.push_back(value);
    }
  }
  return secrets;
}

}  // namespace byok::test
