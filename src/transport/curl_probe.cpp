// The TLS handshake alone, by libcurl, so that it is the one that requests make.
#include <curl/curl.h>
#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "base/text.hpp"
#include "transport/curl_errors.hpp"
#include "transport/curl_setup.hpp"
#include "transport/probe.hpp"

namespace byok::transport {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

struct EasyCloser {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiCloser {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

// With TLS 1.3 a server says only after the handshake that it wants a client certificate; most others say something
// too (their session tickets), so that this is seldom waited for.
constexpr milliseconds kAfterword{150};

std::string text_info(CURL* easy, CURLINFO which) {
  char* text = nullptr;
  curl_easy_getinfo(easy, which, &text);
  return text == nullptr ? "" : text;
}

// libcurl tells the protocol in its log alone: "SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384".
int on_log(CURL*, curl_infotype type, char* data, std::size_t size, void* protocol) {
  constexpr std::string_view kStart = "SSL connection using ";
  const std::string_view text(data, size);
  if (type == CURLINFO_TEXT && text.starts_with(kStart)) {
    *static_cast<std::string*>(protocol) =
        text.substr(kStart.size(), text.find_first_of(" /\n", kStart.size()) - kStart.size());
  }
  return 0;
}

// One connection that is made and looked at.
class Connection {
 public:
  Connection() : multi_(curl_multi_init()), easy_(curl_easy_init()) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    if (multi_ && easy_) curl_multi_remove_handle(multi_.get(), easy_.get());
  }

  // Fails only when cancelled, or where a certificate file cannot be used.
  Result<Handshake> make(const core::HttpRequest& request, const core::Network& network, const ProbeLimits& limits,
                         bool with_bundle, bool verifies);
  [[nodiscard]] bool is_worth_the_bundle() const { return is_quick_ && is_unknown_issuer_; }
  [[nodiscard]] bool is_unverified() const { return is_unverified_; }

 private:
  Result<CURLcode> connect(const ProbeLimits& limits, Clock::time_point end);
  Result<CURLcode> hear_afterword(const ProbeLimits& limits);
  [[nodiscard]] std::optional<Certificate> certificate() const;

  std::unique_ptr<CURLM, MultiCloser> multi_;
  std::unique_ptr<CURL, EasyCloser> easy_;
  std::array<char, CURL_ERROR_SIZE> detail_{};
  bool is_quick_ = false;
  bool is_unknown_issuer_ = false;
  bool is_unverified_ = false;
};

Result<CURLcode> Connection::connect(const ProbeLimits& limits, Clock::time_point end) {
  if (curl_multi_add_handle(multi_.get(), easy_.get()) != CURLM_OK) return CURLE_FAILED_INIT;
  while (true) {
    int running = 0;
    if (curl_multi_perform(multi_.get(), &running) != CURLM_OK) return CURLE_FAILED_INIT;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left))
      if (message->msg == CURLMSG_DONE) return message->data.result;
    const auto wait = std::chrono::ceil<milliseconds>(end - Clock::now()).count();
    if (wait <= 0) return CURLE_OPERATION_TIMEDOUT;
    curl_waitfd interrupt{.fd = limits.interrupt, .events = CURL_WAIT_POLLIN, .revents = 0};
    const bool watches = limits.interrupt >= 0;
    curl_multi_poll(multi_.get(), watches ? &interrupt : nullptr, watches ? 1 : 0, static_cast<int>(wait), nullptr);
    if (interrupt.revents != 0) return fail(ErrorKind::cancelled, "interrupted");
  }
}

Result<CURLcode> Connection::hear_afterword(const ProbeLimits& limits) {
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(easy_.get(), CURLINFO_ACTIVESOCKET, &socket);
  std::array<pollfd, 2> waits{pollfd{.fd = limits.interrupt, .events = POLLIN, .revents = 0},
                              pollfd{.fd = socket, .events = POLLIN, .revents = 0}};
  curl_off_t handshake = 0;  // microseconds; a distant server's word takes as long
  curl_easy_getinfo(easy_.get(), CURLINFO_APPCONNECT_TIME_T, &handshake);
  const auto patience = std::clamp(milliseconds(handshake / 1000), kAfterword, std::max(limits.limit, kAfterword));
  ::poll(waits.data(), waits.size(), static_cast<int>(patience.count()));
  if (waits[0].revents != 0) return fail(ErrorKind::cancelled, "interrupted");
  if (waits[1].revents == 0) return CURLE_OK;
  std::array<char, 256> buffer{};
  std::size_t count = 0;
  const CURLcode code = curl_easy_recv(easy_.get(), buffer.data(), buffer.size(), &count);
  return code == CURLE_AGAIN || count > 0 ? CURLE_OK : code;
}

std::optional<Certificate> Connection::certificate() const {
  curl_certinfo* chain = nullptr;
  if (curl_easy_getinfo(easy_.get(), CURLINFO_CERTINFO, &chain) != CURLE_OK || chain == nullptr) return std::nullopt;
  if (chain->num_of_certs < 1) return std::nullopt;
  Certificate found;
  for (const curl_slist* line = chain->certinfo[0]; line != nullptr; line = line->next) {
    const std::string_view text(line->data);
    const auto take = [&text](std::string_view name, std::string& field) {
      if (text.starts_with(name) && text.substr(name.size()).starts_with(':'))
        field = base::trim(text.substr(name.size() + 1));
    };
    take("Subject", found.subject);
    take("Issuer", found.issuer);
    take("X509v3 Subject Alternative Name", found.names);
    take("Start date", found.starts);
    take("Expire date", found.ends);
  }
  return found;
}

Result<Handshake> Connection::make(const core::HttpRequest& request, const core::Network& network,
                                   const ProbeLimits& limits, bool with_bundle, bool verifies) {
  if (!multi_ || !easy_) return fail(ErrorKind::internal, "libcurl does not start");
  const SystemTrust system{.directory = text_info(easy_.get(), CURLINFO_CAPATH),
                           .bundle = text_info(easy_.get(), CURLINFO_CAINFO)};
  BYOK_TRY(const Trust trust, choose_trust(network, system, with_bundle));
  is_quick_ = trust.is_quick;
  TransferOptions options;
  options.connect_timeout = limits.limit;
  BYOK_TRY(const CurlSetup setup, CurlSetup::apply(easy_.get(), request, network, trust, options));
  Handshake made;
  curl_easy_setopt(easy_.get(), CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(easy_.get(), CURLOPT_CERTINFO, 1L);
  curl_easy_setopt(easy_.get(), CURLOPT_ERRORBUFFER, detail_.data());
  curl_easy_setopt(easy_.get(), CURLOPT_VERBOSE, 1L);
  curl_easy_setopt(easy_.get(), CURLOPT_DEBUGFUNCTION, &on_log);
  curl_easy_setopt(easy_.get(), CURLOPT_DEBUGDATA, &made.protocol);
  if (!verifies) {
    curl_easy_setopt(easy_.get(), CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy_.get(), CURLOPT_SSL_VERIFYHOST, 0L);
  }
  BYOK_TRY(CURLcode code, connect(limits, Clock::now() + limits.limit));
  const bool has_shaken = code == CURLE_OK;
  if (has_shaken && verifies) {
    BYOK_TRY(code, hear_afterword(limits));
  }
  if (code != CURLE_OK) {
    const CurlFailure failure = read_failure(easy_.get(), code, detail_.data(), limits.limit);
    is_unknown_issuer_ = is_unknown_issuer(failure);
    is_unverified_ = code == CURLE_PEER_FAILED_VERIFICATION;
    made.trouble = trouble_of(failure);
    made.error = explain_failure(failure, request.url, network);
    // A server that closes at once may take its own alert along.
    const bool is_cut = has_shaken && made.trouble == TlsTrouble::other && network.client_cert.empty();
    if (is_cut) made.trouble = TlsTrouble::wants_certificate;
  }
  made.certificate = certificate();
  return made;
}

}  // namespace

Result<Handshake> shake_hands(const core::Url& url, const core::Network& network, const ProbeLimits& limits) {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return fail(ErrorKind::internal, "libcurl does not start");
  const core::HttpRequest request{.method = "GET", .url = url, .headers = {}, .body = {}};
  const auto end = Clock::now() + limits.limit;
  const auto rest = [&] {
    const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
    return ProbeLimits{.limit = std::max(left, milliseconds{1}), .interrupt = limits.interrupt};
  };
  Connection first;
  BYOK_TRY(Handshake made, first.make(request, network, limits, false, true));
  if (made.error && first.is_worth_the_bundle()) {
    Connection second;
    BYOK_TRY(made, second.make(request, network, rest(), true, true));
  }
  if (!made.error || made.certificate || !first.is_unverified()) return made;
  Connection reader;
  BYOK_TRY(const Handshake read, reader.make(request, network, rest(), false, false));
  made.protocol = read.protocol;
  made.certificate = read.certificate;
  return made;
}

}  // namespace byok::transport
