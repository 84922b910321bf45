// Sessions on disk under what happens to them: kills at any moment, two writers, a full disk, a folder that is
// read-only.
#include <fcntl.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <iostream>
#include <ostream>
#include <random>
#include <string>
#include <thread>
//
#include <doctest/doctest.h>

#include "session/store.hpp"
#include "session/store/search.hpp"
#include "support/saved_turns.hpp"

using namespace byok;
using namespace byok::test;
using namespace std::chrono_literals;
using session::SessionFile;

namespace {

using Clock = std::chrono::steady_clock;

// A child process that runs a function and can tell this one about it, a line at a time.
class Child {
 public:
  template <class Work>
  explicit Child(const Work& work) {
    int ends[2] = {-1, -1};
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      ::close(ends[0]);
      work([out = ends[1]](const std::string& line) {
        return ::write(out, (line + "\n").c_str(), line.size() + 1) > 0;
      });
      ::_exit(0);
    }
    ::close(ends[1]);
    in_ = ends[0];
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    end();
    ::close(in_);
  }

  [[nodiscard]] pid_t id() const { return pid_; }
  // The next line, or nothing after ten seconds or at the end.
  std::string line() {
    while (!text_.contains('\n') && fill()) continue;
    const std::string first = text_.substr(0, text_.find('\n'));
    text_.erase(0, std::min(text_.size(), first.size() + 1));
    return first;
  }
  // Kills it; the last of the lines that it has written since.
  std::string end() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
      pid_ = -1;
    }
    std::string last;
    for (std::string next = line(); !next.empty(); next = line()) last = next;
    return last;
  }

 private:
  bool fill() {
    pollfd entry{.fd = in_, .events = POLLIN, .revents = 0};
    if (::poll(&entry, 1, 10'000) <= 0) return false;
    char bytes[4096];
    const ssize_t count = ::read(in_, bytes, sizeof bytes);
    if (count > 0) text_.append(bytes, static_cast<std::size_t>(count));
    return count > 0;
  }

  pid_t pid_ = -1;
  int in_ = -1;
  std::string text_;
};

std::string text_of(const core::Message& message) { return std::get<core::TextPart>(message.parts.at(0)).text; }

session::SavedTurn numbered(std::size_t number, std::size_t size) {
  return saved_turn(fmt::format("prompt {}", number), fmt::format("reply {} {}", number, std::string(size, 'x')));
}

// Appends numbered turns until it is killed, and says each number when its turn is safe.
template <class Say>
void write_forever(const SessionFolder& folder, const std::string& id, std::size_t next, unsigned seed,
                   const Say& say) {
  std::minstd_rand random(seed);
  auto opened = SessionFile::open(folder.path(), id, kNothingToHide);
  if (!opened) return;
  for (;; ++next) {
    // Now and then one that takes the system a while, so that kills fall into the write.
    const std::size_t size = random() % 4 == 0 ? 200'000 + random() % 800'000 : random() % 3000;
    if (!opened->file.append(numbered(next, size), "", std::chrono::system_clock::now())) return;
    if (!say(std::to_string(next))) return;
  }
}

// The number of turns, which are the first ones in their order, each whole.
std::size_t check_order(const session::SavedSession& saved) {
  for (std::size_t i = 0; i < saved.turns.size(); ++i) {
    const auto& messages = saved.turns[i].messages;
    REQUIRE(messages.size() == 2);
    REQUIRE(text_of(messages[0]) == fmt::format("prompt {}", i));
    REQUIRE(text_of(messages[1]).starts_with(fmt::format("reply {} ", i)));
  }
  return saved.turns.size();
}

void say_skipped(const std::string& reason) { std::cout << "skipped: " << reason << std::endl; }

}  // namespace

TEST_SUITE_BEGIN("sessions");

TEST_CASE("300 kills at random moments lose no finished turn, and none is out of order") {
  constexpr unsigned kSeed = 20261127;
  constexpr int kRounds = 300;
  constexpr int kRoundsOfOneSession = 20;
  std::minstd_rand random(kSeed);
  int torn = 0;
  std::size_t turns = 0;
  for (int round = 0; round < kRounds; round += kRoundsOfOneSession) {
    const SessionFolder folder;
    const std::string id = keep(folder, {numbered(0, 10)});
    std::size_t finished = 1;
    for (int again = 0; again < kRoundsOfOneSession; ++again) {
      CAPTURE(round + again);
      const auto seed = static_cast<unsigned>(random());
      Child writer([&](const auto& say) { write_forever(folder, id, finished, seed, say); });
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 30'000));
      const std::string last = writer.end();
      const std::size_t safe = last.empty() ? finished : std::stoul(last) + 1;
      const auto saved = session::load_session(folder.path(), id);
      REQUIRE(saved.has_value());
      torn += saved->torn > 0 ? 1 : 0;
      finished = check_order(*saved);
      REQUIRE(finished >= safe);
      REQUIRE(finished <= safe + 1);  // the one in flight may have made it
      REQUIRE(saved->junk_lines == 0);
      // The end of a turn whose reply alone was written is missing.
      REQUIRE(session::list_sessions(folder.path()).at(0).turns + 1 >= finished);
    }
    turns += finished;
  }
  std::cout << fmt::format("seed {}: {} kills, {} turns kept, {} files cut off by a kill\n", kSeed, kRounds, turns,
                           torn);
}

TEST_CASE("a kill while the first turn is kept leaves the turn or nothing") {
  std::minstd_rand random(7);
  for (int round = 0; round < 20; ++round) {
    const SessionFolder folder;
    Child writer([&](const auto& say) {
      say("ready");
      auto file = SessionFile::begin(folder.path(), kNoon, kNothingToHide);
      if (file.append(numbered(0, 400'000), "", kNoon)) say("kept");
      ::pause();
    });
    REQUIRE(writer.line() == "ready");
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));
    const bool is_kept = writer.end() == "kept";
    const auto newest = session::newest_session(folder.path());
    if (is_kept) REQUIRE(newest.has_value());
    if (!newest) continue;
    const auto opened = SessionFile::open(folder.path(), *newest, kNothingToHide);
    REQUIRE(opened.has_value());
    CHECK(check_order(opened->session) <= 1);
    if (is_kept) CHECK(opened->session.turns.size() == 1);
  }
}

TEST_CASE("of two writers the second is told the first one's process") {
  const SessionFolder folder;
  const std::string id = keep(folder, {numbered(0, 10)});
  Child writer([&](const auto& say) {
    const auto opened = SessionFile::open(folder.path(), id, kNothingToHide);
    say(opened ? "open" : "refused");
    ::pause();
  });
  REQUIRE(writer.line() == "open");
  const auto second = SessionFile::open(folder.path(), id, kNothingToHide);
  REQUIRE_FALSE(second.has_value());
  // Where /proc hides other processes' locks it cannot say more than that.
  const std::string who = fmt::format("in use by process {}", writer.id());
  CHECK((second.error().message.contains(who) || second.error().message.contains("in use by another process")));
  writer.end();
  CHECK(SessionFile::open(folder.path(), id, kNothingToHide).has_value());  // a kill lets go
}

TEST_CASE("a full disk is said, and the turns before are safe") {
  const SessionFolder folder;
  std::filesystem::create_directories(folder.root() / "state");
  if (::mount("tmpfs", (folder.root() / "state").c_str(), "tmpfs", 0, "size=256k,mode=0700") != 0) {
    say_skipped("a small file system cannot be mounted here (it takes root)");
    return;
  }
  struct Mounted {
    std::filesystem::path path;
    ~Mounted() { ::umount2(path.c_str(), MNT_DETACH); }
  };
  const Mounted mounted{folder.root() / "state"};
  auto file = SessionFile::begin(folder.path(), kNoon, kNothingToHide);
  REQUIRE(file.append(numbered(0, 1000), "", kNoon).has_value());
  const std::string before = folder.read(file.id());
  const auto refused = file.append(numbered(1, 500'000), "", kNoon);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind == base::ErrorKind::output);
  CHECK(refused.error().message.contains("No space left on device"));
  CHECK(refused.error().hint.contains("room"));
  CHECK(folder.read(file.id()) == before);
  REQUIRE(file.append(numbered(1, 1000), "", kNoon).has_value());
  CHECK(check_order(*session::load_session(folder.path(), file.id())) == 2);
}

TEST_CASE("a folder that is read-only is said, and what is in it can be read") {
  const SessionFolder folder;
  const std::string id = keep(folder, {numbered(0, 10)});
  std::filesystem::permissions(folder.root(), std::filesystem::perms(0755));
  std::filesystem::permissions(folder.root() / "state", std::filesystem::perms(0555));
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0555));
  std::filesystem::permissions(folder.file(id), std::filesystem::perms(0444));
  Child reader([&](const auto& say) {
    // Root may write anywhere.
    if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) say("cannot leave root");
    const auto opened = SessionFile::open(folder.path(), id, kNothingToHide);
    say(opened ? "open" : opened.error().message);
    auto file = SessionFile::begin(folder.path(), kNoon, kNothingToHide);
    const auto kept = file.append(numbered(0, 10), "", kNoon);
    say(kept ? "kept" : kept.error().message);
    say(kept ? "" : kept.error().hint);
    const auto removed = session::remove_session(folder.path(), id);
    say(removed ? "removed" : removed.error().message);
    const auto loaded = session::load_session(folder.path(), id);
    say(loaded ? "loaded" : loaded.error().message);
  });
  CHECK(reader.line() == "cannot open " + folder.file(id).string() + " to write: Permission denied");
  const std::string kept = reader.line();
  CHECK(kept.starts_with("the turn cannot be kept: cannot write " + folder.path().string()));
  CHECK(kept.ends_with("Permission denied"));
  CHECK(reader.line().contains("--no-save"));
  CHECK(reader.line().ends_with("Permission denied"));
  CHECK(reader.line() == "loaded");
  reader.end();
  std::filesystem::permissions(folder.root() / "state", std::filesystem::perms(0700));
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0700));
}

TEST_CASE("junk in a file costs the junk alone") {
  const SessionFolder folder;
  const std::string id = keep(folder, {numbered(0, 10), numbered(1, 10)});
  std::minstd_rand random(11);
  std::string junk;
  for (int i = 0; i < 5000; ++i) junk += static_cast<char>(random() % 256);
  folder.add(id, junk + "\n");
  {
    auto opened = SessionFile::open(folder.path(), id, kNothingToHide);
    REQUIRE(opened.has_value());
    CHECK(opened->problems.size() == 1);
    REQUIRE(opened->file.append(numbered(2, 10), "", kNoon).has_value());
  }
  const auto saved = session::load_session(folder.path(), id);
  REQUIRE(saved.has_value());
  CHECK(check_order(*saved) == 3);
  CHECK(saved->junk_lines > 0);
}

TEST_CASE("a session of 50 MB opens, and is listed and searched") {
  const SessionFolder folder;
  std::vector<session::SavedTurn> turns;
  for (std::size_t i = 0; i < 500; ++i) turns.push_back(numbered(i, 100'000));
  const std::string id = keep(folder, turns);
  const auto measure = [](const auto& work) {
    const auto begin = Clock::now();
    work();
    return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin).count();
  };
  const auto opening = measure([&] {
    const auto opened = SessionFile::open(folder.path(), id, kNothingToHide);
    REQUIRE(opened.has_value());
    CHECK(check_order(opened->session) == 500);
  });
  const auto listing = measure([&] { CHECK(session::list_sessions(folder.path()).at(0).turns == 500); });
  const auto searching = measure([&] { CHECK(session::search_sessions(folder.path(), "reply 499 x").size() == 1); });
  std::cout << fmt::format("{} bytes: open {} us, list {} us, search {} us\n",
                           std::filesystem::file_size(folder.file(id)), opening, listing, searching);
}

TEST_CASE("a clock that runs backwards disorders nothing") {
  const SessionFolder folder;
  auto file = SessionFile::begin(folder.path(), kNoon, kNothingToHide);
  for (std::size_t i = 0; i < 10; ++i) {
    REQUIRE(file.append(numbered(i, 10), "", kNoon - std::chrono::hours(24 * i)).has_value());
  }
  CHECK(check_order(*session::load_session(folder.path(), file.id())) == 10);
  const std::string second = keep(folder, {numbered(0, 10)}, kNoon - std::chrono::hours(24 * 1000));
  CHECK(session::newest_session(folder.path()) == second);
  REQUIRE(file.append(numbered(10, 10), "", kNoon - std::chrono::hours(24 * 2000)).has_value());
  CHECK(session::newest_session(folder.path()) == file.id());
}

TEST_SUITE_END();
