// Checks of the way to the server: its name, its port, the proxy and TLS.
#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "base/text.hpp"
#include "doctor/checks.hpp"
#include "doctor/claims.hpp"
#include "doctor/exchange.hpp"
#include "doctor/local_servers.hpp"
#include "transport/curl_errors.hpp"
#include "transport/probe.hpp"

namespace byok::doctor {
namespace {

using base::ErrorKind;
using transport::Attempt;
using transport::TlsTrouble;

// Who is connected to: the proxy, where there is one.
struct Peer {
  std::string host;
  std::uint16_t port = 0;
  bool is_proxy = false;
};

Peer peer_of(const core::Profile& profile) {
  const std::string& proxy = profile.network.proxy;
  if (proxy.empty()) return {profile.base_url.host(), profile.base_url.port(), false};
  std::string shown = transport::proxy_display(proxy);
  const bool is_https = shown.starts_with("https");
  if (const std::size_t end = shown.find("://"); end != std::string::npos) shown.erase(0, end + 3);
  const bool has_port =
      shown.find(':', shown.rfind(']') == std::string::npos ? 0 : shown.rfind(']')) != std::string::npos;
  const auto url = core::Url::parse("http://" + shown);
  if (!url) return {shown, 0, true};
  const std::uint16_t usual = is_https ? 443 : 1080;  // libcurl's
  return {url->host(), has_port ? url->port() : usual, true};
}

transport::ProbeLimits limits_of(const Case& c) { return {.limit = c.left(), .interrupt = c.options.interrupt}; }

std::string host_port(std::string_view address, std::uint16_t port) {
  return address.contains(':') ? fmt::format("[{}]:{}", address, port) : fmt::format("{}:{}", address, port);
}

core::Url with_host(const core::Url& url, std::string_view host) {
  const bool is_usual = url.origin().rfind(':') == url.scheme().size();
  const std::string authority = is_usual ? std::string(host) : host_port(host, url.port());
  const auto made = core::Url::parse(fmt::format("{}://{}{}", url.scheme(), authority, url.path()));
  return made.value_or(url);
}

std::string skip_proxy(const Case& c) {
  return fmt::format("mend the proxy's address ({}), or go without it: `export no_proxy={}`, or {}",
                     c.profile->network.proxy_origin, c.profile->base_url.host(), how_to_set(c, {{"proxy", "none"}}));
}

// A well-known host that the name is nearly.
std::string nearly(const std::string& host) {
  static constexpr auto kHosts = std::to_array<std::string_view>(
      {"api.openai.com", "api.anthropic.com", "openrouter.ai", "api.groq.com", "api.mistral.ai", "api.x.ai",
       "api.deepseek.com", "api.together.xyz", "api.cerebras.ai", "api.fireworks.ai", "localhost",
       "generativelanguage.googleapis.com"});
  return base::nearest(host, kHosts);
}

std::string mend_name(const Case& c) {
  const core::Url& url = c.profile->base_url;
  if (!c.profile->network.proxy.empty()) return skip_proxy(c);
  if (const std::string host = nearly(url.host()); !host.empty() && host != url.host()) {
    return how_to_set(c, {{"base_url", with_host(url, host).str()}});
  }
  if (core::is_azure_host(url.host())) {
    return fmt::format(
        "no resource has the name {}: write the endpoint as the portal shows it, {}",
        url.host().substr(0, url.host().find('.')),
        how_to_set(c, {{"base_url", "https://NAME" + url.host().substr(url.host().find('.')) + url.path()}}));
  }
  return fmt::format("correct the host in base_url; where `getent hosts {}` finds nothing, mend this machine's network",
                     url.host());
}

bool is_v6(std::string_view address) { return address.contains(':'); }

std::string reason_of(const Attempt& attempt) {
  switch (attempt.error) {
    case ECONNREFUSED:
      return "refuses";
    case ETIMEDOUT:
      return "does not answer";
    default:
      return std::strerror(attempt.error);
  }
}

// What refuses on loopback: another family's address that does listen, a server that moved, or how to start it.
std::string mend_refused_here(const Case& c, const std::vector<Attempt>& attempts, const Peer& peer) {
  std::vector<std::string> others;
  for (const char* address : {"127.0.0.1", "::1"}) {
    if (std::ranges::find(attempts, address, &Attempt::address) == attempts.end()) others.emplace_back(address);
  }
  const auto tried = transport::try_addresses(others, peer.port, limits_of(c));
  if (tried) {
    const auto open = std::ranges::find_if(*tried, &Attempt::is_connected);
    if (open != tried->end()) return how_to_set(c, {{"base_url", with_host(c.profile->base_url, open->address).str()}});
  }
  const std::string advice = advise_on_local_servers(c, "");
  return advice.empty() ? transport::local_server_hint(c.profile->base_url) : advice;
}

void judge_unconnected(const Case& c, const std::vector<Attempt>& attempts, const Peer& peer, Finding& finding) {
  const Attempt& first = attempts.front();
  for (const Attempt& one : attempts) finding.details.push_back(fmt::format("{} {}", one.address, reason_of(one)));
  const std::string name = fmt::format("{}{}", peer.is_proxy ? "the proxy " : "", host_port(peer.host, peer.port));
  const bool is_refused = std::ranges::find(attempts, ECONNREFUSED, &Attempt::error) != attempts.end();
  if (is_refused) {
    std::string remedy = fmt::format("start the server on {}, or correct the port in base_url", peer.host);
    if (peer.is_proxy) remedy = skip_proxy(c);
    if (!peer.is_proxy && c.profile->base_url.is_loopback()) remedy = mend_refused_here(c, attempts, peer);
    finding.fail(ErrorKind::network, "refused", fmt::format("nothing listens on {}", name), remedy);
    return;
  }
  std::string remedy = fmt::format("is a firewall between, or a VPN needed? Through a proxy: {}",
                                   how_to_set(c, {{"proxy", "http://HOST:PORT"}}));
  if (peer.is_proxy) remedy = skip_proxy(c);
  if (!peer.is_proxy && c.profile->base_url.is_loopback()) remedy = "the server hangs or is overloaded: start it again";
  finding.fail(first.error == ETIMEDOUT ? ErrorKind::timeout : ErrorKind::network, "unreachable",
               fmt::format("{} {}", name, reason_of(first)), remedy);
}

// The first host that the certificate names: "DNS:localhost, IP Address:127.0.0.1".
std::string first_name(std::string_view names) {
  for (const std::string_view prefix : {"DNS:", "IP Address:"}) {
    const std::size_t at = names.find(prefix);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = names.substr(at + prefix.size());
    const std::string name(base::trim(rest.substr(0, rest.find(','))));
    if (!name.contains('*')) return name;
  }
  return {};
}

std::string mend_proxy_login(const Case& c) {
  std::string proxy = transport::proxy_display(c.profile->network.proxy);
  const std::size_t scheme = proxy.find("://");
  proxy.insert(scheme == std::string::npos ? 0 : scheme + 3, "USER:PASSWORD@");
  if (scheme == std::string::npos) proxy.insert(0, "http://");
  return fmt::format("{}\n(for Kerberos or NTLM also proxy_auth: negotiate, or ntlm)",
                     how_to_set(c, {{"proxy", proxy}}));
}

// The profile's `tls:` with these keys set.
std::string tls_with(const Case& c, const Settings& changes) {
  const core::Network& network = c.profile->network;
  Settings keys{{"ca_file", network.ca_file}, {"client_cert", network.client_cert}, {"client_key", network.client_key}};
  if (network.ca_only) keys.emplace_back("ca_only", "true");
  std::vector<std::string> pairs;
  for (auto& [key, value] : keys) {
    const auto change = std::ranges::find(changes, key, &Settings::value_type::first);
    if (change != changes.end()) value = change->second;
    if (!value.empty()) pairs.push_back(fmt::format("{}: {}", key, value));
  }
  return fmt::format("{{{}}}", base::join(pairs, ", "));
}

std::string mend_handshake(const Case& c, const transport::Handshake& made) {
  const core::Url& url = c.profile->base_url;
  switch (made.trouble) {
    case TlsTrouble::unknown_issuer:
      return fmt::format("if that authority is your own or your company's, name its certificate: {}",
                         how_to_set(c, {{"tls", tls_with(c, {{"ca_file", "PATH.pem"}})}}));
    case TlsTrouble::expired:
    case TlsTrouble::not_yet_valid:
      return fmt::format(
          "this machine's clock says {}: if that is wrong, `sudo timedatectl set-ntp true`; if it is right, whoever "
          "runs the server must renew the certificate",
          utc_text(seconds_now()));
    case TlsTrouble::wrong_host: {
      const std::string name = made.certificate ? first_name(made.certificate->names) : "";
      if (!name.empty()) return how_to_set(c, {{"base_url", with_host(url, name).str()}});
      break;
    }
    case TlsTrouble::wants_certificate:
      return fmt::format(
          "if the server asks for a client certificate: {}",
          how_to_set(c, {{"tls", tls_with(c, {{"client_cert", "PATH.pem"}, {"client_key", "PATH.key"}})}}));
    case TlsTrouble::no_tls:
      return how_to_set(c, {{"base_url", fmt::format("http{}", url.str().substr(url.scheme().size()))}});
    case TlsTrouble::proxy_login:
      return mend_proxy_login(c);
    case TlsTrouble::proxy_refusal:
      return skip_proxy(c);
    case TlsTrouble::other:
      break;
  }
  return made.error->hint;
}

// Through a proxy a plain request is the proxy's to answer: it is asked once, without the credential.
Finding check_plain_proxy(const Case& c) {
  Finding finding;
  const std::string shown = transport::proxy_display(c.profile->network.proxy);
  finding.seen = fmt::format("plain http through the proxy {} (from {})", shown, c.profile->network.proxy_origin);
  const auto answer = fetch(c, *c.profile, base::Secret(), wire::list_models(*c.profile, base::Secret(), "").url);
  if (!answer) {
    base::Error error = answer.error();
    if (error.message.contains("407")) error.hint = mend_proxy_login(c);
    return finding.fail(error, skip_proxy(c));
  }
  const bool is_page = base::icontains(answer->head.find("content-type"), "text/html");
  if (!is_page) return finding;
  return finding.fail(ErrorKind::network, "proxy-page",
                      fmt::format("the proxy {} answers with a web page (status {}): {}", shown, answer->head.status,
                                  base::abbreviate(base::strip_html(answer->body), 120)),
                      skip_proxy(c));
}

}  // namespace

std::string describe_attempts(const std::vector<Attempt>& attempts, std::string_view host, std::uint16_t port) {
  const auto open = std::ranges::find_if(attempts, &Attempt::is_connected);
  std::string text = host_port(open->address, port);
  for (const Attempt& one : attempts) {
    if (one.is_connected()) continue;
    text += fmt::format("; {} {}", one.address, reason_of(one));
    const bool is_other_family = is_v6(one.address) != is_v6(open->address);
    if (is_other_family && host == "localhost") {
      text += fmt::format(": the server listens on IPv{} only", is_v6(open->address) ? 6 : 4);
    }
  }
  return text;
}

Finding check_dns(Case& c) {
  Finding finding;
  const Peer peer = peer_of(*c.profile);
  auto found = transport::find_addresses(peer.host, limits_of(c));
  if (!found) {
    base::Error error = std::move(found).error();
    if (error.kind != ErrorKind::cancelled) error.hint = mend_name(c);
    return finding.fail(error, "is this machine online?");
  }
  c.addresses = *std::move(found);
  if (c.addresses.front() == peer.host) {
    finding.seen = fmt::format("{} is an address", peer.host);
    return finding;
  }
  const bool has_v6 = std::ranges::any_of(c.addresses, is_v6);
  const bool has_v4 = !std::ranges::all_of(c.addresses, is_v6);
  constexpr std::size_t kMostShown = 4;
  std::vector<std::string> shown(
      c.addresses.begin(), c.addresses.begin() + static_cast<std::ptrdiff_t>(std::min(c.addresses.size(), kMostShown)));
  if (c.addresses.size() > kMostShown) shown.emplace_back("…");
  finding.seen = fmt::format("{}{}: {} ({})", peer.is_proxy ? "the proxy " : "", peer.host, base::join(shown, ", "),
                             has_v4 && has_v6 ? "IPv4 and IPv6"
                             : has_v4         ? "IPv4"
                                              : "IPv6");
  return finding;
}

Finding check_connect(Case& c) {
  Finding finding;
  const Peer peer = peer_of(*c.profile);
  const auto attempts = transport::try_addresses(c.addresses, peer.port, limits_of(c));
  if (!attempts) return finding.fail(attempts.error(), "try again");
  if (std::ranges::any_of(*attempts, &Attempt::is_connected)) {
    finding.seen = describe_attempts(*attempts, peer.host, peer.port);
  } else {
    judge_unconnected(c, *attempts, peer, finding);
  }
  return finding;
}

Finding check_tls(Case& c) {
  const core::Profile& profile = *c.profile;
  const std::string& proxy = profile.network.proxy;
  if (!profile.base_url.is_https()) {
    if (!proxy.empty()) return check_plain_proxy(c);
    Finding finding;
    finding.seen = "plain http, no proxy";
    return finding;
  }
  Finding finding;
  const auto made = transport::shake_hands(profile.base_url, profile.network, limits_of(c));
  if (!made) return finding.fail(made.error(), "check the files that `tls:` names");
  if (!proxy.empty()) {
    finding.details.push_back(
        fmt::format("through the proxy {} (from {})", transport::proxy_display(proxy), profile.network.proxy_origin));
  }
  if (!profile.network.ca_file.empty())
    finding.details.push_back(fmt::format("with the authorities of {}", profile.network.ca_file));
  if (!profile.network.client_cert.empty())
    finding.details.push_back(fmt::format("with the client certificate {}", profile.network.client_cert));
  if (const auto& own = made->certificate) {
    const std::string starts = made->error ? fmt::format("from {} ", own->starts) : "";
    finding.seen = fmt::format("{}, issued by {}, valid {}until {}", made->protocol, own->issuer, starts, own->ends);
    finding.details.push_back(fmt::format("for {}", own->names.empty() ? own->subject : own->names));
  }
  if (!made->error) return finding;
  base::Error error = *made->error;
  error.hint = mend_handshake(c, *made);
  return finding.fail(error, "ask whoever runs the server");
}

}  // namespace byok::doctor
