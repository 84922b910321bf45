// Proves which exchanges are kept, what is gone on with, and what is removed or refused on the way.
#include "cli/keeper.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/text.hpp"
#include "support/saved_turns.hpp"

using namespace byok;
using namespace byok::test;
using cli::Keeper;
using cli::KeepWish;
namespace fs = std::filesystem;

namespace {

// A command's surroundings: a home of its own, and standard error as a file that can be read.
class Run {
 public:
  Run() : state_(folder_.root() / "state" / "byok") {
    context.environment = config::Environment({{"XDG_STATE_HOME", folder_.root() / "state"}});
    context.streams.err = ::open(said_path().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() { ::close(context.streams.err); }

  [[nodiscard]] const fs::path& state() const { return state_; }
  [[nodiscard]] fs::path sessions() const { return state_ / "sessions"; }
  [[nodiscard]] std::string said() const { return SessionFolder::read_path(said_path()); }
  [[nodiscard]] std::size_t count() const { return session::session_entries(sessions()).size(); }

  Keeper open(const KeepWish& wish) {
    auto keeper = Keeper::open(wish, context);
    if (!keeper) FAIL(keeper.error().message);
    return *std::move(keeper);
  }
  // One exchange, from the beginning to the end of a command; its session's id, or nothing.
  std::string exchange(const KeepWish& wish, const core::Profile& profile, const std::string& prompt) {
    Keeper keeper = open(wish);
    REQUIRE(keeper.settle(profile, false));
    REQUIRE(keeper.append(turn_for(profile, prompt), profile.system));
    return keeper.id();
  }
  static session::SavedTurn turn_for(const core::Profile& profile, const std::string& prompt) {
    session::SavedTurn turn = saved_turn(prompt, "reply to " + prompt);
    turn.setup.profile = profile.name;
    turn.setup.origin = profile.base_url.origin();
    turn.setup.model = profile.model;
    return turn;
  }

  cli::Context context;

 private:
  [[nodiscard]] fs::path said_path() const { return folder_.root() / "said"; }
  SessionFolder folder_;
  fs::path state_;
};

core::Profile profile_at(const std::string& url, core::Save save = core::Save::always) {
  core::Profile profile;
  profile.name = "p";
  profile.model = "m";
  profile.system = "Be brief.";
  profile.base_url = *core::Url::parse(url);
  profile.save = save;
  return profile;
}

const core::Profile kProfile = profile_at("https://models.example.com/v1");

KeepWish continuing() { return {.continues = true, .session = {}, .saves = {}, .is_dry_run = false}; }
KeepWish named(std::string id) { return {.continues = false, .session = std::move(id), .saves = {}}; }
KeepWish saving(bool saves) { return {.continues = false, .session = {}, .saves = saves}; }

}  // namespace

TEST_CASE("an exchange is kept as the key says, unless an option says otherwise") {
  struct Row {
    core::Save key;
    bool out_is_terminal;
    std::optional<bool> option;
    bool is_kept;
  };
  using enum core::Save;
  for (const Row& row : {Row{always, false, {}, true}, Row{always, true, {}, true}, Row{terminal, false, {}, false},
                         Row{terminal, true, {}, true}, Row{never, true, {}, false}, Row{never, false, true, true},
                         Row{terminal, false, true, true}, Row{always, true, false, false}}) {
    CAPTURE(static_cast<int>(row.key));
    CAPTURE(row.out_is_terminal);
    Run run;
    run.context.streams.out_is_terminal = row.out_is_terminal;
    core::Profile profile = kProfile;
    profile.save = row.key;
    Keeper keeper = run.open({.continues = false, .session = {}, .saves = row.option});
    REQUIRE(keeper.settle(profile, false));
    CHECK(keeper.keeps() == row.is_kept);
    CHECK(keeper.id().empty() != row.is_kept);
    REQUIRE(keeper.append(saved_turn("prompt", "reply"), ""));
    CHECK(run.count() == (row.is_kept ? 1 : 0));
  }
}

TEST_CASE("what goes on takes profile, model and system text along, where the command line gives none") {
  Run run;
  const std::string id = run.exchange(saving(true), kProfile, "one");
  const Keeper keeper = run.open(continuing());
  REQUIRE(keeper.resumed() != nullptr);
  CHECK(keeper.resumed()->id == id);
  SUBCASE("nothing is given") {
    config::Overrides overrides;
    keeper.fill(overrides);
    CHECK(overrides.profile == "p");
    CHECK(overrides.model == "m");
    CHECK(overrides.is_session_model);
    CHECK(overrides.system == "Be brief.");
  }
  SUBCASE("all is given") {
    config::Overrides overrides;
    overrides.profile = "p";
    overrides.model = "n";
    overrides.system = "";
    keeper.fill(overrides);
    CHECK(overrides.model == "n");
    CHECK_FALSE(overrides.is_session_model);
    CHECK(overrides.system == "");
  }
  SUBCASE("another profile has models of its own") {
    config::Overrides overrides;
    overrides.profile = "q";
    keeper.fill(overrides);
    CHECK(overrides.profile == "q");
    CHECK_FALSE(overrides.model);
    CHECK(overrides.system == "Be brief.");
  }
}

TEST_CASE("a session is gone on with by the beginning of its id, and what it is, is said") {
  Run run;
  const std::string id = run.exchange(saving(true), kProfile, "What is EXDEV?");
  Keeper keeper = run.open(named(id.substr(0, id.size() - 1)));
  REQUIRE(keeper.settle(kProfile, false));
  CHECK(run.said().contains(id));
  CHECK(run.said().contains("\"What is EXDEV?\" (1 turn; profile p, model m)"));
  REQUIRE(keeper.append(Run::turn_for(kProfile, "two"), kProfile.system));
  CHECK(run.count() == 1);
  CHECK(session::load_session(run.sessions(), id)->turns.size() == 2);
}

TEST_CASE("there must be something to go on with") {
  Run run;
  for (const KeepWish& wish : {continuing(), named("20261127")}) {
    const auto keeper = Keeper::open(wish, run.context);
    REQUIRE_FALSE(keeper);
    CHECK(keeper.error().kind == base::ErrorKind::usage);
    CHECK_FALSE(keeper.error().hint.empty());
  }
}

TEST_CASE("a second writer is refused, a reader is not") {
  Run run;
  const std::string id = run.exchange(saving(true), kProfile, "one");
  const Keeper first = run.open(continuing());
  const auto second = Keeper::open(continuing(), run.context);
  REQUIRE_FALSE(second);
  CHECK(second.error().kind == base::ErrorKind::usage);
  CHECK(second.error().message.contains(id));
  KeepWish reading = continuing();
  SUBCASE("nothing is to be kept") { reading.saves = false; }
  SUBCASE("nothing is to be sent") { reading.is_dry_run = true; }
  const auto reader = Keeper::open(reading, run.context);
  REQUIRE(reader);
  CHECK(reader->resumed()->turns.size() == 1);
  CHECK_FALSE(reader->keeps());
}

TEST_CASE("a conversation goes to another server only where someone said so") {
  Run run;
  run.exchange(saving(true), kProfile, "one");
  const core::Profile moved = profile_at("https://elsewhere.example.com/v1");
  Keeper keeper = run.open(continuing());
  SUBCASE("nobody did") {
    const auto settled = keeper.settle(moved, false);
    REQUIRE_FALSE(settled);
    CHECK(settled.error().kind == base::ErrorKind::usage);
    CHECK(settled.error().message.contains("https://models.example.com"));
    CHECK(settled.error().message.contains("https://elsewhere.example.com"));
    CHECK(settled.error().hint.contains("-p p"));
  }
  SUBCASE("the profile was named") { CHECK(keeper.settle(moved, true)); }
  SUBCASE("it is Foundry Local, which takes another port each time") {
    run.context.foundry_origin = "http://127.0.0.1:5001";
    core::Profile found = profile_at("http://127.0.0.1:5001/v1");
    CHECK_FALSE(keeper.settle(found, false));
    run.exchange({.continues = false, .session = {}, .saves = true}, profile_at("http://127.0.0.1:5000/v1"), "local");
    Keeper local = run.open(continuing());
    CHECK(local.settle(found, false));
    found.name = "q";
    CHECK_FALSE(local.settle(found, false));
  }
  SUBCASE("it is the same server under another name") {
    core::Profile renamed = kProfile;
    renamed.name = "q";
    CHECK(keeper.settle(renamed, false));
  }
}

TEST_CASE("what brought nothing is not kept") {
  Run run;
  Keeper keeper = run.open(saving(true));
  REQUIRE(keeper.settle(kProfile, false));
  session::SavedTurn failed = saved_turn("prompt", "");
  failed.error = session::ErrorRecord{.kind = "network", .message = "refused"};
  REQUIRE(keeper.append(failed, ""));
  CHECK(run.count() == 0);
}

TEST_CASE("after a stop nothing more is written, and a new conversation is a new file") {
  Run run;
  Keeper keeper = run.open(saving(true));
  REQUIRE(keeper.settle(kProfile, false));
  REQUIRE(keeper.append(saved_turn("one", "1"), ""));
  const std::string first = keeper.id();
  keeper.begin_new();
  REQUIRE(keeper.append(saved_turn("two", "2"), ""));
  CHECK(keeper.id() != first);
  CHECK(run.count() == 2);
  auto other = keeper.open_other(first);
  REQUIRE(other);
  keeper = *std::move(other);
  CHECK(keeper.resumed()->turns.size() == 1);
  const std::vector<session::SavedTurn> turns{saved_turn("one", "1"), saved_turn("three", "3")};
  REQUIRE(keeper.keep(turns, 1, ""));
  CHECK(session::load_session(run.sessions(), first)->turns.size() == 2);
  REQUIRE(keeper.keep(std::span(turns).first(1), 1, ""));
  keeper.stop();
  keeper.begin_new();
  CHECK_FALSE(keeper.keeps());
  REQUIRE(keeper.append(saved_turn("four", "4"), ""));
  CHECK(run.count() == 2);
  CHECK(session::load_session(run.sessions(), first)->turns.size() == 1);
}

TEST_CASE("turns that could not be kept follow when they can be, and what is taken back is counted in the file") {
  Run run;
  const auto prompts = [&](const std::string& id) {
    std::string text;
    const auto saved = session::load_session(run.sessions(), id);
    REQUIRE(saved);
    for (const session::SavedTurn& turn : saved->turns) {
      text += std::get<core::TextPart>(turn.messages.at(0).parts.at(0)).text + " ";
    }
    return text;
  };
  Keeper keeper = run.open(saving(true));
  REQUIRE(keeper.settle(kProfile, false));
  std::vector<session::SavedTurn> turns{saved_turn("a", "1")};
  std::filesystem::create_directories(run.sessions().parent_path());
  std::ofstream(run.sessions()) << "in the way";
  CHECK_FALSE(keeper.keep(turns, 0, ""));
  std::filesystem::remove(run.sessions());
  turns.push_back(saved_turn("b", "2"));
  CHECK(keeper.kept_whole() == 0);
  REQUIRE(keeper.keep(turns, 1, ""));
  CHECK(keeper.kept_whole() == 2);
  turns.push_back(saved_turn("c", "3"));
  REQUIRE(keeper.keep(turns, 2, ""));
  CHECK(prompts(keeper.id()) == "a b c ");
  turns.pop_back();
  REQUIRE(keeper.keep(turns, 2, ""));
  CHECK(prompts(keeper.id()) == "a b ");
  turns.back() = saved_turn("B", "2");
  REQUIRE(keeper.keep(turns, 1, ""));
  CHECK(prompts(keeper.id()) == "a B ");
}

TEST_CASE("turns without a reply in the file of a session are not counted among the conversation's") {
  Run run;
  auto file = session::SessionFile::begin(run.sessions(), std::chrono::system_clock::now(), kNothingToHide);
  session::SavedTurn lost = saved_turn("lost", "");
  lost.error = session::ErrorRecord{.kind = "network", .message = "refused"};
  for (const session::SavedTurn& turn : {saved_turn("a", "1"), lost, saved_turn("b", "2")}) {
    REQUIRE(file.append(turn, "", std::chrono::system_clock::now()));
  }
  const std::string id = file.id();
  {
    const session::SessionFile closed = std::move(file);
  }
  Keeper keeper = run.open({.continues = false, .session = id, .saves = {}});
  std::vector<session::SavedTurn> turns;
  for (const session::SavedTurn& turn : keeper.resumed()->turns) {
    if (turn.has_reply()) turns.push_back(turn);
  }
  REQUIRE(turns.size() == 2);
  turns.back() = saved_turn("B", "2");
  REQUIRE(keeper.keep(turns, 1, ""));
  const auto saved = session::load_session(run.sessions(), id);
  REQUIRE(saved);
  REQUIRE(session::history_of(*saved).size() == 4);
  CHECK(std::get<core::TextPart>(session::history_of(*saved)[2].parts.at(0)).text == "B");
}

TEST_CASE("what is typed is remembered unless the options or the profile keep nothing") {
  Run run;
  core::Profile never = kProfile;
  never.save = core::Save::never;
  CHECK(run.open({}).allows_history(kProfile));
  CHECK_FALSE(run.open({}).allows_history(never));
  CHECK_FALSE(run.open(saving(false)).allows_history(kProfile));
  CHECK(run.open(saving(true)).allows_history(never));
}

TEST_CASE("sessions older than the key says are removed once a day, and never the one in use") {
  Run run;
  const auto long_ago = std::chrono::system_clock::now() - std::chrono::hours(24 * 100);
  const auto add_old = [&] {
    auto file = session::SessionFile::begin(run.sessions(), long_ago, kNothingToHide);
    REQUIRE(file.append(saved_turn("old", "reply"), "", long_ago));
    return file.id();
  };
  core::Profile profile = kProfile;
  const std::string old = add_old();
  run.exchange(saving(true), profile, "kept for ever");
  CHECK(run.count() == 2);
  profile.retention = std::chrono::hours(24 * 90);
  SUBCASE("the old one goes") {
    const std::string fresh = run.exchange(saving(true), profile, "fresh");
    CHECK_FALSE(fs::exists(session::session_path(run.sessions(), old)));
    CHECK(fs::exists(session::session_path(run.sessions(), fresh)));
    add_old();
    run.exchange(saving(true), profile, "the same day");
    CHECK(run.count() == 4);
    profile.retention = std::chrono::hours(24 * 30);
    run.exchange(saving(true), profile, "another limit");
    CHECK(run.count() == 4);
    // Another profile's key is for its own sessions.
    core::Profile other = profile;
    other.name = "q";
    other.retention = std::chrono::hours(1);
    add_old();
    run.exchange(saving(true), other, "of another profile");
    CHECK(run.count() == 6);
    run.exchange(saving(true), profile, "and its day is its own");
    CHECK(run.count() == 7);
  }
  SUBCASE("the old one is gone on with") {
    run.exchange(named(old), profile, "still good");
    CHECK(fs::exists(session::session_path(run.sessions(), old)));
    CHECK(run.count() == 2);
  }
}

TEST_CASE("the usage log has a line for each request and no text") {
  Run run;
  Keeper keeper = run.open({});
  session::TurnResult turn;
  turn.usage.input_tokens = 7;
  const fs::path log = run.state() / "usage.jsonl";
  SUBCASE("no request was made") {
    keeper.log_usage(kProfile, turn, 4, std::chrono::milliseconds(5));
    CHECK_FALSE(fs::exists(log));
  }
  turn.url = "https://models.example.com/v1/chat/completions";
  SUBCASE("the key turns it off") {
    core::Profile profile = kProfile;
    profile.usage_log = false;
    keeper.log_usage(profile, turn, 0, std::chrono::milliseconds(5));
    CHECK_FALSE(fs::exists(log));
  }
  SUBCASE("a reply and a failure") {
    keeper.log_usage(kProfile, turn, 0, std::chrono::milliseconds(5));
    keeper.log_usage(kProfile, turn, 6, std::chrono::milliseconds(5));
    const std::string text = SessionFolder::read_path(log);
    CHECK(base::split(base::trim(text), '\n').size() == 2);
    CHECK(text.contains(R"("profile":"p","model":"m","input_tokens":7,"exit_code":0,"duration_ms":5})"));
    CHECK(text.contains(R"("exit_code":6)"));
  }
  SUBCASE("it cannot be written") {
    fs::create_directories(log);
    keeper.log_usage(kProfile, turn, 0, std::chrono::milliseconds(5));
    keeper.log_usage(kProfile, turn, 0, std::chrono::milliseconds(5));
    CHECK(run.said().contains("usage_log: false"));
    CHECK(base::split(base::trim(run.said()), '\n').size() == 1);
  }
}

TEST_CASE("a folder that cannot be written to makes an error that names it") {
  if (::geteuid() == 0) {
    // Permissions do not bind root; a file in the folder's place binds everyone.
    Run run;
    fs::create_directories(run.state());
    const int file = ::open(run.sessions().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ::close(file);
    Keeper keeper = run.open(saving(true));
    REQUIRE(keeper.settle(kProfile, false));
    const auto stored = keeper.append(saved_turn("one", "1"), "");
    REQUIRE_FALSE(stored);
    CHECK(stored.error().kind == base::ErrorKind::output);
    CHECK(stored.error().message.contains("sessions"));
    return;
  }
  Run run;
  fs::create_directories(run.state());
  fs::permissions(run.state(), fs::perms::owner_read | fs::perms::owner_exec);
  Keeper keeper = run.open(saving(true));
  REQUIRE(keeper.settle(kProfile, false));
  const auto stored = keeper.append(saved_turn("one", "1"), "");
  fs::permissions(run.state(), fs::perms::owner_all);
  REQUIRE_FALSE(stored);
  CHECK(stored.error().kind == base::ErrorKind::output);
  CHECK(stored.error().message.contains("sessions"));
}
