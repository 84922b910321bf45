// LiveServer: a model server that was found running on this machine, and what to write to use it.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "doctor/case.hpp"

namespace byok::doctor {

struct LiveServer {
  std::string name;
  std::string base_url;  // of its OpenAI API: "http://127.0.0.1:11434/v1"
};

// The model list below `base`, asked without a credential.
[[nodiscard]] base::Result<std::vector<core::ModelInfo>> list_at(transport::Transport& transport, const core::Url& base,
                                                                 std::chrono::milliseconds limit, int interrupt);

// Asks the ports of core::local_servers (Ollama's as $OLLAMA_HOST says), on IPv4 and IPv6: whoever answers with a
// model list, or asks for a key, is one.
[[nodiscard]] std::vector<LiveServer> find_live_servers(const Case& c);

// What to write to reach a server that runs here, or how to start the one that the profile is for: by `subject` (the
// key that is to be mended), the profile's name, and the port of its address. Never empty where a profile is named.
[[nodiscard]] std::string advise_on_local_servers(const Case& c, std::string_view subject);

}  // namespace byok::doctor
