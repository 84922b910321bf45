// Certificate: an authority made for the run, and the certificate of 127.0.0.1 that it signed.
#pragma once

#include <openssl/ssl.h>

#include <filesystem>
#include <memory>

namespace byok::bench {

struct FreeTlsContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeTlsContext>;

// Writes the authority into `ca_directory`, named by its hash as OpenSSL looks it up, and returns what a server needs.
// Throws std::runtime_error.
[[nodiscard]] TlsContext make_tls_server(const std::filesystem::path& ca_directory);

}  // namespace byok::bench
