// Azure OpenAI's routes.
#include "wire/azure_openai.hpp"

#include <fmt/format.h>

#include <string>

#include "base/text.hpp"

namespace byok::wire {
namespace {

core::Url routed(const core::Profile& profile, std::string_view path) {
  const core::Url base = profile.base_url.join(profile.azure_path_prefix);
  if (profile.azure_api_version == "v1") return base.join(fmt::format("/openai/v1{}", path));
  if (profile.azure_api_version == "preview") {
    return base.join(fmt::format("/openai/v1{}", path)).with_query("api-version", "preview");
  }
  return base.join(fmt::format("/openai{}", path)).with_query("api-version", profile.azure_api_version);
}

}  // namespace

bool is_azure_v1(const core::Profile& profile) {
  return profile.azure_api_version == "v1" || profile.azure_api_version == "preview";
}

core::Url azure_chat_url(const core::Profile& profile, std::string_view deployment) {
  constexpr std::string_view kPath = "/chat/completions";
  if (is_azure_v1(profile)) return routed(profile, kPath);
  // One path segment: a slash in the name is encoded.
  return routed(profile, fmt::format("/deployments/{}{}", base::percent_encode(deployment), kPath));
}

core::Url azure_responses_url(const core::Profile& profile) { return routed(profile, "/responses"); }

core::Url azure_models_url(const core::Profile& profile) { return routed(profile, "/models"); }

}  // namespace byok::wire
