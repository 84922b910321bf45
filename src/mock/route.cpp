// The table of addresses, and the one of them that has a deployment in its middle.
#include "mock/route.hpp"

#include "base/text.hpp"

namespace byok::mock {
namespace {

struct Address {
  std::string_view path;
  Service service;
  Api api;
};

constexpr Address kAddresses[] = {
    {"/v1/chat/completions", Service::openai, Api::chat},
    {"/v1/responses", Service::openai, Api::responses},
    {"/v1/models", Service::openai, Api::models},
    {"/v1/messages", Service::anthropic, Api::messages},
    {"/anthropic/v1/messages", Service::anthropic, Api::messages},
    {"/anthropic/v1/models", Service::anthropic, Api::models},
    {"/openai/responses", Service::azure, Api::responses},
    {"/openai/models", Service::azure, Api::models},
    {"/openai/v1/chat/completions", Service::azure_v1, Api::chat},
    {"/openai/v1/responses", Service::azure_v1, Api::responses},
    {"/openai/v1/models", Service::azure_v1, Api::models},
};

std::optional<std::string> find_parameter(std::string_view query, std::string_view name) {
  for (const std::string_view pair : base::split(query, '&')) {
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      return base::percent_decode(pair.substr(equals + 1));
    }
  }
  return std::nullopt;
}

// /openai/deployments/{deployment}/chat/completions, where the deployment is one encoded segment.
std::optional<std::string> find_deployment(std::string_view path) {
  constexpr std::string_view kBefore = "/openai/deployments/";
  constexpr std::string_view kBehind = "/chat/completions";
  if (!path.starts_with(kBefore) || !path.ends_with(kBehind)) return std::nullopt;
  path.remove_prefix(kBefore.size());
  if (path.size() <= kBehind.size()) return std::nullopt;
  path.remove_suffix(kBehind.size());
  if (path.contains('/')) return std::nullopt;
  return base::percent_decode(path);
}

Service service_of_unknown(const Call& call, std::string_view path) {
  if (path.starts_with("/openai/")) return Service::azure;
  if (path.starts_with("/anthropic/") || call.find("anthropic-version")) return Service::anthropic;
  return Service::openai;
}

}  // namespace

bool is_azure(Service service) { return service == Service::azure || service == Service::azure_v1; }

Route find_route(const Call& call) {
  const std::string_view target = call.target;
  const std::size_t mark = target.find('?');
  const std::string_view query = mark == std::string_view::npos ? "" : target.substr(mark + 1);

  Route route;
  route.path = target.substr(0, mark);
  route.api_version = find_parameter(query, "api-version");
  route.after_id = find_parameter(query, "after_id").value_or("");
  if (const auto limit = base::to_int(find_parameter(query, "limit").value_or("")); limit && *limit > 0) {
    route.limit = static_cast<std::size_t>(*limit);
  }

  route.service = service_of_unknown(call, route.path);
  for (const Address& address : kAddresses) {
    if (address.path != route.path) continue;
    route.service = address.service;
    route.api = address.api;
  }
  if (auto deployment = find_deployment(route.path); deployment && !deployment->empty()) {
    route.api = Api::chat;
    route.deployment = *std::move(deployment);
  }
  // The one address that two services share; only Anthropic's clients send these headers.
  if (route.path == "/v1/models" && (call.find("anthropic-version") || call.find("x-api-key"))) {
    route.service = Service::anthropic;
  }
  return route;
}

}  // namespace byok::mock
