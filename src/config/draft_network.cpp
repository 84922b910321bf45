// The network side of a draft, from its settings and the environment.
#include "config/draft_network.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/secret.hpp"
#include "base/text.hpp"
#include "config/draft_credential.hpp"
#include "config/env_profile.hpp"
#include "config/interpolate.hpp"
#include "config/proxy.hpp"
#include "config/values.hpp"

namespace byok::config {

namespace {

constexpr std::string_view kDemoBaseUrl = "http://127.0.0.1:9/v1";

class Network {
 public:
  Network(Draft& draft, const Environment& environment, std::vector<core::Diagnosis>& problems)
      : draft_(draft), environment_(environment), problems_(problems) {}

  void read_base_url(const std::string& foundry_origin) {
    const auto found = draft_.settings.find("base_url");
    if (found == draft_.settings.end()) return;
    draft_.base_url = expand("base_url", found->second, false).value_or("");
    if (draft_.waits_for_foundry_port() && !foundry_origin.empty()) {
      draft_.base_url = foundry_origin + "/v1";
      draft_.profile.origins.insert_or_assign("base_url", "Foundry Local");
    }
    if (auto url = core::Url::parse(draft_.base_url)) draft_.profile.base_url = *std::move(url);
    draft_.profile.is_demo = found->second.where == "default" && draft_.base_url == kDemoBaseUrl;
  }

  void read_headers() {
    for (const auto& [key, setting] : draft_.settings) {
      if (!key.starts_with("headers.")) continue;
      const std::optional<std::string> value = expand(key, setting, draft_.allow_unset);
      if (!value) continue;
      const bool has_reference = setting.expands && setting.value.text.find("${") != std::string::npos;
      core::Header header{
          .name = setting.label, .value = *value, .is_secret = has_reference || base::is_secret_name(setting.label)};
      if (has_reference) header.shell = to_shell(with_absolute_files(setting.value.text, setting.directory));
      draft_.profile.headers.push_back(std::move(header));
    }
  }

  void lay_headers(const std::vector<core::Header>& headers) {
    for (const core::Header& header : headers) {
      std::erase_if(draft_.profile.headers,
                    [&header](const core::Header& own) { return base::iequals(own.name, header.name); });
    }
    for (const core::Header& header : headers) {
      draft_.profile.headers.push_back(header);
      draft_.profile.origins.insert_or_assign("headers." + base::to_lower(header.name), "--header");
    }
  }

  void read_proxy() {
    core::Network& network = draft_.profile.network;
    std::vector<std::string> exceptions = no_proxy_from(environment_);
    if (const auto own = draft_.settings.find("no_proxy"); own != draft_.settings.end()) {
      exceptions = as_text_list(own->second.value).value_or(exceptions);
    }
    if (draft_.settings.contains("proxy_auth")) network.proxy_auth = draft_.word("proxy_auth");
    ProxyChoice choice = proxy_from(environment_, draft_.profile.base_url);
    if (const auto own = draft_.settings.find("proxy"); own != draft_.settings.end()) {
      choice.proxy = expand("proxy", own->second, false).value_or("");
      choice.origin = own->second.where;
      if (choice.proxy == "none" || choice.proxy == "direct") choice.proxy.clear();
    }
    if (choice.proxy.empty() || is_direct(draft_.profile.base_url, exceptions)) return;
    if (const std::string reason = proxy_problem(choice.proxy); !reason.empty()) {
      add("proxy", choice.origin, fmt::format("the proxy's address cannot be used: {}", reason),
          "write http://HOST:PORT; the schemes are http, https, socks4, socks4a, socks5 and socks5h");
      return;
    }
    network.proxy = std::move(choice.proxy);
    network.proxy_origin = std::move(choice.origin);
  }

  // The variables as the curl tool reads them: its own stands before OpenSSL's two.
  void read_tls() {
    core::Network& network = draft_.profile.network;
    for (const auto& [key, field] :
         {std::pair{"tls.ca_file", &network.ca_file}, std::pair{"tls.client_cert", &network.client_cert},
          std::pair{"tls.client_key", &network.client_key}}) {
      const auto found = draft_.settings.find(key);
      if (found == draft_.settings.end()) continue;
      *field = absolute(expand(key, found->second, false).value_or(""), found->second.directory);
    }
    if (const auto only = draft_.settings.find("tls.ca_only"); only != draft_.settings.end()) {
      network.ca_only = as_boolean(only->second.value).value_or(false);
    }
    if (network.ca_only) return;
    network.extra_ca_file = environment_.get("NODE_EXTRA_CA_CERTS");
    network.ca_bundle = environment_.get("CURL_CA_BUNDLE");
    if (!network.ca_bundle.empty()) return;
    network.ca_directory = environment_.get("SSL_CERT_DIR");
    network.ca_bundle = environment_.get("SSL_CERT_FILE");
  }

  void read_permissions(const Overrides& overrides) {
    core::Profile& profile = draft_.profile;
    if (const auto found = draft_.settings.find("allow_insecure_http"); found != draft_.settings.end()) {
      profile.allow_insecure_http = as_boolean(found->second.value).value_or(false);
    }
    if (const auto found = draft_.settings.find("local_only"); found != draft_.settings.end()) {
      if (as_boolean(found->second.value).value_or(false)) profile.local_only = core::LocalOnly::loopback;
      if (as_text(found->second.value) == "lan") profile.local_only = core::LocalOnly::lan;
    }
    const std::string_view variable = environment_.get("BYOK_LOCAL_ONLY");
    if (is_on(variable)) profile.local_only = core::LocalOnly::loopback;
    if (variable == "lan" && profile.local_only == core::LocalOnly::no) profile.local_only = core::LocalOnly::lan;
    if (is_on(variable) || variable == "lan") profile.origins.insert_or_assign("local_only", "$BYOK_LOCAL_ONLY");
    // A local model may take minutes to load before its first word.
    const bool is_given = draft_.settings.contains("first_token_timeout") || overrides.first_token_timeout.has_value();
    if (profile.base_url.is_loopback() && !is_given) profile.limits.first_token_timeout = {};
  }

 private:
  std::optional<std::string> expand(std::string_view key, const Setting& setting, bool allow_unset) {
    if (!setting.expands) return setting.value.text;
    std::vector<std::string> warnings;
    const auto text = interpolate(setting.value.text, environment_,
                                  {.directory = setting.directory, .allow_unset = allow_unset}, warnings);
    for (std::string& warning : warnings) {
      add(key, setting.where, std::move(warning), "take the rights from others: chmod 600 FILE");
      problems_.back().severity = core::Severity::warning;
    }
    if (text) return std::string(base::trim(*text));
    add(key, setting.where, fmt::format("`{}`: {}", key, text.error().message),
        text.error().hint.empty() ? "write ${env:NAME}, ${env:NAME:-default} or ${file:PATH}" : text.error().hint);
    return std::nullopt;
  }

  [[nodiscard]] std::string absolute(const std::string& path, const std::filesystem::path& directory) const {
    if (path.empty() || path.starts_with('/')) return path;
    if (path.starts_with("~/")) return (environment_.home() / path.substr(2)).string();
    return (directory / path).lexically_normal().string();
  }

  void add(std::string_view key, std::string where, std::string summary, std::string remedy) {
    core::Diagnosis problem;
    problem.code = "unusable-value";
    problem.subject = fmt::format("profiles.{}.{}", draft_.name, key);
    problem.summary = std::move(summary);
    problem.remedy = std::move(remedy);
    problem.where = std::move(where);
    problems_.push_back(std::move(problem));
  }

  Draft& draft_;
  const Environment& environment_;
  std::vector<core::Diagnosis>& problems_;
};

}  // namespace

void fill_network(Draft& draft, const Overrides& overrides, const Environment& environment,
                  std::vector<core::Diagnosis>& problems) {
  Network network(draft, environment, problems);
  network.read_base_url(overrides.foundry_origin);
  network.read_headers();
  network.lay_headers(overrides.headers);
  network.read_proxy();
  network.read_tls();
  network.read_permissions(overrides);
}

}  // namespace byok::config
