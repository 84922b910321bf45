// The headers of a request: what byok sends always, the credential by provider type, the profile's own over them.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "wire/wire.hpp"

#ifndef BYOK_VERSION
#define BYOK_VERSION "unknown"
#endif

namespace byok::wire {
namespace {

using core::Credential;
using core::Header;
using core::ProviderType;

constexpr std::string_view kUserAgent = "byok/" BYOK_VERSION;
constexpr std::string_view kAnthropicVersion = "2023-06-01";

Header plain(std::string_view name, std::string_view value) {
  return {.name = std::string(name), .value = std::string(value)};
}

// Chosen by type, never by host: a gateway in front of Azure has a host of its own.
Header credential_header(const core::Profile& profile, const base::Secret& secret) {
  std::string_view name = "Authorization";
  if (profile.credential.slot != Credential::Slot::bearer_token) {
    if (profile.type == ProviderType::azure) name = "api-key";
    if (profile.type == ProviderType::anthropic) name = "x-api-key";
  }
  const std::string scheme = name == "Authorization" ? "Bearer " : "";
  const std::string& shell = profile.credential.shell;
  return {.name = std::string(name),
          .value = scheme + std::string(secret.reveal()),
          .is_secret = true,
          .shell = shell.empty() ? "" : scheme + shell};
}

void lay_over(std::vector<Header>& headers, const Header& header) {
  const auto same =
      std::ranges::find_if(headers, [&header](const Header& other) { return base::iequals(other.name, header.name); });
  if (same != headers.end()) {
    *same = header;
  } else {
    headers.push_back(header);
  }
}

}  // namespace

bool is_auth_header(std::string_view name) {
  return base::iequals(name, "authorization") || base::iequals(name, "api-key") || base::iequals(name, "x-api-key");
}

std::vector<Header> headers_for(const core::Profile& profile, const base::Secret& secret, bool is_stream,
                                bool has_body) {
  std::vector<Header> headers = {plain("User-Agent", kUserAgent),
                                 plain("Accept", is_stream ? "text/event-stream" : "application/json"),
                                 // Compressed streams arrive in bursts.
                                 plain("Accept-Encoding", "identity")};
  if (has_body) headers.push_back(plain("Content-Type", "application/json"));
  if (profile.type == ProviderType::anthropic) headers.push_back(plain("anthropic-version", kAnthropicVersion));
  const bool has_own_auth =
      std::ranges::any_of(profile.headers, [](const Header& header) { return is_auth_header(header.name); });
  if (!secret.is_empty() && !has_own_auth) headers.push_back(credential_header(profile, secret));
  for (const Header& header : profile.headers) lay_over(headers, header);
  return headers;
}

}  // namespace byok::wire
