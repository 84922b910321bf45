// Fuzzes the configuration: parsing any text, and resolving a profile from it; every failure says what to do.
#include "config/config.hpp"
#include "config/document.hpp"
#include "fuzz/fuzz.hpp"
#include "unit/config/config_fixture.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const byok::config::test::ConfigFolder folder;
  const std::string_view text = byok::fuzz::text_of(data, size);
  const byok::config::Document document = byok::config::parse_yaml(text, "config.yaml");
  for (const auto& problem : document.problems) byok::fuzz::require(!problem.code.empty() && !problem.summary.empty());
  if (text.empty()) return 0;
  for (const bool allow_unset : {false, true}) {
    byok::config::Overrides overrides;
    overrides.allow_unset = allow_unset;
    const auto resolved = folder.resolve(text, {{"KEY", "sk-0123456789"}}, overrides);
    if (!resolved) byok::fuzz::require(!resolved.error().error.message.empty());
    if (resolved) byok::fuzz::require(!resolved->profile.base_url.is_empty() || resolved->profile.is_demo);
  }
  return 0;
}
