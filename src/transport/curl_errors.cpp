// CurlFailure: libcurl's codes explained in plain words, with the next step to take.
#include "transport/curl_errors.hpp"

#include <curl/curl.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <initializer_list>
#include <string_view>

#include "base/text.hpp"
#include "core/local_server.hpp"

namespace byok::transport {
namespace {

using base::Error;
using base::ErrorKind;

// OpenSSL's X509_V_ERR_… that matter here (openssl/x509_vfy.h; part of its stable interface).
enum Verify : long {
  kIssuerNotFound = 2,
  kNotYetValid = 9,
  kExpired = 10,
  kSelfSigned = 18,
  kSelfSignedInChain = 19,
  kIssuerNotLocal = 20,
  kLeafNotVerified = 21,
  kHostMismatch = 62,
};

// Foundry Local listens on another port after each start.
constexpr std::string_view kFoundryLocal =
    "Is the server started, and on this port? Foundry Local's port changes: `foundry server status` (older versions: "
    "`foundry service status`) prints it.";

struct Parties {
  std::string server;  // host:port
  std::string proxy;   // as shown, with where it comes from; empty: none
};

Error network_error(std::string message, std::string hint = {}) {
  Error error;
  error.kind = ErrorKind::network;
  error.message = std::move(message);
  error.hint = std::move(hint);
  return error;
}

Error permanent(Error error) {
  error.should_retry = false;
  return error;
}

bool has_any(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::ranges::any_of(parts, [&](std::string_view part) { return base::icontains(text, part); });
}

long number(void* easy, CURLINFO which) {
  long value = 0;
  curl_easy_getinfo(static_cast<CURL*>(easy), which, &value);
  return value;
}

std::string shown_proxy(const core::Network& network) {
  if (network.proxy.empty()) return {};
  const std::string proxy = "the proxy " + proxy_display(network.proxy);
  return network.proxy_origin.empty() ? proxy : fmt::format("{} (from {})", proxy, network.proxy_origin);
}

Error explain_connect(const CurlFailure& failure, const core::Url& url, const Parties& parties) {
  const std::string peer = parties.proxy.empty() ? parties.server : parties.proxy;
  switch (failure.system_error) {
    case ECONNREFUSED: {
      auto error = network_error(fmt::format("nothing listens on {}", peer));
      if (!parties.proxy.empty()) return error;
      if (!url.is_loopback()) {
        error.hint = "Is the server started, and is the port in base_url right?";
        return error;
      }
      error.hint = local_server_hint(url);
      return permanent(std::move(error));
    }
    case ENETUNREACH:
    case EHOSTUNREACH:
      return network_error(fmt::format("there is no route to {}", peer), "Is this machine online? Is a VPN needed?");
    case ETIMEDOUT:
      return network_error(fmt::format("{} does not answer", peer), "Is a firewall between, or a proxy needed?");
    default:
      return network_error(fmt::format("cannot connect to {}", peer));
  }
}

Error explain_timeout(const CurlFailure& failure, const Parties& parties) {
  const std::string peer = parties.proxy.empty() ? parties.server : parties.proxy;
  const std::string limit = duration_text(failure.connect_timeout);
  Error error;
  if (!failure.is_resolved)
    error = network_error(fmt::format("the address of {} could not be found within {}", peer, limit),
                          "The name server does not answer: is this machine online?");
  else if (!failure.is_connected)
    error = network_error(fmt::format("cannot reach {}: no connection within {}", peer, limit),
                          "Is a firewall between, or a proxy needed? A longer connect_timeout waits longer.");
  else
    error = network_error(fmt::format("{} accepted the connection but did not set it up within {}", peer, limit),
                          "Does that port speak TLS? Plain HTTP needs http:// in base_url.");
  error.kind = ErrorKind::timeout;
  return error;
}

// "OpenSSL/3.0: error:0A000410:SSL routines::sslv3 alert handshake failure, errno 0" -> "sslv3 alert handshake failure"
std::string_view tls_reason(std::string_view detail) {
  if (const auto routines = detail.rfind("::"); routines != std::string_view::npos) detail.remove_prefix(routines + 2);
  return detail.substr(0, detail.find(", errno"));
}

// libcurl compares the names itself, and says so in its own words alone.
bool is_for_another_host(const CurlFailure& failure) {
  return failure.verify_result == kHostMismatch ||
         has_any(failure.detail, {"no alternative certificate", "does not match", "unable to obtain common name"});
}

Error explain_certificate(const CurlFailure& failure, const Parties& parties) {
  const std::string& peer = failure.is_at_proxy ? parties.proxy : parties.server;
  switch (failure.verify_result) {
    case kExpired:
      return network_error(fmt::format("the TLS certificate of {} has expired", peer),
                           "Is this machine's clock right? Otherwise whoever runs the server must renew it.");
    case kNotYetValid:
      return network_error(fmt::format("the TLS certificate of {} is not valid yet", peer),
                           "Is this machine's clock right?");
    default:
      break;
  }
  if (is_unknown_issuer(failure))
    return network_error(
        fmt::format("the TLS certificate of {} is signed by an authority unknown to this machine", peer),
        "If it is your own or your company's, name its certificate: `tls: {ca_file: PATH}` in the profile, or "
        "SSL_CERT_FILE.");
  if (is_for_another_host(failure))
    return network_error(fmt::format("the TLS certificate of {} is for another host", peer),
                         "Write the host as the certificate names it.");
  return network_error(fmt::format("the TLS certificate of {} does not verify: {}", peer, tls_reason(failure.detail)));
}

bool wants_client_certificate(std::string_view detail) {
  return has_any(detail, {"certificate required", "alert bad certificate", "handshake failure", "alert unknown ca"});
}

bool is_no_tls(std::string_view detail) {
  return has_any(detail, {"wrong version number", "http request", "packet length too long", "unknown protocol",
                          "record layer failure"});
}

Error explain_handshake(const CurlFailure& failure, const Parties& parties) {
  if (is_no_tls(failure.detail))
    return permanent(network_error(fmt::format("{} does not speak TLS", parties.server),
                                   "Plain HTTP needs http:// in base_url; or the port is wrong."));
  if (wants_client_certificate(failure.detail))
    return permanent(network_error(
        fmt::format("{} refused the TLS handshake: {}", parties.server, tls_reason(failure.detail)),
        "If it asks for a client certificate: `tls: {client_cert: PATH, client_key: PATH}` in the profile."));
  if (has_any(failure.detail, {"unsupported protocol", "protocol version", "no protocols available"}))
    return permanent(
        network_error(fmt::format("{} speaks no TLS newer than 1.1", parties.server), "byok needs TLS 1.2 or newer."));
  return network_error(fmt::format("the TLS handshake with {} failed: {}", parties.server, tls_reason(failure.detail)));
}

Error explain_proxy_answer(const CurlFailure& failure, const core::Network& network, const Parties& parties) {
  if (failure.proxy_status == 407) return proxy_login_error(network);
  auto error = network_error(
      fmt::format("{} refused to connect to {} (status {})", parties.proxy, parties.server, failure.proxy_status),
      "The proxy's rules may not allow that host; `no_proxy` names hosts that are reached without it.");
  if (failure.proxy_status < 500) return permanent(std::move(error));
  return error;
}

Error explain_cut(const CurlFailure& failure, const Parties& parties) {
  if (wants_client_certificate(failure.detail)) return explain_handshake(failure, parties);
  if (has_any(failure.detail, {"chunk hex-length", "hexadecimal", "illegal or missing", "malformed", "chunk"}))
    return network_error(fmt::format("{} sent a reply that breaks the rules of HTTP", parties.server),
                         "A gateway between may have damaged it.");
  if (failure.proxy_status == 0 && !parties.proxy.empty() && !failure.is_connected)
    return network_error(fmt::format("{} closed the connection", parties.proxy));
  return network_error(fmt::format("the connection to {} was reset", parties.server));
}

Error internal_error(const CurlFailure& failure) {
  Error error;
  error.message = fmt::format("libcurl failed with code {}: {}", failure.code,
                              curl_easy_strerror(static_cast<CURLcode>(failure.code)));
  return error;
}

Error explain_file(const CurlFailure& failure) {
  Error error;
  error.kind = ErrorKind::config;
  if (failure.code == CURLE_SSL_CERTPROBLEM) {
    error.message = fmt::format("the client certificate or its key cannot be used: {}", failure.detail);
    error.hint = "tls.client_cert and tls.client_key are PEM files; the key belongs to the certificate.";
  } else {
    error.message = fmt::format("the file of trusted certificates cannot be used: {}", failure.detail);
    error.hint = "tls.ca_file, SSL_CERT_FILE and CURL_CA_BUNDLE name PEM files.";
  }
  return error;
}

Error explain_by_code(const CurlFailure& failure, const core::Url& url, const Parties& parties) {
  switch (failure.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return network_error(fmt::format("cannot find host {}", url.host()),
                           "Is the name in base_url right, and is this machine online?");
    case CURLE_COULDNT_RESOLVE_PROXY:
      return network_error(fmt::format("cannot find {}", parties.proxy), "Is its name right?");
    case CURLE_COULDNT_CONNECT:
      return explain_connect(failure, url, parties);
    case CURLE_OPERATION_TIMEDOUT:
      return explain_timeout(failure, parties);
    case CURLE_PEER_FAILED_VERIFICATION:
      return permanent(explain_certificate(failure, parties));
    case CURLE_SSL_CONNECT_ERROR:
      return explain_handshake(failure, parties);
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
      return explain_file(failure);
    case CURLE_PROXY:
      return network_error(fmt::format("{} did not make the connection to {}", parties.proxy, parties.server));
    case CURLE_GOT_NOTHING:
      return network_error(fmt::format("{} closed the connection without an answer", parties.server));
    case CURLE_PARTIAL_FILE:
      return network_error(fmt::format("the reply from {} was cut short", parties.server));
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return explain_cut(failure, parties);
    case CURLE_UNSUPPORTED_PROTOCOL:  // what libcurl calls an answer without a status line
    case CURLE_WEIRD_SERVER_REPLY:
      return permanent(network_error(
          fmt::format("{} answers with something that is not HTTP", parties.server),
          url.is_https() ? "Is the port in base_url right?" : "Is the port in base_url right? TLS needs https://."));
    case CURLE_BAD_CONTENT_ENCODING:
      // The next reply would be no other, and would be billed again.
      return permanent(
          network_error(fmt::format("{} compressed its reply in a way that cannot be read", parties.server)));
    case CURLE_HTTP2:
    case CURLE_SSL_SHUTDOWN_FAILED:
      return explain_cut(failure, parties);
    default:
      return internal_error(failure);
  }
}

}  // namespace

std::string host_port(const core::Url& url) {
  const bool is_v6 = url.host().find(':') != std::string::npos;
  return is_v6 ? fmt::format("[{}]:{}", url.host(), url.port()) : fmt::format("{}:{}", url.host(), url.port());
}

std::string proxy_display(std::string_view proxy) {
  std::string_view scheme;
  if (const auto end = proxy.find("://"); end != std::string_view::npos) {
    scheme = proxy.substr(0, end + 3);
    proxy.remove_prefix(end + 3);
  }
  // A password may hold a '/', against the RFC: what stands before the last '@' is never shown.
  if (const auto at = proxy.rfind('@'); at != std::string_view::npos) proxy.remove_prefix(at + 1);
  proxy = proxy.substr(0, proxy.find_first_of("/?#"));
  return fmt::format("{}{}", scheme, proxy);
}

std::string local_server_hint(const core::Url& url) {
  std::string hint(kFoundryLocal);
  if (const auto* server = core::local_server_at(url.port()))
    hint = fmt::format("Port {} is {}'s: start it with `{}`.", server->port, server->name, server->start);
  if (url.host() == "localhost") hint += " Should it listen elsewhere on this machine, try 127.0.0.1 for localhost.";
  return hint;
}

std::string duration_text(std::chrono::milliseconds time) {
  if (time >= std::chrono::milliseconds{120'000} && time.count() % 60'000 == 0)
    return fmt::format("{} min", time.count() / 60'000);
  return fmt::format("{:g} s", static_cast<double>(time.count()) / 1000.0);
}

base::Error timeout_error(Timers::Limit limit, const TransferOptions& options, const core::Url& url) {
  base::Error error;
  error.kind = base::ErrorKind::timeout;
  const std::string peer = host_port(url);
  switch (limit) {
    case Timers::Limit::first_event:
      error.message = fmt::format("no answer from {} within {}", peer, duration_text(options.first_event_timeout));
      error.hint = "A model that thinks for long needs a longer first_token_timeout (--first-token-timeout; 0: none).";
      // A local server that is busy loading a model would only be asked to do the work twice.
      if (url.is_loopback()) error.should_retry = false;
      break;
    case Timers::Limit::idle:
      error.message = fmt::format("{} fell silent: nothing came for {}", peer, duration_text(options.idle_timeout));
      error.hint = "A longer idle_timeout (--idle-timeout; 0: none) waits longer.";
      break;
    case Timers::Limit::between_events:
      error.message = fmt::format("{} sent nothing of the answer for {}, though the connection is alive", peer,
                                  duration_text(options.first_event_timeout));
      error.hint = "A longer first_token_timeout (--first-token-timeout; 0: none) waits longer.";
      break;
    case Timers::Limit::deadline:
      error.message = fmt::format("the time allowed for the whole run was over before {} had answered in full", peer);
      error.hint = "A longer --timeout (or none) allows more.";
      error.should_retry = false;
      break;
    case Timers::Limit::complete:  // no failure
      break;
  }
  return error;
}

CurlFailure read_failure(void* easy, int code, std::string detail, std::chrono::milliseconds connect_timeout) {
  const long at_proxy = number(easy, CURLINFO_PROXY_SSL_VERIFYRESULT);
  curl_off_t found = 0;
  curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &found);
  return {.code = code,
          .detail = std::move(detail),
          .system_error = static_cast<int>(number(easy, CURLINFO_OS_ERRNO)),
          .proxy_status = static_cast<int>(number(easy, CURLINFO_HTTP_CONNECTCODE)),
          .verify_result = at_proxy != 0 ? at_proxy : number(easy, CURLINFO_SSL_VERIFYRESULT),
          .is_at_proxy = at_proxy != 0,
          .is_resolved = found > 0,
          // The time of connecting is not set while TLS is still being spoken.
          .is_connected = number(easy, CURLINFO_LOCAL_PORT) > 0,
          .connect_timeout = connect_timeout};
}

bool is_unknown_issuer(const CurlFailure& failure) {
  if (failure.code != CURLE_PEER_FAILED_VERIFICATION) return false;
  constexpr std::array<long, 5> kUnknown{kIssuerNotFound, kSelfSigned, kSelfSignedInChain, kIssuerNotLocal,
                                         kLeafNotVerified};
  return std::ranges::find(kUnknown, failure.verify_result) != kUnknown.end();
}

Error proxy_login_error(const core::Network& network) {
  return permanent(network_error(
      fmt::format("{} asks for a login (status 407)", shown_proxy(network)),
      "Put it into the proxy's URL, http://USER:PASSWORD@HOST:PORT; for Kerberos or NTLM set proxy_auth as well."));
}

TlsTrouble trouble_of(const CurlFailure& failure) {
  if (failure.proxy_status == 407) return TlsTrouble::proxy_login;
  if (failure.proxy_status >= 300) return TlsTrouble::proxy_refusal;
  switch (failure.code) {
    case CURLE_PEER_FAILED_VERIFICATION:
      if (failure.verify_result == kExpired) return TlsTrouble::expired;
      if (failure.verify_result == kNotYetValid) return TlsTrouble::not_yet_valid;
      if (is_unknown_issuer(failure)) return TlsTrouble::unknown_issuer;
      return is_for_another_host(failure) ? TlsTrouble::wrong_host : TlsTrouble::other;
    case CURLE_SSL_CONNECT_ERROR:
      if (is_no_tls(failure.detail)) return TlsTrouble::no_tls;
      [[fallthrough]];
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return wants_client_certificate(failure.detail) ? TlsTrouble::wants_certificate : TlsTrouble::other;
    default:
      return TlsTrouble::other;
  }
}

Error explain_failure(const CurlFailure& failure, const core::Url& url, const core::Network& network) {
  const Parties parties{.server = host_port(url), .proxy = shown_proxy(network)};
  if (failure.proxy_status >= 300) return explain_proxy_answer(failure, network, parties);
  return explain_by_code(failure, url, parties);
}

}  // namespace byok::transport
