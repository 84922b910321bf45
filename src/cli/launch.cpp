// Resolving a profile for a command, with everything that must be known before a request is made.
#include "cli/launch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "cli/resolve.hpp"
#include "config/credential.hpp"
#include "wire/wire.hpp"

namespace byok::cli {
namespace {

void protect_proxy(std::string_view proxy, base::Redactor& redactor) {
  const std::size_t at = proxy.rfind('@');
  if (at == std::string_view::npos) return;
  const std::size_t scheme = proxy.find("://");
  const std::size_t start = scheme == std::string_view::npos || scheme > at ? 0 : scheme + 3;
  const std::string_view user_info = proxy.substr(start, at - start);
  redactor.add(user_info);
  const std::size_t colon = user_info.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view password = user_info.substr(colon + 1);
  redactor.add(password);
  if (const auto decoded = base::percent_decode(password)) redactor.add(*decoded);
}

}  // namespace

void protect_query(const core::Url& url, base::Redactor& redactor) {
  for (const std::string_view pair : base::split(url.query(), '&')) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = pair.substr(0, equals);
    const std::string_view value = pair.substr(equals + 1);
    if (!base::is_secret_name(name) && !base::iequals(name, "sig") && !base::iequals(name, "code")) continue;
    redactor.add(value);
    if (const auto decoded = base::percent_decode(value)) redactor.add(*decoded);
  }
}

void protect_secrets(const core::Profile& profile, base::Redactor& redactor) {
  for (const core::Header& header : profile.headers) {
    if (!header.is_secret) continue;
    redactor.add(header.value);
    // `Authorization: Bearer KEY`: the key alone is a secret too, and so is a first word that is no scheme.
    const std::string_view value = header.value;
    const std::size_t space = value.find(' ');
    if (space == std::string_view::npos) continue;
    redactor.add(value.substr(space + 1));
    if (!base::is_auth_scheme(value.substr(0, space))) redactor.add(value.substr(0, space));
  }
  protect_query(profile.base_url, redactor);
  protect_proxy(profile.network.proxy, redactor);
}

std::string Launched::where() const { return where(profile.base_url.origin()); }
std::string Launched::where(std::string_view url) const { return fmt::format("profile {}, {}", profile.name, url); }

base::Result<Launched> launch(const config::Overrides& overrides, Context& context) {
  config::Config config = config::Config::load(context.environment, overrides.config_file);
  auto resolved = resolve_profile(config, overrides, context);
  if (!resolved) return std::unexpected(std::move(resolved).error().error);
  Launched launched{
      .config = std::move(config), .profile = std::move(resolved->profile), .demo = nullptr, .deadline = std::nullopt};
  protect_secrets(launched.profile, context.redactor);
  context.log.info(fmt::format("profile {} (chosen by {}), {}", launched.profile.name, resolved->chosen_by,
                               launched.profile.base_url.display()));
  for (const core::Diagnosis& notice : resolved->notices) {
    const std::string text =
        notice.where.empty() ? notice.summary : fmt::format("{}: {}", notice.where, notice.summary);
    const std::string sentence = notice.remedy.empty() ? text : fmt::format("{}; {}", text, notice.remedy);
    if (notice.severity == core::Severity::note) {
      context.log.info(sentence);
      continue;
    }
    context.warn(sentence);
  }
  if (launched.profile.is_demo && !overrides.allow_unset) {
    BYOK_TRY(launched.demo, mock::MockServer::start({}));
    BYOK_TRY(launched.profile.base_url, core::Url::parse(launched.demo->base_url() + "/v1"));
  }
  if (launched.profile.limits.timeout.count() > 0)
    launched.deadline = context.started + launched.profile.limits.timeout;
  return launched;
}

bool CredentialSource::can_mint_again() const {
  const core::Credential::Source source = launched_.profile.credential.source;
  return source == core::Credential::Source::command || source == core::Credential::Source::shell_command;
}

base::Result<base::Secret> CredentialSource::get(bool again) {
  const core::Profile& profile = launched_.profile;
  const bool has_auth_header = std::ranges::any_of(
      profile.headers, [](const core::Header& header) { return wire::is_auth_header(header.name); });
  if (has_auth_header) return base::Secret();
  if (kept_ && !again) return kept_->copy();
  std::vector<std::string> warnings;
  const config::CredentialContext where{.interrupt = context_.interrupt_fd(), .deadline = launched_.deadline};
  BYOK_TRY(base::Secret secret, config::resolve_credential(launched_.config, profile, where, again, warnings));
  context_.redactor.add(secret.reveal());
  for (const std::string& warning : warnings) context_.warn(warning);
  kept_ = secret.copy();
  return secret;
}

}  // namespace byok::cli
