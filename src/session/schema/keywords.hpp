// The keywords of JSON Schema, of draft 7 and of 2020-12, and what is done with each.
#pragma once

#include <array>
#include <string_view>

namespace byok::session {

enum class KeywordKind {
  note,       // says nothing of what is valid
  unchecked,  // is passed over, which is said
  schema,
  items,
  schemas,
  members,    // name -> schema
  parts,      // name -> schema, looked at but of no effect by themselves
  dependent,  // name -> schema or names
  reference,
  type,
  count,
  number,
  multiple,
  unique,
  names,
  values,
  value,
  pattern,
};

struct Keyword {
  std::string_view name;
  KeywordKind kind;
  bool is_in_place = false;  // its schemas judge the same value, not one within it
};
inline constexpr auto kKeywords = std::to_array<Keyword>({
    {"$ref", KeywordKind::reference, true},
    {"type", KeywordKind::type},
    {"enum", KeywordKind::values},
    {"const", KeywordKind::value},
    {"properties", KeywordKind::members},
    {"required", KeywordKind::names},
    {"additionalProperties", KeywordKind::schema},
    {"minProperties", KeywordKind::count},
    {"maxProperties", KeywordKind::count},
    {"dependencies", KeywordKind::dependent, true},
    {"dependentRequired", KeywordKind::dependent, true},
    {"dependentSchemas", KeywordKind::dependent, true},
    {"items", KeywordKind::items},
    {"prefixItems", KeywordKind::schemas},
    {"additionalItems", KeywordKind::schema},
    {"contains", KeywordKind::schema},
    {"minItems", KeywordKind::count},
    {"maxItems", KeywordKind::count},
    {"uniqueItems", KeywordKind::unique},
    {"minLength", KeywordKind::count},
    {"maxLength", KeywordKind::count},
    {"pattern", KeywordKind::pattern},
    {"minimum", KeywordKind::number},
    {"maximum", KeywordKind::number},
    {"exclusiveMinimum", KeywordKind::number},
    {"exclusiveMaximum", KeywordKind::number},
    {"multipleOf", KeywordKind::multiple},
    {"allOf", KeywordKind::schemas, true},
    {"anyOf", KeywordKind::schemas, true},
    {"oneOf", KeywordKind::schemas, true},
    {"not", KeywordKind::schema, true},
    {"if", KeywordKind::schema, true},
    {"then", KeywordKind::schema, true},
    {"else", KeywordKind::schema, true},
    {"$defs", KeywordKind::parts},
    {"definitions", KeywordKind::parts},
    {"$schema", KeywordKind::note},
    {"$id", KeywordKind::note},
    {"id", KeywordKind::note},
    {"$anchor", KeywordKind::note},
    {"$comment", KeywordKind::note},
    {"$vocabulary", KeywordKind::note},
    {"title", KeywordKind::note},
    {"description", KeywordKind::note},
    {"default", KeywordKind::note},
    {"example", KeywordKind::note},
    {"examples", KeywordKind::note},
    {"deprecated", KeywordKind::note},
    {"readOnly", KeywordKind::note},
    {"writeOnly", KeywordKind::note},
    {"format", KeywordKind::unchecked},
    {"patternProperties", KeywordKind::unchecked},
    {"propertyNames", KeywordKind::unchecked},
    {"minContains", KeywordKind::unchecked},
    {"maxContains", KeywordKind::unchecked},
    {"unevaluatedProperties", KeywordKind::unchecked},
    {"unevaluatedItems", KeywordKind::unchecked},
    {"contentEncoding", KeywordKind::unchecked},
    {"contentMediaType", KeywordKind::unchecked},
    {"contentSchema", KeywordKind::unchecked},
    {"$dynamicRef", KeywordKind::unchecked},
    {"$dynamicAnchor", KeywordKind::unchecked},
    {"$recursiveRef", KeywordKind::unchecked},
    {"$recursiveAnchor", KeywordKind::unchecked},
});

inline constexpr auto kTypes =
    std::to_array<std::string_view>({"array", "boolean", "integer", "null", "number", "object", "string"});

}  // namespace byok::session
