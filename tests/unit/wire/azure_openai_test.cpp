// Tests of Azure OpenAI's addresses: versioned and versionless, on every kind of host.
#include "wire/azure_openai.hpp"

#include <ostream>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

using byok::core::Profile;
using byok::core::ProviderType;
using byok::core::Url;
using byok::wire::azure_chat_url;
using byok::wire::azure_models_url;
using byok::wire::azure_responses_url;

namespace {

Profile azure(std::string_view host, std::string_view version, std::string_view prefix = "") {
  Profile profile;
  profile.type = ProviderType::azure;
  profile.base_url = *Url::parse(host);
  profile.azure_api_version = version;
  profile.azure_path_prefix = prefix;
  return profile;
}

constexpr std::string_view kHost = "https://res.openai.azure.com";

}  // namespace

TEST_CASE("the versioned route has the deployment in the path of chat, and only there") {
  const Profile profile = azure(kHost, "2024-10-21");
  CHECK(azure_chat_url(profile, "gpt-4o").str() ==
        "https://res.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21");
  CHECK(azure_responses_url(profile).str() == "https://res.openai.azure.com/openai/responses?api-version=2024-10-21");
  CHECK(azure_models_url(profile).str() == "https://res.openai.azure.com/openai/models?api-version=2024-10-21");
  CHECK_FALSE(byok::wire::is_azure_v1(profile));
}

TEST_CASE("v1 has neither deployment nor version in its addresses, preview names itself in the query") {
  const Profile v1 = azure(kHost, "v1");
  CHECK(azure_chat_url(v1, "gpt-4o").str() == "https://res.openai.azure.com/openai/v1/chat/completions");
  CHECK(azure_responses_url(v1).str() == "https://res.openai.azure.com/openai/v1/responses");
  CHECK(azure_models_url(v1).str() == "https://res.openai.azure.com/openai/v1/models");
  const Profile preview = azure(kHost, "preview");
  CHECK(azure_chat_url(preview, "gpt-4o").str() ==
        "https://res.openai.azure.com/openai/v1/chat/completions?api-version=preview");
  CHECK(azure_responses_url(preview).str() == "https://res.openai.azure.com/openai/v1/responses?api-version=preview");
  CHECK(azure_models_url(preview).str() == "https://res.openai.azure.com/openai/v1/models?api-version=preview");
  CHECK(byok::wire::is_azure_v1(v1));
  CHECK(byok::wire::is_azure_v1(preview));
}

TEST_CASE("a deployment's name is one segment of the path, whatever is in it") {
  const Profile profile = azure(kHost, "2024-10-21");
  struct Row {
    std::string_view name, segment;
  };
  for (const auto& [name, segment] : std::initializer_list<Row>{{"gpt-35-turbo_16k.v2~", "gpt-35-turbo_16k.v2~"},
                                                                {"team/gpt", "team%2Fgpt"},
                                                                {"a b", "a%20b"},
                                                                {"a?b#c", "a%3Fb%23c"},
                                                                {"a%2Fb", "a%252Fb"},
                                                                {"../../x", "..%2F..%2Fx"},
                                                                {"größe", "gr%C3%B6%C3%9Fe"}}) {
    CAPTURE(name);
    CHECK(azure_chat_url(profile, name).path() == "/openai/deployments/" + std::string(segment) + "/chat/completions");
  }
}

TEST_CASE("every host and prefix is kept: resources, sovereign clouds, gateways") {
  for (const std::string_view host :
       {"https://res.cognitiveservices.azure.com", "https://res.services.ai.azure.com", "https://res.openai.azure.us",
        "https://res.openai.azure.cn", "https://gw.azure-api.net", "http://localhost:8080"}) {
    CAPTURE(host);
    CHECK(azure_responses_url(azure(host, "v1")).str() == std::string(host) + "/openai/v1/responses");
    CHECK(azure_chat_url(azure(host, "2024-10-21", "/aoai"), "d").str() ==
          std::string(host) + "/aoai/openai/deployments/d/chat/completions?api-version=2024-10-21");
  }
}

TEST_CASE("a query that stands in the base is kept, a version in it replaced") {
  CHECK(azure_chat_url(azure("https://gw.azure-api.net?tenant=x", "2024-10-21"), "d").query() ==
        "tenant=x&api-version=2024-10-21");
  CHECK(azure_chat_url(azure("https://gw.azure-api.net/?api-version=old&tenant=x", "preview"), "d").str() ==
        "https://gw.azure-api.net/openai/v1/chat/completions?api-version=preview&tenant=x");
}
