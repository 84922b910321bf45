// Looking for local servers: their usual ports, and the program that knows Foundry Local's.
#include "doctor/local_servers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "config/builtins.hpp"
#include "config/foundry_local.hpp"
#include "core/local_server.hpp"
#include "session/catalog.hpp"
#include "transport/probe.hpp"

namespace byok::doctor {
namespace {

using std::chrono::milliseconds;

// A server of this machine that takes longer to list its models is not taken for one.
constexpr milliseconds kPatience{1000};

std::string at(std::string_view address, std::uint16_t port) {
  return address.contains(':') ? fmt::format("http://[{}]:{}/v1", address, port)
                               : fmt::format("http://{}:{}/v1", address, port);
}

bool is_live(const Case& c, const std::string& base_url) {
  const auto url = core::Url::parse(base_url);
  if (!url) return false;
  const auto models = list_at(*c.transport, *url, std::min(c.left(), kPatience), c.options.interrupt);
  return models || models.error().kind == base::ErrorKind::auth;
}

std::uint16_t port_of(const Case& c, const core::LocalServer& server) {
  if (server.name != "Ollama" || !c.config.environment().has("OLLAMA_HOST")) return server.port;
  const auto url = core::Url::parse(config::base_url_from_ollama_host(c.config.environment().get("OLLAMA_HOST")));
  return url && url->is_loopback() ? url->port() : server.port;
}

// Which server the profile means: by its name or its port; empty: it cannot be told.
std::string_view meant_server(const Case& c, std::string_view subject) {
  for (const std::string_view text : {std::string_view(c.name), subject}) {
    if (base::icontains(text, "foundry")) return "Foundry Local";
    if (base::icontains(text, "ollama")) return "Ollama";
  }
  if (!c.profile) return {};
  const core::LocalServer* server = core::local_server_at(c.profile->base_url.port());
  return server == nullptr ? std::string_view{} : server->name;
}

std::string start_of(std::string_view name, const std::optional<core::Profile>& profile) {
  const auto servers = core::local_servers();
  const auto server = std::ranges::find(servers, name, &core::LocalServer::name);
  if (server == servers.end()) return {};
  const bool is_moved = profile && server->name == "Ollama" && profile->base_url.port() != server->port;
  if (!is_moved) return fmt::format("start {}: `{}`", server->name, server->start);
  return fmt::format("start {}: `OLLAMA_HOST=127.0.0.1:{} {}`", server->name, profile->base_url.port(), server->start);
}

// Foundry Local's port, or how to start it, as its own program says.
std::string advise_on_foundry_local(const Case& c) {
  const config::FoundryLocal found = config::find_foundry_local(c.config.environment(), c.left(), c.options.interrupt);
  switch (found.state) {
    case config::FoundryLocalState::running: {
      const std::string base_url = found.origin + "/v1";
      if (c.profile && c.profile->base_url.str() == base_url) break;  // it says so, and nothing listens
      return how_to_set(c, {{"base_url", base_url}});
    }
    case config::FoundryLocalState::stopped:
      return fmt::format("start Foundry Local: `foundry {} start`, then its port is in `{}`",
                         found.command.contains("service") ? "service" : "server", found.command);
    case config::FoundryLocalState::not_installed:
      return "install Foundry Local (`foundry` is not on PATH), or write the port of the server that is meant";
    case config::FoundryLocalState::unreadable:
      break;
  }
  return "start Foundry Local again (`foundry server start`; before 0.10 `foundry service start`) and write its port";
}

std::string list_of(const std::vector<LiveServer>& live) {
  std::string text;
  for (const LiveServer& server : live) {
    text += fmt::format("{}{} at {}", text.empty() ? "" : ", ", server.name, server.base_url);
  }
  return text;
}

}  // namespace

base::Result<std::vector<core::ModelInfo>> list_at(transport::Transport& transport, const core::Url& base,
                                                   milliseconds limit, int interrupt) {
  core::Profile profile;
  profile.base_url = base;
  session::CatalogOptions options;
  options.refresh = true;
  options.details = false;
  options.deadline = std::chrono::steady_clock::now() + limit;
  options.interrupt = interrupt;
  return session::list_models(transport, profile, options);
}

std::vector<LiveServer> find_live_servers(const Case& c) {
  std::vector<LiveServer> live;
  const transport::ProbeLimits limits{.limit = kPatience, .interrupt = c.options.interrupt};
  for (const core::LocalServer& server : core::local_servers()) {
    const std::uint16_t port = port_of(c, server);
    const auto attempts = transport::try_addresses({"127.0.0.1", "::1"}, port, limits);
    if (!attempts) return live;  // interrupted
    const auto open = std::ranges::find_if(*attempts, &transport::Attempt::is_connected);
    if (open == attempts->end() || !is_live(c, at(open->address, port))) continue;
    live.push_back({.name = std::string(server.name), .base_url = at(open->address, port)});
  }
  return live;
}

std::string advise_on_local_servers(const Case& c, std::string_view subject) {
  const std::string_view meant = meant_server(c, subject);
  const std::vector<LiveServer> live = meant == "Foundry Local" ? std::vector<LiveServer>{} : find_live_servers(c);
  const auto running = std::ranges::find(live, meant, &LiveServer::name);
  if (running != live.end()) return how_to_set(c, {{"base_url", running->base_url}});
  std::string advice = meant == "Foundry Local" ? advise_on_foundry_local(c) : start_of(meant, c.profile);
  if (advice.empty() && live.size() == 1 && !c.name.empty())
    return how_to_set(c, {{"base_url", live.front().base_url}});
  if (!live.empty()) advice += fmt::format("{}running here: {}", advice.empty() ? "" : "\n", list_of(live));
  return advice;
}

}  // namespace byok::doctor
