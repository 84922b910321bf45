// The target of a redirect, and the base_url behind it.
#include "wire/redirect.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "core/url.hpp"
#include "wire/hints.hpp"
#include "wire/wire.hpp"

namespace byok::wire {
namespace {

core::Url redirect_target(const core::Profile& profile, std::string_view location) {
  location = base::trim(location.substr(0, location.find('#')));
  std::string text(location);
  if (location.starts_with("//")) {
    text = fmt::format("{}:{}", profile.base_url.scheme(), location);
  } else if (location.starts_with("/")) {
    text = profile.base_url.origin() + text;
  } else if (!location.empty() && !location.substr(0, location.find('/')).contains(':')) {
    // Relative to the path that was asked for (RFC 3986, section 5.2.3).
    const core::Url asked = wire_for(profile).endpoint(profile, profile.wire_model);
    const std::string_view path = asked.path();
    text = fmt::format("{}{}{}", asked.origin(), path.substr(0, path.rfind('/') + 1), location);
  }
  return core::Url::parse(text).value_or(core::Url());
}

// The base_url that would have led to `target`, or empty where that is not to be told from it.
std::string base_behind(const core::Profile& profile, const core::Url& target) {
  std::string_view path = target.path();
  while (path.ends_with('/')) path.remove_suffix(1);
  if (profile.type == core::ProviderType::azure) {
    const std::size_t at = path.rfind("/openai/");
    return at == 0 || path.substr(0, at) == profile.azure_path_prefix ? target.origin() : "";
  }
  for (const std::string_view suffix :
       {"/chat/completions", "/responses", "/v1/messages", "/messages", "/v1/models", "/models"}) {
    const bool is_anthropic = suffix.starts_with("/v1") || suffix == "/messages";
    if (!path.ends_with(suffix) || (is_anthropic && profile.type != core::ProviderType::anthropic)) continue;
    path.remove_suffix(suffix.size());
    return target.origin() + std::string(path);
  }
  return {};
}

}  // namespace

base::Error explain_redirect(const core::Profile& profile, const core::HttpHead& head) {
  base::Error error;
  error.kind = base::ErrorKind::route;
  error.status = head.status;
  error.request_id = request_id(head);
  const core::Url target = redirect_target(profile, head.find("location"));
  if (target.is_empty()) {
    error.message = fmt::format("the server answered with a redirect (HTTP {}) that names no address", head.status);
    error.hint = fmt::format("Check base_url ({}).", profile.base_url.display());
    return error;
  }
  error.message = fmt::format("the server redirects (HTTP {}) to {}; byok does not follow redirects", head.status,
                              target.display());
  const std::string base = base_behind(profile, target);
  std::string own = profile.base_url.without_query().str();
  while (own.ends_with('/')) own.pop_back();
  if (base.empty()) {
    error.hint = fmt::format("That is no address of an API, rather a login page or a proxy: check base_url ({}).",
                             profile.base_url.display());
  } else if (profile.base_url.is_https() && !target.is_https()) {
    error.hint = "It leads from https to plain http, where the credential could be read: tell who runs the server.";
  } else if (base == own) {
    error.hint = "It leads to the same base_url: the server, or a proxy before it, is set up wrongly.";
  } else {
    const std::string variable = variable_of(profile, "base_url");
    error.hint = variable.empty() ? fmt::format("Write in profile {}: base_url: {}", profile.name, base)
                                  : fmt::format("Set {}={}", variable, base);
  }
  return error;
}

}  // namespace byok::wire
