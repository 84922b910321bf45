// The one door to valijson, which checks what the reader has left of a schema.
#include "session/json_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/constraint_builder.hpp>
#include <valijson/constraints/concrete_constraints.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "base/text.hpp"
#include "session/schema/reader.hpp"

namespace byok::session {
namespace {

using base::ErrorKind;
using base::Result;
using Json = nlohmann::json;
using Source = nlohmann::ordered_json;
using Violation = JsonSchema::Violation;

constexpr std::size_t kDeepestSchema = 100;            // levels of JSON
constexpr std::size_t kMostVisits = 300'000;           // of schemas, for one reply
constexpr std::size_t kLongestForPattern = 1U << 16U;  // bytes of a string that a pattern is tried on

// How deep JSON text is nested, whatever else is wrong with it.
std::size_t depth_of(std::string_view text) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool is_in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (is_in_string) {
      if (c == '\\') ++at;
      if (c == '"') is_in_string = false;
    } else if (c == '"') {
      is_in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

// Parses, or says where and why not: "line 1, column 5: …".
template <class Tree>
std::expected<Tree, std::string> parse_json(std::string_view text) {
  try {
    return Tree::parse(text);
  } catch (const nlohmann::json::exception& error) {
    std::string_view what = error.what();
    constexpr std::string_view kAt = " at line ";
    if (const std::size_t at = what.find(kAt); at != std::string_view::npos) what.remove_prefix(at + kAt.size() - 5);
    if (const std::size_t end = what.find("] "); what.starts_with('[') && end != std::string_view::npos)
      what.remove_prefix(end + 2);
    return std::unexpected(base::to_valid_utf8(base::abbreviate(what, 300)));
  }
}

// As JSON Schema counts: 1.0 is an integer.
void make_integers(Json& value) {
  constexpr double kMost = 9007199254740992.0;  // 2^53: beyond it a double does not tell integers apart
  if (value.is_number_float()) {
    const double number = value.get<double>();
    if (std::trunc(number) == number && std::fabs(number) <= kMost) value = static_cast<std::int64_t>(number);
  } else if (value.is_structured()) {
    for (Json& inner : value) make_integers(inner);
  }
}

// "[a]" and "[0]" of valijson's way to a value, without its root.
std::vector<std::string> steps_of(const std::vector<std::string>& context) {
  std::vector<std::string> steps;
  for (std::size_t i = 1; i < context.size(); ++i) {
    const std::string& step = context[i];
    steps.push_back(step.size() >= 2 && step.front() == '[' ? step.substr(1, step.size() - 2) : step);
  }
  return steps;
}

std::string pointer_of(const std::vector<std::string>& steps) {
  std::string pointer;
  for (const std::string& step : steps) {
    pointer += "/" + base::replace_all(base::replace_all(step, "~", "~0"), "/", "~1");
  }
  return pointer;
}

const Json* find(const Json& root, const std::vector<std::string>& steps) {
  const Json::json_pointer place(pointer_of(steps));
  return root.contains(place) ? &root.at(place) : nullptr;
}

std::string shown(const Json& value) {
  return base::abbreviate(value.dump(-1, ' ', false, Json::error_handler_t::replace), 60);
}

struct TooMuch {};

// valijson calls itself for each schema inside another, also behind references, and never asks how deep it is.
class StackGuard {
 public:
  StackGuard() : base_(here()) {}
  // Throws TooMuch.
  void check() const {
    const std::uintptr_t now = here();
    if ((now > base_ ? now - base_ : base_ - now) > kMost) throw TooMuch{};
  }

 private:
  static constexpr std::uintptr_t kMost = std::uintptr_t{5} << 20;  // of the usual 8 MiB
  static std::uintptr_t here() { return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)); }
  std::uintptr_t base_;
};

// A schema being read, or one reply under examination.
struct Run {
  const Json* reply = nullptr;
  std::size_t visits = 0;
  StackGuard stack = {};
};

std::optional<std::string> extra_violation(const ExtraCheck& check, const Json& value) {
  if (check.pattern && value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (text.size() > kLongestForPattern)
      return fmt::format("the text is longer than the {} bytes that a pattern is tried on", kLongestForPattern);
    if (!check.pattern->is_in(text)) return fmt::format("it does not match the pattern {}", check.pattern_text);
  }
  if (check.multiple_of && value.is_number()) {
    const double times = value.get<double>() / *check.multiple_of;
    if (std::fabs(times - std::round(times)) > 1e-9 * std::max(1.0, std::fabs(times)))
      return fmt::format("it is not a multiple of {}", *check.multiple_of);
  }
  if (check.is_unique && value.is_array()) {
    std::set<Json> seen;
    for (const Json& item : value) {
      if (!seen.insert(item).second) return fmt::format("it holds {} twice", shown(item));
    }
  }
  return std::nullopt;
}

// A check of ours among valijson's.
class ExtraConstraint final : public valijson::constraints::PolyConstraint {
 public:
  ExtraConstraint(const ExtraCheck& check, Run& run) : check_(&check), run_(&run) {}

  bool validate(const valijson::adapters::Adapter& /*target*/, const std::vector<std::string>& context,
                valijson::ValidationResults* results) const override {
    if (++run_->visits > kMostVisits) throw TooMuch{};
    run_->stack.check();
    if (check_->is_empty()) return true;
    const Json* const value = find(*run_->reply, steps_of(context));
    if (value == nullptr) return true;
    const auto what = extra_violation(*check_, *value);
    if (what && results != nullptr) results->pushError(context, *what);
    return !what;
  }

 private:
  Constraint* cloneInto(void* place) const override { return new (place) ExtraConstraint(*this); }
  [[nodiscard]] std::size_t sizeOf() const override { return sizeof(ExtraConstraint); }

  const ExtraCheck* check_;
  Run* run_;
};

class ExtraBuilder final : public valijson::ConstraintBuilder {
 public:
  ExtraBuilder(const std::vector<ExtraCheck>& checks, Run& run) : checks_(checks), run_(run) {}
  [[nodiscard]] valijson::constraints::Constraint* make(const valijson::adapters::Adapter& value) const override {
    run_.stack.check();
    return new ExtraConstraint(checks_.at(static_cast<std::size_t>(value.asInteger())), run_);
  }

 private:
  const std::vector<ExtraCheck>& checks_;
  Run& run_;
};

std::string_view unfenced(std::string_view reply) {
  const std::string_view text = base::trim(reply);
  constexpr std::string_view kFence = "```";
  const std::size_t line = text.find('\n');
  if (!text.starts_with(kFence) || !text.ends_with(kFence) || line == std::string_view::npos) return text;
  const std::string_view info = base::trim(text.substr(kFence.size(), line - kFence.size()));
  const std::string_view inner =
      text.substr(line + 1, text.size() - line - 1 - std::min(text.size() - line - 1, kFence.size()));
  const bool is_one_block = (info.empty() || base::iequals(info, "json")) && !inner.contains("\n```") &&
                            !inner.starts_with(kFence) && (inner.empty() || inner.ends_with('\n'));
  return is_one_block ? base::trim(inner) : text;
}

// A sentence of valijson's, to stand behind a path.
std::string without_full_stop(std::string text) {
  while (text.ends_with('.')) text.pop_back();
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

}  // namespace

class JsonSchema::Checker {
 public:
  // May throw what valijson throws.
  Checker(std::vector<ExtraCheck> checks, const Json& plain) : checks_(std::move(checks)) {
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.addConstraintBuilder(kCheckKeyword, new ExtraBuilder(checks_, run_));  // the parser owns it
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(plain), schema_);
  }

  std::optional<Violation> first_violation(const Json& reply) {
    run_ = {.reply = &reply};
    valijson::Validator validator;
    valijson::ValidationResults results;
    try {
      if (validator.validate(schema_, valijson::adapters::NlohmannJsonAdapter(reply), &results)) return std::nullopt;
    } catch (const TooMuch&) {
      return Violation{.path = "", .what = "checking it takes too much: the schema has too many alternatives for it"};
    } catch (const std::exception& error) {
      return Violation{.path = "", .what = fmt::format("it cannot be checked: {}", error.what())};
    }
    if (results.numErrors() == 0) return Violation{.path = "", .what = "it is not what the schema allows"};
    const auto& first = *results.begin();
    const std::vector<std::string> steps = steps_of(first.context);
    std::string what = without_full_stop(first.description);
    if (const Json* value = find(reply, steps)) what += fmt::format(" (it is {})", shown(*value));
    return Violation{.path = pointer_of(steps), .what = std::move(what)};
  }

 private:
  std::vector<ExtraCheck> checks_;
  Run run_;
  valijson::Schema schema_;
};

JsonSchema::JsonSchema(core::ReplySchema form, std::string warning, std::unique_ptr<Checker> checker)
    : form_(std::move(form)), warning_(std::move(warning)), checker_(std::move(checker)) {}
JsonSchema::JsonSchema(JsonSchema&& other) noexcept = default;
JsonSchema& JsonSchema::operator=(JsonSchema&& other) noexcept = default;
JsonSchema::~JsonSchema() = default;

Result<JsonSchema> JsonSchema::parse(std::string_view text) {
  constexpr std::string_view kHint = "--schema takes a JSON Schema, or the file that holds one";
  if (text.size() > kLargest) {
    return base::fail(ErrorKind::usage, fmt::format("the schema is larger than {} bytes", kLargest),
                      std::string(kHint));
  }
  if (depth_of(text) > kDeepestSchema)
    return base::fail(ErrorKind::usage, "the schema is nested too deep", std::string(kHint));
  auto source = parse_json<Source>(text);
  if (!source) {
    return base::fail(ErrorKind::usage, fmt::format("the schema is no JSON: {}", source.error()), std::string(kHint));
  }
  Json plain;
  BYOK_TRY(ReadSchema read, read_schema(*source, plain));
  make_integers(plain);
  core::ReplySchema form{.json = source->dump(-1, ' ', false, Source::error_handler_t::replace),
                         .is_strict = read.is_strict};
  std::string warning;
  if (!read.unchecked.empty()) {
    warning =
        fmt::format("of the schema this is sent, but not checked in the reply: {}", base::join(read.unchecked, "; "));
  }
  try {
    return JsonSchema(std::move(form), std::move(warning), std::make_unique<Checker>(std::move(read.checks), plain));
  } catch (const TooMuch&) {
    return base::fail(ErrorKind::usage, "the schema is nested too deep through its references", std::string(kHint));
  } catch (const std::exception& error) {
    return base::fail(ErrorKind::usage, fmt::format("the schema is wrong: {}", error.what()), std::string(kHint));
  }
}

std::string JsonSchema::Violation::sentence() const {
  return path.empty() ? what : fmt::format("at {}: {}", path, what);
}

std::expected<std::string, Violation> JsonSchema::check(std::string_view reply) const {
  const std::string_view text = unfenced(reply);
  if (text.empty()) return std::unexpected(Violation{.path = "", .what = "there is no text"});
  if (depth_of(text) > kDeepest)
    return std::unexpected(Violation{.path = "", .what = fmt::format("it is nested deeper than {} levels", kDeepest)});
  auto value = parse_json<Source>(text);
  if (!value) return std::unexpected(Violation{.path = "", .what = fmt::format("it is no JSON: {}", value.error())});
  Json counted(*value);
  make_integers(counted);
  if (auto violation = checker_->first_violation(counted)) return std::unexpected(*std::move(violation));
  return value->dump(-1, ' ', false, Source::error_handler_t::replace);
}

std::string repair_prompt(const JsonSchema::Violation& violation) {
  return fmt::format(
      "That reply is not valid against the JSON Schema. What is wrong with it, {}. Reply again, with JSON alone that "
      "is "
      "valid against it.",
      violation.sentence());
}

}  // namespace byok::session
