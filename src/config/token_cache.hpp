// TokenCache: minted tokens kept between runs, in a folder of memory that only the user can read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "config/environment.hpp"

namespace byok::config {

class TokenCache {
 public:
  struct Entry {
    base::Secret secret;
    std::int64_t stale_at = 0;  // seconds since 1970
  };

  // In $XDG_RUNTIME_DIR/byok, which is made when missing. Keeps nothing where that folder is not there, is someone
  // else's, or can be read by others. `origin` is where the token is sent: it is never handed out for another.
  TokenCache(const Environment& environment, const std::vector<std::string>& command, std::string origin);

  // The token kept for this command and origin, unless it is stale at `now`.
  [[nodiscard]] std::optional<Entry> find(std::int64_t now) const;
  // Best effort: a token that cannot be kept is minted again by the next run.
  void store(std::string_view secret, std::int64_t stale_at) const;

  [[nodiscard]] const std::filesystem::path& file() const { return file_; }  // empty: nothing is kept

 private:
  std::filesystem::path file_;
  std::string origin_;
};

}  // namespace byok::config
