// Azure OpenAI's addresses: the versioned deployment routes and the versionless `/openai/v1` one.
#pragma once

#include <string_view>

#include "core/profile.hpp"
#include "core/url.hpp"

namespace byok::wire {

// Whether `azure.api_version` asks for the versionless route: `v1` or `preview`.
[[nodiscard]] bool is_azure_v1(const core::Profile& profile);

// For profiles of type azure. On the versioned route the deployment stands in the path of Chat Completions, and only in
// the body of Responses.
[[nodiscard]] core::Url azure_chat_url(const core::Profile& profile, std::string_view deployment);
[[nodiscard]] core::Url azure_responses_url(const core::Profile& profile);
[[nodiscard]] core::Url azure_models_url(const core::Profile& profile);

}  // namespace byok::wire
