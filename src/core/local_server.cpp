// The table of local servers.
#include "core/local_server.hpp"

#include <algorithm>

namespace byok::core {
namespace {

// Foundry Local is not among them: it listens on another port after each start.
constexpr LocalServer kLocalServers[] = {
    {"Ollama", 11434, "ollama serve"},          {"LM Studio", 1234, "lms server start"},
    {"vLLM", 8000, "vllm serve MODEL"},         {"llama.cpp", 8080, "llama-server -m MODEL.gguf"},
    {"LiteLLM", 4000, "litellm --config FILE"},
};

}  // namespace

std::span<const LocalServer> local_servers() { return kLocalServers; }

const LocalServer* local_server_at(std::uint16_t port) {
  const auto* const found = std::ranges::find(kLocalServers, port, &LocalServer::port);
  return found == std::end(kLocalServers) ? nullptr : found;
}

}  // namespace byok::core
