// Values: what a YAML scalar means where a given kind of value is expected.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.hpp"

namespace byok::config {

// `30s`, `2m`, `1h`, `90d`, `500ms`, plain seconds, fractions (`1.5s`). A negative one is read (rule 16 refuses it).
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
// An age: a duration with its unit, because a bare number would count seconds, which nobody means of what is kept; not
// a negative one.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_age(std::string_view text);

enum class Shape {
  text,
  integer,
  number,
  boolean,
  duration,
  age,         // a duration with its unit, or 0
  text_list,   // one text, or a list of texts
  local_only,  // true, false, lan
  save,        // always, terminal, never
};

struct ValueProblem {
  std::string summary;  // continues "`key` …", for example "must be a number"
  std::string remedy;
};
// Whether a value has the shape. Words that YAML 1.1 reads as something else (`no`, `on`, `null`) are no text unless
// they are quoted; dates and numbers are the text that was written.
[[nodiscard]] std::optional<ValueProblem> check_shape(const Node& node, Shape shape);

// The value, or nothing when the node has another shape.
[[nodiscard]] std::optional<std::string> as_text(const Node& node);
[[nodiscard]] std::optional<std::int64_t> as_integer(const Node& node);
[[nodiscard]] std::optional<double> as_number(const Node& node);
[[nodiscard]] std::optional<bool> as_boolean(const Node& node);
[[nodiscard]] std::optional<std::chrono::milliseconds> as_duration(const Node& node);
[[nodiscard]] std::optional<std::chrono::milliseconds> as_age(const Node& node);
[[nodiscard]] std::optional<std::vector<std::string>> as_text_list(const Node& node);

// The value as JSON text: plain scalars as YAML's core schema reads them, quoted ones as strings.
[[nodiscard]] std::string to_json(const Node& node);

// A node for a value that came from elsewhere than a file: as if written in quotes, or plain.
[[nodiscard]] Node text_node(std::string text);
[[nodiscard]] Node plain_node(std::string text);

}  // namespace byok::config
