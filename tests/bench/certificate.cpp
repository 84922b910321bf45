// Two P-256 certificates by OpenSSL's own calls: the bench needs no tool and no file of keys.
#include "certificate.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <stdexcept>
#include <string>

namespace byok::bench {
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

void check(bool is_good, const char* what) {
  if (!is_good) throw std::runtime_error(std::string("OpenSSL: cannot ") + what);
}

void add_extension(X509* certificate, X509* issuer, int id, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, id, value));
  check(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1, "add an extension");
}

// Signed by itself where there is no issuer.
Certificate make_certificate(const char* name, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
  Certificate certificate(X509_new());
  check(certificate != nullptr, "make a certificate");
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), issuer == nullptr ? 1 : 2);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 24L * 3600L);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* const subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509* const signer = issuer == nullptr ? certificate.get() : issuer;
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer));
  if (issuer == nullptr) {
    add_extension(certificate.get(), signer, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate.get(), signer, NID_key_usage, "critical,keyCertSign,cRLSign");
  } else {
    add_extension(certificate.get(), signer, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost");
  }
  check(X509_sign(certificate.get(), issuer_key == nullptr ? key : issuer_key, EVP_sha256()) > 0, "sign");
  return certificate;
}

}  // namespace

TlsContext make_tls_server(const std::filesystem::path& ca_directory) {
  const Key ca_key(EVP_EC_gen("P-256"));
  const Key key(EVP_EC_gen("P-256"));
  check(ca_key != nullptr && key != nullptr, "make a key");
  const Certificate ca = make_certificate("byok bench authority", ca_key.get(), nullptr, nullptr);
  const Certificate own = make_certificate("127.0.0.1", key.get(), ca.get(), ca_key.get());

  const auto path = ca_directory / fmt::format("{:08x}.0", X509_subject_name_hash(ca.get()));
  const std::unique_ptr<std::FILE, Freer<std::fclose>> file(std::fopen(path.c_str(), "w"));
  check(file != nullptr && PEM_write_X509(file.get(), ca.get()) == 1, "write the authority");

  TlsContext context(SSL_CTX_new(TLS_server_method()));
  check(context != nullptr && SSL_CTX_use_certificate(context.get(), own.get()) == 1 &&
            SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1,
        "set up the server");
  return context;
}

}  // namespace byok::bench
