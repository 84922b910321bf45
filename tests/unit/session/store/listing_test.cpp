// Lists are made from heads and tails, whatever stands between them.
#include "session/store/listing.hpp"

#include <ostream>
//
#include <doctest/doctest.h>

#include "session/store/saved_session.hpp"
#include "support/saved_turns.hpp"

using namespace byok;
using namespace byok::session;
using namespace std::chrono_literals;
using byok::test::keep;
using byok::test::kNoon;
using byok::test::saved_turn;
using byok::test::SessionFolder;

TEST_CASE("the list says what each session is, the one written last first") {
  const SessionFolder folder;
  const std::string first = keep(folder, {saved_turn("What is 2+2?", "4")}, kNoon - 1h);
  auto other = saved_turn("and now?", "5");
  other.setup.profile = "q";
  other.setup.model = "m2";
  const std::string second = keep(folder, {saved_turn("Hello\nthere", "Hi"), other}, kNoon);
  const auto sessions = list_sessions(folder.path());
  REQUIRE(sessions.size() == 2);
  CHECK(sessions[0].id == second);
  CHECK(sessions[0].title == "Hello");
  CHECK(sessions[0].turns == 2);
  CHECK(sessions[0].setup.profile == "q");
  CHECK(sessions[0].setup.model == "m2");
  CHECK(sessions[0].setup.origin == "https://models.example.com");
  CHECK(sessions[0].last == kNoon);
  CHECK(sessions[0].size == folder.read(second).size());
  CHECK(sessions[1].id == first);
  CHECK(sessions[1].title == "What is 2+2?");
  CHECK(sessions[1].started == kNoon - 1h);
}

TEST_CASE("a long middle is not read, and a torn tail is looked past") {
  const SessionFolder folder;
  const std::string id = keep(folder, {saved_turn("first", "1"), saved_turn("long", std::string(300'000, 'x'))});
  folder.add(id, "{\"type\":\"user.message\",\"data\":{\"content\":\"" + std::string(200'000, 'y'));
  const auto sessions = list_sessions(folder.path());
  REQUIRE(sessions.size() == 1);
  CHECK(sessions[0].title == "first");
  CHECK(sessions[0].turns == 2);
  CHECK(sessions[0].last == kNoon);
}

TEST_CASE("a turn whose end was cut off counts where its reply is there") {
  const SessionFolder folder;
  const std::string id = keep(folder, {saved_turn("one", "1"), saved_turn("two", "2")});
  const std::string whole = folder.read(id);
  folder.write(id, whole.substr(0, whole.size() - 30));
  CHECK(list_sessions(folder.path()).at(0).turns == 2);
  CHECK(read_session(folder.read(id)).turns.size() == 2);
  const std::string one = keep(folder, {saved_turn("one", "1")});
  folder.write(one, folder.read(one).substr(0, folder.read(one).size() - 30));
  CHECK(list_sessions(folder.path()).at(0).turns == 1);
}

TEST_CASE("a folder that is not one is no empty list") {
  const SessionFolder folder;
  CHECK(check_folder(folder.path()).has_value());  // nothing was kept yet
  folder.write("abcd", "x\n");
  CHECK(check_folder(folder.path()).has_value());
  CHECK(check_folder(folder.file("abcd")).error().kind == base::ErrorKind::output);
  CHECK(check_folder({}).error().kind == base::ErrorKind::config);
}

TEST_CASE("an empty file is listed, so that it can be removed") {
  const SessionFolder folder;
  folder.write("abcd", "");
  REQUIRE(list_sessions(folder.path()).size() == 1);
  CHECK(list_sessions(folder.path())[0].size == 0);
}

TEST_CASE("other files are no sessions") {
  const SessionFolder folder;
  std::filesystem::create_directories(folder.path());
  folder.write("ABCDE", "x\n");
  std::filesystem::create_directories(folder.path() / "abcde.jsonl");
  std::ofstream(folder.path() / "abcdef.jsonl.torn") << "x\n";
  CHECK(list_sessions(folder.path()).empty());
  CHECK(list_sessions(folder.path() / "missing").empty());
}

TEST_CASE("a file of junk is listed with what is known of it") {
  const SessionFolder folder;
  folder.write("abcd", "junk\nmore junk\n");
  const auto sessions = list_sessions(folder.path());
  REQUIRE(sessions.size() == 1);
  CHECK(sessions[0].id == "abcd");
  CHECK(sessions[0].title.empty());
  CHECK(sessions[0].turns == 0);
  CHECK_FALSE(sessions[0].started.has_value());
  CHECK(std::chrono::abs(sessions[0].last - std::chrono::system_clock::now()) < 1h);
}

TEST_CASE("a head without a title has the first prompt's") {
  EventChain chain(test::kNothingToHide, "");
  chain.add(StartRecord{.is_resume = false, .session_id = {}, .title = {}, .setup = saved_turn("", "").setup}, kNoon);
  chain.add_turn(saved_turn("the prompt", "x"), kNoon);
  chain.add_turn(saved_turn("another", "x"), kNoon);
  SessionInfo info;
  read_head(chain.text(), info);
  CHECK(info.title == "the prompt");
  CHECK(info.setup.profile == "p");
}

TEST_CASE("a tail says whether it held the end of a turn") {
  EventChain chain(test::kNothingToHide, "");
  chain.add_turn(saved_turn("one", "1"), kNoon);
  SessionInfo info;
  CHECK(read_tail(chain.text(), info));
  CHECK(info.last == kNoon);
  CHECK_FALSE(read_tail(std::string_view(chain.text()).substr(0, 40), info));
  CHECK_FALSE(read_tail("", info));
  CHECK_FALSE(read_tail("\n\n\n", info));
}
