// Each of libcurl's failures in plain words: kind, words, and whether another try makes sense.
#include "transport/curl_errors.hpp"

#include <curl/curl.h>

#include <cerrno>
#include <ostream>
//
#include <doctest/doctest.h>

#include <array>
#include <string_view>

using namespace byok;
using namespace std::chrono_literals;
using base::ErrorKind;
using transport::CurlFailure;

namespace {

core::Url url(std::string_view text) { return core::Url::parse(text).value(); }

CurlFailure failure(int code, std::string detail = {}) {
  CurlFailure made;
  made.code = code;
  made.detail = std::move(detail);
  made.is_resolved = true;
  made.is_connected = true;
  made.connect_timeout = 10s;
  return made;
}

base::Error explain(const CurlFailure& made) {
  return explain_failure(made, url("https://api.example.com/v1?key=abc"), {});
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("every code names the server, has a kind, and never the query") {
  struct Case {
    int code;
    const char* detail;
    ErrorKind kind;
    const char* words;
    std::optional<bool> should_retry;
  };
  const std::array cases{
      Case{CURLE_COULDNT_RESOLVE_HOST, "", ErrorKind::network, "cannot find host api.example.com", {}},
      Case{CURLE_COULDNT_CONNECT, "", ErrorKind::network, "cannot connect to api.example.com:443", {}},
      Case{CURLE_GOT_NOTHING, "", ErrorKind::network, "api.example.com:443 closed the connection", {}},
      Case{CURLE_PARTIAL_FILE, "", ErrorKind::network, "from api.example.com:443 was cut short", {}},
      Case{CURLE_RECV_ERROR, "Recv failure: Connection reset by peer", ErrorKind::network, "was reset", {}},
      Case{CURLE_SEND_ERROR, "Send failure: Broken pipe", ErrorKind::network, "was reset", {}},
      Case{CURLE_RECV_ERROR,
           "Illegal or missing hexadecimal sequence in chunked-encoding",
           ErrorKind::network,
           "breaks the rules of HTTP",
           {}},
      Case{CURLE_RECV_ERROR, "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required",
           ErrorKind::network, "refused the TLS handshake", false},
      Case{CURLE_SSL_CONNECT_ERROR, "error:0A00010B:SSL routines::wrong version number", ErrorKind::network,
           "does not speak TLS", false},
      Case{CURLE_SSL_CONNECT_ERROR, "error:0A000102:SSL routines::unsupported protocol", ErrorKind::network,
           "no TLS newer than 1.1", false},
      Case{CURLE_SSL_CONNECT_ERROR, "sslv3 alert handshake failure", ErrorKind::network, "refused the TLS handshake",
           false},
      Case{CURLE_SSL_CONNECT_ERROR,
           "OpenSSL SSL_connect: Connection reset by peer",
           ErrorKind::network,
           "TLS handshake with api.example.com:443 failed",
           {}},
      Case{CURLE_SSL_CERTPROBLEM, "could not load PEM client certificate", ErrorKind::config, "client certificate", {}},
      Case{CURLE_SSL_CACERT_BADFILE, "error setting certificate", ErrorKind::config, "trusted certificates", {}},
      Case{CURLE_UNSUPPORTED_PROTOCOL, "Received HTTP/0.9 when not allowed", ErrorKind::network, "not HTTP", false},
      Case{CURLE_WEIRD_SERVER_REPLY, "", ErrorKind::network, "not HTTP", false},
      Case{CURLE_BAD_CONTENT_ENCODING, "", ErrorKind::network, "cannot be read", false},
      Case{CURLE_OUT_OF_MEMORY, "", ErrorKind::internal, "libcurl failed with code 27", {}},
  };
  for (const auto& each : cases) {
    CAPTURE(each.code);
    const auto error = explain(failure(each.code, each.detail));
    CAPTURE(error.message);
    CHECK(error.kind == each.kind);
    CHECK(has(error.message, each.words));
    CHECK(error.should_retry == each.should_retry);
    CHECK_FALSE(has(error.message + error.hint, "abc"));
  }
}

TEST_CASE("what a certificate lacks is told apart") {
  struct Case {
    long verify;
    const char* detail;
    const char* words;
    const char* hint;
  };
  const std::array cases{
      Case{10, "certificate has expired", "has expired", "clock"},
      Case{9, "certificate is not yet valid", "not valid yet", "clock"},
      Case{18, "self-signed certificate", "unknown to this machine", "ca_file"},
      Case{19, "self-signed certificate in certificate chain", "unknown to this machine", "ca_file"},
      Case{20, "unable to get local issuer certificate", "unknown to this machine", "SSL_CERT_FILE"},
      Case{21, "unable to verify the first certificate", "unknown to this machine", "ca_file"},
      Case{62, "hostname mismatch", "for another host", "as the certificate names it"},
      Case{0, "SSL: no alternative certificate subject name matches target host name 'x'", "for another host",
           "as the certificate names it"},
      Case{23, "certificate revoked", "does not verify: certificate revoked", ""},
  };
  for (const auto& each : cases) {
    CAPTURE(each.verify);
    auto made = failure(CURLE_PEER_FAILED_VERIFICATION, each.detail);
    made.verify_result = each.verify;
    const auto error = explain(made);
    CHECK(has(error.message, each.words));
    CHECK(has(error.hint, each.hint));
    CHECK(has(error.message, "api.example.com:443"));
    CHECK(error.should_retry == false);
    CHECK(is_unknown_issuer(made) == has(error.message, "unknown to this machine"));
  }
  CHECK_FALSE(is_unknown_issuer(failure(CURLE_SSL_CONNECT_ERROR)));
}

TEST_CASE("of OpenSSL's words only the reason is shown") {
  const auto error = explain(failure(
      CURLE_RECV_ERROR,
      "OpenSSL SSL_read: OpenSSL/3.0: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0"));
  CHECK(error.message == "api.example.com:443 refused the TLS handshake: tlsv13 alert certificate required");
}

TEST_CASE("the certificate of an https proxy is the proxy's") {
  core::Network network;
  network.proxy = "https://proxy.example:3129";
  auto made = failure(CURLE_PEER_FAILED_VERIFICATION);
  made.verify_result = 20;
  made.is_at_proxy = true;
  const auto error = explain_failure(made, url("http://api.example.com"), network);
  CHECK(has(error.message, "certificate of the proxy https://proxy.example:3129 is signed by an authority unknown"));
  CHECK(is_unknown_issuer(made));
}

TEST_CASE("a failed connect is explained by the system's reason") {
  struct Case {
    int reason;
    const char* words;
  };
  for (const auto& each : std::array{Case{ECONNREFUSED, "nothing listens on api.example.com:443"},
                                     Case{EHOSTUNREACH, "no route to api.example.com:443"},
                                     Case{ENETUNREACH, "no route to api.example.com:443"},
                                     Case{ETIMEDOUT, "api.example.com:443 does not answer"}}) {
    auto made = failure(CURLE_COULDNT_CONNECT);
    made.system_error = each.reason;
    const auto error = explain(made);
    CHECK(has(error.message, each.words));
    CHECK_FALSE(error.hint.empty());
    CHECK_FALSE(error.should_retry);
  }
}

TEST_CASE("a refusal on this machine says how to start what usually listens there") {
  struct Case {
    const char* base_url;
    const char* hint;
  };
  for (const auto& each :
       std::array{Case{"http://127.0.0.1:11434/v1", "`ollama serve`"}, Case{"http://localhost:11434/v1", "127.0.0.1"},
                  Case{"http://[::1]:8080", "llama-server"}, Case{"http://127.0.0.1:1234", "LM Studio"},
                  Case{"http://127.0.0.1:8000", "vllm serve"}, Case{"http://127.0.0.1:4000", "litellm"},
                  Case{"http://127.0.0.1:5273", "`foundry server status`"},
                  Case{"http://127.0.0.1:5273", "`foundry service status`"}}) {
    auto made = failure(CURLE_COULDNT_CONNECT);
    made.system_error = ECONNREFUSED;
    const auto error = explain_failure(made, url(each.base_url), {});
    CHECK(has(error.hint, each.hint));
    CHECK(error.should_retry == false);
  }
}

TEST_CASE("a connect limit says how far it had come") {
  auto made = failure(CURLE_OPERATION_TIMEDOUT);
  made.connect_timeout = 1500ms;
  made.is_resolved = false;
  made.is_connected = false;
  CHECK(has(explain(made).message, "could not be found within 1.5 s"));
  made.is_resolved = true;
  CHECK(has(explain(made).message, "no connection within 1.5 s"));
  made.is_connected = true;
  CHECK(has(explain(made).message, "did not set it up within 1.5 s"));
  CHECK(explain(made).kind == ErrorKind::timeout);
  CHECK_FALSE(explain(made).should_retry);
}

TEST_CASE("with a proxy it is the proxy that is named, without user and password") {
  core::Network network;
  network.proxy = "http://zelda:p@ss/word@proxy.example:3128/path";
  network.proxy_origin = "$HTTPS_PROXY";
  const auto server = url("https://api.example.com");
  auto refused = failure(CURLE_COULDNT_CONNECT);
  refused.system_error = ECONNREFUSED;
  auto answered = failure(CURLE_RECV_ERROR, "CONNECT tunnel failed, response 403");
  answered.proxy_status = 403;
  for (const auto& made : {refused, answered, failure(CURLE_COULDNT_RESOLVE_PROXY), failure(CURLE_PROXY)}) {
    const auto error = explain_failure(made, server, network);
    CHECK(error.kind == ErrorKind::network);
    CHECK(has(error.message, "the proxy http://proxy.example:3128 (from $HTTPS_PROXY)"));
    CHECK_FALSE(has(error.message + error.hint, "zelda"));
    CHECK_FALSE(has(error.message + error.hint, "word"));
  }
  CHECK(explain_failure(answered, server, network).should_retry == false);
  answered.proxy_status = 407;
  CHECK(has(explain_failure(answered, server, network).message, "asks for a login"));
}

TEST_CASE("a proxy is shown without secrets in any form it may be written") {
  CHECK(transport::proxy_display("http://proxy:3128") == "http://proxy:3128");
  CHECK(transport::proxy_display("proxy:3128") == "proxy:3128");
  CHECK(transport::proxy_display("user:pw@proxy:3128") == "proxy:3128");
  CHECK(transport::proxy_display("socks5h://user:p/w@proxy:1080/x") == "socks5h://proxy:1080");
  CHECK(transport::proxy_display("") == "");
}

TEST_CASE("hosts, ports and times as people write them") {
  CHECK(transport::host_port(url("https://api.example.com/v1")) == "api.example.com:443");
  CHECK(transport::host_port(url("http://[::1]:8080")) == "[::1]:8080");
  CHECK(transport::duration_text(10s) == "10 s");
  CHECK(transport::duration_text(1500ms) == "1.5 s");
  CHECK(transport::duration_text(90s) == "90 s");
  CHECK(transport::duration_text(10min) == "10 min");
}

TEST_CASE("each limit says which option would wait longer, and the first one is not retried on this machine") {
  const transport::TransferOptions options{.first_event_timeout = 600s, .idle_timeout = 300s, .deadline = {}};
  using Limit = transport::Timers::Limit;
  struct Case {
    Limit limit;
    const char* words;
    const char* option;
    std::optional<bool> remote;
    std::optional<bool> local;
  };
  for (const auto& each :
       std::array{Case{Limit::first_event, "within 10 min", "--first-token-timeout", {}, false},
                  Case{Limit::idle, "nothing came for 5 min", "--idle-timeout", {}, {}},
                  Case{Limit::between_events, "nothing of the answer for 10 min", "--first-token-timeout", {}, {}},
                  Case{Limit::deadline, "the whole run", "--timeout", false, false}}) {
    const auto error = transport::timeout_error(each.limit, options, url("https://api.example.com"));
    CHECK(error.kind == ErrorKind::timeout);
    CHECK(has(error.message, each.words));
    CHECK(has(error.message, "api.example.com:443"));
    CHECK(has(error.hint, each.option));
    CHECK(error.should_retry == each.remote);
    CHECK(transport::timeout_error(each.limit, options, url("http://localhost:1")).should_retry == each.local);
  }
}
