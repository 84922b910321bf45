// Certificates and the server by OpenSSL's own calls.
#include "integration/tls_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace byok::test {
namespace {

template <auto Free>
struct Freer {
  template <class Value>
  void operator()(Value* value) const {
    Free(value);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using File = std::unique_ptr<std::FILE, Freer<std::fclose>>;

void check(bool is_good) {
  if (!is_good) throw std::runtime_error("OpenSSL fails");
}

void add_extension(X509* certificate, X509* issuer, int id, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, id, value));
  check(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1);
}

Certificate make_certificate(const char* name, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key, const TlsSpec& spec) {
  Certificate made(X509_new());
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), std::rand());
  X509_gmtime_adj(X509_getm_notBefore(made.get()), spec.starts);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), spec.ends);
  X509_set_pubkey(made.get(), key);
  X509_NAME* const subject = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509* const signer = issuer == nullptr ? made.get() : issuer;
  X509_set_issuer_name(made.get(), X509_get_subject_name(signer));
  if (issuer == nullptr) {
    add_extension(made.get(), signer, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(made.get(), signer, NID_key_usage, "critical,keyCertSign,cRLSign");
  } else {
    add_extension(made.get(), signer, NID_subject_alt_name, spec.names.c_str());
  }
  check(X509_sign(made.get(), issuer_key == nullptr ? key : issuer_key, EVP_sha256()) > 0);
  return made;
}

void write_certificate(const std::filesystem::path& path, X509* certificate) {
  const File file(std::fopen(path.c_str(), "w"));
  check(file != nullptr && PEM_write_X509(file.get(), certificate) == 1);
}

// The request up to its end by Content-Length; empty where the client went away.
std::string read_request(SSL* tls) {
  std::string text;
  std::array<char, 4096> buffer{};
  while (true) {
    const std::size_t end = text.find("\r\n\r\n");
    if (end != std::string::npos) {
      const std::size_t at = text.find("Content-Length: ");
      const std::size_t length = at < end ? std::strtoul(text.c_str() + at + 16, nullptr, 10) : 0;
      if (text.size() >= end + 4 + length) return text;
    }
    const int count = SSL_read(tls, buffer.data(), buffer.size());
    if (count <= 0) return {};
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

struct TlsServer::State {
  std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>> context;
};

TlsServer::TlsServer(const std::filesystem::path& directory, const TlsSpec& spec, Answer answer)
    : state_(std::make_unique<State>()), answer_(std::move(answer)) {
  const Key ca_key(EVP_EC_gen("P-256"));
  const Key key(EVP_EC_gen("P-256"));
  const Key client_key(EVP_EC_gen("P-256"));
  const Certificate ca = make_certificate("The Test Authority", ca_key.get(), nullptr, nullptr, {});
  const Certificate own = make_certificate("server", key.get(), ca.get(), ca_key.get(), spec);
  const Certificate client = make_certificate("client", client_key.get(), ca.get(), ca_key.get(), {});
  write_certificate(directory / "ca.pem", ca.get());
  write_certificate(directory / "client.pem", client.get());
  const File file(std::fopen((directory / "client.key").c_str(), "w"));
  check(file && PEM_write_PrivateKey(file.get(), client_key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);

  state_->context.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* const context = state_->context.get();
  check(SSL_CTX_use_certificate(context, own.get()) == 1 && SSL_CTX_use_PrivateKey(context, key.get()) == 1);
  if (spec.wants_client_certificate) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    check(X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.get()) == 1);
  }
  listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  ::fcntl(listener_, F_SETFD, FD_CLOEXEC);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const general = reinterpret_cast<sockaddr*>(&address);
  check(::bind(listener_, general, size) == 0 && ::getsockname(listener_, general, &size) == 0);
  check(::listen(listener_, 16) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

TlsServer::~TlsServer() {
  stops_ = true;
  thread_.join();
  ::close(listener_);
}

void TlsServer::serve() {
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  while (!stops_) {
    pollfd wait{.fd = listener_, .events = POLLIN, .revents = 0};
    constexpr int kGlance = 20;  // milliseconds, between looks at whether to stop
    if (::poll(&wait, 1, kGlance) <= 0) continue;
    const int socket = ::accept(listener_, nullptr, nullptr);
    if (socket < 0) continue;
    ::fcntl(socket, F_SETFD, FD_CLOEXEC);
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const std::unique_ptr<SSL, Freer<SSL_free>> tls(SSL_new(state_->context.get()));
    SSL_set_fd(tls.get(), socket);
    if (SSL_accept(tls.get()) == 1) {
      Received request;
      request.head = read_request(tls.get());
      if (const std::size_t end = request.head.find("\r\n\r\n"); end != std::string::npos) {
        request.body = request.head.substr(end + 4);
        request.head.resize(end + 4);
        for (const Piece& piece : answer_(request)) {
          static_cast<void>(SSL_write(tls.get(), piece.text.data(), static_cast<int>(piece.text.size())));
        }
      }
      SSL_shutdown(tls.get());
    }
    ::close(socket);
  }
}

}  // namespace byok::test
