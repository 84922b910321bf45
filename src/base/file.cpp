// Files by the system's own calls, because only they tell why something failed.
#include "base/file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/descriptor.hpp"
#include "base/text.hpp"

namespace byok::base {
namespace {

namespace fs = std::filesystem;

std::string reason(int error) { return std::system_category().message(error); }

std::unexpected<Error> cannot_write(const fs::path& path, int error, std::string hint = {}) {
  const ErrorKind kind = error == ECANCELED ? ErrorKind::cancelled : ErrorKind::output;
  return fail(kind, fmt::format("cannot write {}: {}", path.string(), reason(error)), std::move(hint));
}

std::string size_text(std::size_t bytes) {
  constexpr std::size_t kKibi = 1024;
  if (bytes >= kKibi * kKibi && bytes % (kKibi * kKibi) == 0) return fmt::format("{} MiB", bytes / (kKibi * kKibi));
  if (bytes >= kKibi && bytes % kKibi == 0) return fmt::format("{} KiB", bytes / kKibi);
  return fmt::format("{} bytes", bytes);
}

std::unexpected<Error> too_long(std::string_view what, std::size_t limit) {
  return fail(ErrorKind::usage, fmt::format("cannot read {}: it is longer than {}", what, size_text(limit)));
}

// Whether a read or write that failed with `error` may be tried again. A descriptor that someone else made non-blocking
// (a shared terminal or pipe) is waited for.
bool may_repeat(int error, int descriptor, short events) {
  if (error == EINTR) return true;
  if (error != EAGAIN && error != EWOULDBLOCK) return false;
  pollfd entry{.fd = descriptor, .events = events, .revents = 0};
  return ::poll(&entry, 1, -1) >= 0 || errno == EINTR;
}

bool is_ready(int descriptor, short events) {
  pollfd entry{.fd = descriptor, .events = events, .revents = 0};
  return ::poll(&entry, 1, 0) == 1;
}

// Until something can be written. 0, or ECANCELED: the run was told to end, and nothing can be written now. Without an
// interrupt the write itself waits.
int wait_to_write(int descriptor, int interrupt) {
  if (interrupt < 0) return 0;
  while (!is_ready(descriptor, POLLOUT)) {
    if (is_ready(interrupt, POLLIN)) return ECANCELED;
    std::array<pollfd, 2> entries{
        {{.fd = descriptor, .events = POLLOUT, .revents = 0}, {.fd = interrupt, .events = POLLIN, .revents = 0}}};
    if (::poll(entries.data(), entries.size(), -1) < 0 && errno != EINTR) return errno;
  }
  return 0;
}

// N for /dev/fd/N and its other names: such a name stands for what is open already. Opened anew, a file behind it would
// be written from its beginning.
std::optional<int> descriptor_named(const fs::path& path) {
  const std::string name = path.lexically_normal().string();
  if (name == "/dev/stdout") return STDOUT_FILENO;
  if (name == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!name.starts_with(folder)) continue;
    const auto number = to_int(std::string_view(name).substr(folder.size()));
    if (number && *number >= 0 && *number <= std::numeric_limits<int>::max()) return static_cast<int>(*number);
  }
  return std::nullopt;
}

// Opens what is no regular file. A FIFO is waited for until someone reads from it. -1: errno says why; ECANCELED where
// the run was told to end.
int open_special(const fs::path& path, int interrupt) {
  if (const auto named = descriptor_named(path)) return ::fcntl(*named, F_DUPFD_CLOEXEC, 0);
  while (true) {
    if (interrupt >= 0 && is_ready(interrupt, POLLIN)) {
      errno = ECANCELED;
      return -1;
    }
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor >= 0 || errno != EINTR) return descriptor;
  }
}

Result<std::string> read_to_end(int descriptor, std::string_view what, std::size_t limit) {
  std::string text;
  std::array<char, 16UL * 1024> buffer;  // most files are small, and each page of a stack costs its first touch
  while (true) {
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count == 0) return text;
    if (count < 0) {
      const int error = errno;
      if (may_repeat(error, descriptor, POLLIN)) continue;
      return fail(ErrorKind::usage, fmt::format("cannot read {}: {}", what, reason(error)));
    }
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > limit) return too_long(what, limit);
  }
}

fs::path directory_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

struct Temporary {
  int descriptor = -1;
  fs::path path;
};

// A new file beside `target`, made with `mode` less the umask.
Result<Temporary> make_temporary(const fs::path& target, unsigned mode) {
  const fs::path directory = directory_of(target);
  const auto seed = std::chrono::steady_clock::now().time_since_epoch().count();
  int error = EEXIST;
  for (int attempt = 0; attempt < 100 && error == EEXIST; ++attempt) {
    fs::path path = directory / fmt::format(".byok-{}-{}", ::getpid(), seed + attempt);
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (descriptor >= 0) return Temporary{descriptor, std::move(path)};
    error = errno;
  }
  if (!status_of(directory).exists) {
    return fail(ErrorKind::output,
                fmt::format("cannot write {}: the directory {} does not exist", target.string(), directory.string()),
                fmt::format("create it first: mkdir -p {}", directory.string()));
  }
  return fail(ErrorKind::output,
              fmt::format("cannot write {}: no file can be created in the directory {}: {}", target.string(),
                          directory.string(), reason(error)),
              "choose a file in a directory that you may write to");
}

// A temporary file for `target` that will have the mode, and where that is allowed the owner, of the file it replaces.
Result<Temporary> begin_replacing(const fs::path& target, unsigned mode_of_new, bool is_exact) {
  struct stat old{};
  const bool exists = ::stat(target.c_str(), &old) == 0;
  if (exists && S_ISDIR(old.st_mode)) return cannot_write(target, EISDIR);
  if (exists && ::access(target.c_str(), W_OK) != 0) return cannot_write(target, errno);
  const unsigned mode = exists ? old.st_mode & 07777U : mode_of_new;
  BYOK_TRY(Temporary temporary, make_temporary(target, mode & 0777U));
  if (exists && (old.st_uid != ::geteuid() || old.st_gid != ::getegid())) {
    // Only root may give a file away; anyone else keeps the new file as its own.
    [[maybe_unused]] const int ignored = ::fchown(temporary.descriptor, old.st_uid, old.st_gid);
  }
  if ((exists || is_exact) && ::fchmod(temporary.descriptor, mode) != 0) {
    const int error = errno;
    ::close(temporary.descriptor);
    ::unlink(temporary.path.c_str());
    return cannot_write(target, error);
  }
  return temporary;
}

// Closes the descriptor, if it is open. 0, or the errno of a failure that only now came to light (a full disk or quota
// on a network file system).
int sync_and_close(int& descriptor) {
  if (descriptor < 0) return 0;
  const bool is_synced = ::fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS;
  const int sync_error = is_synced ? 0 : errno;
  const int close_error = ::close(std::exchange(descriptor, -1)) == 0 || errno == EINTR ? 0 : errno;
  return sync_error != 0 ? sync_error : close_error;
}

}  // namespace

Result<fs::path> follow_links(const fs::path& path) {
  constexpr int kMostLinks = 40;  // as Linux
  fs::path at = path;
  for (int links = 0; links < kMostLinks; ++links) {
    std::error_code error;
    if (fs::symlink_status(at, error).type() != fs::file_type::symlink) return at;
    const fs::path next = fs::read_symlink(at, error);
    if (error) return cannot_write(path, error.value());
    at = at.parent_path() / next;
  }
  return cannot_write(path, ELOOP);
}

Result<std::string> read_file(const fs::path& path, std::size_t limit) {
  const std::string what = path.string();
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  struct stat status{};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
    return fail(ErrorKind::usage, fmt::format("cannot read {}: {}", what, reason(errno)));
  }
  if (S_ISDIR(status.st_mode)) return fail(ErrorKind::usage, fmt::format("cannot read {}: {}", what, reason(EISDIR)));
  if (S_ISREG(status.st_mode) && static_cast<std::uint64_t>(status.st_size) > limit) return too_long(what, limit);
  return read_to_end(file.get(), what, limit);
}

Result<std::string> read_all(int descriptor, std::size_t limit) {
  return read_to_end(descriptor, descriptor == STDIN_FILENO ? "standard input" : "the input", limit);
}

int write_all(int descriptor, std::string_view bytes, int interrupt) {
  while (!bytes.empty()) {
    if (const int error = wait_to_write(descriptor, interrupt); error != 0) return error;
    // What is ready to be written to takes at least so much without a wait.
    const std::size_t size = interrupt >= 0 ? std::min<std::size_t>(bytes.size(), PIPE_BUF) : bytes.size();
    const ssize_t count = ::write(descriptor, bytes.data(), size);
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    const int error = errno;
    if (!may_repeat(error, descriptor, POLLOUT)) return error;
  }
  return 0;
}

Result<> write_file(const fs::path& path, std::string_view bytes, unsigned mode) {
  BYOK_TRY(const fs::path target, follow_links(path));
  BYOK_TRY(Temporary temporary, begin_replacing(target, mode, true));
  int error = write_all(temporary.descriptor, bytes);
  const int close_error = sync_and_close(temporary.descriptor);
  if (error == 0) error = close_error;
  if (error == 0 && ::rename(temporary.path.c_str(), target.c_str()) != 0) error = errno;
  if (error == 0) return {};
  ::unlink(temporary.path.c_str());
  return cannot_write(path, error);
}

Result<> make_private_directory(const fs::path& path) {
  fs::path at;
  for (const fs::path& part : path.lexically_normal()) {
    at /= part;
    if (::mkdir(at.c_str(), 0700) == 0) continue;
    const int error = errno;
    struct stat status{};
    const bool is_there = ::stat(at.c_str(), &status) == 0;
    if (is_there && S_ISDIR(status.st_mode)) continue;
    return fail(ErrorKind::output,
                fmt::format("cannot create the directory {}: {}", at.string(), reason(is_there ? ENOTDIR : error)));
  }
  return {};
}

FileStatus status_of(const fs::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {.exists = true,
          .is_regular = S_ISREG(status.st_mode),
          .size = static_cast<std::uint64_t>(status.st_size),
          .owner = status.st_uid,
          .others_can_read = (status.st_mode & (S_IRGRP | S_IROTH)) != 0,
          .others_can_write = (status.st_mode & (S_IWGRP | S_IWOTH)) != 0};
}

Result<PendingFile> PendingFile::open(const fs::path& target, int interrupt) {
  PendingFile file;
  file.interrupt_ = interrupt;
  struct stat status{};
  const bool exists = ::stat(target.c_str(), &status) == 0;
  const bool is_special = exists && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
  if (is_special || descriptor_named(target)) {
    file.target_ = target;
    file.direct_ = true;
    file.descriptor_ = open_special(target, interrupt);
    if (file.descriptor_ < 0) return cannot_write(target, errno);
    return file;
  }
  BYOK_TRY(file.target_, follow_links(target));
  BYOK_TRY(Temporary temporary, begin_replacing(file.target_, 0666, false));
  file.temporary_ = std::move(temporary.path);
  file.descriptor_ = temporary.descriptor;
  return file;
}

PendingFile::PendingFile(PendingFile&& other) noexcept
    : target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)),
      interrupt_(other.interrupt_),
      direct_(other.direct_) {}

PendingFile& PendingFile::operator=(PendingFile&& other) noexcept {
  target_.swap(other.target_);
  temporary_.swap(other.temporary_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(interrupt_, other.interrupt_);
  std::swap(direct_, other.direct_);
  return *this;
}

PendingFile::~PendingFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<> PendingFile::write(std::string_view bytes) {
  const int error = write_all(descriptor_, bytes, direct_ ? interrupt_ : -1);
  if (error != 0) return cannot_write(target_, error);
  return {};
}

Result<> PendingFile::commit() {
  if (const int error = sync_and_close(descriptor_); error != 0) return cannot_write(target_, error);
  if (direct_) return {};
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) return cannot_write(target_, errno);
  temporary_.clear();
  return {};
}

Result<fs::path> PendingFile::keep_partial() {
  struct stat status{};
  const bool is_empty = ::fstat(descriptor_, &status) == 0 && status.st_size == 0;
  const int error = sync_and_close(descriptor_);
  if (direct_) return target_;
  if (is_empty) return fs::path();
  fs::path partial = target_;
  partial += ".partial";
  if (error != 0) return cannot_write(partial, error);
  if (::rename(temporary_.c_str(), partial.c_str()) != 0) return cannot_write(partial, errno);
  temporary_.clear();
  return partial;
}

}  // namespace byok::base
