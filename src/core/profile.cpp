// The words for providers and wire APIs, and Azure's hosts.
#include "core/profile.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.hpp"

namespace byok::core {
namespace {

constexpr auto kTypes = std::to_array<std::string_view>({"openai", "azure", "anthropic"});
constexpr auto kApis = std::to_array<std::string_view>({"completions", "responses", "messages"});
static_assert(kTypes.size() == static_cast<std::size_t>(ProviderType::anthropic) + 1);
static_assert(kApis.size() == static_cast<std::size_t>(WireApi::messages) + 1);

constexpr auto kAzureSuffixes =
    std::to_array<std::string_view>({".openai.azure.com", ".openai.azure.us", ".openai.azure.cn",
                                     ".cognitiveservices.azure.com", ".services.ai.azure.com"});

}  // namespace

std::string_view to_string(ProviderType type) { return kTypes[static_cast<std::size_t>(type)]; }

std::string_view to_string(WireApi api) { return kApis[static_cast<std::size_t>(api)]; }

bool is_azure_host(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);  // the root of the DNS, written out
  const std::string name = base::to_lower(host);
  return std::ranges::any_of(
      kAzureSuffixes, [&](std::string_view suffix) { return name.size() > suffix.size() && name.ends_with(suffix); });
}

}  // namespace byok::core
