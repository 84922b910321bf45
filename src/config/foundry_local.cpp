// Asking Foundry Local's command line for its server, in the words of its old and new versions.
#include "config/foundry_local.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "config/command.hpp"
#include "core/url.hpp"

namespace byok::config {
namespace {

using std::chrono::milliseconds;

// Microsoft renamed `service` to `server` in 0.10 (microsoft/Foundry-Local#752).
constexpr std::array<std::string_view, 2> kWords = {"server", "service"};

// What is said of a server that does not run: "Model management service is not running!", and for one that has died
// "Request to local service failed. Uri:http://127.0.0.1:54150/openai/status".
constexpr std::array<std::string_view, 4> kStopped = {"not running", "stopped", "request to local service failed",
                                                      "\"isrunning\":false"};

bool says_stopped(std::string_view output) {
  const std::string text = base::replace_all(std::string(output), "\": ", "\":");
  return std::ranges::any_of(kStopped, [&](std::string_view words) { return base::icontains(text, words); });
}

bool is_url_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view(":/.-[]").contains(c);
}

// The origin of an address of this machine with a port, or nothing.
std::optional<std::string> local_origin(std::string_view text) {
  const auto url = core::Url::parse(text);
  if (!url || !url->is_loopback() || url->origin().find(':', url->scheme().size() + 3) == std::string::npos) {
    return std::nullopt;
  }
  // The server listens on IPv4, and `localhost` may mean ::1 first (ollama/ollama-js#102 is the same trap).
  if (url->host() == "localhost") return fmt::format("{}://127.0.0.1:{}", url->scheme(), url->port());
  return url->origin();
}

}  // namespace

std::optional<std::string> read_foundry_status(std::string_view output) {
  if (says_stopped(output)) return std::nullopt;
  for (std::size_t at = output.find("http://"); at != std::string_view::npos; at = output.find("http://", at + 1)) {
    const std::string_view rest = output.substr(at);
    const auto end = std::ranges::find_if_not(rest, is_url_character);
    if (auto origin = local_origin(rest.substr(0, static_cast<std::size_t>(end - rest.begin())))) return origin;
  }
  return std::nullopt;
}

FoundryLocal find_foundry_local(const Environment& environment, milliseconds limit, int interrupt) {
  FoundryLocal found;
  const std::string program = find_program("foundry", environment);
  if (program.empty()) return found;
  found.state = FoundryLocalState::unreadable;
  const CredentialContext context{.interrupt = interrupt, .deadline = std::chrono::steady_clock::now() + limit};
  for (const std::string_view word : kWords) {
    const auto report = ask_command({program, std::string(word), "status"}, limit, context, environment);
    if (!report) return found;
    const std::string command = fmt::format("foundry {} status", word);
    const std::optional<std::string> origin = read_foundry_status(report->output);
    if (origin) return {.state = FoundryLocalState::running, .origin = *origin, .command = command};
    if (says_stopped(report->output)) return {.state = FoundryLocalState::stopped, .origin = {}, .command = command};
  }
  return found;
}

}  // namespace byok::config
