// The doors of the four services.
#include "mock/access.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace byok::mock {
namespace {

// Data-plane versions of Azure OpenAI that its change log names; the year and day order them.
constexpr std::string_view kAzureVersions[] = {
    "2022-12-01",         "2023-03-15-preview", "2023-05-15",         "2023-06-01-preview", "2023-07-01-preview",
    "2023-08-01-preview", "2023-09-01-preview", "2023-12-01-preview", "2024-02-01",         "2024-02-15-preview",
    "2024-03-01-preview", "2024-04-01-preview", "2024-05-01-preview", "2024-06-01",         "2024-07-01-preview",
    "2024-08-01-preview", "2024-09-01-preview", "2024-10-01-preview", "2024-10-21",         "2024-12-01-preview",
    "2025-01-01-preview", "2025-02-01-preview", "2025-03-01-preview", "2025-04-01-preview",
};
constexpr std::string_view kFirstWithResponses = "2025-03-01-preview";

struct Credentials {
  std::optional<std::string_view> bearer;
  std::optional<std::string_view> api_key;
  std::optional<std::string_view> x_api_key;
  bool has_any = false;
};

Credentials credentials_of(const Call& call) {
  Credentials found;
  const std::string* const authorization = call.find("authorization");
  if (authorization && base::istarts_with(*authorization, "Bearer ")) {
    const std::string_view token = base::trim(std::string_view(*authorization).substr(7));
    if (!token.empty()) found.bearer = token;
  }
  const std::string* const api_key = call.find("api-key");
  const std::string* const x_api_key = call.find("x-api-key");
  if (api_key) found.api_key = *api_key;
  if (x_api_key) found.x_api_key = *x_api_key;
  found.has_any = authorization || api_key || x_api_key;
  return found;
}

bool is_good(std::optional<std::string_view> key) { return key && !key->empty() && !key->starts_with("bad"); }

// Three base64url segments, the first of which is `{"…` encoded (RFC 7519).
bool is_jwt(std::optional<std::string_view> token) {
  return token && token->starts_with("eyJ") && std::ranges::count(*token, '.') == 2;
}

std::optional<Refusal> check_openai(const Credentials& credentials) {
  if (is_good(credentials.bearer) || !credentials.has_any) return std::nullopt;
  Refusal refusal;
  if (credentials.bearer) {
    refusal = openai_refusal(
        fmt::format("Incorrect API key provided: {}***. You can find your API key in your account's settings.",
                    credentials.bearer->substr(0, 3)),
        {}, "invalid_api_key");
  } else {
    refusal = openai_refusal(
        "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth "
        "(i.e. Authorization: Bearer YOUR_KEY).");
  }
  refusal.status = 401;
  return refusal;
}

std::optional<Refusal> check_azure(const Credentials& credentials, Service service) {
  // The classic routes take an Entra token as Bearer, but never a key; the v1 routes take either.
  const bool is_open =
      credentials.api_key ? is_good(credentials.api_key)
                          : is_good(credentials.bearer) && (service == Service::azure_v1 || is_jwt(credentials.bearer));
  if (is_open) return std::nullopt;
  return azure_refusal(401, "401",
                       "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a "
                       "valid key for an active subscription and use a correct regional API endpoint for your "
                       "resource.");
}

std::optional<Refusal> check_anthropic(const Credentials& credentials) {
  if (credentials.x_api_key) {
    if (is_good(credentials.x_api_key)) return std::nullopt;
    return anthropic_refusal(401, "authentication_error", "invalid x-api-key");
  }
  if (is_good(credentials.bearer)) return std::nullopt;
  return anthropic_refusal(401, "authentication_error",
                           credentials.bearer ? "Invalid bearer token" : "x-api-key header is required");
}

std::optional<Refusal> check_credential(const Route& route, const Call& call, std::string_view model) {
  const Credentials credentials = credentials_of(call);
  if (!credentials.has_any && model == "demo") return std::nullopt;
  switch (route.service) {
    case Service::openai:
      return check_openai(credentials);
    case Service::azure:
    case Service::azure_v1:
      return check_azure(credentials, route.service);
    case Service::anthropic:
      return check_anthropic(credentials);
  }
  return std::nullopt;
}

Refusal unknown_address(const Route& route, const Call& call) {
  if (is_azure(route.service)) return azure_refusal(404, "404", "Resource not found");
  if (route.service == Service::anthropic) return anthropic_refusal(404, "not_found_error", "Not found");
  Refusal refusal = openai_refusal(fmt::format("Invalid URL ({} {})", call.method, route.path));
  refusal.status = 404;
  return refusal;
}

Refusal wrong_method(const Route& route, const Call& call) {
  if (is_azure(route.service)) return azure_refusal(405, "405", "Method not allowed");
  if (route.service == Service::anthropic) return anthropic_refusal(405, "invalid_request_error", "Method Not Allowed");
  Refusal refusal =
      openai_refusal(fmt::format("Not allowed to {} on {}.", call.method, route.path), {}, "method_not_supported");
  refusal.status = 405;
  return refusal;
}

std::optional<Refusal> check_version(const Route& route, const Call& call) {
  if (route.service == Service::anthropic) {
    const std::string* const version = call.find("anthropic-version");
    if (version && (*version == "2023-06-01" || *version == "2023-01-01")) return std::nullopt;
    return anthropic_refusal(400, "invalid_request_error",
                             version ? fmt::format("anthropic-version: \"{}\" is not a valid version", *version)
                                     : "anthropic-version: header is required");
  }
  if (route.service == Service::azure_v1) {
    if (!route.api_version || route.api_version == "v1" || route.api_version == "preview") return std::nullopt;
    return azure_refusal(400, "BadRequest", "API version not supported");
  }
  if (route.service == Service::azure) {
    const std::string version = route.api_version.value_or("");
    if (std::ranges::find(kAzureVersions, version) == std::end(kAzureVersions)) {
      return azure_refusal(404, "404", "Resource not found");
    }
    if (route.api == Api::responses && version < kFirstWithResponses) {
      return azure_refusal(400, "BadRequest",
                           "Azure OpenAI Responses API is enabled only for api-version 2025-03-01-preview and later");
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> check_access(const Route& route, const Call& call, std::string_view model) {
  if (!route.api) return unknown_address(route, call);
  const std::string_view method = route.api == Api::models ? "GET" : "POST";
  if (call.method != method) return wrong_method(route, call);
  if (auto refusal = check_credential(route, call, model)) return refusal;
  return check_version(route, call);
}

}  // namespace byok::mock
