// What a conversation keeps, gives back and writes down where something went wrong on the way.
#include <fcntl.h>
#include <sys/stat.h>

#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "integration/answers.hpp"
#include "integration/chat_session.hpp"
#include "integration/sandbox.hpp"

using namespace byok::test;

namespace {

void exchange(ChatSession& chat, std::string_view prompt, std::string_view reply) {
  chat.enter(prompt);
  REQUIRE(chat.shows(reply));
  REQUIRE(chat.is_at_prompt());
}

void leave(ChatSession& chat) {
  chat.leave();
  CHECK(chat.finish().exit_code == 0);
}

std::string user(std::string_view text) { return R"({"role":"user","content":")" + std::string(text) + "\"}"; }

void write_png(const Sandbox& sandbox, const std::string& name) {
  sandbox.write(sandbox.work() / name, std::string("\x89PNG\r\n\x1a\n") + std::string(32, '\0'));
}

fs::path history_of(const Sandbox& sandbox) { return sandbox.root() / "state" / "byok" / "history"; }

}  // namespace

TEST_SUITE_BEGIN("chat");

TEST_CASE("/save writes into a FIFO and through a link, and replaces neither") {
  if (!has_terminal()) return;
  const RawServer server({chat("First")});
  const Sandbox sandbox(server.port());
  const fs::path fifo = sandbox.work() / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const fs::path target = sandbox.write(sandbox.work() / "target.md", "old");
  fs::create_symlink("target.md", sandbox.work() / "link.md");
  fs::create_directory(sandbox.work() / "folder");
  ChatSession chat(sandbox);
  exchange(chat, "one", "First");
  std::string read;
  {
    const std::jthread reader([&] { read = read_bytes(fifo); });
    chat.enter("/save fifo");
    CHECK(chat.shows("byok: 1 turn in fifo"));
  }
  CHECK(read.contains("First"));
  CHECK(fs::is_fifo(fifo));
  chat.enter("/save link.md");
  REQUIRE(chat.shows("link.md exists; replace it? [y/N]"));
  chat.enter("y");
  CHECK(chat.shows("byok: 1 turn in link.md"));
  CHECK(fs::is_symlink(sandbox.work() / "link.md"));
  CHECK(read_bytes(target).contains("First"));
  chat.enter("/save folder");
  CHECK(chat.shows("Is a directory"));
  CHECK_FALSE(chat.bytes().contains("folder exists"));
  REQUIRE(chat.is_at_prompt());
  leave(chat);
}

TEST_CASE(
    "turns that could not be kept are in the session once it can be written, and /undo takes back the right one") {
  if (!has_terminal()) return;
  const RawServer server({chat("Reply A"), chat("Reply B"), chat("Reply C"), chat("Reply D")});
  const Sandbox sandbox(server.port());
  const fs::path sessions = sandbox.root() / "state" / "byok" / "sessions";
  sandbox.write(sessions, "in the way");
  ChatSession chat(sandbox);
  chat.enter("a first");
  CHECK(chat.shows("cannot create the directory"));
  REQUIRE(chat.is_at_prompt());
  chat.enter("/save");
  CHECK(chat.comes_to(
      [&](const Screen&) { return chat.bytes().find("cannot create") != chat.bytes().rfind("cannot create"); }));
  CHECK_FALSE(chat.bytes().contains("is kept as session"));
  fs::remove(sessions);
  exchange(chat, "/save", "byok: the conversation is kept as session ");
  CHECK(sandbox.run({"sessions", "export"}).out.contains("Reply A"));
  exchange(chat, "b second", "Reply B");
  exchange(chat, "c third", "Reply C");
  exchange(chat, "/undo", "2 turns left");
  exchange(chat, "/retry", "Reply D");
  leave(chat);
  const std::string kept = sandbox.run({"sessions", "export"}).out;
  for (const std::string_view text : {"a first", "Reply A", "b second", "Reply D"}) CHECK(kept.contains(text));
  for (const std::string_view text : {"Reply B", "Reply C"}) CHECK_FALSE(kept.contains(text));
  CHECK(kept.find("b second") == kept.rfind("b second"));
}

TEST_CASE("what went with a prompt that failed goes with /retry, and not with another prompt") {
  if (!has_terminal()) return;
  const RawServer server(
      {refusal(401, "bad key"), chat("First"), refusal(401, "bad key"), chat("Second"), chat("Third")});
  const Sandbox sandbox(server.port());
  write_png(sandbox, "dot.png");
  ChatSession chat(sandbox);
  chat.enter("/attach dot.png");
  chat.enter("look");
  CHECK(chat.shows("byok: with it again: dot.png"));
  REQUIRE(chat.holds("look"));
  chat.type("\x03");
  REQUIRE(chat.is_at_prompt());
  exchange(chat, "other", "First");
  CHECK(chat.shows("byok: not with this prompt: dot.png"));

  exchange(chat, "/attach dot.png", "dot.png goes with the next prompt");
  chat.enter("look again");
  REQUIRE(chat.holds("look again"));
  chat.type("\x03");
  REQUIRE(chat.is_at_prompt());
  exchange(chat, "/attach https://example.com/second.png", "second.png goes with the next prompt");
  CHECK(chat.shows("byok: with /retry alone: dot.png"));
  exchange(chat, "/retry", "Second");
  exchange(chat, "and this", "Third");
  leave(chat);
  REQUIRE(server.requests().size() == 5);
  CHECK(server.requests()[1].body.contains("[" + user("other") + "]"));
  CHECK(server.requests()[3].body.contains("look again"));
  CHECK(server.requests()[3].body.contains("data:image/png"));
  CHECK_FALSE(server.requests()[3].body.contains("second.png"));
  CHECK(server.requests()[4].body.contains("second.png"));
}

TEST_CASE("what waits for the next prompt is listed, and dropped by -") {
  if (!has_terminal()) return;
  const RawServer server({chat("First")});
  const Sandbox sandbox(server.port());
  write_png(sandbox, "dot.png");
  sandbox.write(sandbox.work() / "a.txt", "contents");
  ChatSession chat(sandbox);
  exchange(chat, "/file", "byok: nothing waits for the next prompt; /file PATH adds to it");
  exchange(chat, "/file a.txt", "a.txt goes with the next prompt");
  exchange(chat, "/attach dot.png", "dot.png goes with the next prompt");
  exchange(chat, "/file", "byok: with the next prompt: a.txt; /file - drops it");
  exchange(chat, "/attach", "byok: with the next prompt: dot.png; /attach - drops it");
  exchange(chat, "/attach -", "byok: not with the next prompt: dot.png");
  exchange(chat, "/file -", "byok: not with the next prompt: a.txt");
  exchange(chat, "one", "First");
  leave(chat);
  REQUIRE(server.requests().size() == 1);
  CHECK(server.requests()[0].body.contains("[" + user("one") + "]"));
}

TEST_CASE("what is typed under a profile that keeps nothing is not in the history") {
  if (!has_terminal()) return;
  const RawServer server({chat("First"), chat("Second")});
  const Sandbox sandbox;
  const std::string address = "    base_url: http://127.0.0.1:" + std::to_string(server.port()) + "/v1\n    model: m\n";
  sandbox.write(sandbox.config_file(),
                "default_profile: open\nprofiles:\n  open:\n" + address + "  closed:\n    save: never\n" + address);
  ChatSession chat(sandbox);
  exchange(chat, "public one", "First");
  exchange(chat, "/profile closed", "byok: nothing is kept from here on");
  exchange(chat, "private two", "Second");
  leave(chat);
  CHECK(read_bytes(history_of(sandbox)) == "public one\n/profile closed\n");
  CHECK_FALSE(sandbox.run({"sessions", "export"}).out.contains("private two"));
}

TEST_CASE("after /nosave nothing is in the history, and after /save what is typed is again") {
  if (!has_terminal()) return;
  const RawServer server({chat("First"), chat("Second")});
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox);
  exchange(chat, "/nosave", "byok: nothing is kept from here on");
  exchange(chat, "private one", "First");
  exchange(chat, "/save", "byok: the conversation is kept as session ");
  exchange(chat, "public two", "Second");
  leave(chat);
  CHECK(read_bytes(history_of(sandbox)) == "/nosave\npublic two\n");
}

TEST_CASE("/retry puts nothing but a whole reply in the place of one") {
  if (!has_terminal()) return;
  const RawServer server({chat("First"), answer(std::string(kStreamHead) + delta("Half of it")), chat("Third")});
  Sandbox sandbox(server.port());
  ChatSession chat(sandbox);
  exchange(chat, "one", "First");
  chat.enter("/retry");
  CHECK(chat.shows("Half of it"));
  CHECK(chat.shows("byok: the reply from before stays in the conversation"));
  REQUIRE(chat.is_at_prompt());
  exchange(chat, "two", "Third");
  leave(chat);
  REQUIRE(server.requests().size() == 3);
  CHECK(server.requests()[2].body.contains("First"));
  CHECK_FALSE(server.requests()[2].body.contains("Half"));
  const std::string kept = sandbox.run({"sessions", "export"}).out;
  CHECK(kept.contains("First"));
  CHECK_FALSE(kept.contains("Half"));
}

TEST_CASE("a reply that broke off in its reasoning is none, and the prompt is there to be sent again") {
  if (!has_terminal()) return;
  const RawServer server({answer(std::string(kStreamHead) + reasoning_delta("Hm")), chat("First")});
  Sandbox sandbox(server.port());
  ChatSession chat(sandbox);
  chat.enter("one");
  REQUIRE(chat.holds("one"));
  chat.type("\r");
  CHECK(chat.shows("First"));
  REQUIRE(chat.is_at_prompt());
  leave(chat);
  REQUIRE(server.requests().size() == 2);
  CHECK(server.requests()[1].body.contains("[" + user("one") + "]"));
}

TEST_CASE("a session whose turns were all taken back is not gone on with, and the title is that of what is left") {
  if (!has_terminal()) return;
  const RawServer server({chat("First"), chat("Second"), chat("Third"), chat("Fourth")});
  const Sandbox sandbox(server.port());
  {
    ChatSession chat(sandbox);
    exchange(chat, "one", "First");
    exchange(chat, "/undo", "0 turns left");
    exchange(chat, "two", "Second");
    leave(chat);
  }
  {
    ChatSession chat(sandbox);
    exchange(chat, "three", "Third");
    exchange(chat, "/undo", "0 turns left");
    leave(chat);
  }
  ChatSession chat(sandbox, {"-c"});
  CHECK(chat.shows(", \"two\" (1 turn;"));
  exchange(chat, "four", "Fourth");
  leave(chat);
  REQUIRE(server.requests().size() == 4);
  CHECK(server.requests()[3].body.contains("Second"));
}

TEST_SUITE_END();
