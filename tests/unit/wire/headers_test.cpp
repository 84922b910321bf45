// Tests of the headers: the credential by type and slot, and the profile's own laid over them.
#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "wire/wire.hpp"

using byok::base::Secret;
using byok::core::Credential;
using byok::core::Header;
using byok::core::Profile;
using byok::core::ProviderType;
using byok::wire::headers_for;

namespace {

using Slot = Credential::Slot;

Profile profile_of(ProviderType type, Slot slot, std::vector<Header> own = {}) {
  Profile profile;
  profile.type = type;
  profile.credential.slot = slot;
  profile.headers = std::move(own);
  return profile;
}

std::vector<Header> headers_of(const Profile& profile, std::string_view secret = "sk-1234567890") {
  return headers_for(profile, Secret(std::string(secret)), true, true);
}

const Header* find(const std::vector<Header>& headers, std::string_view name) {
  const auto found =
      std::ranges::find_if(headers, [name](const Header& header) { return byok::base::iequals(header.name, name); });
  return found == headers.end() ? nullptr : &*found;
}

std::string value_of(const std::vector<Header>& headers, std::string_view name) {
  const Header* header = find(headers, name);
  return header == nullptr ? "(none)" : header->value;
}

// All headers that carry authentication: "name: value" joined by "; ".
std::string auth_of(const std::vector<Header>& headers) {
  std::string out;
  for (const Header& header : headers) {
    if (byok::wire::is_auth_header(header.name)) out += (out.empty() ? "" : "; ") + header.name + ": " + header.value;
  }
  return out;
}

}  // namespace

TEST_CASE("the credential goes under the name that its type and slot ask for, and under no other") {
  struct Row {
    ProviderType type;
    Slot slot;
    std::string_view want;
  };
  for (const Row& row : std::initializer_list<Row>{
           {ProviderType::openai, Slot::api_key, "Authorization: Bearer k-123456789"},
           {ProviderType::openai, Slot::bearer_token, "Authorization: Bearer k-123456789"},
           {ProviderType::azure, Slot::api_key, "api-key: k-123456789"},
           {ProviderType::azure, Slot::bearer_token, "Authorization: Bearer k-123456789"},
           {ProviderType::anthropic, Slot::api_key, "x-api-key: k-123456789"},
           {ProviderType::anthropic, Slot::bearer_token, "Authorization: Bearer k-123456789"},
       }) {
    CAPTURE(row.want);
    const auto headers = headers_of(profile_of(row.type, row.slot), "k-123456789");
    CHECK(auth_of(headers) == row.want);
    const Header* header = find(headers, row.want.substr(0, row.want.find(':')));
    REQUIRE(static_cast<bool>(header));
    CHECK(header->is_secret);
    CHECK(auth_of(headers_of(profile_of(row.type, row.slot), "")).empty());
  }
}

TEST_CASE("the type decides, not the host: a gateway's host and Azure's host under type openai") {
  Profile gateway = profile_of(ProviderType::azure, Slot::api_key);
  gateway.base_url = *byok::core::Url::parse("https://gw.example.com");
  CHECK(auth_of(headers_of(gateway, "k")) == "api-key: k");
  Profile v1 = profile_of(ProviderType::openai, Slot::api_key);
  v1.base_url = *byok::core::Url::parse("https://res.openai.azure.com/openai/v1");
  CHECK(auth_of(headers_of(v1, "k")) == "Authorization: Bearer k");
}

TEST_CASE("the credential knows how a shell would write it") {
  Profile profile = profile_of(ProviderType::openai, Slot::api_key);
  profile.credential.shell = "$OPENAI_API_KEY";
  CHECK(find(headers_of(profile), "Authorization")->shell == "Bearer $OPENAI_API_KEY");
  profile.type = ProviderType::anthropic;
  CHECK(find(headers_of(profile), "x-api-key")->shell == "$OPENAI_API_KEY");
  profile.credential.shell.clear();
  CHECK(find(headers_of(profile), "x-api-key")->shell.empty());
}

TEST_CASE("what is always sent depends on stream and body, and on Anthropic's version") {
  const Profile openai = profile_of(ProviderType::openai, Slot::none);
  const auto streamed = headers_for(openai, Secret(), true, true);
  CHECK(value_of(streamed, "Accept") == "text/event-stream");
  CHECK(value_of(streamed, "Content-Type") == "application/json");
  CHECK(value_of(streamed, "Accept-Encoding") == "identity");
  CHECK(value_of(streamed, "User-Agent").starts_with("byok/"));
  CHECK(value_of(streamed, "anthropic-version") == "(none)");
  CHECK(auth_of(streamed).empty());
  const auto listed = headers_for(openai, Secret(), false, false);
  CHECK(value_of(listed, "Accept") == "application/json");
  CHECK(value_of(listed, "Content-Type") == "(none)");
  CHECK(value_of(headers_of(profile_of(ProviderType::anthropic, Slot::api_key)), "anthropic-version") == "2023-06-01");
}

TEST_CASE("the profile's headers replace by name, whatever the case, and are added otherwise") {
  const auto headers = headers_of(profile_of(ProviderType::anthropic, Slot::api_key,
                                             {{.name = "User-Agent", .value = "mine/1"},
                                              {.name = "ANTHROPIC-VERSION", .value = "2099-01-01"},
                                              {.name = "anthropic-beta", .value = "a,b"},
                                              {.name = "Anthropic-Beta", .value = "c"}}));
  CHECK(value_of(headers, "user-agent") == "mine/1");
  CHECK(value_of(headers, "anthropic-version") == "2099-01-01");
  CHECK(value_of(headers, "anthropic-beta") == "c");
  for (const Header& header : headers) {
    CAPTURE(header.name);
    CHECK(std::ranges::count_if(
              headers, [&](const Header& other) { return byok::base::iequals(other.name, header.name); }) == 1);
  }
}

TEST_CASE("a header of the profile that carries authentication takes the credential's place") {
  for (const ProviderType type : {ProviderType::openai, ProviderType::azure, ProviderType::anthropic}) {
    for (const std::string name : {"Authorization", "authorization", "api-key", "API-KEY", "X-Api-Key"}) {
      CAPTURE(name);
      const auto headers =
          headers_of(profile_of(type, Slot::api_key, {{.name = name, .value = "own", .is_secret = true}}));
      CHECK(auth_of(headers) == name + ": own");
    }
  }
}

TEST_CASE("a gateway's subscription key goes beside the credential") {
  const auto headers = headers_of(
      profile_of(ProviderType::azure, Slot::api_key, {{.name = "Ocp-Apim-Subscription-Key", .value = "sub"}}), "k");
  CHECK(auth_of(headers) == "api-key: k");
  CHECK(value_of(headers, "ocp-apim-subscription-key") == "sub");
}

TEST_CASE("only three names carry authentication") {
  for (const std::string_view name : {"Authorization", "AUTHORIZATION", "api-key", "Api-Key", "x-api-key", "X-API-Key"})
    CHECK(byok::wire::is_auth_header(name));
  for (const std::string_view name : {"", "Proxy-Authorization", "apikey", "x-api-keys", "Ocp-Apim-Subscription-Key"})
    CHECK_FALSE(byok::wire::is_auth_header(name));
}
