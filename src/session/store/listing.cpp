// Heads and tails of session files.
#include "session/store/listing.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>
#include <variant>

#include "base/text.hpp"
#include "session/store/event_line.hpp"
#include "session/store/saved_session.hpp"
#include "session/store/session_id.hpp"

namespace byok::session {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::system_clock;

constexpr std::string_view kSuffix = ".jsonl";
constexpr std::size_t kBlock = std::size_t{64} << 10;

std::int64_t nanoseconds(const timespec& time) { return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; }

// Up to `length` bytes from `offset`; fewer where the file ends or cannot be read.
std::string read_at(int descriptor, std::uint64_t offset, std::size_t length) {
  std::string bytes(length, '\0');
  std::size_t done = 0;
  while (done < length) {
    const ssize_t count = ::pread(descriptor, bytes.data() + done, length - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

void read_ends(int descriptor, SessionInfo& info) {
  read_head(read_at(descriptor, 0, kBlock), info);
  for (std::uint64_t length = std::min<std::uint64_t>(kBlock, info.size);; length = std::min(length * 8, info.size)) {
    const std::string tail = read_at(descriptor, info.size - length, length);
    if (read_tail(tail, info) || length == info.size) return;
  }
}

bool holds_record(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const auto record = read_record(text.substr(at, end - at));
    if (record && !record->is_ephemeral) return true;
    at = end + 1;
  }
  return false;
}

}  // namespace

fs::path session_path(const fs::path& directory, std::string_view id) {
  return directory / (std::string(id) + std::string(kSuffix));
}

base::Result<> check_folder(const fs::path& directory) {
  if (directory.empty()) {
    return base::fail(base::ErrorKind::config, "there is no place for sessions: neither XDG_STATE_HOME nor HOME is set",
                      "set HOME");
  }
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    if (errno == ENOENT) return {};
    return base::fail(
        base::ErrorKind::output,
        fmt::format("cannot read the sessions in {}: {}", directory.string(), std::system_category().message(errno)),
        errno == ENOTDIR ? "something else is in the folder's place: move it away" : "make the folder readable");
  }
  ::close(descriptor);
  return {};
}

std::vector<SessionEntry> session_entries(const fs::path& directory) {
  std::vector<SessionEntry> entries;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (!name.ends_with(kSuffix)) continue;
    std::string id = name.substr(0, name.size() - kSuffix.size());
    struct stat status{};
    if (!is_session_id(id) || ::stat(at->path().c_str(), &status) != 0) continue;
    if (S_ISREG(status.st_mode)) entries.push_back({.id = std::move(id), .written = nanoseconds(status.st_mtim)});
  }
  std::ranges::sort(entries, [](const SessionEntry& a, const SessionEntry& b) {
    return a.written != b.written ? a.written > b.written : a.id > b.id;
  });
  return entries;
}

SessionInfo read_info(const fs::path& directory, const SessionEntry& entry) {
  SessionInfo info;
  info.id = entry.id;
  info.last = Clock::time_point(std::chrono::duration_cast<Clock::duration>(std::chrono::nanoseconds(entry.written)));
  const int descriptor = ::open(session_path(directory, entry.id).c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status{};
  if (descriptor >= 0 && ::fstat(descriptor, &status) == 0) {
    info.size = static_cast<std::uint64_t>(status.st_size);
    read_ends(descriptor, info);
  }
  if (descriptor >= 0) ::close(descriptor);
  return info;
}

std::vector<SessionInfo> list_sessions(const fs::path& directory) {
  std::vector<SessionInfo> sessions;
  for (const SessionEntry& entry : session_entries(directory)) sessions.push_back(read_info(directory, entry));
  return sessions;
}

bool has_event(const fs::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return true;
  struct stat status{};
  const std::uint64_t size = ::fstat(descriptor, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
  // Our own files tell in their first line; others are read whole.
  bool has_found = holds_record(read_at(descriptor, 0, kBlock));
  if (!has_found && size > kBlock) has_found = holds_record(read_at(descriptor, 0, size));
  ::close(descriptor);
  return has_found;
}

void read_head(std::string_view head, SessionInfo& info) {
  for (const std::string_view line : base::split(head, '\n')) {
    const auto record = read_record(line);  // nothing for a line that the block cuts
    if (!record) continue;
    if (!info.started) info.started = parse_timestamp(record->timestamp);
    if (const auto* start = std::get_if<StartRecord>(&record->data)) {
      if (info.title.empty()) info.title = start->title;
      if (info.setup.profile.empty()) info.setup = start->setup;
    } else if (const auto* message = std::get_if<MessageRecord>(&record->data)) {
      if (!info.title.empty()) return;
      for (const core::Part& part : message->message.parts) {
        if (const auto* text = std::get_if<core::TextPart>(&part); text != nullptr && info.title.empty())
          info.title = title_of(text->text);
      }
      return;
    }
  }
}

bool read_tail(std::string_view tail, SessionInfo& info) {
  bool has_time = false;
  std::size_t unfinished = 0;
  std::size_t end = tail.size();
  while (end > 0) {
    const std::size_t newline = tail.find_last_of('\n', end - 1);
    const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
    const auto record = read_record(tail.substr(begin, end - begin));
    if (record) {
      const auto time = parse_timestamp(record->timestamp);
      if (time && !std::exchange(has_time, true)) info.last = *time;
      if (const auto* message = std::get_if<MessageRecord>(&record->data);
          message != nullptr && is_reply(message->message)) {
        unfinished = 1;
      }
      const auto* ended = std::get_if<TurnEndRecord>(&record->data);
      const auto* rewound = std::get_if<RewindRecord>(&record->data);
      if (ended != nullptr || rewound != nullptr) {
        info.turns = (ended != nullptr ? ended->turns : rewound->turns) + unfinished;
        const std::string& profile = ended != nullptr ? ended->profile : rewound->profile;
        const std::string& model = ended != nullptr ? ended->model : rewound->model;
        const std::string& title = ended != nullptr ? ended->title : rewound->title;
        if (!title.empty()) info.title = title;
        if (!profile.empty()) info.setup.profile = profile;
        if (!model.empty()) info.setup.model = model;
        return true;
      }
    }
    if (begin == 0) break;
    end = begin - 1;
  }
  info.turns = unfinished;
  return false;
}

}  // namespace byok::session
