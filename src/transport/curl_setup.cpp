// CurlSetup: a request and a network as libcurl's options on one easy handle.
#include "transport/curl_setup.hpp"

#include <curl/curl.h>
#include <dirent.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string_view>
#include <vector>

#include "base/file.hpp"
#include "base/text.hpp"

namespace byok::transport {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

constexpr std::size_t kLargestBundle = std::size_t{16} << 20;

// Sets options until one fails; libcurl's own code is kept for the message.
class Options {
 public:
  explicit Options(CURL* easy) : easy_(easy) {}
  template <class Value>
  void set(CURLoption option, Value value) {
    if (code_ == CURLE_OK) code_ = curl_easy_setopt(easy_, option, value);
    if (code_ != CURLE_OK && failed_ == 0) failed_ = option;
  }
  [[nodiscard]] Result<> result() const {
    if (code_ == CURLE_OK) return {};
    return fail(ErrorKind::internal,
                fmt::format("libcurl refused option {}: {}", static_cast<int>(failed_), curl_easy_strerror(code_)));
  }

 private:
  CURL* easy_;
  CURLcode code_ = CURLE_OK;
  int failed_ = 0;
};

Result<> check_readable(const std::string& path, std::string_view key) {
  if (path.empty() || ::access(path.c_str(), R_OK) == 0) return {};
  return fail(ErrorKind::config, fmt::format("cannot read {} ({}): {}", path, key, std::strerror(errno)));
}

std::string or_default(const std::string& value, const std::string& otherwise) {
  return value.empty() ? otherwise : value;
}

bool has_header(const core::HttpRequest& request, std::string_view name) {
  return std::ranges::any_of(request.headers, [&](const auto& each) { return base::iequals(each.name, name); });
}

// As libcurl wants it: "Name: value", "Name;" for an empty value, "Name:" to keep its own header away.
Result<std::vector<std::string>> header_lines(const core::HttpRequest& request) {
  std::vector<std::string> lines{"Expect:"};
  for (const std::string_view own : {"Accept", "Content-Type"})
    if (!has_header(request, own)) lines.push_back(fmt::format("{}:", own));
  for (const auto& header : request.headers) {
    // libcurl sends this one itself, so that it knows to inflate what comes compressed all the same.
    if (base::iequals(header.name, "Accept-Encoding")) continue;
    const auto breaks = [](std::string_view text) { return text.find_first_of({"\r\n\0", 3}) != text.npos; };
    if (breaks(header.name) || breaks(header.value))
      return fail(ErrorKind::config, fmt::format("the header {} holds a line break", base::json_quote(header.name)));
    lines.push_back(header.value.empty() ? header.name + ";" : fmt::format("{}: {}", header.name, header.value));
  }
  return lines;
}

void set_method(Options& options, const core::HttpRequest& request) {
  const bool has_body = request.method == "POST" || !request.body.empty();
  if (has_body) {
    options.set(CURLOPT_POST, 1L);
    options.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    options.set(CURLOPT_POSTFIELDS, request.body.data());  // not copied
  } else {
    options.set(CURLOPT_HTTPGET, 1L);
  }
  if (request.method != (has_body ? "POST" : "GET")) options.set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void set_connection(Options& options, const TransferOptions& transfer) {
  options.set(CURLOPT_NOSIGNAL, 1L);
  options.set(CURLOPT_QUICK_EXIT, 1L);  // a name lookup in flight must not hold up Ctrl-C
  options.set(CURLOPT_PROTOCOLS_STR, "http,https");
  options.set(CURLOPT_FOLLOWLOCATION, 0L);
  options.set(CURLOPT_PATH_AS_IS, 1L);
  // HTTP/2 streams are reset by gateways that a plain connection passes through.
  options.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  options.set(CURLOPT_ACCEPT_ENCODING, "identity");
  options.set(CURLOPT_TCP_KEEPALIVE, 1L);
  options.set(CURLOPT_TCP_KEEPIDLE, 60L);
  options.set(CURLOPT_TCP_KEEPINTVL, 60L);
  options.set(CURLOPT_BUFFERSIZE, 64L * 1024L);
  // 0 would mean libcurl's own default of five minutes.
  const auto limit = std::min<long long>(transfer.connect_timeout.count(), INT_MAX);
  options.set(CURLOPT_CONNECTTIMEOUT_MS, limit > 0 ? static_cast<long>(limit) : static_cast<long>(INT_MAX));
}

void set_proxy(Options& options, const core::Network& network) {
  struct Scheme {
    std::string_view name;
    unsigned long bits;
  };
  constexpr std::array kSchemes{Scheme{"any", CURLAUTH_ANY}, Scheme{"basic", CURLAUTH_BASIC},
                                Scheme{"negotiate", CURLAUTH_NEGOTIATE}, Scheme{"ntlm", CURLAUTH_NTLM}};
  // Set even when empty: libcurl would read the environment otherwise.
  options.set(CURLOPT_PROXY, network.proxy.c_str());
  options.set(CURLOPT_NOPROXY, "");
  if (network.proxy.empty()) return;
  options.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  options.set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));  // credentials are for the server alone
  const auto* const scheme = std::ranges::find(kSchemes, network.proxy_auth, &Scheme::name);
  options.set(CURLOPT_PROXYAUTH, static_cast<long>(scheme == kSchemes.end() ? CURLAUTH_ANY : scheme->bits));
  // The ticket's own user is asked for by an empty name.
  if (network.proxy_auth == "negotiate" && network.proxy.find('@') == std::string::npos)
    options.set(CURLOPT_PROXYUSERPWD, ":");
}

void set_tls(Options& options, const core::Network& network, const Trust& trust) {
  const auto path = [](const std::string& text) { return text.empty() ? nullptr : text.c_str(); };
  options.set(CURLOPT_SSL_VERIFYPEER, 1L);
  options.set(CURLOPT_SSL_VERIFYHOST, 2L);
  options.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  options.set(CURLOPT_PROXY_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  options.set(CURLOPT_CAPATH, path(trust.directory));
  options.set(CURLOPT_CAINFO, path(trust.file));
  options.set(CURLOPT_PROXY_CAPATH, path(trust.directory));
  options.set(CURLOPT_PROXY_CAINFO, path(trust.file));
  if (!trust.blob.empty()) {
    const std::string& blob = trust.blob;
    curl_blob copied{const_cast<char*>(blob.data()), blob.size(), CURL_BLOB_COPY};
    options.set(CURLOPT_CAINFO_BLOB, &copied);
    options.set(CURLOPT_PROXY_CAINFO_BLOB, &copied);
  }
  if (!network.client_cert.empty()) options.set(CURLOPT_SSLCERT, network.client_cert.c_str());
  if (!network.client_key.empty()) options.set(CURLOPT_SSLKEY, network.client_key.c_str());
}

}  // namespace

bool has_hashed_links(const std::string& directory) {
  const auto close = [](DIR* open) { ::closedir(open); };
  const std::unique_ptr<DIR, decltype(close)> open(directory.empty() ? nullptr : ::opendir(directory.c_str()), close);
  if (!open) return false;
  while (const dirent* entry = ::readdir(open.get())) {
    const std::string_view name = entry->d_name;  // eight hex digits, a dot, a number
    if (name.size() > 9 && name[8] == '.' && name.find_first_not_of("0123456789abcdef") == 8 &&
        name.find_first_not_of("0123456789", 9) == name.npos)
      return true;
  }
  return false;
}

Result<Trust> choose_trust(const core::Network& network, const SystemTrust& system, bool with_bundle) {
  BYOK_CHECK(check_readable(network.ca_file, "tls.ca_file"));
  BYOK_CHECK(check_readable(network.client_cert, "tls.client_cert"));
  BYOK_CHECK(check_readable(network.client_key, "tls.client_key"));
  if (network.ca_only && !network.ca_file.empty()) return Trust{.file = network.ca_file};
  BYOK_CHECK(check_readable(network.ca_bundle, "SSL_CERT_FILE or CURL_CA_BUNDLE"));

  Trust trust{.directory = or_default(network.ca_directory, system.directory)};
  trust.is_quick = !with_bundle && network.ca_bundle.empty() && has_hashed_links(trust.directory);
  std::vector<std::string> files;
  const std::string bundle = or_default(network.ca_bundle, system.bundle);
  if (!trust.is_quick && ::access(bundle.c_str(), R_OK) == 0) files.push_back(bundle);
  if (!network.ca_file.empty()) files.push_back(network.ca_file);
  // Node ignores a file that it cannot read; it is Node's variable.
  if (::access(network.extra_ca_file.c_str(), R_OK) == 0) files.push_back(network.extra_ca_file);
  if (files.size() == 1) trust.file = files.front();
  if (files.size() < 2) return trust;
  for (const auto& file : files) {
    auto text = base::read_file(file, kLargestBundle);
    if (!text) return fail(ErrorKind::config, text.error().message, "It should be a PEM file of certificates.");
    trust.blob += *text + "\n";
  }
  return trust;
}

void CurlSetup::FreeList::operator()(void* list) const { curl_slist_free_all(static_cast<curl_slist*>(list)); }

Result<CurlSetup> CurlSetup::apply(void* easy, const core::HttpRequest& request, const core::Network& network,
                                   const Trust& trust, const TransferOptions& options) {
  CurlSetup setup;
  BYOK_TRY(const auto lines, header_lines(request));
  for (const auto& line : lines) {
    auto* const longer = curl_slist_append(static_cast<curl_slist*>(setup.headers_.get()), line.c_str());
    if (longer == nullptr) return fail(ErrorKind::internal, "out of memory");
    if (!setup.headers_) setup.headers_.reset(longer);
  }
  Options out(easy);
  const std::string url = request.url.str();
  out.set(CURLOPT_URL, url.c_str());
  out.set(CURLOPT_HTTPHEADER, static_cast<curl_slist*>(setup.headers_.get()));
  set_method(out, request);
  set_connection(out, options);
  set_proxy(out, network);
  if (request.url.is_https() || network.proxy.starts_with("https")) set_tls(out, network, trust);
  BYOK_CHECK(out.result());
  return setup;
}

}  // namespace byok::transport
