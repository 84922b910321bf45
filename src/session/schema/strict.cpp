// The subset, schema by schema.
#include "session/schema/strict.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace byok::session {
namespace {

using Source = nlohmann::ordered_json;

constexpr int kDeepest = 10;
constexpr auto kKeywords = std::to_array<std::string_view>({"$ref",
                                                            "$defs",
                                                            "definitions",
                                                            "$schema",
                                                            "title",
                                                            "description",
                                                            "type",
                                                            "enum",
                                                            "const",
                                                            "properties",
                                                            "required",
                                                            "items",
                                                            "anyOf",
                                                            "additionalProperties",
                                                            "pattern",
                                                            "format",
                                                            "minimum",
                                                            "maximum",
                                                            "exclusiveMinimum",
                                                            "multipleOf",
                                                            "exclusiveMaximum",
                                                            "minItems",
                                                            "maxItems"});
constexpr auto kFormats = std::to_array<std::string_view>(
    {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"});

bool has_type(const Source& schema, std::string_view name) {
  const auto type = schema.find("type");
  if (type == schema.end()) return false;
  return *type == name || (type->is_array() && std::ranges::find(*type, Source(name)) != type->end());
}

bool is_closed_object(const Source& schema) {
  const auto additional = schema.find("additionalProperties");
  if (additional == schema.end() || *additional != false) return false;
  const auto properties = schema.find("properties");
  if (properties == schema.end()) return true;
  const auto required = schema.find("required");
  if (properties->empty()) return true;
  if (required == schema.end() || !required->is_array()) return false;
  return std::ranges::all_of(properties->items(), [&](const auto& property) {
    return std::ranges::find(*required, Source(property.key())) != required->end();
  });
}

bool is_strict(const Source& schema, int depth);

bool are_strict(const Source& schemas, int depth) {
  return std::ranges::all_of(schemas, [&](const Source& one) { return is_strict(one, depth); });
}

bool is_strict(const Source& schema, int depth) {
  if (!schema.is_object() || depth > kDeepest) return false;
  const bool has_known_keywords = std::ranges::all_of(
      schema.items(), [](const auto& member) { return std::ranges::find(kKeywords, member.key()) != kKeywords.end(); });
  if (!has_known_keywords) return false;
  const bool says_what = std::ranges::any_of(std::array{"type", "anyOf", "$ref", "enum", "const"},
                                             [&](const char* name) { return schema.contains(name); });
  if (!says_what) return false;
  if ((has_type(schema, "object") || schema.contains("properties")) && !is_closed_object(schema)) return false;
  if (has_type(schema, "array") && !schema.contains("items")) return false;
  const auto format = schema.find("format");
  if (format != schema.end() &&
      (!format->is_string() || std::ranges::find(kFormats, format->get<std::string>()) == kFormats.end())) {
    return false;
  }
  for (const char* name : {"properties", "$defs", "definitions", "anyOf"}) {
    const auto inner = schema.find(name);
    if (inner != schema.end() && !are_strict(*inner, depth + 1)) return false;
  }
  const auto items = schema.find("items");
  return items == schema.end() || is_strict(*items, depth + 1);
}

}  // namespace

bool is_strict_schema(const nlohmann::ordered_json& schema) {
  return schema.is_object() && schema.contains("type") && schema["type"] == "object" && !schema.contains("anyOf") &&
         is_strict(schema, 0);
}

}  // namespace byok::session
