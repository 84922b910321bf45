// YamlText: values as YAML that reads back as the same text whatever a parser thinks of it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/document.hpp"

namespace byok::config {

// The scalar plain where that is safe, in double quotes otherwise. `in_flow`: inside `[ ]`.
[[nodiscard]] std::string yaml_scalar(std::string_view text, bool in_flow = false);

// `key: value` in block style: maps on lines of their own, each `step` deeper; lists in one line; scalars that are
// marked as quoted in quotes. Lines without ends, the first indented by `indent`.
[[nodiscard]] std::vector<std::string> yaml_lines(std::string_view key, const Node& value, std::size_t indent,
                                                  std::size_t step);

}  // namespace byok::config
