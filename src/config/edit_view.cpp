// EditView: lines are masked by what they look like, because a removed comment has secrets too.
#include "config/edit_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/secret.hpp"
#include "base/text.hpp"

namespace byok::config {

namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool is_secret_key(std::string_view name) {
  return base::is_secret_name(name) || base::iequals(name, "sig") || base::iequals(name, "code");
}

// Where the value behind `key:` or `key=` begins, when a name that ends at `end` is a secret's and a value follows.
std::optional<std::size_t> secret_value(std::string_view line, std::size_t begin, std::size_t end) {
  if (!is_secret_key(line.substr(begin, end - begin))) return std::nullopt;
  std::size_t at = end;
  if (at < line.size() && (line[at] == '"' || line[at] == '\'')) ++at;
  while (at < line.size() && line[at] == ' ') ++at;
  if (at >= line.size() || (line[at] != ':' && line[at] != '=')) return std::nullopt;
  ++at;
  while (at < line.size() && line[at] == ' ') ++at;
  const std::string_view value = line.substr(at);
  for (const std::string_view open : {"${", "\"${", "'${", "{", "[", "#"}) {
    if (value.starts_with(open)) return std::nullopt;
  }
  if (value.empty()) return std::nullopt;
  return at;
}

// `://user:password@` loses what stands before the `@`.
std::string without_user_info(std::string line) {
  for (std::size_t at = line.find("://"); at != std::string::npos; at = line.find("://", at + 3)) {
    const std::size_t begin = at + 3;
    const std::size_t end = std::min(line.find_first_of(" \"',}]", begin), line.size());
    const std::size_t sign = line.rfind('@', end == 0 ? 0 : end - 1);
    if (sign == std::string::npos || sign < begin) continue;
    line.replace(begin, sign - begin, base::Redactor::kMask);
  }
  return line;
}

void collect(const Node& node, bool is_secret, std::vector<std::string>& out) {
  if (is_secret && node.type == Node::Type::scalar) {
    for (const std::string_view line : base::split(node.text, '\n')) {
      if (!line.starts_with("${") && !base::trim(line).empty()) out.emplace_back(base::trim(line));
    }
  }
  for (const Node& element : node.elements) collect(element, is_secret, out);
  for (const Node::Member& member : node.members) {
    collect(member.value, member.key != "command" && is_secret_key(member.key), out);
  }
}

}  // namespace

std::string edits_as_diff(std::span<const Edit> edits) {
  std::string out;
  for (const Edit& edit : edits) {
    out += fmt::format("@@ line {} @@\n", edit.line + 1);
    for (const std::string& line : edit.removed) out += fmt::format("-{}\n", without_secrets(line));
    for (const std::string& line : edit.added) out += fmt::format("+{}\n", without_secrets(line));
  }
  return out;
}

std::string without_secrets(std::string_view line) {
  std::string out;
  std::size_t copied = 0;
  for (std::size_t at = 0; at < line.size();) {
    if (!is_name_character(line[at])) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    while (at < line.size() && is_name_character(line[at])) ++at;
    const std::optional<std::size_t> value = secret_value(line, begin, at);
    if (!value) continue;
    out.append(line.substr(copied, *value - copied)).append(base::Redactor::kMask);
    // In a query the next parameter is no part of the value; elsewhere the rest of the line may be.
    const bool is_query = *value > 0 && line[*value - 1] == '=';
    copied = is_query ? std::min(line.find_first_of("& \"'", *value), line.size()) : line.size();
    at = copied;
  }
  out.append(line.substr(std::min(copied, line.size())));
  return without_user_info(std::move(out));
}

std::vector<std::string> literal_secrets(const Node& root) {
  std::vector<std::string> out;
  collect(root, false, out);
  return out;
}

}  // namespace byok::config
