// Session files by the system's own calls: open, lock, append, sync, cut back.
#include "session/store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <random>
#include <system_error>
#include <utility>

#include "base/file.hpp"
#include "base/text.hpp"
#include "session/store/event_line.hpp"
#include "session/store/lock.hpp"
#include "session/store/session_id.hpp"

namespace byok::session {
namespace {

namespace fs = std::filesystem;
using base::ErrorKind;
using base::fail;
using base::Result;

constexpr unsigned kMode = 0600;
constexpr std::size_t kLargestFile = std::size_t{1} << 30;
constexpr std::size_t kMostListed = 8;
constexpr std::size_t kMostNear = 3;

std::string reason(int error) { return std::system_category().message(error); }

constexpr std::string_view kNotKept = "the turn cannot be kept: ";
constexpr std::string_view kMakeWritable = "make the file and its folder writable, or use --no-save";

std::unexpected<base::Error> cannot_keep(const fs::path& path, int error) {
  return fail(ErrorKind::output, fmt::format("{}cannot write {}: {}", kNotKept, path.string(), reason(error)),
              error == ENOSPC || error == EDQUOT ? "make room on the disk; the turns before this one are safe"
              : error == EFBIG ? "raise the limit on a file's size (ulimit -f); the turns before this one are safe"
                               : std::string(kMakeWritable));
}

std::unexpected<base::Error> changed_meanwhile(const fs::path& path) {
  return fail(ErrorKind::output, fmt::format("{}another program wrote to {} meanwhile", kNotKept, path.string()),
              "what it wrote is left as it is; go on with it: -c");
}

std::unexpected<base::Error> no_session(const fs::path& path, std::string_view id) {
  return fail(ErrorKind::usage, fmt::format("{} holds no session", path.string()),
              fmt::format("remove it: byok sessions rm {}", id));
}

bool holds_event(const SavedSession& session) { return !session.last_time.empty() || !session.turns.empty(); }

std::unexpected<base::Error> not_found(std::string_view id) {
  return fail(ErrorKind::usage, fmt::format("there is no session {}", id), "`byok sessions list` shows all");
}

std::uint32_t random_bits() { return std::random_device{}(); }

enum class Purpose { append, remove };

// An open file that is locked, or why not.
Result<int> open_locked(const fs::path& path, std::string_view id, Purpose purpose) {
  constexpr int kFlags = O_CLOEXEC | O_NOCTTY;
  const bool is_removed = purpose == Purpose::remove;
  const int descriptor = ::open(path.c_str(), is_removed ? O_RDONLY | kFlags : O_RDWR | O_APPEND | kFlags);
  if (descriptor < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return not_found(id);
    return fail(ErrorKind::output,
                fmt::format("cannot open {} to {}: {}", path.string(), is_removed ? "lock it" : "write", reason(errno)),
                is_removed ? "make the file readable" : "make the file writable, or go on without keeping: --no-save");
  }
  if (!lock_file(descriptor)) {
    const auto holder = lock_holder(descriptor);
    ::close(descriptor);
    return fail(ErrorKind::usage,
                fmt::format("session {} is in use by {}", id,
                            holder ? fmt::format("process {}", *holder) : std::string("another process")),
                is_removed ? "leave that one first" : "leave that one first, or begin a new session");
  }
  struct stat opened{};
  struct stat named{};
  const bool is_same = ::fstat(descriptor, &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
                       opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
  if (is_same) return descriptor;
  ::close(descriptor);  // removed while we waited for the lock
  return not_found(id);
}

int sync_directory(const fs::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  const int error = ::fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP ? 0 : errno;
  ::close(descriptor);
  return error;
}

int sync_file(int descriptor) { return ::fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP ? 0 : errno; }

// The newest is told by modification times. One that was written under a clock since set back must not stay the newest.
void make_newest(const fs::path& directory, int descriptor, std::string_view id) {
  struct stat own{};
  if (::fstat(descriptor, &own) != 0) return;
  const std::int64_t written = std::int64_t{own.st_mtim.tv_sec} * 1'000'000'000 + own.st_mtim.tv_nsec;
  for (const SessionEntry& entry : session_entries(directory)) {
    if (entry.id == id) continue;
    if (entry.written < written) return;
    const std::int64_t later = entry.written + 1'000'000;
    const std::array<timespec, 2> times{timespec{.tv_sec = 0, .tv_nsec = UTIME_OMIT},
                                        timespec{.tv_sec = later / 1'000'000'000, .tv_nsec = later % 1'000'000'000}};
    static_cast<void>(::futimens(descriptor, times.data()));
    return;
  }
}

std::string first_text(const SavedTurn& turn) {
  return turn.messages.empty() ? std::string() : std::string(core::first_text(turn.messages.front()));
}

fs::path torn_path(const fs::path& path) { return path.string() + ".torn"; }

// What others made, or an umask of long ago, is tightened; where that is not allowed, it is left.
void make_private(const fs::path& directory, int descriptor) {
  constexpr mode_t kOthers = S_IRWXG | S_IRWXO;
  struct stat status{};
  if (::stat(directory.c_str(), &status) == 0 && (status.st_mode & kOthers) != 0) {
    static_cast<void>(::chmod(directory.c_str(), status.st_mode & 07777U & ~kOthers));
  }
  if (::fstat(descriptor, &status) == 0 && (status.st_mode & kOthers) != 0) {
    static_cast<void>(::fchmod(descriptor, status.st_mode & 07777U & ~kOthers));
  }
}

}  // namespace

SessionFile SessionFile::begin(fs::path directory, Time now, const base::Redactor& redactor) {
  SessionFile file(std::move(directory), redactor);
  file.id_ = make_session_id(now, random_bits());
  return file;
}

Result<SessionFile::Opened> SessionFile::open(const fs::path& directory, std::string_view id,
                                              const base::Redactor& redactor) {
  if (!is_session_id(id)) return not_found(id);
  Opened opened{.file = SessionFile(directory, redactor), .session = {}, .problems = {}};
  SessionFile& file = opened.file;
  file.id_ = id;
  BYOK_TRY(file.descriptor_, open_locked(file.path(), id, Purpose::append));
  BYOK_TRY(const std::string text, base::read_file(file.path(), kLargestFile));
  opened.session = read_session(text);
  opened.session.id = id;
  const SavedSession& session = opened.session;
  if (!holds_event(session)) return no_session(file.path(), id);
  opened.problems = problems_of(session, file.path().string(), torn_path(file.path()).string());
  file.size_ = session.kept;
  make_private(directory, file.descriptor_);
  if (session.torn > 0) BYOK_CHECK(file.set_aside(session, text));
  if (session.lacks_newline) BYOK_CHECK(file.write("\n"));
  file.take_up(session);
  return opened;
}

SessionFile::SessionFile(SessionFile&& other) noexcept
    : directory_(std::move(other.directory_)),
      redactor_(other.redactor_),
      id_(std::move(other.id_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_),
      has_rest_(other.has_rest_),
      last_event_(std::move(other.last_event_)),
      setup_(std::move(other.setup_)),
      system_(std::move(other.system_)),
      turns_(other.turns_),
      new_title_(std::move(other.new_title_)) {}

SessionFile& SessionFile::operator=(SessionFile&& other) noexcept {
  std::swap(directory_, other.directory_);
  std::swap(redactor_, other.redactor_);
  std::swap(id_, other.id_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(size_, other.size_);
  std::swap(has_rest_, other.has_rest_);
  std::swap(last_event_, other.last_event_);
  std::swap(setup_, other.setup_);
  std::swap(system_, other.system_);
  std::swap(turns_, other.turns_);
  std::swap(new_title_, other.new_title_);
  return *this;
}

SessionFile::~SessionFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

fs::path SessionFile::path() const { return session_path(directory_, id_); }

void SessionFile::take_up(const SavedSession& session) {
  last_event_ = session.last_id;
  setup_ = session.setup;
  system_ = session.system;
  turns_ = session.turns.size();
  if (session.has_new_title) new_title_ = session.title;
}

// Kept before it is cut off; what is there twice after a kill in between does no harm.
Result<> SessionFile::set_aside(const SavedSession& session, std::string_view text) {
  const fs::path torn = torn_path(path());
  const int descriptor = ::open(torn.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kMode);
  if (descriptor < 0) return cannot_keep(torn, errno);
  int error = base::write_all(descriptor, std::string(text.substr(session.kept)) + "\n");
  if (error == 0) error = sync_file(descriptor);
  ::close(descriptor);
  if (error != 0) return cannot_keep(torn, error);
  if (::ftruncate(descriptor_, static_cast<off_t>(session.kept)) != 0) return cannot_keep(path(), errno);
  return {};
}

Result<> SessionFile::create() {
  if (const auto made = base::make_private_directory(directory_); !made) {
    return fail(made.error().kind, fmt::format("{}{}", kNotKept, made.error().message), std::string(kMakeWritable));
  }
  for (int attempt = 0;; ++attempt) {
    descriptor_ = ::open(path().c_str(), O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, kMode);
    if (descriptor_ >= 0) break;
    if (errno != EEXIST || attempt == 9) return cannot_keep(path(), errno);
    id_ = id_.substr(0, id_.rfind('-')) + make_session_id({}, random_bits()).substr(id_.rfind('-'));
  }
  static_cast<void>(lock_file(descriptor_));  // nobody else knows of it yet
  make_private(directory_, descriptor_);
  static_cast<void>(sync_directory(directory_));
  return {};
}

Result<> SessionFile::write(std::string_view bytes) {
  struct stat status{};
  if (::fstat(descriptor_, &status) != 0) return cannot_keep(path(), errno);
  const auto end = static_cast<off_t>(size_);
  // Only what this process wrote is cut off. A file system without locks lets another write, too.
  if (status.st_size != end && !has_rest_) return changed_meanwhile(path());
  if (has_rest_ && ::ftruncate(descriptor_, end) != 0) return cannot_keep(path(), errno);
  has_rest_ = false;
  int error = base::write_all(descriptor_, bytes);
  if (error == 0) error = sync_file(descriptor_);
  if (error != 0) {
    // Where this fails, too, the next write or the next reader cuts it off.
    has_rest_ = ::ftruncate(descriptor_, end) != 0;
    if (!has_rest_ && size_ == 0) ::unlink(path().c_str());
    return cannot_keep(path(), error);
  }
  size_ += bytes.size();
  return {};
}

Result<> SessionFile::append(SavedTurn turn, std::string_view system, Time now, std::vector<EventStamp> stamps) {
  const bool is_new = size_ == 0;
  if (!is_new && descriptor_ < 0) return cannot_keep(path(), EBADF);
  if (is_new && descriptor_ < 0) BYOK_CHECK(create());
  const auto known = parse_timestamp(turn.time);
  const Time asked = known.value_or(now);
  const Time ended = known && turn.end.duration_ms ? asked + std::chrono::milliseconds(*turn.end.duration_ms) : now;
  EventChain chain(*redactor_, last_event_, std::move(stamps));
  const std::string title = turns_ == 0 ? title_of(redactor_->redact(first_text(turn))) : std::string();
  if (is_new || turns_ == 0 || turn.setup != setup_) {
    chain.add(StartRecord{.is_resume = !is_new, .session_id = id_, .title = title, .setup = turn.setup}, asked);
  }
  if (system != system_) chain.add(SystemRecord{std::string(system)}, asked);
  turn.end.turns = turns_ + 1;
  turn.end.profile = turn.setup.profile;
  turn.end.model = turn.setup.model;
  turn.end.title = is_new || title.empty() ? new_title_ : title;
  chain.add_turn(turn, asked, ended);
  if (auto written = write(chain.text()); !written) {
    if (is_new) ::close(std::exchange(descriptor_, -1));  // its file is gone
    return written;
  }
  last_event_ = chain.last_id();
  new_title_ = turn.end.title;
  setup_ = std::move(turn.setup);
  system_ = system;
  ++turns_;
  make_newest(directory_, descriptor_, id_);
  return {};
}

Result<> SessionFile::rewind(std::size_t turns, Time now) {
  if (descriptor_ < 0 || turns >= turns_) return {};
  EventChain chain(*redactor_, last_event_);
  chain.add(RewindRecord{.turns = turns, .profile = setup_.profile, .model = setup_.model, .title = new_title_}, now);
  BYOK_CHECK(write(chain.text()));
  last_event_ = chain.last_id();
  turns_ = turns;
  return {};
}

Result<SavedSession> load_session(const fs::path& directory, std::string_view id) {
  const fs::path path = session_path(directory, id);
  if (!is_session_id(id) || !base::status_of(path).exists) return not_found(id);
  BYOK_TRY(const std::string text, base::read_file(path, kLargestFile));
  SavedSession session = read_session(text);
  if (!holds_event(session)) return no_session(path, id);
  session.id = id;
  return session;
}

Result<std::string> find_session(const fs::path& directory, std::string_view prefix) {
  BYOK_CHECK(check_folder(directory));
  return find_session(session_entries(directory), prefix);
}

Result<std::string> find_session(const std::vector<SessionEntry>& entries, std::string_view prefix) {
  if (prefix.empty()) return fail(ErrorKind::usage, "an empty id names no session", "`byok sessions list` shows all");
  std::vector<std::string> newest;
  std::vector<std::string> found;
  for (const SessionEntry& entry : entries) {
    if (entry.id == prefix) return entry.id;
    if (newest.size() < kMostNear) newest.push_back(entry.id);
    if (entry.id.starts_with(prefix)) found.push_back(entry.id);
  }
  if (found.size() == 1) return std::move(found.front());
  if (found.empty()) {
    return fail(ErrorKind::usage, fmt::format("there is no session whose id begins with `{}`", prefix),
                newest.empty()
                    ? "nothing was kept yet; `byok ask --save` keeps a session"
                    : fmt::format("the newest: {}; `byok sessions list` shows all", base::join(newest, ", ")));
  }
  const std::size_t count = found.size();
  found.resize(std::min(count, kMostListed));
  return fail(ErrorKind::usage,
              fmt::format("{} sessions have ids that begin with `{}`: {}{}", count, prefix, base::join(found, ", "),
                          count > found.size() ? ", …" : ""),
              "give more of the id");
}

Result<std::string> newest_session(const fs::path& directory) {
  BYOK_CHECK(check_folder(directory));
  for (SessionEntry& entry : session_entries(directory)) {
    if (!has_event(session_path(directory, entry.id))) continue;
    // One that cannot be read is not passed over.
    const SessionInfo info = read_info(directory, entry);
    if (info.turns > 0 || info.size == 0) return std::move(entry.id);
  }
  return fail(ErrorKind::usage, "no session was kept yet", "`byok chat` keeps one, and `byok ask --save`");
}

Result<> remove_session(const fs::path& directory, std::string_view id) {
  if (!is_session_id(id)) return not_found(id);
  const fs::path path = session_path(directory, id);
  BYOK_TRY(const int descriptor, open_locked(path, id, Purpose::remove));
  const int error = ::unlink(path.c_str()) == 0 ? 0 : errno;
  ::close(descriptor);
  if (error != 0) {
    return fail(ErrorKind::output, fmt::format("cannot remove {}: {}", path.string(), reason(error)),
                "make its folder writable");
  }
  ::unlink(torn_path(path).c_str());
  return {};
}

Result<std::vector<std::string>> remove_sessions_before(const fs::path& directory, std::string_view profile,
                                                        std::chrono::system_clock::time_point limit) {
  std::vector<std::string> removed;
  for (const SessionInfo& info : list_sessions(directory)) {
    if (info.last >= limit || (info.setup.profile != profile && info.size > 0)) continue;
    const auto done = remove_session(directory, info.id);
    if (done) {
      removed.push_back(info.id);
    } else if (done.error().kind != ErrorKind::usage) {  // in use, or gone already
      return std::unexpected(done.error());
    }
  }
  return removed;
}

}  // namespace byok::session
