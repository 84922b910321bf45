// Tests of the words for providers and wire APIs, and of Azure's hosts.
#include "core/profile.hpp"

#include <ostream>
#include <string>

#include <doctest/doctest.h>

namespace byok::core {
namespace {

TEST_CASE("providers and wire APIs have the words of the configuration") {
  CHECK(to_string(ProviderType::openai) == "openai");
  CHECK(to_string(ProviderType::azure) == "azure");
  CHECK(to_string(ProviderType::anthropic) == "anthropic");
  CHECK(to_string(WireApi::completions) == "completions");
  CHECK(to_string(WireApi::responses) == "responses");
  CHECK(to_string(WireApi::messages) == "messages");
}

TEST_CASE("Azure's hosts are known by their whole suffix") {
  for (const std::string_view host : {"my-resource.openai.azure.com", "MY.OpenAI.Azure.COM", "x.openai.azure.us",
                                      "x.openai.azure.cn", "x.cognitiveservices.azure.com", "x.services.ai.azure.com",
                                      "eastus.x.openai.azure.com", "x.openai.azure.com."}) {
    CAPTURE(host);
    CHECK(is_azure_host(host));
  }
  for (const std::string_view host :
       {"", "openai.azure.com", ".openai.azure.com", "xopenai.azure.com", "x.openai.azure.com.evil.example",
        "x.azure.com", "api.openai.com", "x.azure-api.net", "localhost", "x.openai.azure.de"}) {
    CAPTURE(host);
    CHECK_FALSE(is_azure_host(host));
  }
}

TEST_CASE("a default profile has the limits that the documentation promises") {
  const Profile profile;
  using std::chrono::seconds;
  CHECK(profile.limits.retries == 2);
  CHECK(profile.limits.retry_max_wait == seconds(60));
  CHECK(profile.limits.connect_timeout == seconds(10));
  CHECK(profile.limits.first_token_timeout == seconds(600));
  CHECK(profile.limits.idle_timeout == seconds(300));
  CHECK(profile.limits.timeout == seconds(0));
  CHECK(profile.wire_api == WireApi::completions);
  CHECK(profile.type == ProviderType::openai);
  CHECK(profile.local_only == LocalOnly::no);
}

}  // namespace
}  // namespace byok::core
