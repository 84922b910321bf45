// One walk for each dialect's names; only the few events that report usage come here.
#include "wire/usage.hpp"

#include <cstdint>
#include <optional>

namespace byok::wire {
namespace {

void fill(std::optional<std::int64_t>& count, std::optional<std::int64_t> other) {
  if (!count) count = other;
}

core::Usage read_by(Json usage, const UsageNames& names) {
  core::Usage found;
  std::optional<std::int64_t> cached, reasoning;  // where vendors put them beside the counts
  for (Json::Cursor member(usage); member.next();) {
    const std::string_view key = member.key();
    const Json value = member.value();
    if (key == names.input) found.input_tokens = value.integer();
    if (key == names.output) found.output_tokens = value.integer();
    if (key == names.input_details) found.cached_tokens = value["cached_tokens"].integer();
    if (key == names.output_details) found.reasoning_tokens = value["reasoning_tokens"].integer();
    if (key == "prompt_cache_hit_tokens") cached = value.integer();
    if (key == "reasoning_tokens") reasoning = value.integer();
  }
  fill(found.cached_tokens, cached);
  fill(found.reasoning_tokens, reasoning);
  return found;
}

}  // namespace

core::Usage read_usage(Json usage, const UsageNames& own, const UsageNames& other) {
  if (!usage.is_object()) return {};
  core::Usage found = read_by(usage, own);
  const core::Usage rest = read_by(usage, other);
  fill(found.input_tokens, rest.input_tokens);
  fill(found.output_tokens, rest.output_tokens);
  fill(found.reasoning_tokens, rest.reasoning_tokens);
  fill(found.cached_tokens, rest.cached_tokens);
  return found;
}

}  // namespace byok::wire
