// Session files: what was appended is there, whole, private, and by one writer at a time.
#include "session/store.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>

#include <csignal>
#include <ostream>
//
#include <doctest/doctest.h>

#include "base/text.hpp"
#include "session/store/event_line.hpp"
#include "support/saved_turns.hpp"

using namespace byok;
using namespace byok::session;
using namespace std::chrono_literals;
using byok::test::keep;
using byok::test::kNoon;
using byok::test::kNothingToHide;
using byok::test::messages_text;
using byok::test::saved_turn;
using byok::test::SessionFolder;

namespace {

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

std::string history_text(const SessionFolder& folder, const std::string& id) {
  const auto session = load_session(folder.path(), id);
  REQUIRE(session.has_value());
  return messages_text(history_of(*session));
}

// While it lives no file of this process grows past `bytes`: a disk that is full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    before_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &limit_);
    const rlimit small{.rlim_cur = bytes, .rlim_max = limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &limit_);
    std::signal(SIGXFSZ, before_);
  }

 private:
  rlimit limit_{};
  void (*before_)(int) = nullptr;
};

}  // namespace

TEST_CASE("turns are kept in order, in a private file of a private folder") {
  const SessionFolder folder;
  const std::string id = keep(folder, {saved_turn("one", "1"), saved_turn("two", "2")});
  CHECK(history_text(folder, id) == "user: text(one)\nassistant: text(1)\nuser: text(two)\nassistant: text(2)\n");
  CHECK(mode_of(folder.file(id)) == 0600);
  CHECK(mode_of(folder.path()) == 0700);
  const auto session = load_session(folder.path(), id).value();
  CHECK(session.id == id);
  CHECK(session.title == "one");
  CHECK(session.turns[1].end.turns == 2);
}

TEST_CASE("no file is made before there is something to keep") {
  const SessionFolder folder;
  const auto file = SessionFile::begin(folder.path(), kNoon, kNothingToHide);
  CHECK_FALSE(file.exists());
  CHECK_FALSE(std::filesystem::exists(folder.path()));
  CHECK(file.id().starts_with("20261127-120000-"));
}

TEST_CASE("a session goes on where it was left") {
  const SessionFolder folder;
  const std::string id = keep(folder, {saved_turn("one", "1")}, kNoon, kNothingToHide, "Be brief.");
  {
    auto opened = SessionFile::open(folder.path(), id, kNothingToHide);
    REQUIRE(opened.has_value());
    CHECK(opened->problems.empty());
    CHECK(opened->session.system == "Be brief.");
    auto turn = saved_turn("two", "2");
    turn.setup.model = "m2";
    REQUIRE(opened->file.append(turn, "Be long.", kNoon).has_value());
    REQUIRE(opened->file.append(turn, "Be long.", kNoon).has_value());
  }
  const auto session = load_session(folder.path(), id).value();
  CHECK(session.turns.size() == 3);
  CHECK(session.turns[0].setup.model == "m");
  CHECK(session.turns[2].setup.model == "m2");
  CHECK(session.turns[2].end.turns == 3);
  CHECK(session.system == "Be long.");
  const std::string text = folder.read(id);
  const auto count = [&](std::string_view words) {
    std::size_t found = 0;
    for (std::size_t at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) ++found;
    return found;
  };
  CHECK(count("session.start") == 1);
  CHECK(count("session.resume") == 1);  // once for the change, not with every turn
  CHECK(count("system.message") == 2);
}

TEST_CASE("everything is redacted on its way to the file") {
  const SessionFolder folder;
  base::Redactor redactor;
  redactor.add("sk-0123456789");
  auto turn = saved_turn("my sk-0123456789", "your sk-0123456789");
  turn.error = ErrorRecord{.kind = "auth", .message = "bad sk-0123456789", .status = 401};
  const std::string id = keep(folder, {turn}, kNoon, redactor, "know sk-0123456789");
  const std::string text = folder.read(id);
  CHECK_FALSE(text.contains("0123456789"));
  CHECK(text.contains("\"title\":\"my [redacted]\""));
}

TEST_CASE("the second writer is told who the first is") {
  const SessionFolder folder;
  const std::string id = keep(folder, {saved_turn("one", "1")});
  {
    const auto first = SessionFile::open(folder.path(), id, kNothingToHide);
    REQUIRE(first.has_value());
    const auto second = SessionFile::open(folder.path(), id, kNothingToHide);
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().kind == base::ErrorKind::usage);
    CHECK(second.error().message.starts_with("session " + id + " is in use by "));
    CHECK_FALSE(second.error().hint.empty());
    // Reading is free, and drops no lock.
    CHECK(load_session(folder.path(), id).has_value());
    CHECK_FALSE(SessionFile::open(folder.path(), id, kNothingToHide).has_value());
    const auto removed = remove_session(folder.path(), id);
    REQUIRE_FALSE(removed.has_value());
    CHECK(removed.error().message.contains("in use"));
  }
  CHECK(SessionFile::open(folder.path(), id, kNothingToHide).has_value());
}

TEST_CASE("a session that was just begun is held, too") {
  const SessionFolder folder;
  auto file = SessionFile::begin(folder.path(), kNoon, kNothingToHide);
  REQUIRE(file.append(saved_turn("one", "1"), "", kNoon).has_value());
  CHECK_FALSE(SessionFile::open(folder.path(), file.id(), kNothingToHide).has_value());
  SessionFile moved = std::move(file);
  CHECK_FALSE(SessionFile::open(folder.path(), moved.id(), kNothingToHide).has_value());
  REQUIRE(moved.append(saved_turn("two", "2"), "", kNoon).has_value());
  CHECK(load_session(folder.path(), moved.id())->turns.size() == 2);
}

TEST_CASE("what a kill cut off is set aside, said, and written over") {
  const SessionFolder folder;
  const std::string id = keep(folder, {saved_turn("one", "1"), saved_turn("two", "2")});
  const std::string whole = folder.read(id);
  const std::string torn = R"({"type":"user.message","id":"x","timestamp":"t","parentId":null,"data":{"content":"thr)";
  folder.add(id, torn);
  CHECK(load_session(folder.path(), id)->torn == torn.size());
  {
    auto opened = SessionFile::open(folder.path(), id, kNothingToHide);
    REQUIRE(opened.has_value());
    REQUIRE(opened->problems.size() == 1);
    CHECK(opened->problems[0].contains("not finished"));
    CHECK(opened->problems[0].ends_with("and were moved to " + folder.file(id).string() + ".torn."));
    CHECK(folder.read(id) == whole);
    const std::filesystem::path aside = folder.file(id).string() + ".torn";
    CHECK(SessionFolder::read_path(aside) == torn + "\n");
    CHECK(mode_of(aside) == 0600);
    REQUIRE(opened->file.append(saved_turn("three", "3"), "", kNoon).has_value());
  }
  const auto session = load_session(folder.path(), id).value();
  CHECK(session.turns.size() == 3);
  CHECK(problems_of(session, "F").empty());
  REQUIRE(remove_session(folder.path(), id).has_value());
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a lost newline is put back before the next turn") {
  const SessionFolder folder;
  const std::string id = keep(folder, {saved_turn("one", "1")});
  std::string text = folder.read(id);
  text.pop_back();
  folder.write(id, text);
  auto opened = SessionFile::open(folder.path(), id, kNothingToHide);
  REQUIRE(opened.has_value());
  REQUIRE(opened->file.append(saved_turn("two", "2"), "", kNoon).has_value());
  const auto session = load_session(folder.path(), id).value();
  CHECK(session.turns.size() == 2);
  CHECK(session.junk_lines == 0);
}

TEST_CASE("a write that fails half-way leaves the turns before, and the next one works") {
  const SessionFolder folder;
  auto file = SessionFile::begin(folder.path(), kNoon, kNothingToHide);
  REQUIRE(file.append(saved_turn("one", "1"), "", kNoon).has_value());
  const std::string before = folder.read(file.id());
  {
    const FullDisk full(before.size() + 500);
    const auto kept = file.append(saved_turn("two", std::string(5000, 'x')), "", kNoon);
    REQUIRE_FALSE(kept.has_value());
    CHECK(kept.error().kind == base::ErrorKind::output);
    CHECK(kept.error().message.contains(folder.file(file.id()).string()));
    CHECK_FALSE(kept.error().hint.empty());
  }
  CHECK(folder.read(file.id()) == before);
  REQUIRE(file.append(saved_turn("three", "3"), "", kNoon).has_value());
  CHECK(history_text(folder, file.id()) ==
        "user: text(one)\nassistant: text(1)\nuser: text(three)\nassistant: text(3)\n");
}

TEST_CASE("a first turn that cannot be kept leaves no file") {
  const SessionFolder folder;
  auto file = SessionFile::begin(folder.path(), kNoon, kNothingToHide);
  {
    const FullDisk full(100);
    CHECK_FALSE(file.append(saved_turn("one", "1"), "", kNoon).has_value());
  }
  CHECK(std::filesystem::is_empty(folder.path()));
  CHECK_FALSE(file.exists());
  REQUIRE(file.append(saved_turn("one", "1"), "", kNoon).has_value());
  CHECK(load_session(folder.path(), file.id())->turns.size() == 1);
}

TEST_CASE("turns that were taken back are read no more") {
  const SessionFolder folder;
  auto file = SessionFile::begin(folder.path(), kNoon, kNothingToHide);
  for (const char* prompt : {"one", "two", "three"})
    REQUIRE(file.append(saved_turn(prompt, "x"), "", kNoon).has_value());
  REQUIRE(file.rewind(1, kNoon).has_value());
  CHECK(list_sessions(folder.path()).at(0).turns == 1);
  REQUIRE(file.append(saved_turn("four", "4"), "", kNoon).has_value());
  CHECK(history_text(folder, file.id()) ==
        "user: text(one)\nassistant: text(x)\nuser: text(four)\nassistant: text(4)\n");
  const std::string before = folder.read(file.id());
  REQUIRE(file.rewind(9, kNoon).has_value());
  CHECK(folder.read(file.id()) == before);
}

TEST_CASE("where all turns were taken back, the title is that of the first one after them") {
  const SessionFolder folder;
  const auto title = [&](const std::string& id) {
    const std::string listed = list_sessions(folder.path()).at(0).title;
    CHECK(load_session(folder.path(), id)->title == listed);
    return listed;
  };
  std::string id;
  {
    auto file = SessionFile::begin(folder.path(), kNoon, kNothingToHide);
    REQUIRE(file.append(saved_turn("one", "1"), "", kNoon).has_value());
    REQUIRE(file.rewind(0, kNoon).has_value());
    REQUIRE(file.append(saved_turn("two", "2"), "", kNoon).has_value());
    id = file.id();
    CHECK(title(id) == "two");
    REQUIRE(file.append(saved_turn("three", "3"), "", kNoon).has_value());
    CHECK(title(id) == "two");
  }
  auto opened = SessionFile::open(folder.path(), id, kNothingToHide);
  REQUIRE(opened.has_value());
  REQUIRE(opened->file.append(saved_turn("four", "4"), "", kNoon).has_value());
  CHECK(title(id) == "two");
  REQUIRE(opened->file.rewind(1, kNoon).has_value());
  CHECK(title(id) == "two");
  REQUIRE(opened->file.rewind(0, kNoon).has_value());
  REQUIRE(opened->file.append(saved_turn("five", "5"), "", kNoon).has_value());
  CHECK(title(id) == "five");
}

TEST_CASE("a session whose turns were all taken back is not the one to go on with") {
  const SessionFolder folder;
  const std::string first = keep(folder, {saved_turn("one", "1")});
  auto file = SessionFile::begin(folder.path(), kNoon, kNothingToHide);
  REQUIRE(file.append(saved_turn("two", "2"), "", kNoon).has_value());
  CHECK(newest_session(folder.path()) == file.id());
  REQUIRE(file.rewind(0, kNoon).has_value());
  CHECK(newest_session(folder.path()) == first);
}

TEST_CASE("a prefix is enough where it is the only one") {
  const SessionFolder folder;
  for (const char* id : {"abcd-1", "abcd-2", "abzz", "abcd"}) folder.write(id, "x\n");
  CHECK(find_session(folder.path(), "abz") == "abzz");
  CHECK(find_session(folder.path(), "abcd") == "abcd");
  CHECK(find_session(folder.path(), "abcd-2") == "abcd-2");
  const auto several = find_session(folder.path(), "abcd-");
  REQUIRE_FALSE(several.has_value());
  CHECK(several.error().kind == base::ErrorKind::usage);
  CHECK(several.error().message.contains("2 sessions"));
  CHECK(several.error().message.contains("abcd-1"));
  CHECK(several.error().message.contains("abcd-2"));
  for (const char* prefix : {"x", "abcd-3"})
    CHECK(find_session(folder.path(), prefix).error().kind == base::ErrorKind::usage);
}

TEST_CASE("many sessions of one prefix are not all listed") {
  const SessionFolder folder;
  for (int i = 0; i < 20; ++i) folder.write(fmt::format("abcd-{:02}", i), "x\n");
  const auto found = find_session(folder.path(), "abcd");
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().message.contains("20 sessions"));
  CHECK(found.error().message.ends_with(", …"));
}

TEST_CASE("the newest is the one written last, also when the clock was set back") {
  const SessionFolder folder;
  CHECK(newest_session(folder.path()).error().kind == base::ErrorKind::usage);
  const std::string first = keep(folder, {saved_turn("one", "1")});
  // As if it had been written ten years from now.
  std::filesystem::last_write_time(folder.file(first), std::filesystem::file_time_type::clock::now() + 87600h);
  const std::string second = keep(folder, {saved_turn("two", "2")});
  CHECK(newest_session(folder.path()) == second);
  {
    auto opened = SessionFile::open(folder.path(), first, kNothingToHide);
    REQUIRE(opened.has_value());
    REQUIRE(opened->file.append(saved_turn("three", "3"), "", kNoon - 24h).has_value());
  }
  CHECK(newest_session(folder.path()) == first);
}

TEST_CASE("there is no session of a strange name") {
  const SessionFolder folder;
  folder.write("abcd", "x\n");
  for (const char* id : {"../sessions/abcd", "", "abc", "nope", "ABCD"}) {
    CAPTURE(id);
    CHECK(load_session(folder.path(), id).error().kind == base::ErrorKind::usage);
    CHECK(remove_session(folder.path(), id).error().kind == base::ErrorKind::usage);
    CHECK(SessionFile::open(folder.path(), id, kNothingToHide).error().kind == base::ErrorKind::usage);
  }
  CHECK(load_session(folder.path(), "abcd").error().message.contains("holds no session"));
  CHECK(find_session(folder.path(), "").error().kind == base::ErrorKind::usage);
}

TEST_CASE("a file without any event is not gone on with, and is left as it is") {
  const SessionFolder folder;
  const std::string id = keep(folder, {saved_turn("one", "1")});
  const std::string junk = "no event\n" + std::string(100'000, 'x');
  for (const std::string& text : {junk, std::string(R"({"type":"session.start","id":"x","timest)"), std::string()}) {
    folder.write("zzzz", text);
    CHECK(newest_session(folder.path()) == id);
    CHECK(SessionFile::open(folder.path(), "zzzz", kNothingToHide).error().message.contains("holds no session"));
    CHECK(folder.read("zzzz") == text);
    CHECK_FALSE(std::filesystem::exists(folder.file("zzzz").string() + ".torn"));
  }
  REQUIRE(remove_session(folder.path(), "zzzz").has_value());
}

TEST_CASE("what another program wrote meanwhile is not cut off") {
  const SessionFolder folder;
  const std::string id = keep(folder, {saved_turn("one", "1")});
  auto opened = SessionFile::open(folder.path(), id, kNothingToHide);
  REQUIRE(opened.has_value());
  folder.add(id, "{\"type\":\"note\",\"data\":{}}\n");
  const std::string before = folder.read(id);
  const auto appended = opened->file.append(saved_turn("two", "2"), "", kNoon);
  REQUIRE_FALSE(appended.has_value());
  CHECK(appended.error().kind == base::ErrorKind::output);
  CHECK(appended.error().message.contains("meanwhile"));
  CHECK(folder.read(id) == before);
}

TEST_CASE("events that were shown already keep their ids and times, and others have the turn's own") {
  const SessionFolder folder;
  auto file = SessionFile::begin(folder.path(), kNoon, kNothingToHide);
  auto turn = saved_turn("one", "1");
  turn.time = timestamp(kNoon - 5min);
  turn.end.duration_ms = 90'000;
  const std::vector<EventStamp> stamps{
      {.type = "user.message", .id = "shown-1", .time = kNoon - 4min, .message_id = {}},
      {.type = "assistant.message", .id = "shown-2", .time = kNoon - 3min, .message_id = "shown-3"}};
  REQUIRE(file.append(turn, "", kNoon, stamps).has_value());
  std::vector<Record> records;
  const std::string text = folder.read(file.id());
  for (const std::string_view line : base::split(base::trim(text), '\n')) records.push_back(read_record(line).value());
  REQUIRE(records.size() == 5);
  CHECK(records[0].timestamp == timestamp(kNoon - 5min));
  CHECK(records[1].id == "shown-1");
  CHECK(records[1].timestamp == timestamp(kNoon - 4min));
  CHECK(records[3].id == "shown-2");
  CHECK(std::get<MessageRecord>(records[3].data).message_id == "shown-3");
  CHECK(records[4].timestamp == timestamp(kNoon - 5min + 90s));
  CHECK(file.last_event() == records[4].id);
}

TEST_CASE("a file that others could read is made private, and one that may only be read can be removed") {
  const SessionFolder folder;
  const std::string id = keep(folder, {saved_turn("one", "1")});
  namespace fs = std::filesystem;
  fs::permissions(folder.file(id), fs::perms(0644));
  fs::permissions(folder.path(), fs::perms(0755));
  CHECK(SessionFile::open(folder.path(), id, kNothingToHide).has_value());
  CHECK(mode_of(folder.file(id)) == 0600);
  CHECK(mode_of(folder.path()) == 0700);
  fs::permissions(folder.file(id), fs::perms(0400));
  CHECK(remove_session(folder.path(), id).has_value());
  CHECK_FALSE(fs::exists(folder.file(id)));
}

TEST_CASE("old sessions go, young ones and those in use stay") {
  const SessionFolder folder;
  const std::string old = keep(folder, {saved_turn("old", "1")}, kNoon - 24h * 100);
  const std::string used = keep(folder, {saved_turn("used", "1")}, kNoon - 24h * 100);
  const std::string young = keep(folder, {saved_turn("young", "1")}, kNoon - 24h * 80);
  auto elsewhere = saved_turn("other profile", "1");
  elsewhere.setup.profile = "q";
  const std::string others = keep(folder, {elsewhere}, kNoon - 24h * 100);
  const auto open = SessionFile::open(folder.path(), used, kNothingToHide);
  REQUIRE(open.has_value());
  const auto removed = remove_sessions_before(folder.path(), "p", kNoon - 24h * 90);
  REQUIRE(removed.has_value());
  CHECK(*removed == std::vector<std::string>{old});
  CHECK(std::filesystem::exists(folder.file(young)));
  CHECK(std::filesystem::exists(folder.file(used)));
  CHECK(std::filesystem::exists(folder.file(others)));
}
