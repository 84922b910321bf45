// Keeper: the session file that a command goes on with or begins, where its exchanges are kept, and the usage log.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/arguments.hpp"
#include "cli/context.hpp"
#include "config/config.hpp"
#include "core/profile.hpp"
#include "session/store.hpp"
#include "session/turn.hpp"

namespace byok::cli {

// What the command line says about keeping.
struct KeepWish {
  bool continues = false;              // -c
  std::optional<std::string> session;  // --session: the beginning of an id
  std::optional<bool> saves;           // --save, --no-save
  bool is_dry_run = false;             // nothing is locked, mended or written
};
// Fails with ErrorKind::usage where two of the options contradict each other.
[[nodiscard]] base::Result<KeepWish> read_keep_wish(const Arguments& arguments);

// Where sessions, the usage log and the history are: `$XDG_STATE_HOME/byok`; empty where no variable says.
[[nodiscard]] std::filesystem::path state_directory(const Context& context);
[[nodiscard]] std::filesystem::path sessions_directory(const Context& context);

class Keeper {
 public:
  // Opens the session to go on with and locks it, unless nothing will be written to it. ErrorKind::usage when there is
  // none, or another process writes to it. `context` must outlive the keeper.
  [[nodiscard]] static base::Result<Keeper> open(const KeepWish& wish, Context& context);

  // The session that is gone on with; null for a new conversation.
  [[nodiscard]] const session::SavedSession* resumed() const { return resumed_ ? &*resumed_ : nullptr; }
  // Its profile, model and system text, where the command line gives none. The model is that of its profile: with
  // another --profile it stays behind.
  void fill(config::Overrides& overrides) const;
  // What is gone on with, to be taken up by a `Session`, which then holds its turns alone.
  [[nodiscard]] session::SavedSession take_resumed();
  // Adds to an error of the profile's that the session chose it, unless the profile was given by name.
  void explain(base::Error& error, bool has_given_profile) const;

  // With the profile that was resolved: whether the exchange is kept, and for how long. Says what is gone on with, and
  // what was wrong with its file. Where the session was held at another origin, a person is asked unless the profile
  // was given by name; ErrorKind::usage where the answer is no or nobody can be asked.
  base::Result<> settle(const core::Profile& profile, bool has_given_profile);

  // Whether the next turn will be written, and under which id.
  [[nodiscard]] bool keeps() const { return file_.has_value(); }
  [[nodiscard]] std::string id() const { return file_ ? file_->id() : std::string(); }
  // Keeping was asked for by an option: a turn that cannot be kept is then a failure.
  [[nodiscard]] bool is_wished() const { return wish_.saves.value_or(wish_.continues || wish_.session.has_value()); }

  // The turn on disk; then, once a day, old sessions of the profile are removed. Nothing where nothing is kept, and
  // nothing for a turn without any reply. ErrorKind::output on failure. `stamps` are those of events that were shown
  // already.
  base::Result<> append(session::SavedTurn turn, std::string_view system, std::vector<session::EventStamp> stamps = {});
  // What the next turn is written to; null where nothing is kept.
  [[nodiscard]] const session::SessionFile* file() const { return file_ ? &*file_ : nullptr; }
  // Makes the session's turns those of a conversation, of which the first `unchanged` are as they were the last time:
  // what is no longer among them is taken back, and what is not in the file is appended, first the turns before that
  // could not be kept. One for which there is no room even then stands in the way of none behind it. Nothing where
  // nothing is kept. ErrorKind::output when the last turn could not be kept.
  base::Result<> keep(std::span<const session::SavedTurn> turns, std::size_t unchanged, std::string_view system);
  // How many of those turns are in the file with all before them.
  [[nodiscard]] std::size_t kept_whole() const;

  // Whether what is typed may be remembered: not where the options or the profile say that nothing is to be kept.
  [[nodiscard]] bool allows_history(const core::Profile& profile) const {
    return wish_.saves.value_or(profile.save != core::Save::never);
  }

  void stop();  // nothing more is written
  // Keeps what follows as a new session, unless it is kept already. ErrorKind::config where there is no place.
  base::Result<> start();
  void begin_new();  // another conversation from here on, kept where the one before was
  // A keeper of another session, by its id, under the lock and to the failures of `open`; `settle` comes next.
  [[nodiscard]] base::Result<Keeper> open_other(const std::string& id) const;

  // One line in the usage log for a turn that made a request. A failure to write it is said once.
  void log_usage(const core::Profile& profile, const session::TurnResult& turn, int exit_code,
                 std::chrono::milliseconds duration);

 private:
  Keeper(KeepWish wish, Context& context);
  [[nodiscard]] bool writes() const { return !wish_.is_dry_run && wish_.saves.value_or(true); }
  base::Result<> take_up(const std::string& id);
  base::Result<> check_origin(const core::Profile& profile, bool has_given_profile) const;
  [[nodiscard]] bool is_found_again(const core::Profile& profile) const;
  void say_resumed(const core::Profile& profile) const;
  void begin();
  void remove_old();

  KeepWish wish_;
  Context* context_;
  std::filesystem::path state_;
  std::filesystem::path directory_;
  std::optional<session::SessionFile> file_;
  // How many turns the file has up to each of the conversation's: no more than before where that one is not in it.
  // Those without a reply are the file's own.
  std::vector<std::size_t> ends_;
  std::optional<session::SavedSession> resumed_;
  std::vector<std::string> problems_;
  std::string profile_;  // whose sessions `retention_` is for
  std::chrono::milliseconds retention_{0};
  bool has_looked_for_old_ = false;
};

}  // namespace byok::cli
