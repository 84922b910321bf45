// LocalServer: the model servers that people run on their own machine, with the port each one listens on.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace byok::core {

struct LocalServer {
  std::string_view name;
  std::uint16_t port = 0;  // unless it was told another
  std::string_view start;  // the command that starts it
};

[[nodiscard]] std::span<const LocalServer> local_servers();
// The one that usually listens on that port, or null.
[[nodiscard]] const LocalServer* local_server_at(std::uint16_t port);

}  // namespace byok::core
