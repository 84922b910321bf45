// A schema from the command line or from a file.
#include "cli/reply_schema.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "base/file.hpp"
#include "base/text.hpp"

namespace byok::cli {

base::Result<session::JsonSchema> read_reply_schema(std::string_view file_or_json) {
  if (base::trim(file_or_json).starts_with('{')) return session::JsonSchema::parse(file_or_json);
  auto text = base::read_file(std::string(file_or_json), session::JsonSchema::kLargest);
  if (!text) {
    text.error().hint = "--schema takes the path of a JSON Schema, or the schema itself: --schema '{\"type\": …}'";
    return std::unexpected(std::move(text).error());
  }
  auto schema = session::JsonSchema::parse(*text);
  if (!schema) schema.error().message = fmt::format("{}: {}", file_or_json, schema.error().message);
  return schema;
}

}  // namespace byok::cli
