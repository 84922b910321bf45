// A conversation and its terminal: what is shown, what is never obeyed, sizes that change, and other shells around it.
#include <algorithm>
#include <csignal>
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "integration/answers.hpp"
#include "integration/chat_session.hpp"
#include "integration/sandbox.hpp"

using namespace byok::test;

TEST_SUITE_BEGIN("chat");

TEST_CASE("a reply is rendered as Markdown while it arrives, and --raw shows it as it is written") {
  if (!has_terminal()) return;
  const std::string text = "# Title\n\nSome **bold** words.\n\n- item\n";
  for (const bool is_raw : {false, true}) {
    CAPTURE(is_raw);
    const RawServer server({chat(text)});
    const Sandbox sandbox(server.port());
    ChatSession chat(sandbox, is_raw ? std::vector<std::string>{"--raw"} : std::vector<std::string>{});
    chat.enter("hi");
    CHECK(chat.shows("Title"));
    REQUIRE(chat.is_at_prompt());
    CAPTURE(chat.text());
    CHECK(chat.text().contains("**bold**") == is_raw);
    CHECK(chat.text().contains("# Title") == is_raw);
    CHECK(chat.shows(is_raw ? "Some **bold** words." : "Some bold words."));
  }
}

TEST_CASE("without colour or on a dumb terminal nothing is styled") {
  if (!has_terminal()) return;
  struct Row {
    std::string name, value;
  };
  for (const Row& row : std::vector<Row>{{"NO_COLOR", "1"}, {"TERM", "dumb"}, {"TERM", ""}}) {
    CAPTURE(row.name);
    const RawServer server({stream({reasoning_delta("Hm"), delta("Some **bold** words"), kStreamEnd})});
    Sandbox sandbox(server.port());
    sandbox.environment[row.name] = row.value;
    ChatSession chat(sandbox);
    REQUIRE(chat.shows(">"));
    chat.enter("hi");
    CHECK(chat.shows("Some **bold** words"));
    CHECK(chat.is_at_prompt());
    CHECK_FALSE(chat.bytes().contains("\x1b[1m"));
    CHECK_FALSE(chat.bytes().contains("\x1b[2m"));
    if (row.name == "TERM") CHECK_FALSE(chat.bytes().contains("\x1b"));
    chat.enter("/quit");
    CHECK(chat.finish().exit_code == 0);
  }
}

TEST_CASE("a line of the log does not tear a reply, and empty rows before it are not shown") {
  if (!has_terminal()) return;
  const RawServer server({stream({delta("\n\n\nSome words of"), "{{delay 50}}", delta(" a reply"), kStreamEnd})});
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox, {"-v"});
  REQUIRE(chat.is_at_prompt());
  chat.enter("hi");
  REQUIRE(chat.shows("[info] POST"));
  REQUIRE(chat.is_at_prompt());
  const std::vector<std::string> rows = chat.screen().rows();
  const auto row = std::ranges::find(rows, "Some words of a reply");
  REQUIRE(row != rows.end());
  CHECK_FALSE((row - 1)->empty());
  CHECK((row + 1)->contains("[info] POST"));
}

TEST_CASE("while a table arrives there is a sign of life, and nothing of it stays") {
  if (!has_terminal()) return;
  const RawServer server({stream({delta("So:\n\n|a|b|\n|-|-|\n"), "{{delay 800}}", delta("|1|2|\n"), kStreamEnd})});
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox);
  REQUIRE(chat.is_at_prompt());
  chat.enter("hi");
  REQUIRE(chat.shows("1 │ 2"));
  REQUIRE(chat.is_at_prompt());
  const std::string& bytes = chat.bytes();
  CHECK(bytes.find("waiting for the reply", bytes.find("So:")) != std::string::npos);
  CHECK_FALSE(chat.text().contains("waiting"));
}

TEST_CASE("on a dumb terminal lines join, and Ctrl-C and Ctrl-D do what they do elsewhere") {
  if (!has_terminal()) return;
  const RawServer server({chat("Joined")});
  Sandbox sandbox(server.port());
  sandbox.environment["TERM"] = "dumb";
  ChatSession chat(sandbox);
  REQUIRE(chat.shows(">"));
  chat.type("\"\"\"a\nb\"\"\"\n");
  CHECK(chat.shows("Joined"));
  REQUIRE(chat.is_at_prompt());
  chat.type("\x03");
  REQUIRE(chat.shows("^C"));
  REQUIRE(chat.is_at_prompt());
  chat.type("\x03");
  CHECK(chat.shows("byok: Ctrl-D or /quit leaves"));
  chat.leave();
  CHECK(chat.finish().exit_code == 0);
  REQUIRE(server.requests().size() == 1);
  CHECK(server.requests()[0].body.contains(R"("content":"a\nb")"));
}

TEST_CASE("what a reply, its reasoning or an error would do to the terminal is shown and not done") {
  if (!has_terminal()) return;
  const std::string hostile =
      "a\x1b]0;title\x07 b\x1b[2Jc \x1b[31md\xC2\x9B"
      "31m";
  const RawServer server({stream({reasoning_delta(hostile), delta(hostile), kStreamEnd}), refusal(400, hostile)});
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox);
  chat.enter("hi");
  CHECK(chat.shows("␛]0;title␇ b␛[2Jc ␛[31md‹U+009B›31m"));
  REQUIRE(chat.is_at_prompt());
  chat.enter("again");
  CHECK(chat.shows("byok: error:"));
  CHECK(chat.holds("again"));
  for (const std::string_view each : {"\x1b]0", "\x1b[2J", "\x1b[31m", "\xC2\x9B"}) {
    CHECK_FALSE(chat.bytes().contains(each));
  }
}

TEST_CASE("reasoning is dim and apart from the reply, and can be hidden") {
  if (!has_terminal()) return;
  for (const bool is_hidden : {false, true}) {
    const RawServer server({stream({reasoning_delta("Let me think"), delta("Hello"), kStreamEnd})});
    const Sandbox sandbox(server.port());
    ChatSession chat(sandbox, is_hidden ? std::vector<std::string>{"--hide-reasoning"} : std::vector<std::string>{});
    chat.enter("hi");
    CHECK(chat.shows("Hello"));
    REQUIRE(chat.is_at_prompt());
    CHECK(chat.bytes().contains("\x1b[2mLet me think") == !is_hidden);
  }
}

TEST_CASE("a window that becomes narrower during a reply wraps what follows") {
  if (!has_terminal()) return;
  const std::string words = "aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj ";
  const RawServer server(
      {stream({delta("Begun here\n\n"), "{{delay 2000}}", delta(words), delta("end."), kStreamEnd})});
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox);
  chat.enter("hi");
  REQUIRE(chat.shows("Begun here"));
  chat.resize(30, 20);
  CHECK(chat.shows("aaaa bbbb cccc dddd eeee ffff"));
  CAPTURE(chat.text());
  CHECK(chat.shows("gggg hhhh iiii jjjj end."));
  CHECK(chat.is_at_prompt());
}

TEST_CASE("Ctrl-Z stops it, with what was typed, and fg goes on") {
  if (!has_terminal()) return;
  const RawServer server({chat("Back again")});
  Sandbox sandbox(server.port());
  sandbox.environment["PS1"] = "shell% ";
  ProcessOptions options{.argv = {"bash", "--norc", "--noprofile", "-i"},
                         .environment = sandbox.environment,
                         .directory = sandbox.work(),
                         .bytes = {},
                         .rows = ChatSession::kRows};
  options.environment["BYOK"] = program();
  ChatSession shell(options);
  REQUIRE(shell.shows("shell%"));
  shell.enter("\"$BYOK\" chat");
  REQUIRE(shell.is_at_prompt());
  shell.type("half a li");
  REQUIRE(shell.holds("half a li"));
  shell.type("\x1a");
  REQUIRE(shell.shows("Stopped"));
  shell.enter("echo a-$((40+2))-b");
  CHECK(shell.shows("a-42-b"));
  shell.enter("fg");
  REQUIRE(shell.holds("half a li"));
  shell.type("ne\r");
  CHECK(shell.shows("Back again"));
  REQUIRE(shell.is_at_prompt());
  shell.type("\x04");
  REQUIRE(shell.comes_to([](const Screen& screen) { return screen.rows().back() == "shell%"; }));
  shell.enter("echo code-$?; exit");
  CHECK(shell.shows("code-0"));
  CHECK(shell.finish().exit_code == 0);
  REQUIRE(server.requests().size() == 1);
  CHECK(server.requests()[0].body.contains("half a line"));
}

TEST_CASE("Ctrl-G opens the editor with the draft, which comes back to be sent") {
  if (!has_terminal()) return;
  const RawServer server({chat("Edited")});
  Sandbox sandbox(server.port());
  const fs::path script = sandbox.write(sandbox.work() / "ed.sh", "#!/bin/sh\nprintf ' and more\\n' >> \"$1\"\n");
  fs::permissions(script, fs::perms::owner_all);
  sandbox.environment["VISUAL"] = script.string();
  ChatSession chat(sandbox);
  REQUIRE(chat.is_at_prompt());
  chat.type("begun");
  REQUIRE(chat.holds("begun"));
  chat.type("\x07");
  REQUIRE(chat.shows("and more"));
  chat.type("\r");
  CHECK(chat.shows("Edited"));
  REQUIRE(server.requests().size() == 1);
  CHECK(server.requests()[0].body.contains("begun"));
  CHECK(server.requests()[0].body.contains("and more"));
}

TEST_CASE("replies go to a file as they are, with the prompt on the terminal that is left") {
  if (!has_terminal()) return;
  const RawServer server({chat("Some **bold** words"), chat("More")});
  const Sandbox sandbox(server.port());
  ProcessOptions options = sandbox.shell("\"$BYOK\" chat > out; echo code-$?");
  options.rows = ChatSession::kRows;
  ChatSession chat(options);
  REQUIRE(chat.is_at_prompt());
  chat.enter("one");
  CHECK(chat.shows(" output tokens, "));
  REQUIRE(chat.is_at_prompt());
  chat.enter("two");
  REQUIRE(chat.is_at_prompt());
  chat.leave();
  CHECK(chat.shows("code-0"));
  CHECK(read_bytes(sandbox.work() / "out") == "Some **bold** words\nMore\n");
}

TEST_SUITE_END();
