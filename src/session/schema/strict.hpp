// The subset of JSON Schema that OpenAI holds a model to where `strict` is set.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace byok::session {

// OpenAI's guide, "Structured outputs", section "Supported schemas": an object at the top, every object closed and all
// its properties required, and no other keywords than those listed there. A schema outside it is refused with
// `strict`, and taken as advice without.
[[nodiscard]] bool is_strict_schema(const nlohmann::ordered_json& schema);

}  // namespace byok::session
