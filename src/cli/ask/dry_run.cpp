// What would be sent, shown.
#include "cli/ask/dry_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "base/text.hpp"

namespace byok::cli {
namespace {

// "Bearer " where a value begins so; anything else before a space may be a part of the secret.
std::string_view scheme_of(const core::Header& header) {
  const std::string_view value = header.value;
  const std::size_t space = value.find(' ');
  const bool is_scheme = space != std::string_view::npos && base::is_auth_scheme(value.substr(0, space));
  return is_scheme ? value.substr(0, space + 1) : std::string_view();
}

std::string masked(const core::Header& header) { return fmt::format("{}{}", scheme_of(header), base::Redactor::kMask); }

// Text for inside double quotes of a shell; `$` stays, for it is a reference to where the secret lies.
std::string in_double_quotes(std::string_view shell) { return fmt::format("\"{}\"", shell); }

constexpr std::string_view kUnnamedSecret = "$SECRET";

std::string secret_header(const core::Header& header) {
  const std::string value =
      header.shell.empty() ? fmt::format("{}{}", scheme_of(header), kUnnamedSecret) : header.shell;
  return in_double_quotes(fmt::format("{}: {}", header.name, value));
}

// Inside double quotes these keep a meaning (POSIX, Shell Command Language, 2.2.3).
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\\"$`").contains(c)) out += '\\';
    out += c;
  }
  return out;
}

// A word with secrets in it, as a shell that has the same variables makes it: the secret is `$NAME` where a variable
// holds it.
std::string shell_word(const std::string& text, const config::Environment& environment,
                       const base::Redactor& redactor) {
  if (redactor.redact(text) == text) return base::shell_quote(text);
  std::string word = escaped(text);
  for (const auto& [name, raw] : environment.all()) {
    const std::string_view value = base::trim(raw);
    if (value.size() < base::Redactor::kShortest || redactor.redact(value) == value) continue;
    word = base::replace_all(std::move(word), escaped(value), fmt::format("${{{}}}", name));
  }
  return in_double_quotes(base::replace_all(redactor.redact(word), base::Redactor::kMask, kUnnamedSecret));
}

// The whole address: a query value of a secret's name is masked even where it is too short to be searched for.
std::string url_word(const core::Url& url, const config::Environment& environment, const base::Redactor& redactor) {
  const std::string shown = redactor.redact(url.str());
  if (url.str() == url.display() || shown != url.str()) return shell_word(url.str(), environment, redactor);
  return in_double_quotes(base::replace_all(escaped(url.display()), base::Redactor::kMask, kUnnamedSecret));
}

std::string option(std::string_view name, std::string_view value) {
  return fmt::format(" \\\n  {} {}", name, base::shell_quote(value));
}

std::string proxy_options(const core::Network& network, const config::Environment& environment) {
  if (network.proxy.empty()) {
    constexpr std::string_view kRead[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    const bool has_other = std::ranges::any_of(kRead, [&](std::string_view name) { return environment.has(name); });
    return has_other ? option("--noproxy", "*") : "";
  }
  const std::size_t at = network.proxy.rfind('@');
  const bool has_login = at != std::string::npos;
  std::string address = network.proxy;
  if (has_login) {
    const std::size_t scheme = address.find("://");
    const std::size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
    address.erase(begin, at + 1 - begin);
  }
  std::string text = option("--noproxy", "") + option("--proxy", address);
  if (has_login) text += " \\\n  --proxy-user \"$PROXY_USER\"";
  if (network.proxy_auth == "negotiate" && !has_login) text += option("--proxy-user", ":");
  if (network.proxy_auth == "any" && has_login) text += " --proxy-anyauth";
  if (network.proxy_auth == "negotiate") text += " --proxy-negotiate";
  if (network.proxy_auth == "ntlm") text += " --proxy-ntlm";
  return text;
}

std::string tls_options(const core::Network& network) {
  std::vector<std::string> bundles;
  for (const std::string& file : {network.ca_bundle, network.extra_ca_file, network.ca_file}) {
    if (network.ca_only && file != network.ca_file) continue;
    if (!file.empty()) bundles.push_back(base::shell_quote(file));
  }
  std::string text;
  if (bundles.size() == 1) text += fmt::format(" \\\n  --cacert {}", bundles.front());
  // curl takes one file; bash makes one of several.
  if (bundles.size() > 1) text += fmt::format(" \\\n  --cacert <(cat {})", base::join(bundles, " "));
  if (!network.ca_directory.empty() && !network.ca_only) text += option("--capath", network.ca_directory);
  if (!network.client_cert.empty()) text += option("--cert", network.client_cert);
  if (!network.client_key.empty()) text += option("--key", network.client_key);
  return text;
}

// A delimiter that is no line of the text.
std::string delimiter_for(std::string_view body) {
  std::string delimiter = "BODY";
  while (fmt::format("\n{}\n", body).find("\n" + delimiter + "\n") != std::string::npos) delimiter += "_";
  return delimiter;
}

}  // namespace

std::string show_request(const core::HttpRequest& request, const base::Redactor& redactor) {
  std::string text = fmt::format("{} {}\n", request.method, redactor.redact(request.url.display()));
  for (const core::Header& header : request.headers) {
    text += fmt::format("{}: {}\n", header.name, header.is_secret ? masked(header) : redactor.redact(header.value));
  }
  if (request.body.empty()) return text;
  const auto body = nlohmann::ordered_json::parse(request.body, nullptr, false);
  const std::string shown =
      body.is_discarded() ? request.body : body.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
  return text + "\n" + redactor.redact(shown) + "\n";
}

std::string show_curl(const core::HttpRequest& request, const core::Network& network,
                      const config::Environment& environment, const base::Redactor& redactor) {
  std::string text = fmt::format("curl -sS -N -X {} {}", request.method, url_word(request.url, environment, redactor));
  for (const core::Header& header : request.headers) {
    const std::string line = fmt::format("{}: {}", header.name, header.value);
    text +=
        fmt::format(" \\\n  -H {}", header.is_secret ? secret_header(header) : shell_word(line, environment, redactor));
  }
  text += proxy_options(network, environment);
  if (request.url.is_https() || network.proxy.starts_with("https")) text += tls_options(network);
  if (request.body.empty()) return text + "\n";
  const std::string body = redactor.redact(request.body);
  const std::string delimiter = delimiter_for(body);
  return fmt::format("{} \\\n  --data-binary @- <<'{}'\n{}\n{}\n", text, delimiter, body, delimiter);
}

}  // namespace byok::cli
