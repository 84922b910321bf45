// One file a token; who may read it is checked on the way in and on the way out.
#include "config/token_cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.hpp"

namespace byok::config {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kLargestFile = 128UL * 1024;

bool is_ours_alone(const struct stat& status) {
  return status.st_uid == ::geteuid() && (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

// The folder, or empty where a token would not be safe.
fs::path folder_in(const Environment& environment) {
  const fs::path runtime{environment.get("XDG_RUNTIME_DIR")};
  struct stat status{};
  // The XDG specification: owned by the user, mode 0700, else not to be used.
  if (!runtime.is_absolute() || ::stat(runtime.c_str(), &status) != 0) return {};
  if (!S_ISDIR(status.st_mode) || !is_ours_alone(status)) return {};
  fs::path folder = runtime / "byok";
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return {};
  if (::lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) || !is_ours_alone(status)) return {};
  return folder;
}

// FNV-1a, 64 bits: spreads names, protects nothing; that the origin is the right one is checked from the content.
std::uint64_t hash(std::uint64_t seed, std::string_view text) {
  constexpr std::uint64_t kPrime = 0x100000001b3;
  for (const char c : text) seed = (seed ^ static_cast<unsigned char>(c)) * kPrime;
  return seed * kPrime;  // as a NUL: ["a", "b"] and ["ab"] differ
}

}  // namespace

TokenCache::TokenCache(const Environment& environment, const std::vector<std::string>& command, std::string origin)
    : origin_(std::move(origin)) {
  const fs::path folder = folder_in(environment);
  if (folder.empty()) return;
  std::uint64_t value = hash(0xcbf29ce484222325, origin_);
  for (const std::string& word : command) value = hash(value, word);
  file_ = folder / fmt::format("token-{:016x}", value);
}

std::optional<TokenCache::Entry> TokenCache::find(std::int64_t now) const {
  if (file_.empty()) return std::nullopt;
  const int descriptor = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return std::nullopt;
  struct stat status{};
  const bool is_safe = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && is_ours_alone(status);
  base::Result<std::string> text = is_safe ? base::read_all(descriptor, kLargestFile) : std::string();
  ::close(descriptor);
  if (!text) return std::nullopt;
  const json entry = json::parse(*text, nullptr, false);
  base::wipe(*text);
  if (!entry.is_object()) return std::nullopt;
  const auto origin = entry.find("origin");
  const auto token = entry.find("token");
  const auto stale_at = entry.find("stale_at");
  if (origin == entry.end() || *origin != origin_) return std::nullopt;
  if (token == entry.end() || !token->is_string()) return std::nullopt;
  if (stale_at == entry.end() || !stale_at->is_number_integer()) return std::nullopt;
  if (stale_at->get<std::int64_t>() <= now) return std::nullopt;
  return Entry{base::Secret(token->get<std::string>()), stale_at->get<std::int64_t>()};
}

void TokenCache::store(std::string_view secret, std::int64_t stale_at) const {
  if (file_.empty()) return;
  const json entry{{"origin", origin_}, {"token", secret}, {"stale_at", stale_at}};
  std::string text = entry.dump(-1, ' ', false, json::error_handler_t::replace);
  ::unlink(file_.c_str());  // so that no old file's mode or link is kept
  [[maybe_unused]] const base::Result<> stored = base::write_file(file_, text, 0600);
  base::wipe(text);
}

}  // namespace byok::config
