// A walk over a schema, keyword by keyword.
#include "session/schema/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "session/schema/keywords.hpp"
#include "session/schema/strict.hpp"

namespace byok::session {
namespace {

using base::ErrorKind;
using base::Result;
using Json = nlohmann::json;
using Source = nlohmann::ordered_json;
using Kind = KeywordKind;

constexpr std::size_t kMostTargets = 200;    // of references
constexpr std::size_t kMostSchemas = 5'000;  // within the one
constexpr std::size_t kDeepest = 32;

std::unexpected<base::Error> wrong(std::string_view path, std::string_view what) {
  return base::fail(ErrorKind::usage,
                    fmt::format("the schema is wrong at {}: {}", path.empty() ? "its top" : path, what),
                    "mend the schema; it is JSON Schema as of draft 7 or 2020-12");
}

std::string step(std::string_view path, std::string_view name) {
  std::string token = base::replace_all(std::string(name), "~", "~0");
  return fmt::format("{}/{}", path, base::replace_all(std::move(token), "/", "~1"));
}

bool is_names(const Source& value) {
  return value.is_array() && std::ranges::all_of(value, [](const Source& name) { return name.is_string(); });
}

class Reader {
 public:
  explicit Reader(const Source& root) : root_(root) {}

  Result<ReadSchema> read(Json& plain) {
    targets_.emplace("", 0);
    BYOK_TRY(Json top, schema(root_, "", {.depth = 0, .owner = 0, .is_in_place = true}));
    // One after the other, so that a chain of references is no chain of calls.
    for (std::size_t i = 0; i < pending_.size(); ++i) {
      const Pending next = pending_[i];
      BYOK_TRY(definitions_[std::to_string(next.number)],
               schema(*next.source, next.pointer, {.depth = 0, .owner = next.number, .is_in_place = true}));
    }
    plain = std::move(top);
    plain["definitions"] = std::move(definitions_);
    BYOK_CHECK(check_circles());
    out_.is_strict = is_strict_schema(root_);
    return std::move(out_);
  }

 private:
  // Where in the walk a schema stands: within which target of a reference, and whether it judges that one's value.
  struct Place {
    std::size_t depth;
    std::size_t owner;
    bool is_in_place;
  };
  static Place below(const Place& place, bool is_in_place) {
    return {.depth = place.depth + 1, .owner = place.owner, .is_in_place = place.is_in_place && is_in_place};
  }

  Result<Json> schema(const Source& source, const std::string& path, const Place& place);
  Result<> keyword(const Keyword& keyword, const Source& value, const std::string& path, const Place& place,
                   Json& plain, ExtraCheck& check);
  Result<> reference(const Source& value, const std::string& path, const Place& place, Json& plain);
  Result<> dependent(const Source& value, const std::string& path, const Place& place, Json& plain);
  Result<> pattern(const Source& value, const std::string& path, ExtraCheck& check);
  Result<> scalar(const Keyword& keyword, const Source& value, const std::string& path, Json& plain,
                  ExtraCheck& check) const;
  Result<Json> list(const Source& value, const std::string& path, const Place& place);
  Result<Json> members(const Source& value, const std::string& path, const Place& place);
  void pass_over(std::string_view name, std::string_view path);
  [[nodiscard]] const Source* find(const std::string& pointer) const;
  Result<> check_circles() const;

  struct Pending {
    std::size_t number;
    std::string pointer;
    const Source* source;
  };

  const Source& root_;
  ReadSchema out_;
  std::vector<Pending> pending_;  // targets, in the order in which they were found
  Json definitions_ = Json::object();
  std::map<std::string, std::size_t, std::less<>> targets_;  // pointer -> number; the whole is 0
  std::map<std::size_t, std::set<std::size_t>> in_place_;    // target -> targets that judge the same value
  std::map<std::size_t, std::string> first_path_;            // where a target was first referred to
  std::set<std::string, std::less<>> said_;
  std::size_t schemas_ = 0;
};

void Reader::pass_over(std::string_view name, std::string_view path) {
  if (said_.emplace(name).second)
    out_.unchecked.push_back(fmt::format("{} (at {})", name, path.empty() ? "its top" : path));
}

Result<Json> Reader::schema(const Source& source, const std::string& path, const Place& place) {
  if (source.is_boolean()) {
    // A schema of valijson's that is `false` says nothing of why; one that allows no type does.
    return source.get<bool>() ? Json::object() : Json{{"not", Json::object()}};
  }
  if (!source.is_object()) return wrong(path, "a schema is needed: an object, true or false");
  if (place.depth > kDeepest) return wrong(path, "it is nested too deep");
  if (++schemas_ > kMostSchemas) return wrong(path, "it holds too many schemas");
  const std::size_t number = out_.checks.size();
  out_.checks.emplace_back();
  ExtraCheck check;
  Json plain{{"allOf", Json::array({Json{{kCheckKeyword, number}}})}};
  for (const auto& [name, value] : source.items()) {
    const auto* const known = std::ranges::find(kKeywords, name, &Keyword::name);
    if (known != kKeywords.end()) {
      BYOK_CHECK(keyword(*known, value, step(path, name), place, plain, check));
    } else if (!name.starts_with("x-")) {
      pass_over(name, path);
    }
  }
  // What has a name that a pattern allows is not additional.
  if (source.contains("patternProperties") && plain.contains("additionalProperties")) {
    plain.erase("additionalProperties");
    pass_over("additionalProperties beside patternProperties", path);
  }
  if (plain.contains("prefixItems")) {
    if (plain.contains("items")) plain["additionalItems"] = std::move(plain["items"]);
    plain["items"] = std::move(plain["prefixItems"]);
    plain.erase("prefixItems");
  }
  out_.checks[number] = std::move(check);
  return plain;
}

Result<> Reader::keyword(const Keyword& keyword, const Source& value, const std::string& path, const Place& place,
                         Json& plain, ExtraCheck& check) {
  const std::string name(keyword.name);
  const Place inner = below(place, keyword.is_in_place);
  switch (keyword.kind) {
    case Kind::note:
      return {};
    case Kind::unchecked:
      pass_over(keyword.name, path.substr(0, path.rfind('/')));
      return {};
    case Kind::reference:
      return reference(value, path, place, plain);
    case Kind::items:
      if (value.is_array()) {
        BYOK_TRY(plain[name], list(value, path, inner));
        return {};
      }
      [[fallthrough]];
    case Kind::schema: {
      // valijson says more of a property that is one too many where it finds `false` itself.
      const bool is_rest = keyword.name == "additionalProperties" || keyword.name == "additionalItems";
      if (is_rest && value.is_boolean()) {
        plain[name] = value.get<bool>();
        return {};
      }
      BYOK_TRY(plain[name], schema(value, path, inner));
      return {};
    }
    case Kind::schemas: {
      if (!value.is_array() || value.empty()) return wrong(path, "a list of schemas is needed");
      BYOK_TRY(Json schemas, list(value, path, inner));
      for (Json& one : schemas) plain[name].push_back(std::move(one));
      return {};
    }
    case Kind::members: {
      BYOK_TRY(plain[name], members(value, path, inner));
      return {};
    }
    case Kind::parts: {
      BYOK_TRY([[maybe_unused]] const Json parts, members(value, path, below(place, false)));
      return {};
    }
    case Kind::dependent:
      return dependent(value, path, inner, plain);
    case Kind::pattern:
      return pattern(value, path, check);
    default:
      return scalar(keyword, value, path, plain, check);
  }
}

Result<Json> Reader::list(const Source& value, const std::string& path, const Place& place) {
  Json out = Json::array();
  for (std::size_t i = 0; i < value.size(); ++i) {
    BYOK_TRY(Json one, schema(value[i], step(path, std::to_string(i)), place));
    out.push_back(std::move(one));
  }
  return out;
}

Result<Json> Reader::members(const Source& value, const std::string& path, const Place& place) {
  if (!value.is_object()) return wrong(path, "an object of schemas is needed");
  Json out = Json::object();
  for (const auto& [name, one] : value.items()) {
    BYOK_TRY(out[name], schema(one, step(path, name), place));
  }
  return out;
}

// All three spellings come to what draft 7 calls dependencies.
Result<> Reader::dependent(const Source& value, const std::string& path, const Place& place, Json& plain) {
  if (!value.is_object()) return wrong(path, "an object is needed");
  for (const auto& [name, one] : value.items()) {
    Json needed;
    if (is_names(one)) {
      needed = Json{{"required", Json(one)}};
    } else {
      BYOK_TRY(needed, schema(one, step(path, name), place));
    }
    Json& here = plain["dependencies"][name];
    if (here.is_null()) here = Json{{"allOf", Json::array()}};
    here["allOf"].push_back(std::move(needed));
  }
  return {};
}

const Source* Reader::find(const std::string& pointer) const {
  try {
    const Source::json_pointer place(pointer);
    return root_.contains(place) ? &root_.at(place) : nullptr;
  } catch (const Source::exception&) {
    return nullptr;  // it is no pointer
  }
}

Result<> Reader::reference(const Source& value, const std::string& path, const Place& place, Json& plain) {
  if (!value.is_string()) return wrong(path, "a reference is a text");
  const std::string text = value.get<std::string>();
  if (!text.starts_with('#')) {
    return wrong(path, fmt::format("it refers to {}, which is not within the schema, and nothing is fetched",
                                   base::abbreviate(text, 200)));
  }
  const auto pointer = base::percent_decode(std::string_view(text).substr(1));
  const Source* const target = pointer ? find(*pointer) : nullptr;
  if (target == nullptr) {
    return wrong(path, fmt::format("it refers to {}, and there is no such place; write it as #/$defs/NAME",
                                   base::abbreviate(text, 200)));
  }
  const auto [entry, is_new] = targets_.emplace(*pointer, targets_.size());
  const std::size_t number = entry->second;
  if (place.is_in_place) {
    in_place_[place.owner].insert(number);
    first_path_.emplace(place.owner, path);
  }
  plain["allOf"].push_back(Json{{"$ref", number == 0 ? "#" : fmt::format("#/definitions/{}", number)}});
  if (!is_new) return {};
  if (targets_.size() > kMostTargets) return wrong(path, "it refers to too many places");
  pending_.push_back({.number = number, .pointer = *pointer, .source = target});
  return {};
}

Result<> Reader::check_circles() const {
  std::map<std::size_t, int> state;  // 1: on the way, 2: done
  std::vector<std::pair<std::size_t, bool>> open;
  open.reserve(in_place_.size());
  for (const auto& [start, ignored] : in_place_) open.emplace_back(start, false);
  while (!open.empty()) {
    const auto [number, is_leaving] = open.back();
    open.pop_back();
    if (is_leaving) {
      state[number] = 2;
      continue;
    }
    if (state[number] == 2) continue;
    state[number] = 1;
    open.emplace_back(number, true);
    const auto next = in_place_.find(number);
    if (next == in_place_.end()) continue;
    for (const std::size_t one : next->second) {
      if (state[one] == 1) return wrong(first_path_.at(number), "its reference leads back to itself");
      if (state[one] == 0) open.emplace_back(one, false);
    }
  }
  return {};
}

Result<> Reader::pattern(const Source& value, const std::string& path, ExtraCheck& check) {
  if (!value.is_string()) return wrong(path, "a regular expression is needed");
  check.pattern_text = value.get<std::string>();
  auto parsed = Pattern::parse(check.pattern_text);
  if (parsed) {
    check.pattern = *std::move(parsed);
    return {};
  }
  if (!parsed.error().is_unsupported)
    return wrong(path, fmt::format("the pattern cannot be used: {}", parsed.error().what));
  pass_over(
      fmt::format("pattern {}: {}", base::json_quote(base::abbreviate(check.pattern_text, 60)), parsed.error().what),
      path.substr(0, path.rfind('/')));
  return {};
}

Result<> Reader::scalar(const Keyword& keyword, const Source& value, const std::string& path, Json& plain,
                        ExtraCheck& check) const {
  const auto is_type = [](const Source& word) {
    return word.is_string() && std::ranges::find(kTypes, word.get<std::string>()) != kTypes.end();
  };
  switch (keyword.kind) {
    case Kind::type:
      if (!is_type(value) && (!value.is_array() || value.empty() || !std::ranges::all_of(value, is_type))) {
        return wrong(path, "a type is one of array, boolean, integer, null, number, object, string, or a list of them");
      }
      break;
    case Kind::count:
      if (!value.is_number_integer() || value.get<double>() < 0 || value.get<double>() > 1e15)
        return wrong(path, "a whole number, 0 or more, is needed");
      break;
    case Kind::number:
      if (!value.is_number()) return wrong(path, "a number is needed");
      break;
    case Kind::multiple:
      if (!value.is_number() || value.get<double>() <= 0) return wrong(path, "a number above 0 is needed");
      check.multiple_of = value.get<double>();
      return {};
    case Kind::unique:
      if (!value.is_boolean()) return wrong(path, "true or false is needed");
      check.is_unique = value.get<bool>();
      return {};
    case Kind::names:
      if (!is_names(value)) return wrong(path, "a list of names is needed");
      break;
    case Kind::values:
      if (!value.is_array() || value.empty()) return wrong(path, "a list of values is needed");
      break;
    default:
      break;
  }
  plain[std::string(keyword.name)] = Json(value);
  return {};
}

}  // namespace

Result<ReadSchema> read_schema(const nlohmann::ordered_json& schema, nlohmann::json& plain) {
  if (!schema.is_object()) return wrong("", "an object is needed");
  return Reader(schema).read(plain);
}

}  // namespace byok::session
