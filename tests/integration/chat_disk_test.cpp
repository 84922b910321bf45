// `byok chat` under what happens to files and terminals: a second writer, a window that closes, no room, no right,
// junk.
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "integration/answers.hpp"
#include "integration/chat_answers.hpp"
#include "integration/chat_session.hpp"
#include "session/store.hpp"
#include "support/saved_turns.hpp"

using namespace byok;
using namespace byok::test;

namespace {

fs::path sessions_of(const Sandbox& sandbox) { return sandbox.root() / "state" / "byok" / "sessions"; }

std::vector<fs::path> session_files(const Sandbox& sandbox) {
  std::vector<fs::path> found;
  if (!fs::exists(sessions_of(sandbox))) return found;
  for (const auto& entry : fs::directory_iterator(sessions_of(sandbox))) {
    if (entry.path().extension() == ".jsonl") found.push_back(entry.path());
  }
  return found;
}

session::SavedSession newest(const Sandbox& sandbox) {
  const auto id = session::newest_session(sessions_of(sandbox));
  REQUIRE(id.has_value());
  const auto saved = session::load_session(sessions_of(sandbox), *id);
  REQUIRE(saved.has_value());
  return *saved;
}

std::string said(const session::SavedSession& saved) {
  std::string text;
  for (const session::SavedTurn& turn : saved.turns) text += messages_text(turn.messages);
  return text;
}

// `byok chat WORDS...` with the lines on standard input.
ProcessResult say(const Sandbox& sandbox, std::vector<std::string> words, const std::string& lines) {
  words.insert(words.begin(), "chat");
  ProcessOptions options = sandbox.byok(words);
  options.input = ProcessOptions::Input::bytes;
  options.bytes = lines;
  return run_process(options);
}

std::string turn_text(const std::string& prompt) {
  return fmt::format("user: text({0})\nassistant: text(reply to {0})\n", prompt);
}

std::size_t count_of(std::string_view text, std::string_view words) {
  std::size_t count = 0;
  for (std::size_t at = text.find(words); at != std::string_view::npos; at = text.find(words, at + 1)) ++count;
  return count;
}

// A small file system where the state is kept. It takes root.
class SmallState {
 public:
  explicit SmallState(const Sandbox& sandbox) : path_(sandbox.root() / "state") {
    is_there_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=256k,mode=0700") == 0;
    if (!is_there_) std::cout << "skipped: a small file system cannot be mounted here (it takes root)\n";
  }
  SmallState(const SmallState&) = delete;
  SmallState& operator=(const SmallState&) = delete;
  ~SmallState() {
    if (is_there_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  [[nodiscard]] bool is_there() const { return is_there_; }
  [[nodiscard]] bool forbid_writing() const {
    return ::mount(nullptr, path_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0;
  }

 private:
  fs::path path_;
  bool is_there_ = false;
};

}  // namespace

TEST_SUITE_BEGIN("chat");

TEST_CASE("while a conversation is held, another on the same session is told so, and comes in afterwards") {
  if (!has_terminal()) return;
  const RawServer server(repeating());
  const Sandbox sandbox(server.port());
  ChatSession first(sandbox, {"--color", "never"});
  REQUIRE(first.is_at_prompt());
  first.enter("one");
  REQUIRE(first.shows(kFigures));
  const std::string id = newest(sandbox).id;
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"chat", "-c"}, {"chat", "--session", id}, {"ask", "-c", "-n", "hi"}}) {
    const ProcessResult refused = sandbox.run(words);
    CAPTURE(summary(refused));
    CHECK(refused.exit_code == 2);
    CHECK(refused.err.contains("in use by"));
    CHECK(refused.out.empty());
  }
  CHECK(server.requests().size() == 1);

  // A conversation of its own is not in the way.
  CHECK(say(sandbox, {"--save"}, "other\n").exit_code == 0);
  CHECK(session_files(sandbox).size() == 2);
  first.enter("two");
  REQUIRE(first.shows("reply to two"));
  REQUIRE(first.is_at_prompt());
  first.leave();
  CHECK(first.finish().exit_code == 0);
  const ProcessResult after = say(sandbox, {"--session", id}, "three\n");
  CAPTURE(summary(after));
  CHECK(after.exit_code == 0);
  CHECK(said(*session::load_session(sessions_of(sandbox), id)) ==
        turn_text("one") + turn_text("two") + turn_text("three"));
}

TEST_CASE("a window that is closed in the middle of a reply keeps what had come of it") {
  if (!has_terminal()) return;
  const RawServer server({chat("Rome"),
                          answer(std::string(kStreamHead) + delta("because of its ") + delta("hills") + "{{stall}}"),
                          [](const Received& request) { return repeat_prompt(request, 0); }});
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox, {"--color", "never"});
  REQUIRE(chat.is_at_prompt());
  chat.enter("Which city?");
  REQUIRE(chat.shows("Rome"));
  REQUIRE(chat.is_at_prompt());
  chat.enter("Why?");
  REQUIRE(chat.comes_to([&](const Screen&) { return server.requests().size() == 2; }));
  REQUIRE(chat.shows("because of its"));
  chat.hang_up();
  const ProcessResult result = chat.finish();
  CHECK_FALSE(result.timed_out);
  CHECK(result.exit_code == 128 + SIGHUP);
  const session::SavedSession saved = newest(sandbox);
  CHECK(said(saved) ==
        "user: text(Which city?)\nassistant: text(Rome)\nuser: text(Why?)\nassistant: text(because of its hills)\n");
  CHECK(saved.torn == 0);
  const ProcessResult after = say(sandbox, {"-c"}, "Sure?\n");
  CAPTURE(summary(after));
  CHECK(after.out == "reply to Sure?\n");
}

TEST_CASE("a window that is closed at the prompt ends the program and loses nothing") {
  if (!has_terminal()) return;
  const RawServer server(repeating());
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox, {"--color", "never"});
  REQUIRE(chat.is_at_prompt());
  chat.enter("one");
  REQUIRE(chat.shows(kFigures));
  chat.type("half a line");
  REQUIRE(chat.shows("half a line"));
  chat.hang_up();
  const ProcessResult result = chat.finish();
  CHECK_FALSE(result.timed_out);
  CHECK(result.exit_code == 128 + SIGHUP);
  CHECK(said(newest(sandbox)) == turn_text("one"));
  CHECK(read_bytes(sandbox.root() / "state" / "byok" / "history") == "one\n");
}

TEST_CASE("a state folder that cannot be written to costs the keeping, not the conversation") {
  const RawServer server(repeating());
  const Sandbox sandbox(server.port());
  SUBCASE("it is no folder") { sandbox.write(sandbox.root() / "state" / "byok", "a file"); }
  SUBCASE("it is read-only") {
    const SmallState state(sandbox);
    if (!state.is_there() || !state.forbid_writing()) return;
    const ProcessResult result = say(sandbox, {"--save"}, "one\ntwo\n");
    CAPTURE(summary(result));
    CHECK(result.out == "reply to one\nreply to two\n");
    CHECK(result.err.contains("Read-only file system"));
    CHECK(result.exit_code == 1);
    return;
  }
  const ProcessResult result = say(sandbox, {"--save"}, "one\ntwo\n");
  CAPTURE(summary(result));
  CHECK(result.out == "reply to one\nreply to two\n");
  CHECK(result.err.contains("cannot be kept"));
  CHECK(result.err.contains((sandbox.root() / "state").string()));
  CHECK(result.exit_code == 1);
  CHECK(server.requests().size() == 2);

  const ProcessResult without = say(sandbox, {"--no-save"}, "one\n");
  CAPTURE(summary(without));
  CHECK(without.out == "reply to one\n");
  CHECK_FALSE(without.err.contains("cannot be kept"));
}

TEST_CASE("on a terminal, too, a state folder that cannot be written to leaves a conversation to be had") {
  if (!has_terminal()) return;
  const RawServer server(repeating());
  const Sandbox sandbox(server.port());
  sandbox.write(sandbox.root() / "state" / "byok", "a file");
  ChatSession chat(sandbox, {"--color", "never"});
  REQUIRE(chat.is_at_prompt());
  chat.enter("one");
  REQUIRE(chat.shows("reply to one"));
  REQUIRE(chat.is_at_prompt());
  CHECK(chat.bytes().contains("cannot be kept"));
  chat.enter("two");
  REQUIRE(chat.shows("reply to two"));
  REQUIRE(chat.is_at_prompt());
  chat.type("\x1b[A");
  CHECK(chat.holds("two"));  // the history is there, though no file holds it
  chat.type("\x03\x04");
  const ProcessResult result = chat.finish();
  CHECK(result.exit_code == 0);
  CHECK(count_of(result.out, "the history is not kept") <= 1);
}

TEST_CASE("a disk that is full costs the turn that found no room, is said, and the next ones are kept") {
  std::vector<Answer> answers = repeating(1);
  answers.emplace_back([](const Received& request) { return repeat_prompt(request, 600'000); });
  for (const Answer& each : repeating(3)) answers.push_back(each);
  const RawServer server(answers);
  const Sandbox sandbox(server.port());
  const SmallState state(sandbox);
  if (!state.is_there()) return;
  const ProcessResult result = say(sandbox, {"--save"}, "one\ntwo\nthree\n");
  CAPTURE(summary(result));
  CHECK(result.err.contains("No space left on device"));
  CHECK(count_of(result.err, "No space left on device") == 1);
  CHECK(result.out.contains("reply to one\n"));
  CHECK(result.out.ends_with("reply to three\n"));
  CHECK(said(newest(sandbox)) == turn_text("one") + turn_text("three"));
  CHECK(newest(sandbox).torn == 0);
  CHECK(say(sandbox, {"-c"}, "four\n").exit_code == 0);
  CHECK(said(newest(sandbox)) == turn_text("one") + turn_text("three") + turn_text("four"));
}

TEST_CASE("junk in a session's file is said, and the conversation goes on") {
  const RawServer server(repeating());
  const Sandbox sandbox(server.port());
  CHECK(say(sandbox, {"--save"}, "one\ntwo\n").exit_code == 0);
  const fs::path file = session_files(sandbox).at(0);
  std::ofstream(file, std::ios::binary | std::ios::app) << "\x1b[31m\xFF\0junk {\"type\":1}\n\n{\"type\":\"user.mess";
  const ProcessResult result = say(sandbox, {"-c"}, "three\n");
  CAPTURE(summary(result));
  CHECK(result.exit_code == 0);
  CHECK(result.out == "reply to three\n");
  CHECK(result.err.contains(file.filename().string()));
  CHECK(said(newest(sandbox)) == turn_text("one") + turn_text("two") + turn_text("three"));
  CHECK(fs::exists(file.string() + ".torn"));
  CHECK(server.requests().back().body.contains("reply to two"));
  CHECK_FALSE(server.requests().back().body.contains("junk"));
}

TEST_CASE("a session of 50 MB is open at once") {
  if (!has_terminal()) return;
  const RawServer server(repeating());
  const Sandbox sandbox(server.port());
  std::string id;
  {
    auto file = session::SessionFile::begin(sessions_of(sandbox), kNoon, kNothingToHide);
    for (int i = 0; i < 500; ++i) {
      auto turn = saved_turn(fmt::format("prompt {}", i), std::string(100'000, 'x'));
      turn.setup = {.profile = "env",
                    .origin = fmt::format("http://127.0.0.1:{}", server.port()),
                    .wire_api = "completions",
                    .model = "m"};
      REQUIRE(file.append(turn, "", kNoon).has_value());
    }
    id = file.id();
  }
  const auto begin = std::chrono::steady_clock::now();
  ChatSession chat(sandbox, {"--color", "never", "-c"});
  REQUIRE(chat.shows("500 turns"));
  REQUIRE(chat.is_at_prompt());
  const auto spent = std::chrono::steady_clock::now() - begin;
  std::cout << fmt::format("a session of {} bytes is at the prompt after {} ms\n",
                           fs::file_size(session_files(sandbox).at(0)), spent / std::chrono::milliseconds(1));
  CHECK(spent < std::chrono::seconds(15));
  chat.leave();
  CHECK(chat.finish().exit_code == 0);
}

TEST_SUITE_END();
