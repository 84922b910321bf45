// Store: sessions on disk, one append-only file of JSON Lines each, in a folder that is private to the user.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "session/store/listing.hpp"
#include "session/store/saved_session.hpp"

namespace byok::session {

// A session that is written to, by one process at a time. A turn is appended with one write and synced: it is in the
// file as a whole, or the file is as it was before.
class SessionFile {
 public:
  using Time = std::chrono::system_clock::time_point;

  // A new session. Its file and the folder are made by the first append. `redactor` must outlive the result.
  [[nodiscard]] static SessionFile begin(std::filesystem::path directory, Time now, const base::Redactor& redactor);

  struct Opened;
  // The session of that id, whole, to go on with. The beginning of a turn that was not finished is moved to FILE.torn
  // and said among the problems. ErrorKind::usage when there is no such session, the file holds no event, or another
  // process writes to it (named where the system tells); ErrorKind::output when it may not be written.
  [[nodiscard]] static base::Result<Opened> open(const std::filesystem::path& directory, std::string_view id,
                                                 const base::Redactor& redactor);

  SessionFile(SessionFile&& other) noexcept;
  SessionFile& operator=(SessionFile&& other) noexcept;
  SessionFile(const SessionFile&) = delete;
  SessionFile& operator=(const SessionFile&) = delete;
  ~SessionFile();  // lets the next writer in

  // The turn's messages, setup, error and end; the setup and `system` are written where they differ from the last.
  // Everything is redacted. The prompt is dated with the turn's time, its end with that and the duration; with `now`
  // where it does not say. ErrorKind::output on failure: then the turns before are as they were.
  [[nodiscard]] base::Result<> append(SavedTurn turn, std::string_view system, Time now,
                                      std::vector<EventStamp> stamps = {});
  // Takes back all turns but the first `turns`. They stay in the file and are read no more.
  [[nodiscard]] base::Result<> rewind(std::size_t turns, Time now);

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] std::filesystem::path path() const;
  [[nodiscard]] bool exists() const { return descriptor_ >= 0; }  // something was written
  // What the next turn's events follow on.
  [[nodiscard]] const std::string& last_event() const { return last_event_; }  // its id, or empty
  [[nodiscard]] const Setup& setup() const { return setup_; }
  [[nodiscard]] const std::string& system() const { return system_; }
  [[nodiscard]] std::size_t turn_count() const { return turns_; }

 private:
  SessionFile(std::filesystem::path directory, const base::Redactor& redactor)
      : directory_(std::move(directory)), redactor_(&redactor) {}
  [[nodiscard]] base::Result<> create();
  [[nodiscard]] base::Result<> write(std::string_view bytes);
  [[nodiscard]] base::Result<> set_aside(const SavedSession& session, std::string_view text);
  void take_up(const SavedSession& session);

  std::filesystem::path directory_;
  const base::Redactor* redactor_;
  std::string id_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;  // bytes that stand
  bool has_rest_ = false;   // behind them is the rest of a write that failed
  std::string last_event_;
  Setup setup_;
  std::string system_;
  std::size_t turns_ = 0;
  std::string new_title_;  // where it is no longer that of session.start
};

struct SessionFile::Opened {
  SessionFile file;
  SavedSession session;
  std::vector<std::string> problems;  // sentences
};

// Reads without a lock. ErrorKind::usage when there is no such session or the file holds no event.
[[nodiscard]] base::Result<SavedSession> load_session(const std::filesystem::path& directory, std::string_view id);

// The id that is `prefix` or the only one that begins with it. ErrorKind::usage when there is none, or several: then
// the message lists them. Also fails as `check_folder`.
[[nodiscard]] base::Result<std::string> find_session(const std::filesystem::path& directory, std::string_view prefix);
// The same among the entries of a folder.
[[nodiscard]] base::Result<std::string> find_session(const std::vector<SessionEntry>& entries, std::string_view prefix);
// The id of the session written last, whatever the clock said then. Files that hold no turn are passed over.
// ErrorKind::usage when there is none. Also fails as `check_folder`.
[[nodiscard]] base::Result<std::string> newest_session(const std::filesystem::path& directory);

// Removes the file, also one that may only be read, and what was set aside from it. ErrorKind::usage while a process
// writes to it.
[[nodiscard]] base::Result<> remove_session(const std::filesystem::path& directory, std::string_view id);
// Removes the sessions last held with the profile, and empty files, that were written last before `limit`; never a
// session that is written to just now. The ids removed.
[[nodiscard]] base::Result<std::vector<std::string>> remove_sessions_before(
    const std::filesystem::path& directory, std::string_view profile, std::chrono::system_clock::time_point limit);

}  // namespace byok::session
