// Keeping as the options and the profile's keys want it.
#include "cli/keeper.hpp"

#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/question.hpp"
#include "session/conversation.hpp"
#include "session/usage_log.hpp"
#include "terminal/sanitize.hpp"

namespace byok::cli {
namespace {

namespace fs = std::filesystem;
using base::ErrorKind;
using base::fail;
using base::Result;
using Clock = std::chrono::system_clock;

constexpr std::size_t kLongestTitle = 48;

bool is_kept_by(core::Save save, const Context& context) {
  return save == core::Save::always || (save == core::Save::terminal && context.streams.out_is_terminal);
}

std::string count_of(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

// When old sessions were last looked for, by the file's time; for which limit, by its text.
bool is_recent(const fs::path& stamp, std::string_view limit) {
  constexpr std::size_t kLongest = 64;
  std::error_code error;
  const auto written = fs::last_write_time(stamp, error);
  if (error) return false;
  const auto age = fs::file_time_type::clock::now() - written;
  if (age < std::chrono::hours(0) || age > std::chrono::hours(24)) return false;
  const auto text = base::read_file(stamp, kLongest);
  return text && *text == limit;
}

std::unexpected<base::Error> no_place() {
  return fail(ErrorKind::config, "there is no place for sessions: neither XDG_STATE_HOME nor HOME is set",
              "set HOME, or leave out -c, --session and --save");
}

}  // namespace

Result<KeepWish> read_keep_wish(const Arguments& arguments) {
  KeepWish wish;
  wish.continues = arguments.has("continue");
  wish.session = arguments.last("session");
  if (wish.continues && wish.session) {
    return fail(ErrorKind::usage, "-c and --session do not go together",
                "-c goes on with the newest session, --session with the one that is named");
  }
  if (wish.session && wish.session->empty()) {
    return fail(ErrorKind::usage, "--session needs the beginning of an id", "`byok sessions list` shows all");
  }
  if (arguments.has("save") && arguments.has("no-save")) {
    return fail(ErrorKind::usage, "--save and --no-save do not go together", "leave one of them out");
  }
  if (arguments.has("save")) wish.saves = true;
  if (arguments.has("no-save")) wish.saves = false;
  return wish;
}

fs::path state_directory(const Context& context) { return context.environment.state_directory(); }

fs::path sessions_directory(const Context& context) {
  const fs::path state = state_directory(context);
  return state.empty() ? state : state / "sessions";
}

Keeper::Keeper(KeepWish wish, Context& context)
    : wish_(std::move(wish)),
      context_(&context),
      state_(state_directory(context)),
      directory_(sessions_directory(context)) {}

Result<Keeper> Keeper::open(const KeepWish& wish, Context& context) {
  Keeper keeper(wish, context);
  if (keeper.directory_.empty() && keeper.is_wished()) return no_place();
  if (wish.session) {
    BYOK_TRY(const std::string id, session::find_session(keeper.directory_, *wish.session));
    BYOK_CHECK(keeper.take_up(id));
  } else if (wish.continues) {
    BYOK_TRY(const std::string id, session::newest_session(keeper.directory_));
    BYOK_CHECK(keeper.take_up(id));
  }
  return keeper;
}

Result<Keeper> Keeper::open_other(const std::string& id) const {
  KeepWish wish;
  wish.saves = wish_.saves;
  Keeper keeper(wish, *context_);
  BYOK_CHECK(keeper.take_up(id));
  return keeper;
}

Result<> Keeper::take_up(const std::string& id) {
  if (writes()) {
    BYOK_TRY(session::SessionFile::Opened opened, session::SessionFile::open(directory_, id, context_->redactor));
    file_ = std::move(opened.file);
    resumed_ = std::move(opened.session);
    problems_ = std::move(opened.problems);
    for (std::size_t i = 0; i < resumed_->turns.size(); ++i) {
      if (resumed_->turns[i].has_reply()) ends_.push_back(i + 1);
    }
    if (!ends_.empty()) ends_.back() = resumed_->turns.size();
    return {};
  }
  BYOK_TRY(resumed_, session::load_session(directory_, id));
  problems_ = session::problems_of(*resumed_, session::session_path(directory_, id).string());
  return {};
}

void Keeper::fill(config::Overrides& overrides) const {
  if (!resumed_) return;
  const bool is_same = !overrides.profile || *overrides.profile == resumed_->setup.profile;
  if (!overrides.profile && !resumed_->setup.profile.empty()) overrides.profile = resumed_->setup.profile;
  if (!overrides.model && is_same && !resumed_->setup.model.empty()) {
    overrides.model = resumed_->setup.model;
    overrides.is_session_model = true;
  }
  if (!overrides.system) overrides.system = resumed_->system;
}

void Keeper::explain(base::Error& error, bool has_given_profile) const {
  if (!resumed_ || has_given_profile || error.kind != ErrorKind::config) return;
  if (error.code == "profile-unknown") {
    error.message =
        fmt::format("session {} was held with profile {}, which is not there", resumed_->id, resumed_->setup.profile);
    error.hint += fmt::format("{}to go on with another one, write: -p NAME", error.hint.empty() ? "" : "\n");
    return;
  }
  error.hint += fmt::format("{}session {} was held with profile {}; to go on with another one, write: -p NAME",
                            error.hint.empty() ? "" : "\n", resumed_->id, resumed_->setup.profile);
}

session::SavedSession Keeper::take_resumed() {
  std::vector<session::SavedTurn> turns = std::exchange(resumed_->turns, {});
  session::SavedSession taken = *resumed_;
  taken.turns = std::move(turns);
  return taken;
}

Result<> Keeper::settle(const core::Profile& profile, bool has_given_profile) {
  for (const std::string& problem : std::exchange(problems_, {})) context_->warn(problem);
  profile_ = profile.name;
  retention_ = profile.retention;
  if (resumed_) {
    BYOK_CHECK(check_origin(profile, has_given_profile));
    say_resumed(profile);
    return {};
  }
  const bool is_kept = wish_.saves.value_or(is_kept_by(profile.save, *context_));
  if (is_kept && !directory_.empty()) begin();
  return {};
}

Result<> Keeper::check_origin(const core::Profile& profile, bool has_given_profile) const {
  if (wish_.is_dry_run || has_given_profile || !session::is_elsewhere(*resumed_, profile)) return {};
  const std::string here = profile.base_url.origin();
  if (is_found_again(profile)) return {};
  const std::string there = resumed_->setup.origin.empty() ? "an address that it does not say" : resumed_->setup.origin;
  const std::string facts =
      fmt::format("session {} was held at {}, and profile {} is at {} now", resumed_->id, there, profile.name, here);
  if (can_ask(*context_)) {
    BYOK_TRY(const bool is_wanted,
             ask_consent(fmt::format("byok: {}. Send the conversation there?", facts), *context_));
    if (is_wanted) return {};
    return fail(ErrorKind::usage, "the conversation was not sent", "-p names the profile to go on with");
  }
  return fail(ErrorKind::usage, facts, fmt::format("to send the conversation there, write: -p {}", profile.name));
}

// Foundry Local listens on another port each time.
bool Keeper::is_found_again(const core::Profile& profile) const {
  const auto there = core::Url::parse(resumed_->setup.origin);
  return profile.base_url.origin() == context_->foundry_origin && profile.name == resumed_->setup.profile && there &&
         there->is_loopback();
}

void Keeper::say_resumed(const core::Profile& profile) const {
  if (context_->is_quiet) return;
  const std::string title = terminal::sanitize_line(base::abbreviate(resumed_->title, kLongestTitle));
  context_->say(fmt::format("byok: going on with session {}{} ({}; profile {}, model {})", resumed_->id,
                            title.empty() ? "" : fmt::format(", \"{}\"", title),
                            count_of(resumed_->turns.size(), "turn"), profile.name,
                            terminal::sanitize_line(profile.model)));
}

Result<> Keeper::append(session::SavedTurn turn, std::string_view system, std::vector<session::EventStamp> stamps) {
  if (!file_ || wish_.is_dry_run || !turn.has_reply()) return {};
  if (auto kept = file_->append(std::move(turn), system, Clock::now(), std::move(stamps)); !kept) {
    // To someone who wrote --save.
    if (wish_.saves) kept.error().hint = base::replace_all(kept.error().hint, "use --no-save", "leave out --save");
    return kept;
  }
  context_->log.info(fmt::format("kept as session {} in {}", file_->id(), file_->path().string()));
  remove_old();
  return {};
}

Result<> Keeper::keep(std::span<const session::SavedTurn> turns, std::size_t unchanged, std::string_view system) {
  if (!file_) return {};
  if (ends_.size() > unchanged) ends_.resize(unchanged);
  if (const std::size_t end = ends_.empty() ? 0 : ends_.back(); file_->turn_count() > end) {
    BYOK_CHECK(file_->rewind(end, Clock::now()));
  }
  Result<> last;
  for (std::size_t i = ends_.size(); i < turns.size(); ++i) {
    last = append(turns[i], system);
    if (!last) continue;
    ends_.resize(i, ends_.empty() ? 0 : ends_.back());
    ends_.push_back(file_->turn_count());
  }
  return last;
}

std::size_t Keeper::kept_whole() const {
  std::size_t end = 0;
  std::size_t count = 0;
  while (count < ends_.size() && ends_[count] > end) end = ends_[count++];
  return count;
}

void Keeper::stop() {
  wish_.saves = false;
  file_.reset();
}

Result<> Keeper::start() {
  if (file_) return {};
  if (directory_.empty()) return no_place();
  wish_.saves = true;
  resumed_.reset();
  begin();
  return {};
}

void Keeper::begin_new() {
  resumed_.reset();
  if (file_) begin();
}

void Keeper::begin() {
  file_ = session::SessionFile::begin(directory_, Clock::now(), context_->redactor);
  ends_.clear();
}

// The session in use is locked, and so is left alone.
void Keeper::remove_old() {
  if (retention_.count() <= 0 || std::exchange(has_looked_for_old_, true)) return;
  const fs::path stamp = state_ / fmt::format("retention-{}", profile_);
  const std::string limit = fmt::format("{} ms\n", retention_.count());
  if (is_recent(stamp, limit)) return;
  const auto removed = session::remove_sessions_before(directory_, profile_, Clock::now() - retention_);
  if (!removed) {
    context_->warn(fmt::format("sessions older than `retention` could not be removed: {}", removed.error().message));
    return;
  }
  if (!removed->empty()) {
    context_->log.info(fmt::format("removed {} older than `retention`", count_of(removed->size(), "session")));
  }
  // Without the stamp they are looked for again next time, which costs little.
  [[maybe_unused]] const auto stamped = base::write_file(stamp, limit, 0600);
}

void Keeper::log_usage(const core::Profile& profile, const session::TurnResult& turn, int exit_code,
                       std::chrono::milliseconds duration) {
  if (!profile.usage_log || turn.url.empty() || state_.empty()) return;
  const session::UsageEntry entry{.time = Clock::now(),
                                  .profile = profile.name,
                                  .model = profile.model,
                                  .usage = turn.usage,
                                  .exit_code = exit_code,
                                  .duration = duration};
  const auto logged = session::log_usage(state_ / "usage.jsonl", entry, context_->redactor);
  if (!logged) context_->warn(fmt::format("{}; {}", logged.error().message, logged.error().hint));
}

}  // namespace byok::cli
