// Route: which service and which API of it a call is meant for, from its method-independent address.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mock/exchange.hpp"

namespace byok::mock {

enum class Service { openai, azure, azure_v1, anthropic };  // azure: the classic routes, with api-version
enum class Api { chat, responses, messages, models };

struct Route {
  Service service = Service::openai;
  std::optional<Api> api;                  // none: no such address here
  std::string path;                        // without the query, still encoded
  std::string deployment;                  // classic Azure chat: from the path, decoded
  std::optional<std::string> api_version;  // Azure
  std::string after_id;                    // Anthropic model lists
  std::size_t limit = 20;
};

[[nodiscard]] Route find_route(const Call& call);

[[nodiscard]] bool is_azure(Service service);

}  // namespace byok::mock
