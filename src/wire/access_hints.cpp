// Hints about credentials: which to set, which to replace, and which role is missing.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "core/profile.hpp"
#include "wire/hints.hpp"
#include "wire/wire.hpp"

namespace byok::wire {
namespace {

using base::ErrorKind;
using core::Credential;
using core::ProviderType;

std::string upper(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_lower = c >= 'a' && c <= 'z';
    const bool is_plain = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += is_lower ? static_cast<char>(c - 'a' + 'A') : is_plain ? c : '_';
  }
  return out;
}

// The command that mints an Entra token, with the scope of the cloud and route (wire.md 1.1).
std::string entra_command(const core::Profile& profile) {
  const std::string_view host = profile.base_url.host();
  const std::string_view scope = host.ends_with(".us")                 ? "https://cognitiveservices.azure.us"
                                 : host.ends_with(".cn")               ? "https://cognitiveservices.azure.cn"
                                 : profile.type == ProviderType::azure ? "https://cognitiveservices.azure.com"
                                                                       : "https://ai.azure.com";
  if (variable_of(profile, "api_key").starts_with("COPILOT_")) {
    // This family's command fills the key's place; a token goes in as it is.
    return fmt::format(
        "export COPILOT_PROVIDER_BEARER_TOKEN=\"$(az account get-access-token --scope {}/.default --query accessToken "
        "-o "
        "tsv)\"",
        scope);
  }
  if (const std::string variable = variable_of(profile, "bearer_token_command"); !variable.empty()) {
    return fmt::format(R"(export {}='["az","account","get-access-token","--scope","{}/.default","-o","json"]')",
                       variable, scope);
  }
  return fmt::format("bearer_token: {{command: [az, account, get-access-token, --scope, {}/.default, -o, json]}}",
                     scope);
}

std::string token_command(const core::Profile& profile) {
  const std::string variable = variable_of(profile, "bearer_token_command");
  if (variable.starts_with("COPILOT_")) return "export COPILOT_PROVIDER_BEARER_TOKEN=\"$(PROGRAM ARGUMENT)\"";
  if (!variable.empty()) return fmt::format(R"(export {}='["PROGRAM","ARGUMENT"]')", variable);
  return "bearer_token: {command: [PROGRAM, ARGUMENT]}";
}

// The variable that by custom holds the key.
std::string usual_variable(const core::Profile& profile) {
  if (profile.type == ProviderType::azure) return "AZURE_OPENAI_API_KEY";
  if (core::is_azure_host(profile.base_url.host())) return "FOUNDRY_API_KEY";
  if (profile.type == ProviderType::anthropic) return "ANTHROPIC_API_KEY";
  if (profile.base_url.host().ends_with("openai.com")) return "OPENAI_API_KEY";
  return upper(profile.name) + "_API_KEY";
}

std::string advise_on_no_credential(const core::Profile& profile) {
  if (const std::string variable = variable_of(profile, "api_key"); !variable.empty()) {
    return fmt::format("No credential was sent: set {}.", variable);
  }
  return fmt::format("No credential was sent: write in profile {}: api_key: ${{env:{}}}\nand set that variable.",
                     profile.name, usual_variable(profile));
}

std::string advise_on_azure_access(const ErrorCase& c) {
  const Credential& credential = c.profile.credential;
  if (!c.is_azure()) return {};
  if (c.says("AuthenticationTypeDisabled") || c.says("key based authentication is disabled")) {
    return fmt::format("Keys are switched off for this resource; write an Entra token in place of api_key:\n  {}",
                       entra_command(c.profile));
  }
  if (c.says("virtual network") || c.says("firewall")) {
    return "The resource refuses this network address: allow it in the portal (Networking), or go through the VPN.";
  }
  if (c.says("PermissionDenied") || c.says("lacks the required data action") || c.error.status == 403) {
    return fmt::format(
        "The identity lacks a role on the resource: give it \"Cognitive Services OpenAI User\" (\"Azure AI User\" in a "
        "Foundry project)\nand wait a few minutes; the credential came from {}.",
        credential.where);
  }
  if (credential.slot == Credential::Slot::api_key) {
    return fmt::format(
        "The key from {} is for another resource or region, or was replaced: copy KEY 1 from the portal's page of\n{} "
        "(Keys and Endpoint).",
        credential.where, c.host());
  }
  return {};
}

}  // namespace

std::string origin_of(const core::Profile& profile, std::string_view key) {
  const auto found = profile.origins.find(key);
  return found == profile.origins.end() ? std::string() : found->second;
}

std::string variable_of(const core::Profile& profile, std::string_view key) {
  const std::string origin = origin_of(profile, "base_url");
  if (origin.contains("COPILOT_PROVIDER_BASE_URL")) return "COPILOT_PROVIDER_" + upper(key);
  if (origin.contains("BYOK_BASE_URL")) return key == "type" ? "BYOK_PROVIDER_TYPE" : "BYOK_" + upper(key);
  return {};
}

std::string key_or_variable(const core::Profile& profile, std::string_view key) {
  const std::string variable = variable_of(profile, key);
  return variable.empty() ? std::string(key) : variable;
}

std::string advise_on_credential(const ErrorCase& c) {
  if (c.error.kind != ErrorKind::auth) return {};
  const core::Profile& profile = c.profile;
  const Credential& credential = profile.credential;
  const auto own = std::ranges::find_if(profile.headers, [](const core::Header& h) { return is_auth_header(h.name); });
  if (own != profile.headers.end()) {
    return fmt::format("The credential was the header {} that profile {} or -H sets: check its value.", own->name,
                       profile.name);
  }
  if (credential.slot == Credential::Slot::none) return advise_on_no_credential(profile);
  if (const std::size_t at = c.error.message.find("Exception - ");
      base::istarts_with(c.error.message, "litellm.") && at != std::string::npos) {
    return "It is the gateway's own key that the provider behind it refused: tell who runs the gateway.";
  }
  if (std::string hint = advise_on_azure_access(c); !hint.empty()) return hint;
  const bool is_minted =
      credential.source == Credential::Source::command || credential.source == Credential::Source::shell_command;
  if (is_minted) {
    return fmt::format("The credential came from {}: run it by hand and check the account and scope that it uses.",
                       credential.where);
  }
  if (credential.slot == Credential::Slot::bearer_token && c.error.status != 403) {
    return fmt::format("The bearer token from {} may have expired; let a command mint it:\n  {}", credential.where,
                       c.is_azure() ? entra_command(profile) : token_command(profile));
  }
  if (c.error.status == 403) {
    return fmt::format("The credential from {} is known, but may not do this: check its project, region and models.",
                       credential.where);
  }
  return fmt::format("The key came from {}: check that it is whole, still active, and a key for {}.", credential.where,
                     c.host());
}

}  // namespace byok::wire
