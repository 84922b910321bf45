// The rules on base URLs: placeholders, and the shape that each type of provider wants.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.hpp"
#include "config/public_hosts.hpp"
#include "config/rules.hpp"
#include "config/ruling.hpp"

namespace byok::config {

namespace {

std::string_view without_final_slashes(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

// The value of a query parameter, still encoded, or empty.
std::string_view query_value(std::string_view query, std::string_view name) {
  for (const std::string_view part : base::split(query, '&')) {
    const std::size_t equals = part.find('=');
    if (equals != std::string_view::npos && base::iequals(part.substr(0, equals), name)) return part.substr(equals + 1);
  }
  return {};
}

// Whether `path` is `prefix` or goes on below it.
bool is_under(std::string_view path, std::string_view prefix) {
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

void judge_missing_base_url(Ruling& ruling) {
  const Builtin* builtin = ruling.draft.builtin;
  std::string remedy =
      "write the provider's address as `base_url`, such as https://api.openai.com/v1 or "
      "http://localhost:11434/v1";
  if (builtin != nullptr && !builtin->missing_base_url.empty()) remedy = builtin->missing_base_url;
  ruling.error("base-url-missing", "base_url", fmt::format("profile {} has no `base_url`", ruling.draft.name),
               std::move(remedy));
}

// Rule 2.
void judge_url(Ruling& ruling) {
  const std::string& text = ruling.draft.base_url;
  if (!ruling.draft.settings.contains("base_url")) return judge_missing_base_url(ruling);
  if (text.empty()) return;  // a reference in it could not be replaced: said already
  if (ruling.draft.waits_for_foundry_port()) {
    ruling.error(std::string(kFoundryPortUnknown), "base_url", "the port of Foundry Local is not known",
                 "`foundry server status` (`foundry service status` before 0.10) shows it");
    return;
  }
  if (const std::string placeholder = find_placeholder(text); !placeholder.empty()) {
    const bool is_port = base::icontains(placeholder, "port");
    ruling.error("base-url-placeholder", "base_url",
                 fmt::format("{} still holds the placeholder {}", ruling.name_of("base_url"), placeholder),
                 is_port
                     ? "write the port that the server listens on; Foundry Local shows its own with `foundry server "
                       "status` (`foundry service status` before 0.10)"
                     : "write your own resource's name there, as the provider's portal shows it");
    ruling.profile.base_url = {};
    return;
  }
  if (!ruling.profile.base_url.is_empty()) return;
  const auto url = core::Url::parse(text);
  std::string remedy = url ? "" : url.error().hint;
  if (text.find("://") == std::string::npos) {
    const bool is_local = text.starts_with("localhost") || text.starts_with("127.") || text.starts_with("[::1]");
    remedy = fmt::format("write the scheme too: {}://{}", is_local ? "http" : "https", text);
    if (text.find('@') != std::string::npos) remedy = "write the scheme too: https://HOST";
  }
  if (remedy.empty()) remedy = "write it as https://HOST/PATH";
  ruling.error("base-url-invalid", "base_url",
               fmt::format("{}: {}", ruling.name_of("base_url"), url ? "not a usable URL" : url.error().message),
               std::move(remedy));
}

// A deployment's whole URL, as Azure's portal shows it, as the keys that it should become.
std::string as_keys(const Ruling& ruling, const core::Url& url, std::string_view path) {
  std::string out = "write " + ruling.assign("base_url", url.origin());
  constexpr std::string_view kDeployments = "/openai/deployments/";
  if (const std::size_t at = path.find(kDeployments); at != std::string_view::npos) {
    const std::string_view rest = path.substr(at + kDeployments.size());
    out += ", " + ruling.assign("model", rest.substr(0, rest.find('/')));
  }
  if (const std::string_view version = query_value(url.query(), "api-version"); !version.empty()) {
    out += ", " + ruling.assign("azure.api_version", version);
  }
  if (const std::size_t at = path.find("/openai"); at != 0 && at != std::string_view::npos) {
    out += ", " + ruling.assign("azure.path_prefix", path.substr(0, at));
  }
  return out;
}

// Rule 4.
void judge_azure_base(Ruling& ruling) {
  core::Url& url = ruling.profile.base_url;
  const std::string path{without_final_slashes(url.path())};
  const bool has_version = !query_value(url.query(), "api-version").empty();
  if (path.empty() && !has_version) {
    url = url.with_path("");
    return;
  }
  const std::string as_openai = fmt::format("{} with {}", ruling.assign("type", "openai"),
                                            ruling.assign("base_url", url.origin() + "/openai/v1/"));
  const std::string just_host = ruling.assign("base_url", url.origin());
  std::string remedy = as_keys(ruling, url, path);
  if (path == "/openai/v1") {
    remedy = fmt::format("write {}, or drop the path: {}", as_openai, just_host);
  } else if (is_under(path, "/openai/v1")) {
    remedy += fmt::format(", or {}", as_openai);
  } else if (path.find("/openai") == std::string::npos && !has_version) {
    remedy = fmt::format("drop the path: {}; for a gateway that serves Azure OpenAI under it, also {}", just_host,
                         ruling.assign("azure.path_prefix", path));
  }
  ruling.error("azure-base-url-path", "base_url",
               fmt::format("with type azure, {} is just the host, and here it has {}", ruling.name_of("base_url"),
                           path.empty() ? "an api-version" : "the path " + path),
               std::move(remedy));
}

// azure.path_prefix as wire wants it: "/aoai".
void judge_path_prefix(Ruling& ruling) {
  std::string& prefix = ruling.profile.azure_path_prefix;
  if (prefix.empty()) return;
  const std::string_view bare = without_final_slashes(prefix);
  const std::string wanted = fmt::format("{}{}", bare.starts_with('/') ? "" : "/", bare);
  if (wanted.find_first_of(" ?#\\") != std::string::npos || wanted.find("/openai") != std::string::npos ||
      wanted.find("//") != std::string::npos) {
    ruling.error("azure-path-prefix", "azure.path_prefix",
                 "`azure.path_prefix` is not the path that stands before /openai",
                 "write only what the gateway adds, such as /aoai; byok adds /openai/… itself");
    return;
  }
  prefix = wanted == "/" ? "" : wanted;
}

// Rule 5.
void judge_azure_host(Ruling& ruling) {
  const core::Url& url = ruling.profile.base_url;
  const std::string_view path = without_final_slashes(url.path());
  if (!core::is_azure_host(url.host()) || is_under(path, "/openai/v1")) return;
  const std::string as_azure = ruling.assign("type", "azure");
  std::string remedy = fmt::format("write {}, or {} with {}", ruling.assign("base_url", url.origin() + "/openai/v1/"),
                                   as_azure, ruling.assign("base_url", url.origin()));
  if (is_under(path, "/openai/deployments")) remedy = fmt::format("{}, {}", as_keys(ruling, url, path), as_azure);
  if (is_under(path, "/anthropic")) {
    remedy = fmt::format("write {} for Claude on this host", ruling.assign("type", "anthropic"));
  }
  ruling.error("azure-host-without-v1", "base_url",
               fmt::format("{} is an Azure host without /openai/v1{}", ruling.name_of("base_url"),
                           path.empty() ? "" : fmt::format(": its path is {}", path)),
               std::move(remedy));
}

// Rule 6.
void drop_endpoint(Ruling& ruling) {
  static constexpr std::array<std::string_view, 3> kEndpoints = {"/chat/completions", "/responses", "/models"};
  core::Url& url = ruling.profile.base_url;
  const std::string_view path = without_final_slashes(url.path());
  const auto endpoint = std::ranges::find_if(kEndpoints, [path](std::string_view end) { return path.ends_with(end); });
  if (endpoint == kEndpoints.end()) return;
  const std::string base{path.substr(0, path.size() - endpoint->size())};
  const std::string dropped{*endpoint};
  url = url.with_path(base);
  ruling.warn("base-url-endpoint", "base_url",
              fmt::format("{} ends in {}, which byok adds itself: dropped", ruling.name_of("base_url"), dropped),
              fmt::format("write {}", ruling.assign("base_url", url.display())));
}

// Rule 7. Hosts whose API is documented under a path and that answer nothing useful without it.
void judge_public_host(Ruling& ruling) {
  const core::Url& url = ruling.profile.base_url;
  const PublicHost* host = find_public_host(url.host());
  if (host == nullptr || host->path.empty() || !without_final_slashes(url.path()).empty()) return;
  ruling.error("base-url-without-path", "base_url",
               fmt::format("{} lacks the path of {}'s API", ruling.name_of("base_url"), url.host()),
               fmt::format("add {}: write {}", host->path,
                           ruling.assign("base_url", fmt::format("{}{}", url.origin(), host->path))));
}

// Rule 8: wire adds /v1/messages to what is left.
void normalise_anthropic(Ruling& ruling) {
  core::Url& url = ruling.profile.base_url;
  std::string_view path = without_final_slashes(url.path());
  for (const std::string_view end : {"/messages", "/v1"}) {
    if (path.ends_with(end)) path = without_final_slashes(path.substr(0, path.size() - end.size()));
  }
  url = url.with_path(std::string(path));
}

}  // namespace

std::string find_placeholder(std::string_view base_url) {
  for (const auto& [open, close] : {std::pair{'<', '>'}, std::pair{'{', '}'}}) {
    const std::size_t begin = base_url.find(open);
    if (begin == std::string_view::npos) continue;
    const std::size_t end = base_url.find(close, begin);
    return std::string(base_url.substr(begin, end == std::string_view::npos ? end : end - begin + 1));
  }
  // Not any `your-…` in the host: your-server.de is a real domain.
  const std::string lower = base::to_lower(base_url);
  for (const std::string_view word : {"your-resource", "your_resource", "yourresource", "your-host", "your-endpoint",
                                      "your-project", "your-name", "your-instance", "your-deployment"}) {
    const std::size_t begin = lower.find(word);
    if (begin == std::string::npos) continue;
    const std::size_t end = std::min(lower.find_first_of("./:?", begin), lower.size());
    return std::string(base_url.substr(begin, end - begin));
  }
  return {};
}

void judge_address(Ruling& ruling) {
  judge_url(ruling);
  judge_path_prefix(ruling);
  if (ruling.profile.base_url.is_empty()) return;
  switch (ruling.profile.type) {
    case core::ProviderType::azure:
      return judge_azure_base(ruling);
    case core::ProviderType::anthropic:
      return normalise_anthropic(ruling);
    case core::ProviderType::openai:
      break;
  }
  drop_endpoint(ruling);
  judge_azure_host(ruling);
  judge_public_host(ruling);
}

}  // namespace byok::config
