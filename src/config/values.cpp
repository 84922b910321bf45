// Values: durations, numbers and texts out of YAML scalars, and what to say where they are something else.
#include "config/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.hpp"

namespace byok::config {

namespace {

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::ranges::any_of(words, [word](std::string_view known) { return base::iequals(word, known); });
}

constexpr std::array<std::string_view, 3> kTrue = {"true", "yes", "on"};
constexpr std::array<std::string_view, 3> kFalse = {"false", "no", "off"};
constexpr std::array<std::string_view, 3> kSaveWords = {"always", "terminal", "never"};

bool is_plain(const Node& node) { return node.type == Node::Type::scalar && !node.is_quoted; }

// A number as JSON and YAML's core schema share it: no hexadecimal, no `inf`, no leading `+`, `.` or superfluous 0.
bool is_json_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return false;
  if (text.front() < '0' || text.front() > '9' || text.back() < '0' || text.back() > '9') return false;
  if (text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9') return false;
  return text.find(".e") == std::string_view::npos && text.find(".E") == std::string_view::npos &&
         base::to_double(text).has_value();
}

std::string_view name_of(const Node& node) {
  switch (node.type) {
    case Node::Type::null:
      return "nothing";
    case Node::Type::map:
      return "a mapping";
    case Node::Type::sequence:
      return "a list";
    case Node::Type::scalar:
      break;
  }
  return node.is_quoted ? "text in quotes" : "text";
}

ValueProblem wrong(const Node& node, std::string_view expected, std::string remedy) {
  return {fmt::format("must be {}, and is {}", expected, name_of(node)), std::move(remedy)};
}

std::optional<ValueProblem> check_text(const Node& node) {
  if (node.type == Node::Type::null) {
    return ValueProblem{"has no value",
                        "write one, or remove the line; the word null as a text needs quotes: \"null\""};
  }
  if (node.type != Node::Type::scalar) return wrong(node, "text", "write one text here");
  if (is_plain(node) && (is_one_of(node.text, kTrue) || is_one_of(node.text, kFalse))) {
    return ValueProblem{fmt::format("must be text, and YAML reads {} as true or false", node.text),
                        fmt::format("write it in quotes: \"{}\"", node.text)};
  }
  return std::nullopt;
}

std::optional<ValueProblem> check_text_list(const Node& node) {
  if (node.type != Node::Type::sequence) {
    return node.type == Node::Type::map ? wrong(node, "text or a list of texts", "write [\"one\", \"two\"]")
                                        : check_text(node);
  }
  for (const Node& element : node.elements) {
    if (std::optional<ValueProblem> problem = check_text(element)) {
      problem->summary = "holds an entry that " + problem->summary;
      return problem;
    }
  }
  return std::nullopt;
}

std::string shown(const Node& node) {
  constexpr std::size_t kLongest = 40;
  if (node.type != Node::Type::scalar) return std::string(name_of(node));
  return fmt::format("\"{}\"", base::abbreviate(node.text, kLongest));
}

std::optional<ValueProblem> check_age(const Node& node) {
  if (as_age(node)) return std::nullopt;
  const std::string_view text = node.type == Node::Type::scalar ? base::trim(node.text) : std::string_view();
  const bool is_bare = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  return ValueProblem{fmt::format("must be an age with its unit, and is {}", shown(node)),
                      fmt::format("write {} (units: d, h, m, s); 0 is for ever",
                                  is_bare && parse_age(fmt::format("{}d", text)) ? fmt::format("{}d", text) : "90d")};
}

template <class T>
std::optional<ValueProblem> check_number(const Node& node, const std::optional<T>& value, std::string_view expected,
                                         std::string_view example) {
  if (value) return std::nullopt;
  if (node.is_quoted && (base::to_double(node.text) || is_one_of(node.text, kTrue) || is_one_of(node.text, kFalse))) {
    return wrong(node, expected, fmt::format("write {} without quotes", node.text));
  }
  return wrong(node, expected, fmt::format("write for example {}", example));
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    double milliseconds;
  };
  static constexpr std::array<Unit, 6> kUnits = {
      {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}, {"", 1000}}};
  text = base::trim(text);
  const std::size_t end = std::min(text.find_first_not_of("-0123456789."), text.size());
  const std::string_view digits = text.substr(0, end);
  const auto unit = std::ranges::find(kUnits, base::trim(text.substr(end)), &Unit::name);
  if (digits.empty() || unit == kUnits.end() || digits.find_first_of("0123456789") == std::string_view::npos) {
    return std::nullopt;
  }
  const std::optional<double> value = base::to_double(digits);
  constexpr double kLongest = 1e12;  // some 30 years: far from any overflow downstream
  if (!value || std::abs(*value * unit->milliseconds) > kLongest) return std::nullopt;
  return std::chrono::milliseconds(std::llround(*value * unit->milliseconds));
}

std::optional<std::chrono::milliseconds> parse_age(std::string_view text) {
  text = base::trim(text);
  const bool has_unit = !text.empty() && (text.back() < '0' || text.back() > '9') && text.back() != '.';
  return has_unit && !text.starts_with('-') ? parse_duration(text) : std::nullopt;
}

std::optional<ValueProblem> check_shape(const Node& node, Shape shape) {
  switch (shape) {
    case Shape::text:
      return check_text(node);
    case Shape::text_list:
      return check_text_list(node);
    case Shape::integer:
      return check_number(node, as_integer(node), "a whole number", "4096");
    case Shape::number:
      return check_number(node, as_number(node), "a number", "0.7");
    case Shape::boolean:
      return check_number(node, as_boolean(node), "true or false", "true");
    case Shape::duration:
      if (as_duration(node)) return std::nullopt;
      return wrong(node, "a time", "write seconds (30), or 500ms, 30s, 2m, 1h; 0 is no limit");
    case Shape::age:
      return check_age(node);
    case Shape::local_only:
      if (as_boolean(node) || as_text(node) == "lan") return std::nullopt;
      return wrong(node, "true, false or lan", "write for example true");
    case Shape::save:
      if (const auto text = as_text(node); text && is_one_of(*text, kSaveWords)) return std::nullopt;
      return ValueProblem{fmt::format("must be always, terminal or never, and is {}", shown(node)),
                          "write for example terminal"};
  }
  return std::nullopt;
}

std::optional<std::string> as_text(const Node& node) {
  if (check_text(node)) return std::nullopt;
  return node.text;
}

std::optional<std::int64_t> as_integer(const Node& node) {
  return is_plain(node) ? base::to_int(node.text) : std::nullopt;
}

std::optional<double> as_number(const Node& node) {
  return is_plain(node) && is_json_number(node.text) ? base::to_double(node.text) : std::nullopt;
}

std::optional<bool> as_boolean(const Node& node) {
  if (!is_plain(node)) return std::nullopt;
  if (is_one_of(node.text, kTrue)) return true;
  if (is_one_of(node.text, kFalse)) return false;
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> as_duration(const Node& node) {
  return node.type == Node::Type::scalar ? parse_duration(node.text) : std::nullopt;
}

std::optional<std::chrono::milliseconds> as_age(const Node& node) {
  if (node.type != Node::Type::scalar) return std::nullopt;
  return base::trim(node.text) == "0" ? std::optional(std::chrono::milliseconds(0)) : parse_age(node.text);
}

std::optional<std::vector<std::string>> as_text_list(const Node& node) {
  if (check_text_list(node)) return std::nullopt;
  if (node.type == Node::Type::scalar) return std::vector{node.text};
  std::vector<std::string> out;
  out.reserve(node.elements.size());
  for (const Node& element : node.elements) out.push_back(element.text);
  return out;
}

std::string to_json(const Node& node) {
  switch (node.type) {
    case Node::Type::null:
      return "null";
    case Node::Type::scalar:
      // In a request body only the words that JSON has are not text: a model named `on` stays one.
      if (!node.is_quoted && (is_json_number(node.text) || node.text == "true" || node.text == "false")) {
        return node.text;
      }
      return base::json_quote(node.text);
    case Node::Type::sequence: {
      std::string out = "[";
      for (const Node& element : node.elements) out += (out.size() > 1 ? "," : "") + to_json(element);
      return out + "]";
    }
    case Node::Type::map:
      break;
  }
  std::string out = "{";
  for (const Node::Member& member : node.members) {
    out += (out.size() > 1 ? "," : "") + base::json_quote(member.key) + ":" + to_json(member.value);
  }
  return out + "}";
}

Node text_node(std::string text) {
  Node node = plain_node(std::move(text));
  node.is_quoted = true;
  return node;
}

Node plain_node(std::string text) {
  Node node;
  node.type = Node::Type::scalar;
  node.text = std::move(text);
  return node;
}

}  // namespace byok::config
