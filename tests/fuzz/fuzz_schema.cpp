// Fuzzes the checker of replies: a schema in the first lines, a reply behind the first empty one. Whatever both are,
// the schema is taken or refused with a reason, and a reply's value is JSON that is valid again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz/fuzz.hpp"
#include "session/json_schema.hpp"
#include "session/schema/pattern.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using byok::fuzz::require;
  const std::string_view text = byok::fuzz::text_of(data, size);
  const std::size_t gap = text.find("\n\n");
  const std::string_view head = text.substr(0, gap);
  const std::string_view reply = gap == std::string_view::npos ? std::string_view() : text.substr(gap + 2);

  const auto schema = byok::session::JsonSchema::parse(head);
  require(schema || !schema.error().message.empty());
  if (schema) {
    const auto value = schema->check(reply);
    if (value) {
      const auto same = schema->check(*value);
      require(same && *same == *value);
    } else {
      require(!value.error().sentence().empty());
    }
    const auto again = byok::session::JsonSchema::parse(schema->form().json);
    require(again && again->form().json == schema->form().json);
    require(again->check(reply).has_value() == value.has_value());
  }

  if (const auto pattern = byok::session::Pattern::parse(head)) static_cast<void>(pattern->is_in(reply));
  return 0;
}
