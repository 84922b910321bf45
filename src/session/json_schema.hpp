// JsonSchema: the form that a reply must have, checked here whatever the provider promises.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/request.hpp"

namespace byok::session {

class JsonSchema {
 public:
  // Reads JSON text. Fails (ErrorKind::usage) with line and column of what is no JSON, or the path of what is no schema
  // or cannot be used: references that leave the schema, patterns that would take too long, too much of anything.
  [[nodiscard]] static base::Result<JsonSchema> parse(std::string_view text);

  JsonSchema(JsonSchema&& other) noexcept;
  JsonSchema& operator=(JsonSchema&& other) noexcept;
  JsonSchema(const JsonSchema&) = delete;
  JsonSchema& operator=(const JsonSchema&) = delete;
  ~JsonSchema();

  // For core::Request::schema.
  [[nodiscard]] const core::ReplySchema& form() const { return form_; }
  // A sentence on what of the schema is not checked, or empty.
  [[nodiscard]] const std::string& warning() const { return warning_; }

  struct Violation {
    std::string path;                            // JSON pointer into the reply; empty for the whole
    std::string what;                            // no full stop
    [[nodiscard]] std::string sentence() const;  // "at /a/0: …"
  };
  // The value of a reply that is valid, as JSON on one line; else the first violation. A reply that is one fenced block
  // and nothing else counts as what stands in the block.
  [[nodiscard]] std::expected<std::string, Violation> check(std::string_view reply) const;

  static constexpr std::size_t kLargest = std::size_t{1} << 20;  // bytes of a schema
  static constexpr std::size_t kDeepest = 64;                    // levels of a reply

 private:
  class Checker;
  JsonSchema(core::ReplySchema form, std::string warning, std::unique_ptr<Checker> checker);

  core::ReplySchema form_;
  std::string warning_;
  std::unique_ptr<Checker> checker_;
};

// What is said to a model whose reply was not of that form, so that it may mend it.
[[nodiscard]] std::string repair_prompt(const JsonSchema::Violation& violation);

}  // namespace byok::session
