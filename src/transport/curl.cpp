// Transport over libcurl: one thread, curl_multi, and limits of our own.
#include <curl/curl.h>
#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "transport/curl_errors.hpp"
#include "transport/curl_setup.hpp"
#include "transport/http_head_reader.hpp"
#include "transport/timers.hpp"
#include "transport/transport.hpp"

namespace byok::transport {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using Clock = std::chrono::steady_clock;

struct EasyCloser {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiCloser {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using Easy = std::unique_ptr<CURL, EasyCloser>;
using Multi = std::unique_ptr<CURLM, MultiCloser>;

bool is_readable(int descriptor) {
  if (descriptor < 0) return false;
  pollfd entry{.fd = descriptor, .events = POLLIN, .revents = 0};
  return ::poll(&entry, 1, 0) > 0;
}

std::unexpected<base::Error> interrupted() { return fail(ErrorKind::cancelled, "interrupted"); }

base::Error head_too_long(const core::Url& url) {
  base::Error error;
  error.kind = ErrorKind::network;
  error.message = fmt::format("the head of the reply from {} is too long", host_port(url));
  error.hint = "Is base_url the address of the API?";
  error.should_retry = false;
  return error;
}

// How libcurl says that a single line of the head is longer than it takes (100 KiB): as if memory had run out, from
// 8.6 on by a code of its own.
bool is_endless_line(CURLcode code) {
  constexpr int kTooLarge = 100;  // CURLE_TOO_LARGE
  return code == CURLE_OUT_OF_MEMORY || static_cast<int>(code) == kTooLarge;
}

template <class Value>
Value info(CURL* easy, CURLINFO which) {
  Value value{};
  curl_easy_getinfo(easy, which, &value);
  return value;
}

std::string text_info(CURL* easy, CURLINFO which) {
  const char* const text = info<char*>(easy, which);
  return text == nullptr ? "" : text;
}

// One request on one easy handle: the callbacks, and the loop that waits for what comes first.
class Transfer {
 public:
  Transfer(CURLM* multi, CURL* easy, const core::HttpRequest& request, const core::Network& network,
           const TransferOptions& options, TransferSink& sink);
  ~Transfer();  // closes the connection unless the reply was read to its end
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  Result<> run();
  [[nodiscard]] bool sent_request() const { return sent_request_; }
  [[nodiscard]] bool is_unknown_issuer() const { return is_unknown_issuer_; }
  [[nodiscard]] int status() const { return reader_.head().status; }

 private:
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_write(char* data, std::size_t size, std::size_t count, void* self);
  static int on_connected(void* self, char* remote, char* local, int remote_port, int local_port);

  bool take(Result<Flow> flow);  // false: an error to stop at
  bool take_head();
  Result<bool> step();  // one round of libcurl; true: the transfer is over
  Result<> finish();    // the outcome that libcurl reports
  Result<> wait(Clock::time_point now);

  CURLM* multi_;
  CURL* easy_;
  const core::HttpRequest& request_;
  const core::Network& network_;
  const TransferOptions& options_;
  TransferSink& sink_;
  std::array<char, CURL_ERROR_SIZE> detail_{};
  HttpHeadReader reader_;
  Timers timers_;
  Clock::time_point next_tick_;
  std::optional<base::Error> error_;
  bool has_head_ = false;
  bool has_bytes_ = false;    // in this round
  bool has_event_ = false;    // in this round
  bool is_complete_ = false;  // as of the last event of this round
  bool is_done_ = false;
  bool needs_proxy_login_ = false;
  bool sent_request_ = false;
  bool is_unknown_issuer_ = false;
};

Transfer::Transfer(CURLM* multi, CURL* easy, const core::HttpRequest& request, const core::Network& network,
                   const TransferOptions& options, TransferSink& sink)
    : multi_(multi),
      easy_(easy),
      request_(request),
      network_(network),
      options_(options),
      sink_(sink),
      timers_(options, Clock::now()),
      next_tick_(Clock::now() + options.tick) {
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, detail_.data());
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &Transfer::on_write);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy_, CURLOPT_PREREQFUNCTION, &Transfer::on_connected);
  curl_easy_setopt(easy_, CURLOPT_PREREQDATA, this);
}

Transfer::~Transfer() { curl_multi_remove_handle(multi_, easy_); }

int Transfer::on_connected(void* self, char*, char*, int, int) {
  static_cast<Transfer*>(self)->sent_request_ = true;
  return CURL_PREREQFUNC_OK;
}

bool Transfer::take(Result<Flow> flow) {
  if (!flow) {
    error_ = std::move(flow).error();
    return false;
  }
  if (*flow == Flow::event || *flow == Flow::complete) {
    has_event_ = true;
    is_complete_ = *flow == Flow::complete;
  }
  if (*flow == Flow::done) is_done_ = true;
  return true;
}

bool Transfer::take_head() {
  // With a login at hand libcurl answers a proxy's 407 itself, and another head follows.
  needs_proxy_login_ = reader_.head().status == 407 && !network_.proxy.empty();
  if (needs_proxy_login_) return true;
  has_head_ = true;
  // Some servers name the charset here, where libcurl knows no such coding and fails. From 8.0 on it may have made up
  // its mind by now; then the reply cannot be read.
  if (base::istarts_with(base::trim(reader_.head().find("content-encoding")), "utf"))
    curl_easy_setopt(easy_, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  return take(sink_.on_head(reader_.head()));
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t length = size * count;
  if (transfer.has_head_) return length;  // trailers
  switch (transfer.reader_.feed({data, length})) {
    case HttpHeadReader::State::reading:
      return length;
    case HttpHeadReader::State::complete:
      return transfer.take_head() ? length : 0;
    case HttpHeadReader::State::too_large:
      break;
  }
  transfer.error_ = head_too_long(transfer.request_.url);
  return 0;
}

std::size_t Transfer::on_write(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t length = size * count;
  if (transfer.error_) return 0;
  // After `done` the rest of this read is passed over: often it ends the reply, and the connection can be kept.
  if (transfer.is_done_ || transfer.needs_proxy_login_ || length == 0) return length;
  transfer.has_bytes_ = true;
  return transfer.take(transfer.sink_.on_body({data, length})) ? length : 0;
}

Result<> Transfer::finish() {
  int left = 0;
  CURLcode code = CURLE_OK;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left))
    if (message->msg == CURLMSG_DONE && message->easy_handle == easy_) code = message->data.result;
  if (code != CURLE_OK) {
    if (!has_head_ && sent_request_ && is_endless_line(code)) return std::unexpected(head_too_long(request_.url));
    const CurlFailure found = read_failure(easy_, code, detail_.data(), options_.connect_timeout);
    is_unknown_issuer_ = transport::is_unknown_issuer(found);
    return std::unexpected(explain_failure(found, request_.url, network_));
  }
  if (needs_proxy_login_) return std::unexpected(proxy_login_error(network_));
  if (!has_head_)
    return fail(ErrorKind::network, fmt::format("{} closed the connection without an answer", host_port(request_.url)));
  return {};
}

Result<bool> Transfer::step() {
  int running = 0;
  const CURLMcode code = curl_multi_perform(multi_, &running);
  if (code != CURLM_OK) return fail(ErrorKind::internal, fmt::format("libcurl failed: {}", curl_multi_strerror(code)));
  if (error_) return std::unexpected(std::move(*error_));
  if (std::exchange(has_bytes_, false)) {
    timers_.on_bytes(Clock::now());
    BYOK_CHECK(sink_.on_read_end());
  }
  if (std::exchange(has_event_, false)) {
    if (is_complete_) {
      timers_.on_complete(Clock::now());
    } else {
      timers_.on_event(Clock::now());
    }
  }
  if (is_done_) return true;
  if (running > 0) return false;
  BYOK_CHECK(finish());
  return true;
}

Result<> Transfer::wait(Clock::time_point now) {
  using std::chrono::milliseconds;
  auto until = now + std::chrono::minutes(1);
  if (const auto due = timers_.next()) until = std::min(until, due->at);
  if (options_.tick > milliseconds{0}) until = std::min(until, next_tick_);
  const auto left = std::chrono::ceil<milliseconds>(until - now).count();
  curl_waitfd interrupt{.fd = options_.interrupt, .events = CURL_WAIT_POLLIN, .revents = 0};
  const bool watches = options_.interrupt >= 0;
  const CURLMcode code = curl_multi_poll(multi_, watches ? &interrupt : nullptr, watches ? 1 : 0,
                                         static_cast<int>(std::max<long long>(left, 0)), nullptr);
  if (code != CURLM_OK) return fail(ErrorKind::internal, fmt::format("libcurl failed: {}", curl_multi_strerror(code)));
  if (interrupt.revents != 0) return interrupted();
  return {};
}

Result<> Transfer::run() {
  const CURLMcode code = curl_multi_add_handle(multi_, easy_);
  if (code != CURLM_OK) return fail(ErrorKind::internal, fmt::format("libcurl failed: {}", curl_multi_strerror(code)));
  for (;;) {
    BYOK_TRY(const bool is_over, step());
    if (is_over) return {};
    const auto now = Clock::now();
    if (const auto due = timers_.next(); due && due->at <= now) {
      if (due->limit == Timers::Limit::complete) return {};
      return std::unexpected(timeout_error(due->limit, options_, request_.url));
    }
    if (options_.tick.count() > 0 && next_tick_ <= now) {
      sink_.on_tick();
      next_tick_ = now + options_.tick;
    }
    BYOK_CHECK(wait(now));
  }
}

class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(const base::Log& log) : log_(log) {}
  Result<TransferStats> send(const core::HttpRequest& request, const core::Network& network,
                             const TransferOptions& options, TransferSink& sink) override;

 private:
  Result<> start();
  Result<TransferStats> send_once(const core::HttpRequest& request, const core::Network& network,
                                  const TransferOptions& options, TransferSink& sink, bool& is_worth_the_bundle);
  void log_request(const core::HttpRequest& request, const core::Network& network) const;
  void log_outcome(CURL* easy, const core::HttpRequest& request, int status) const;

  const base::Log& log_;
  Multi multi_;  // kept: the turns of a conversation share a connection
  SystemTrust system_trust_;
  bool needs_bundle_ = false;  // the directory alone was found not to be enough
};

Result<> CurlTransport::start() {
  if (multi_) return {};
  const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code == CURLE_OK) multi_.reset(curl_multi_init());
  if (!multi_) return fail(ErrorKind::internal, fmt::format("libcurl does not start: {}", curl_easy_strerror(code)));
  return {};
}

void CurlTransport::log_request(const core::HttpRequest& request, const core::Network& network) const {
  if (!log_.is_on(base::LogLevel::debug)) return;
  std::string names;
  for (const auto& header : request.headers) names.append(names.empty() ? "" : ", ").append(header.name);
  log_.debug(fmt::format("{} {}; headers: {}; body: {} bytes", request.method, request.url.display(), names,
                         request.body.size()));
  if (!network.proxy.empty()) log_.debug(fmt::format("through the proxy {}", proxy_display(network.proxy)));
}

void CurlTransport::log_outcome(CURL* easy, const core::HttpRequest& request, int status) const {
  if (!log_.is_on(base::LogLevel::info)) return;
  const auto ms = [&](CURLINFO which) { return static_cast<double>(info<curl_off_t>(easy, which)) / 1000.0; };
  log_.info(fmt::format("{} {}: status {}, {} bytes, {:.1f} ms", request.method, request.url.display(), status,
                        info<curl_off_t>(easy, CURLINFO_SIZE_DOWNLOAD_T), ms(CURLINFO_TOTAL_TIME_T)));
  log_.debug(fmt::format("until found {:.1f} ms, connected {:.1f}, TLS {:.1f}, first byte {:.1f}; {} new connections",
                         ms(CURLINFO_NAMELOOKUP_TIME_T), ms(CURLINFO_CONNECT_TIME_T), ms(CURLINFO_APPCONNECT_TIME_T),
                         ms(CURLINFO_STARTTRANSFER_TIME_T), info<long>(easy, CURLINFO_NUM_CONNECTS)));
}

Result<TransferStats> CurlTransport::send_once(const core::HttpRequest& request, const core::Network& network,
                                               const TransferOptions& options, TransferSink& sink,
                                               bool& is_worth_the_bundle) {
  const Easy easy(curl_easy_init());
  if (!easy) return fail(ErrorKind::internal, "out of memory");
  if (system_trust_.directory.empty() && system_trust_.bundle.empty())
    system_trust_ = {.directory = text_info(easy.get(), CURLINFO_CAPATH),
                     .bundle = text_info(easy.get(), CURLINFO_CAINFO)};
  Trust trust;
  if (request.url.is_https() || network.proxy.starts_with("https")) {
    BYOK_TRY(trust, choose_trust(network, system_trust_, needs_bundle_));
  }
  BYOK_TRY(const CurlSetup setup, CurlSetup::apply(easy.get(), request, network, trust, options));
  Transfer transfer(multi_.get(), easy.get(), request, network, options, sink);
  const auto outcome = transfer.run();
  log_outcome(easy.get(), request, transfer.status());
  is_worth_the_bundle = trust.is_quick && transfer.is_unknown_issuer();
  if (!outcome) return std::unexpected(outcome.error());
  const long version = info<long>(easy.get(), CURLINFO_HTTP_VERSION);
  return TransferStats{.http_version = version == CURL_HTTP_VERSION_1_0 ? "HTTP/1.0" : "HTTP/1.1",
                       .remote_address = fmt::format("{}:{}", text_info(easy.get(), CURLINFO_PRIMARY_IP),
                                                     info<long>(easy.get(), CURLINFO_PRIMARY_PORT)),
                       .sent_request = transfer.sent_request()};
}

Result<TransferStats> CurlTransport::send(const core::HttpRequest& request, const core::Network& network,
                                          const TransferOptions& options, TransferSink& sink) {
  if (is_readable(options.interrupt)) return interrupted();
  BYOK_CHECK(start());
  log_request(request, network);
  bool is_worth_the_bundle = false;
  auto outcome = send_once(request, network, options, sink, is_worth_the_bundle);
  if (outcome || !is_worth_the_bundle) return outcome;
  // Nothing was sent yet: the chain is checked before the request goes out.
  log_.info("the certificate is not found in the CA directory: trying once with the bundle");
  needs_bundle_ = true;
  return send_once(request, network, options, sink, is_worth_the_bundle);
}

}  // namespace

std::unique_ptr<Transport> make_curl_transport(const base::Log& log) { return std::make_unique<CurlTransport>(log); }

std::string curl_version() {
  const curl_version_info_data* const data = curl_version_info(CURLVERSION_NOW);
  std::string text = fmt::format("libcurl/{}", data->version);
  if (data->ssl_version != nullptr) text += fmt::format(" {}", data->ssl_version);
  return text;
}

}  // namespace byok::transport
