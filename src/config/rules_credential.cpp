// The rules on credentials: 11 to 15.
#include <fmt/format.h>

#include <algorithm>

#include "base/secret.hpp"
#include "config/proxy.hpp"
#include "config/ruling.hpp"
#include "config/secret_rules.hpp"

namespace byok::config {

namespace {

using Slot = core::Credential::Slot;

bool is_env(const Draft& draft) {
  return draft.kind == Draft::Kind::env_byok || draft.kind == Draft::Kind::env_copilot;
}

// Rules 11 and 12, as far as the value stands in the file; the others are judged when they are read.
void judge_literal(Ruling& ruling) {
  const core::Credential& credential = ruling.profile.credential;
  if (credential.source != core::Credential::Source::literal) return;
  std::vector<std::string> warnings;  // said when the credential is resolved
  const auto accepted = accept_secret(ruling.draft.literal, credential.slot, {}, warnings);
  if (accepted) return;
  ruling.error("credential-value", credential.slot == Slot::bearer_token ? "bearer_token" : "api_key",
               accepted.error().message, accepted.error().hint);
}

const core::Header* secret_header(const core::Profile& profile) {
  const auto found = std::ranges::find_if(profile.headers, [](const core::Header& header) {
    return base::is_secret_name(header.name) && !header.value.empty();
  });
  return found == profile.headers.end() ? nullptr : &*found;
}

// Rule 13.
void judge_plain_http(Ruling& ruling) {
  const core::Profile& profile = ruling.profile;
  const core::Url& url = profile.base_url;
  const bool has_secret = profile.credential.slot != Slot::none || secret_header(profile) != nullptr;
  if (url.is_empty() || url.is_https() || !has_secret || profile.allow_insecure_http) return;
  if (url.is_loopback() && (profile.network.proxy.empty() || is_loopback_proxy(profile.network.proxy))) return;
  const std::string through = profile.network.proxy.empty() ? "" : ", through a proxy that can read it too";
  ruling.error("insecure-http", "base_url",
               fmt::format("a credential would go to {} over plain http{}", url.host(), through),
               fmt::format("write https://, or permit it with {}", ruling.draft.kind == Draft::Kind::env_byok
                                                                       ? "BYOK_ALLOW_INSECURE_HTTP=1"
                                                                       : "`allow_insecure_http: true`"));
}

// Rule 14.
void judge_both_credentials(Ruling& ruling) {
  if (!ruling.draft.has_both_credentials) return;
  ruling.note("both-credentials", "bearer_token",
              "both `api_key` and `bearer_token` are given: the bearer token is used alone");
}

std::string_view usual_variable(const Draft& draft) {
  const core::Url& url = draft.profile.base_url;
  if (draft.kind == Draft::Kind::env_byok) return "BYOK_API_KEY";
  if (draft.kind == Draft::Kind::env_copilot) return "COPILOT_PROVIDER_API_KEY";
  if (draft.builtin != nullptr && !draft.builtin->key_variables[0].empty()) return draft.builtin->key_variables[0];
  if (url.host() == "api.openai.com") return "OPENAI_API_KEY";
  if (url.host() == "api.anthropic.com") return "ANTHROPIC_API_KEY";
  return "AZURE_OPENAI_API_KEY";
}

// Microsoft Entra ID instead of a key: what `az` prints for the cloud that the host is in.
std::string entra_block(const core::Url& url) {
  const std::string_view cloud = url.host().ends_with(".us") ? "us" : url.host().ends_with(".cn") ? "cn" : "com";
  const std::string scope = fmt::format("https://cognitiveservices.azure.{}/.default", cloud);
  return fmt::format("bearer_token:\n  command: [az, account, get-access-token, --scope, \"{}\", -o, json]", scope);
}

// Rule 15.
void judge_no_credential(Ruling& ruling) {
  const core::Profile& profile = ruling.profile;
  const core::Url& url = profile.base_url;
  if (url.is_empty() || url.is_loopback() || profile.credential.slot != Slot::none) return;
  if (secret_header(profile) != nullptr) return;
  const bool is_azure = core::is_azure_host(url.host());
  const std::string variable{usual_variable(ruling.draft)};
  const std::string summary = fmt::format("profile {} has no credential for {}", ruling.draft.name, url.host());
  if (is_azure || url.host() == "api.openai.com" || url.host() == "api.anthropic.com") {
    const bool is_variable_read = ruling.draft.kind != Draft::Kind::file;
    std::string remedy = is_variable_read
                             ? fmt::format("set {}", variable)
                             : fmt::format("write `api_key: ${{env:{0}}}` in the profile, and set {0}", variable);
    if (is_azure) remedy += fmt::format("; or sign in with Microsoft Entra ID:\n{}", entra_block(url));
    if (ruling.draft.allow_unset) return ruling.warn("credential-missing", "api_key", summary, std::move(remedy));
    return ruling.error("credential-missing", "api_key", summary, std::move(remedy));
  }
  if (ruling.draft.settings.contains("auth")) return;  // `auth: none`: meant
  ruling.warn("credential-missing", "api_key", summary,
              is_env(ruling.draft)
                  ? fmt::format("set {} if the host wants one", variable)
                  : "write `api_key: ${env:NAME}` if the host wants one, or `auth: none` if it does not");
}

}  // namespace

void judge_credentials(Ruling& ruling) {
  judge_literal(ruling);
  judge_plain_http(ruling);
  judge_both_credentials(ruling);
  judge_no_credential(ruling);
}

}  // namespace byok::config
