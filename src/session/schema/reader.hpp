// A JSON Schema read and judged: what is wrong in it, what of it can be checked, and in what form valijson takes it.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "session/schema/pattern.hpp"

namespace byok::session {

// What a place in a schema asks for that valijson would not check right, or not in bounded time.
struct ExtraCheck {
  std::optional<Pattern> pattern;
  std::string pattern_text;
  std::optional<double> multiple_of;
  bool is_unique = false;  // the items of an array

  [[nodiscard]] bool is_empty() const { return !pattern && !multiple_of && !is_unique; }
};

struct ReadSchema {
  std::vector<ExtraCheck> checks;
  std::vector<std::string> unchecked;  // keywords that are passed over, each with its first place
  bool is_strict = false;              // see core::ReplySchema
};

// Writes to `plain` a schema of draft 7 that means the same, but for `unchecked`: each reference is one to
// `#/definitions/N`, and the first of each schema's `allOf` is `{kCheckKeyword: N}`, the place of its check. Fails
// (ErrorKind::usage) with the path of what is wrong: no schema, a reference that is not within it or leads back to
// itself, a pattern that is none or too large, too much of anything.
[[nodiscard]] base::Result<ReadSchema> read_schema(const nlohmann::ordered_json& schema, nlohmann::json& plain);

inline constexpr const char* kCheckKeyword = "byok-check";

}  // namespace byok::session
