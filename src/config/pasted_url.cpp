// PastedUrl: the text is cleaned, its route is taken apart, and one of three kinds of host makes the keys of it.
#include "config/pasted_url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/secret.hpp"
#include "base/text.hpp"
#include "config/public_hosts.hpp"
#include "config/rules.hpp"
#include "core/profile.hpp"
#include "core/url.hpp"

namespace byok::config {

namespace {

using base::ErrorKind;
using base::Result;

// What a URL can end in, and the wire API that it speaks.
struct Endpoint {
  std::string_view suffix, wire;
};
constexpr Endpoint kEndpoints[] = {
    {"/chat/completions", "completions"},
    {"/responses", "responses"},
    {"/messages", "messages"},
    {"/messages/count_tokens", "messages"},
    {"/completions", ""},
    {"/embeddings", ""},
    {"/models", ""},
};

// Routes of local servers' own APIs, beside which each of them serves OpenAI's under /v1.
constexpr std::string_view kNative[] = {
    "/api/chat",       "/api/generate", "/api/tags", "/api/show",    "/api/ps",        "/api/embed",
    "/api/embeddings", "/api/version",  "/api/v0",   "/api/v0/chat", "/api/v0/models", "/completion",
    "/health",         "/props",        "/slots",    "/docs",        "/openai/status", "/foundry/list",
};

struct LocalServer {
  std::uint16_t port;
  std::string_view name;
};
constexpr LocalServer kLocalServers[] = {{11434, "ollama"},   {1234, "lm-studio"}, {8000, "vllm"},
                                         {8080, "llama-cpp"}, {4000, "litellm"},   {5273, "foundry-local"}};

// Pages for people, whose address is often copied instead of the API's.
struct WebPage {
  std::string_view host, instead;
};
constexpr std::string_view kAzurePage =
    "copy the endpoint that the page shows: the Target URI of a deployment, or https://NAME.openai.azure.com";
constexpr WebPage kWebPages[] = {
    {"ai.azure.com", kAzurePage},
    {"oai.azure.com", kAzurePage},
    {"portal.azure.com", kAzurePage},
    {"learn.microsoft.com", kAzurePage},
    {"platform.openai.com", "the API is at https://api.openai.com/v1"},
    {"chatgpt.com", "the API is at https://api.openai.com/v1"},
    {"console.anthropic.com", "the API is at https://api.anthropic.com"},
    {"platform.claude.com", "the API is at https://api.anthropic.com"},
    {"claude.ai", "the API is at https://api.anthropic.com"},
    {"console.groq.com", "the API is at https://api.groq.com/openai/v1"},
    {"console.mistral.ai", "the API is at https://api.mistral.ai/v1"},
    {"aistudio.google.com", "the API is at https://generativelanguage.googleapis.com/v1beta/openai"},
    {"build.nvidia.com", "the API is at https://integrate.api.nvidia.com/v1"},
};

// Hosts of Azure resources beyond those of the rules: other clouds, and the regional endpoints.
constexpr std::string_view kAzureEnds[] = {
    ".cognitiveservices.azure.us", ".cognitiveservices.azure.cn",  ".services.ai.azure.us",
    ".services.ai.azure.cn",       ".api.cognitive.microsoft.com", ".api.cognitive.azure.cn",
};
constexpr std::string_view kGatewayEnds[] = {".azure-api.net", ".azure-api.us", ".azure-api.cn"};

bool ends_in_any(std::string_view host, std::span<const std::string_view> ends) {
  return std::ranges::any_of(ends, [host](std::string_view end) { return host.ends_with(end); });
}

std::string_view without_final_slashes(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

// The address in what was pasted: a command in front, an assignment, quotes and a final full stop are not of it.
std::string_view find_address(std::string_view text) {
  constexpr std::string_view kAround = " \t\r\n\"'`";
  for (const std::string_view scheme : {"https://", "http://"}) {
    const auto at = std::ranges::search(text, scheme, [](char a, char b) { return base::iequals({&a, 1}, {&b, 1}); });
    if (at.empty()) continue;
    text.remove_prefix(static_cast<std::size_t>(at.begin() - text.begin()));
    break;
  }
  text.remove_prefix(std::min(text.find_first_not_of(kAround), text.size()));
  text = text.substr(0, text.find_first_of(kAround));
  text = text.substr(0, text.find('#'));
  while (!text.empty() && std::string_view(".,;)").contains(text.back())) text.remove_suffix(1);
  if (text.ends_with('>') && !text.contains('<')) text.remove_suffix(1);
  return text;
}

// A host without a scheme: plain http on this machine and in a private network.
std::string with_scheme(std::string_view address) {
  for (const auto& [wrong, right] : {std::pair{"wss://", "https://"}, std::pair{"ws://", "http://"}}) {
    if (base::istarts_with(address, wrong)) return right + std::string(address.substr(std::string_view(wrong).size()));
  }
  if (address.contains("://")) return std::string(address);
  address.remove_prefix(std::min(address.find_first_not_of('/'), address.size()));
  const std::string as_http = fmt::format("http://{}", address);
  const auto url = core::Url::parse(as_http);
  if (!url) return fmt::format("https://{}", address);
  const std::string& host = url->host();
  const bool is_near = url->is_loopback() || url->is_private_literal() || !host.contains('.') ||
                       ends_in_any(host, std::array<std::string_view, 4>{".local", ".lan", ".internal", ".home.arpa"});
  return is_near && url->port() != 443 ? as_http : fmt::format("https://{}", address);
}

std::unexpected<base::Error> no_address(std::string message, std::string hint) {
  return base::fail(ErrorKind::usage, std::move(message), std::move(hint));
}

Result<core::Url> parse_address(std::string_view text) {
  const std::string_view address = find_address(text);
  const std::string_view bare = address.substr(0, address.find_first_of("/?:"));
  if (!address.contains("://") && !address.contains('.') && !address.contains(':') && bare != "localhost") {
    return no_address("that is not an address of an API",
                      "write one such as https://api.openai.com/v1, NAME.openai.azure.com or localhost:11434");
  }
  std::string full = with_scheme(address);
  const std::size_t host = full.find("://") + 3;
  const std::string_view authority = std::string_view(full).substr(host, full.find_first_of("/?", host) - host);
  if (const std::string placeholder = find_placeholder(authority); !placeholder.empty()) {
    return no_address(fmt::format("the address still holds the placeholder {}", placeholder),
                      base::icontains(placeholder, "port") ? "write the port that the server listens on"
                                                           : "write your own resource's name there");
  }
  auto url = core::Url::parse(full);
  if (!url) return no_address(std::move(url.error().message), std::move(url.error().hint));
  if (const auto page = std::ranges::find(kWebPages, url->host(), &WebPage::host); page != std::end(kWebPages)) {
    return no_address(fmt::format("{} is a page for people, not an API", url->host()), std::string(page->instead));
  }
  return url;
}

// A URL's path in the parts that decide.
struct Route {
  std::string base;       // before the endpoint, without final slashes
  std::string_view wire;  // completions, responses, messages, or empty
  bool has_endpoint = false;
  std::string version;     // api-version
  std::string deployment;  // decoded
  std::string prefix;      // before /openai
  bool has_openai = false;
  bool is_v1 = false;     // /openai/v1
  std::string anthropic;  // through /anthropic, or empty
};

void take_openai(Route& route) {
  const std::string lower = base::to_lower(route.base) + "/";
  if (const std::size_t at = lower.find("/anthropic/"); at != std::string::npos) {
    const std::size_t end = at + std::string_view("/anthropic").size();
    // A model's page has the word in its path too.
    if (end == route.base.size() || lower.substr(end) == "/v1/") route.anthropic = route.base.substr(0, end);
  }
  const std::size_t at = lower.find("/openai/");
  if (at == std::string::npos) return;
  route.has_openai = true;
  route.prefix = route.base.substr(0, at);
  const std::string_view rest = std::string_view(route.base).substr(std::min(at + 7, route.base.size()));
  route.is_v1 = rest == "/v1" || rest.starts_with("/v1/");
  constexpr std::string_view kDeployments = "/deployments/";
  const std::size_t deployments = rest.find(kDeployments);
  if (deployments == std::string_view::npos) return;
  const std::string_view after = rest.substr(deployments + kDeployments.size());
  const std::string_view name = after.substr(0, after.find('/'));
  route.deployment = base::percent_decode(name).value_or(std::string(name));
}

class Reader {
 public:
  Reader(core::Url url, const UrlWishes& wishes) : url_(std::move(url)), wishes_(wishes) {}

  PastedUrl read() {
    take_query();
    take_route();
    out_.name = name_of_host();
    const bool is_gateway = ends_in_any(url_.host(), kGatewayEnds);
    const bool is_resource = core::is_azure_host(url_.host()) || ends_in_any(url_.host(), kAzureEnds);
    out_.is_azure = is_resource || is_gateway || !route_.deployment.empty();
    const bool is_versioned = route_.has_openai && !route_.version.empty() && !route_.is_v1;
    // A gateway may serve anything; what it serves is only told by /openai, or by the user.
    const bool is_plain = wishes_.type == "openai" && is_gateway && !route_.has_openai;
    if ((out_.is_azure || is_versioned || wishes_.type == "azure") && !is_plain) {
      out_.is_azure = true;
      read_azure(is_resource);
    } else if (wants_anthropic()) {
      read_anthropic();
    } else {
      read_openai();
    }
    return std::move(out_);
  }

 private:
  void take_query() {
    std::vector<std::string> kept;
    for (const std::string_view part : base::split(url_.query(), '&')) {
      const std::string_view name = part.substr(0, part.find('='));
      const std::string_view value = name.size() == part.size() ? std::string_view{} : part.substr(name.size() + 1);
      if (base::iequals(name, "api-version")) {
        if (is_api_version(value)) route_.version = value;
      } else if (base::is_secret_name(name) || base::iequals(name, "sig") || base::iequals(name, "code")) {
        out_.notes.push_back(
            fmt::format("the address held a secret in `{}`, which is left out: give it as the key "
                        "instead",
                        base::abbreviate(name, 40)));
      } else if (!part.empty() && name != "beta") {
        kept.emplace_back(part);
      }
    }
    query_ = base::join(kept, "&");
    url_ = url_.without_query();
  }

  void take_route() {
    std::string_view path = without_final_slashes(url_.path());
    if (std::ranges::find(kNative, path) != std::end(kNative) || path.starts_with("/api/v0/") ||
        (path == "/api" && url_.port() == 11434)) {
      out_.notes.push_back(fmt::format("{} is the server's own API; byok speaks the one under /v1", path));
      path = "/v1";
    }
    for (const Endpoint& endpoint : kEndpoints) {
      if (!path.ends_with(endpoint.suffix)) continue;
      route_.has_endpoint = true;
      route_.wire = endpoint.wire;
      path = without_final_slashes(path.substr(0, path.size() - endpoint.suffix.size()));
      break;
    }
    route_.base = path;
    take_openai(route_);
    if (route_.deployment.empty() || find_placeholder(route_.deployment).empty()) {
      out_.model = route_.deployment;
    } else {
      out_.notes.push_back(fmt::format("{} stands where the deployment's name belongs", route_.deployment));
    }
  }

  [[nodiscard]] bool wants_anthropic() const {
    if (!wishes_.type.empty()) return wishes_.type == "anthropic";
    return route_.wire == "messages" || !route_.anthropic.empty() || url_.host() == "api.anthropic.com";
  }

  void read_anthropic() {
    out_.type = "anthropic";
    std::string_view path = route_.base;
    if (!route_.anthropic.empty()) path = route_.anthropic;
    if (path.ends_with("/v1")) path.remove_suffix(3);
    if (url_.host() == "api.anthropic.com") path = "";
    out_.base_url = with_query(url_.with_path(without_final_slashes(path)));
    if (const PublicHost* host = find_public_host(url_.host())) out_.key_variable = host->key_variable;
  }

  void read_azure(bool is_resource) {
    // Of a resource only its host counts: a project, the retired /models route and others lead to the same models.
    const std::string prefix = is_resource ? "" : route_.has_openai ? route_.prefix : route_.base;
    out_.key_variable = "AZURE_OPENAI_API_KEY";
    if (wants_anthropic()) {
      route_.anthropic = route_.anthropic.empty() ? prefix + "/anthropic" : route_.anthropic;
      return read_anthropic();
    }
    if (route_.wire == "completions" || route_.wire == "responses") out_.wire_api = route_.wire;
    if (is_resource && !route_.has_openai && !route_.base.empty()) {
      out_.notes.push_back(fmt::format("{} is left out: the resource serves its models under /openai/v1", route_.base));
    }
    if (wants_azure_type(is_resource)) {
      out_.type = "azure";
      out_.base_url = url_.with_path("").str();
      out_.path_prefix = prefix;
      out_.api_version = azure_version();
      return;
    }
    out_.type = "openai";
    out_.key_variable = "FOUNDRY_API_KEY";
    out_.base_url = url_.with_path(prefix + "/openai/v1/").str();
    if (route_.version == "preview") out_.base_url += "?api-version=preview";
  }

  [[nodiscard]] bool wants_azure_type(bool is_resource) const {
    if (!wishes_.type.empty()) return wishes_.type == "azure";
    if (!wishes_.api_version.empty()) return true;
    // A gateway's subscription key goes into `api-key`, which is what type azure sends.
    if (!is_resource) return true;
    if (route_.is_v1) return false;
    if (!route_.deployment.empty() || (route_.has_openai && !route_.version.empty())) return true;
    if (!route_.has_openai && !route_.base.empty()) return false;
    return !url_.host().contains(".services.ai.azure.");
  }

  [[nodiscard]] std::string azure_version() {
    if (!wishes_.api_version.empty()) return wishes_.api_version;
    if (route_.is_v1) return route_.version == "preview" ? "preview" : "v1";
    // The first version that has the Responses API; an older one in such an address is a slip.
    constexpr std::string_view kFirstWithResponses = "2025-03-01-preview";
    if (out_.wire_api == "responses" && !route_.version.empty() && route_.version < kFirstWithResponses) {
      out_.notes.push_back(fmt::format("api-version {} has no Responses API: left out", route_.version));
      return "";
    }
    return route_.version;
  }

  void read_openai() {
    out_.type = "openai";
    if (route_.wire == "completions" || route_.wire == "responses") out_.wire_api = route_.wire;
    if (const PublicHost* host = find_public_host(url_.host())) {
      out_.key_variable = host->key_variable;
      out_.base_url = url_.with_path(host->path).str();
      take_model_of_page();
      return;
    }
    std::string path = route_.base;
    if (path.empty() && !route_.has_endpoint) {
      path = "/v1";
      if (!url_.is_loopback()) out_.notes.emplace_back("the address has no path: /v1 is added, as most servers want");
    }
    out_.base_url = with_query(url_.with_path(path));
  }

  // `…/models/NAME:generateContent` of Google, and a model's page at OpenRouter.
  void take_model_of_page() {
    const std::string& path = route_.base;
    constexpr std::string_view kModels = "/models/";
    if (const std::size_t at = path.find(kModels); at != std::string::npos) {
      const std::string name = path.substr(at + kModels.size());
      out_.model = name.substr(0, name.find_first_of(":/"));
    } else if (url_.host() == "openrouter.ai" && std::ranges::count(path, '/') == 2 && !path.starts_with("/api") &&
               !path.starts_with("/docs")) {
      out_.model = path.substr(1);
    }
  }

  [[nodiscard]] std::string with_query(const core::Url& url) const {
    return query_.empty() ? url.str() : fmt::format("{}?{}", url.str(), query_);
  }

  [[nodiscard]] std::string name_of_host() const {
    if (const PublicHost* host = find_public_host(url_.host())) return std::string(host->name);
    const auto local = std::ranges::find(kLocalServers, url_.port(), &LocalServer::port);
    if (local != std::end(kLocalServers)) return std::string(local->name);
    if (url_.is_loopback()) return "local";
    if (url_.is_private_literal() || url_.host().find_first_not_of("0123456789.:abcdef") == std::string::npos) {
      return "server";
    }
    // The first label that says something: `api.example.com` is example, `my-resource.openai.azure.com` my-resource.
    for (const std::string_view label : base::split(url_.host(), '.')) {
      constexpr std::array<std::string_view, 6> kDull = {"api", "www", "llm", "ai", "gateway", "inference"};
      if (std::ranges::find(kDull, label) == kDull.end()) return std::string(label);
    }
    return "server";
  }

  core::Url url_;
  const UrlWishes& wishes_;
  PastedUrl out_;
  Route route_;
  std::string query_;  // what of it stays
};

}  // namespace

Result<PastedUrl> read_pasted_url(std::string_view text, const UrlWishes& wishes) {
  BYOK_TRY(core::Url url, parse_address(text));
  return Reader(std::move(url), wishes).read();
}

bool needs_responses(std::string_view model) {
  if (base::icontains(model, "codex")) return true;
  const bool is_openai =
      base::istarts_with(model, "gpt-5") || base::istarts_with(model, "o1") || base::istarts_with(model, "o3");
  return is_openai && base::icontains(model, "-pro");
}

}  // namespace byok::config
