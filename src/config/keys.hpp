// Keys: the tables of what each mapping of the configuration file may hold.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "config/values.hpp"

namespace byok::config {

// What stands under a key: a value of a shape, or one of the mappings below.
enum class Kind {
  value,
  file,
  profile,
  profiles,
  defaults,
  azure,
  tls,
  secret,
  headers,
  body,
  models,
  model,
  anything
};

struct KeyRule {
  std::string_view name;
  std::string_view camel;  // the Copilot SDK's spelling, where it has one
  Kind kind = Kind::value;
  Shape shape = Shape::text;
};

[[nodiscard]] std::span<const KeyRule> keys_of(Kind kind);
// The rule of a key in either spelling, or null.
[[nodiscard]] const KeyRule* find_key(Kind kind, std::string_view key);
// What to write instead of a key that is not known here.
[[nodiscard]] std::string remedy_for_unknown(Kind kind, std::string_view key);

}  // namespace byok::config
