// YamlText: plain only what every YAML version reads as text.
#include "config/yaml_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace byok::config {

namespace {

// Words and numbers are text to byok, but `no`, `on` and `null` are refused unless they are quoted.
bool is_word_of_yaml(std::string_view text) {
  static constexpr std::array<std::string_view, 10> kWords = {"null", "true", "false", "yes", "no",
                                                              "on",   "off",  "y",     "n",   "~"};
  const std::string lower = base::to_lower(text);
  return std::ranges::find(kWords, std::string_view(lower)) != kWords.end();
}

bool is_plain(std::string_view text, bool in_flow) {
  if (text.empty() || is_word_of_yaml(text) || base::trim(text) != text) return false;
  const auto is_odd = [](char c) {
    return static_cast<unsigned char>(c) <= 0x1F || static_cast<unsigned char>(c) >= 0x7F;
  };
  if (std::ranges::any_of(text, is_odd)) return false;
  if (std::string_view("-?:,[]{}#&*!|>'\"%@`<=.+0123456789").contains(text.front())) {
    // An option is text; what could be a number, a mark of the document or an indicator is not taken for it.
    const std::size_t dashes = std::min(text.find_first_not_of('-'), text.size());
    const bool is_option =
        dashes >= 1 && dashes <= 2 && dashes < text.size() &&
        ((text[dashes] >= 'a' && text[dashes] <= 'z') || (text[dashes] >= 'A' && text[dashes] <= 'Z'));
    if (!is_option) return false;
  }
  if (text.contains(": ") || text.contains(" #") || text.ends_with(':')) return false;
  // Between brackets parsers differ about more than the standard's five: yaml-cpp stops at a `?`.
  constexpr std::string_view kSafeInFlow = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _./:@+=~-";
  return !in_flow || text.find_first_not_of(kSafeInFlow) == std::string_view::npos;
}

std::string scalar_of(const Node& node, bool in_flow) {
  return node.is_quoted ? base::json_quote(node.text) : yaml_scalar(node.text, in_flow);
}

}  // namespace

std::string yaml_scalar(std::string_view text, bool in_flow) {
  return is_plain(text, in_flow) ? std::string(text) : base::json_quote(text);
}

std::vector<std::string> yaml_lines(std::string_view key, const Node& value, std::size_t indent, std::size_t step) {
  const std::string head = fmt::format("{:{}}{}:", "", indent, yaml_scalar(key));
  if (value.type == Node::Type::null) return {head};
  if (value.type == Node::Type::scalar) return {fmt::format("{} {}", head, scalar_of(value, false))};
  if (value.type == Node::Type::sequence) {
    std::vector<std::string> elements;
    elements.reserve(value.elements.size());
    for (const Node& element : value.elements) elements.push_back(scalar_of(element, true));
    return {fmt::format("{} [{}]", head, base::join(elements, ", "))};
  }
  std::vector<std::string> lines{head};
  for (const Node::Member& member : value.members) {
    for (std::string& line : yaml_lines(member.key, member.value, indent + step, step))
      lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace byok::config
