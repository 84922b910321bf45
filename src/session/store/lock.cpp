// flock, and the kernel's list of locks.
#include "session/store/lock.hpp"

#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <vector>

#include "base/file.hpp"
#include "base/text.hpp"

namespace byok::session {
namespace {

constexpr std::size_t kLargestList = std::size_t{1} << 20;

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (const std::string_view word : base::split(line, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

}  // namespace

bool lock_file(int descriptor) {
  int result = 0;
  do {
    result = ::flock(descriptor, LOCK_EX | LOCK_NB);
  } while (result != 0 && errno == EINTR);
  return result == 0 || (errno != EWOULDBLOCK && errno != EAGAIN);
}

std::optional<pid_t> lock_holder(int descriptor) {
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) return std::nullopt;
  const auto locks = base::read_file("/proc/locks", kLargestList);
  return locks ? lock_holder_in(*locks, status.st_ino) : std::nullopt;
}

std::optional<pid_t> lock_holder_in(std::string_view locks, std::uint64_t inode) {
  // "1: FLOCK  ADVISORY  WRITE 3817 fd:00:1317 0 EOF"; the device is another one than stat's on some file systems.
  for (const std::string_view line : base::split(locks, '\n')) {
    const auto words = words_of(line);
    if (words.size() < 6 || words[1] != "FLOCK") continue;
    const auto place = base::split(words[5], ':');
    const auto number = base::to_int(place.back());
    const auto pid = base::to_int(words[4]);
    if (!number || static_cast<std::uint64_t>(*number) != inode) continue;
    if (pid && *pid > 0) return static_cast<pid_t>(*pid);  // 0 or less: in another PID namespace
  }
  return std::nullopt;
}

}  // namespace byok::session
