// CurlSetup: a request and a network as libcurl's options on one easy handle.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "core/http.hpp"
#include "core/profile.hpp"
#include "transport/transport.hpp"

namespace byok::transport {

// Which authorities are trusted. Reading a bundle of certificates takes OpenSSL 3 some 25 ms, a hashed directory none.
struct Trust {
  std::string directory = {};  // CAPATH; empty: none
  std::string file = {};       // CAINFO; empty: none
  std::string blob = {};       // several files in one; then `file` is empty
  bool is_quick = false;       // the system's bundle was left out: worth another try with it
};

// What libcurl ships as its own defaults.
struct SystemTrust {
  std::string directory;
  std::string bundle;
};

// Fails (ErrorKind::config) where a named file cannot be read.
[[nodiscard]] base::Result<Trust> choose_trust(const core::Network& network, const SystemTrust& system,
                                               bool with_bundle);
// Whether the directory holds links named by hash, as OpenSSL looks them up.
[[nodiscard]] bool has_hashed_links(const std::string& directory);

// Sets all options but the callbacks. What libcurl only points to is `request` and what is held here: both must live
// as long as the transfer.
class CurlSetup {
 public:
  // `easy` is a CURL*.
  [[nodiscard]] static base::Result<CurlSetup> apply(void* easy, const core::HttpRequest& request,
                                                     const core::Network& network, const Trust& trust,
                                                     const TransferOptions& options);

 private:
  struct FreeList {
    void operator()(void* list) const;
  };
  std::unique_ptr<void, FreeList> headers_;  // curl_slist*
};

}  // namespace byok::transport
