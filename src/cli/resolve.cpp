// Finding the port that a profile leaves open.
#include "cli/resolve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/text.hpp"
#include "config/foundry_local.hpp"

namespace byok::cli {
namespace {

using base::ErrorKind;
using config::Failure;
using config::FoundryLocal;
using config::FoundryLocalState;

constexpr std::chrono::seconds kPatience{10};  // .NET programs take a second or two to start

bool has_code(const Failure& failure, std::string_view code) {
  return std::ranges::find(failure.diagnoses, code, &core::Diagnosis::code) != failure.diagnoses.end();
}

// The user's own base_url with a placeholder for a port in it, or null.
const core::Diagnosis* find_open_port(const Failure& failure) {
  const auto found = std::ranges::find_if(failure.diagnoses, [](const core::Diagnosis& diagnosis) {
    return diagnosis.code == "base-url-placeholder" && base::icontains(diagnosis.summary, "port");
  });
  return found == failure.diagnoses.end() ? nullptr : &*found;
}

FoundryLocal find_server(Context& context) {
  if (!context.foundry_origin.empty()) {
    return {.state = FoundryLocalState::running, .origin = context.foundry_origin, .command = {}};
  }
  const int interrupt = context.interrupt != nullptr ? context.interrupt->fd() : -1;
  FoundryLocal found = config::find_foundry_local(context.environment, kPatience, interrupt);
  context.foundry_origin = found.origin;
  if (!found.origin.empty()) context.log.info(fmt::format("Foundry Local listens on {}", found.origin));
  return found;
}

base::Error no_server(const FoundryLocal& found, const Context& context) {
  base::Error error;
  error.kind = ErrorKind::network;
  if (context.interrupt != nullptr && context.interrupt->signal() != 0) {
    error.kind = ErrorKind::cancelled;
    error.message = "interrupted while Foundry Local was looked for";
  } else if (found.state == FoundryLocalState::not_installed) {
    error.kind = ErrorKind::config;
    error.code = "foundry-local-not-installed";
    error.message = "Foundry Local is not installed: no folder of PATH holds its program, foundry";
    error.hint =
        "install it: winget install Microsoft.FoundryLocal, or brew install microsoft/foundrylocal/foundrylocal\n"
        "or give a server's address: BYOK_BASE_URL=http://127.0.0.1:PORT/v1 byok ask -p env -m MODEL …";
  } else if (found.state == FoundryLocalState::stopped) {
    error.code = "foundry-local-stopped";
    error.message = "Foundry Local is not running";
    error.hint = fmt::format("start it: {}", base::replace_all(found.command, " status", " start"));
  } else {
    error.code = "foundry-local-unreadable";
    error.message = "neither `foundry server status` nor `foundry service status` tells where Foundry Local listens";
    error.hint =
        "run it by hand; with the port that it shows:\n"
        "BYOK_BASE_URL=http://127.0.0.1:PORT/v1 byok ask -p env -m MODEL …";
  }
  return error;
}

// Answers the placeholder with the line as it should read now.
void name_port(Failure& failure, const core::Diagnosis& open, const std::string& origin) {
  const std::string old = open.remedy;
  const std::string key = open.summary.substr(0, open.summary.find(' '));
  const bool is_variable = !key.starts_with('`');
  std::string remedy = fmt::format("Foundry Local listens on {} now: {}{}/v1", origin,
                                   is_variable ? fmt::format("set {}=", key) : "write base_url: ", origin);
  remedy += is_variable ? "\nor use the built-in profile foundry-local, which finds the port each time"
                        : "\nor write extends: foundry-local in place of base_url: that finds the port each time";
  failure.error.hint = base::replace_all(failure.error.hint, old, remedy);
  for (core::Diagnosis& diagnosis : failure.diagnoses) {
    if (diagnosis.remedy == old) diagnosis.remedy = remedy;
  }
}

}  // namespace

std::expected<config::Resolved, Failure> resolve_profile(const config::Config& config, config::Overrides overrides,
                                                         Context& context) {
  overrides.foundry_origin = context.foundry_origin;
  auto resolved = config.resolve(overrides);
  if (resolved) return resolved;
  if (has_code(resolved.error(), config::kFoundryPortUnknown)) {
    const FoundryLocal found = find_server(context);
    if (found.state != FoundryLocalState::running) {
      resolved.error().error = no_server(found, context);
      return resolved;
    }
    overrides.foundry_origin = found.origin;
    return config.resolve(overrides);
  }
  if (const core::Diagnosis* open = find_open_port(resolved.error())) {
    const FoundryLocal found = find_server(context);
    if (found.state == FoundryLocalState::running) name_port(resolved.error(), core::Diagnosis(*open), found.origin);
  }
  return resolved;
}

}  // namespace byok::cli
