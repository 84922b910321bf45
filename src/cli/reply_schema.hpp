// The value of --schema: a JSON Schema as text, or the file that holds one.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "session/json_schema.hpp"

namespace byok::cli {

// JSON where it begins with `{`, else the path of a file. Fails with ErrorKind::usage, naming the file.
[[nodiscard]] base::Result<session::JsonSchema> read_reply_schema(std::string_view file_or_json);

}  // namespace byok::cli
