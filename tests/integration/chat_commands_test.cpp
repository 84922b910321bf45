// The slash commands of a conversation, as they are typed and as the provider sees what follows.
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "integration/answers.hpp"
#include "integration/chat_session.hpp"
#include "integration/provider.hpp"
#include "integration/sandbox.hpp"

using namespace byok::test;

namespace {

// One prompt and its reply, seen.
void exchange(ChatSession& chat, std::string_view prompt, std::string_view reply) {
  chat.enter(prompt);
  REQUIRE(chat.shows(reply));
  REQUIRE(chat.is_at_prompt());
}

void leave(ChatSession& chat) {
  chat.leave();
  CHECK(chat.finish().exit_code == 0);
}

std::string user(std::string_view text) { return "{\"role\":\"user\",\"content\":\"" + std::string(text) + "\"}"; }
std::string assistant(std::string_view text) {
  return "{\"role\":\"assistant\",\"content\":\"" + std::string(text) + "\"}";
}

// A Chat Completions server and an Anthropic one in one configuration.
void write_two_profiles(const Sandbox& sandbox, const RawServer& server) {
  const std::string port = std::to_string(server.port());
  sandbox.write(sandbox.config_file(),
                "default_profile: first\nprofiles:\n"
                "  first:\n    base_url: http://127.0.0.1:" +
                    port + "/v1\n    model: m1\n  second:\n    type: anthropic\n    base_url: http://127.0.0.1:" +
                    port + "\n    model: m2\n    api_key: ${env:SECOND_KEY}\n");
}

}  // namespace

TEST_SUITE_BEGIN("chat");

TEST_CASE("/help lists what can be typed, and an unknown command is not sent") {
  if (!has_terminal()) return;
  const RawServer server({chat("Yes")});
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox);
  chat.enter("/help");
  for (const std::string_view text : {"/model [ID]", "/undo", "/copy", "Ctrl-R"}) CHECK(chat.shows(text));
  chat.enter("/modle x");
  CHECK(chat.shows("/modle is not a command, and was not sent"));
  CHECK(chat.shows("did you mean /model?"));
  REQUIRE(chat.is_at_prompt());
  exchange(chat, "//modle x", "Yes");
  leave(chat);
  REQUIRE(server.requests().size() == 1);
  CHECK(server.requests()[0].body.contains(user("/modle x")));
}

TEST_CASE("/undo takes the last turn back, in the file too") {
  if (!has_terminal()) return;
  const RawServer server({chat("First"), chat("Second"), chat("Third")});
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox);
  exchange(chat, "one", "First");
  exchange(chat, "two", "Second");
  chat.enter("/undo");
  CHECK(chat.shows("byok: took back \"two\" and its reply; 1 turn left"));
  exchange(chat, "three", "Third");
  leave(chat);
  REQUIRE(server.requests().size() == 3);
  CHECK(server.requests()[2].body.contains("[" + user("one") + "," + assistant("First") + "," + user("three") + "]"));
  const std::string kept = sandbox.run({"sessions", "export"}).out;
  CHECK(kept.contains("First"));
  CHECK(kept.contains("Third"));
  CHECK_FALSE(kept.contains("Second"));
}

TEST_CASE("/retry asks again and the new reply takes the old one's place, which stays where nothing comes") {
  if (!has_terminal()) return;
  const RawServer server({chat("First"), chat("Better"), refusal(401, "bad key"), chat("Third")});
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox);
  exchange(chat, "one", "First");
  exchange(chat, "/retry", "Better");
  chat.enter("/retry");
  CHECK(chat.shows("bad key"));
  CHECK(chat.shows("byok: the reply from before stays in the conversation"));
  REQUIRE(chat.is_at_prompt());
  exchange(chat, "two", "Third");
  leave(chat);
  REQUIRE(server.requests().size() == 4);
  CHECK(server.requests()[1].body.contains("[" + user("one") + "]"));
  CHECK(server.requests()[2].body.contains("[" + user("one") + "]"));
  CHECK(server.requests()[3].body.contains("[" + user("one") + "," + assistant("Better") + "," + user("two") + "]"));
  const std::string kept = sandbox.run({"sessions", "export"}).out;
  CHECK(kept.contains("Better"));
  CHECK_FALSE(kept.contains("First"));
}

TEST_CASE("/clear begins anew, as another session") {
  if (!has_terminal()) return;
  const RawServer server({chat("First"), chat("Second")});
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox);
  exchange(chat, "one", "First");
  chat.enter("/clear");
  CHECK(chat.shows("byok: a new conversation begins here"));
  exchange(chat, "two", "Second");
  leave(chat);
  REQUIRE(server.requests().size() == 2);
  CHECK(server.requests()[1].body.contains("[" + user("two") + "]"));
  const std::string listed = sandbox.run({"sessions", "list"}).out;
  CHECK(listed.contains("one"));
  CHECK(listed.contains("two"));
}

TEST_CASE("/system shows, sets and takes away the system text") {
  if (!has_terminal()) return;
  const RawServer server({chat("First"), chat("Second")});
  const Sandbox sandbox(server.port());
  sandbox.write(sandbox.work() / "role.txt", "You are a pirate.");
  ChatSession chat(sandbox);
  chat.enter("/system");
  CHECK(chat.shows("byok: there is no system text"));
  chat.enter("/system @role.txt");
  CHECK(chat.shows("byok: the system text is set from here on"));
  exchange(chat, "one", "First");
  chat.enter("/system -");
  CHECK(chat.shows("byok: no system text from here on"));
  exchange(chat, "two", "Second");
  leave(chat);
  REQUIRE(server.requests().size() == 2);
  CHECK(server.requests()[0].body.contains(R"({"role":"system","content":"You are a pirate."})"));
  CHECK_FALSE(server.requests()[1].body.contains("pirate"));
}

TEST_CASE("/usage hides the figures and shows them again") {
  if (!has_terminal()) return;
  const RawServer server({chat("First"), chat("Second"), chat("Third")});
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox);
  exchange(chat, "one", "First");
  CHECK(chat.shows("output tokens"));
  exchange(chat, "/usage", "usage is not shown any more");
  exchange(chat, "two", "Second");
  leave(chat);
  CHECK(chat.bytes().find("output tokens") == chat.bytes().rfind("output tokens"));
}

TEST_CASE("/model goes on with another model, and asks where no list holds it") {
  if (!has_terminal()) return;
  const RawServer server({answer_as({.models = {"m", "gpt-small", "gpt-large"}}), chat("First"), chat("Second")});
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox);
  chat.enter("/model");
  CHECK(chat.shows("gpt-small"));
  CHECK(chat.shows("byok: m is in use"));
  chat.enter("/model gpt-large");
  CHECK(chat.shows("byok: going on with profile env, model gpt-large"));
  exchange(chat, "one", "First");
  chat.enter("/model gpt-smol");
  CHECK(chat.shows("gpt-smol is not among the models that are listed; did you mean gpt-small"));
  CHECK(chat.shows("byok: use it all the same? [y/N]"));
  chat.enter("n");
  REQUIRE(chat.is_at_prompt());
  exchange(chat, "two", "Second");
  leave(chat);
  REQUIRE(server.requests().size() == 3);
  CHECK(server.requests()[1].body.contains(R"("model":"gpt-large")"));
  CHECK(server.requests()[2].body.contains(R"("model":"gpt-large")"));
}

TEST_CASE("/profile goes on with another provider, in its own dialect") {
  if (!has_terminal()) return;
  const RawServer server({chat("First"), answer("HTTP/1.1 401 Unauthorized\nContent-Length: {{length}}\n\n{}")});
  Sandbox sandbox;
  write_two_profiles(sandbox, server);
  sandbox.environment["SECOND_KEY"] = "sk-second-0123456789";
  ChatSession chat(sandbox);
  exchange(chat, "one", "First");
  chat.enter("/profile");
  CHECK(chat.shows("byok: /profile NAME goes on with another: first, second"));
  chat.enter("/profile thrid");
  CHECK(chat.shows("byok: error:"));
  chat.enter("/profile second");
  CHECK(chat.shows("byok: going on with profile second, model m2"));
  chat.enter("two");
  CHECK(chat.shows("HTTP 401"));
  REQUIRE(server.requests().size() == 2);
  const Received second = server.requests()[1];
  CHECK(second.first_line() == "POST /v1/messages HTTP/1.1");
  CHECK(second.header("x-api-key") == "sk-second-0123456789");
  for (const std::string_view text : {"one", "First", "two"}) CHECK(second.body.contains(text));
  CHECK_FALSE(chat.bytes().contains("sk-second"));
}

TEST_CASE("/file adds a file to the next prompt alone") {
  if (!has_terminal()) return;
  const RawServer server({chat("First"), chat("Second")});
  const Sandbox sandbox(server.port());
  sandbox.write(sandbox.work() / "a b.txt", "contents of it");
  ChatSession chat(sandbox);
  chat.enter("/file missing.txt");
  CHECK(chat.shows("/file needs the path of a text file"));
  chat.enter("/file a b.txt");
  CHECK(chat.shows("byok: a b.txt goes with the next prompt"));
  chat.enter("");
  CHECK(chat.shows("byok: type a prompt: what was added goes with it"));
  exchange(chat, "Sum up", "First");
  exchange(chat, "again", "Second");
  leave(chat);
  REQUIRE(server.requests().size() == 2);
  CHECK(server.requests()[0].body.contains(R"(Sum up\n\na b.txt\n```\ncontents of it\n```)"));
  CHECK(server.requests()[1].body.contains(user("again")));
}

TEST_CASE("/attach adds an image to the next prompt alone, and says what is none") {
  if (!has_terminal()) return;
  const RawServer server({refusal(401, "bad key"), chat("A picture"), chat("Second")});
  const Sandbox sandbox(server.port());
  sandbox.write(sandbox.work() / "dot.png", std::string("\x89PNG\r\n\x1a\n") + std::string(32, '\0'));
  sandbox.write(sandbox.work() / "notes.txt", "words");
  ChatSession chat(sandbox);
  chat.enter("/attach notes.txt");
  CHECK(chat.shows("it looks like text"));
  CHECK(chat.shows("/file notes.txt"));
  chat.enter("/attach dot.png");
  CHECK(chat.shows("byok: dot.png goes with the next prompt"));
  chat.enter("What is it?");
  CHECK(chat.shows("bad key"));
  REQUIRE(chat.holds("What is it?"));
  chat.type("\r");
  CHECK(chat.shows("A picture"));
  REQUIRE(chat.is_at_prompt());
  exchange(chat, "again", "Second");
  leave(chat);
  REQUIRE(server.requests().size() == 3);
  for (const Received& request : server.requests())
    CHECK(request.body.contains("data:image/png;base64,iVBORw0KGgoAAAA"));
  CHECK(server.requests()[2].body.contains(user("again")));
}

TEST_CASE("/save writes Markdown to a file, and keeps a conversation that was not kept") {
  if (!has_terminal()) return;
  const RawServer server({chat("First"), chat("Second"), chat("Third")});
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox, {"--no-save"});
  exchange(chat, "one", "First");
  chat.enter("/save talk.md");
  CHECK(chat.shows("byok: 1 turn in talk.md"));
  const std::string written = read_bytes(sandbox.work() / "talk.md");
  CHECK(written.contains("one"));
  CHECK(written.contains("First"));
  CHECK(sandbox.run({"sessions", "list", "--ids"}).out.empty());
  exchange(chat, "/save", "byok: the conversation is kept as session ");
  exchange(chat, "two", "Second");
  exchange(chat, "/nosave", "byok: nothing is kept from here on");
  exchange(chat, "three", "Third");
  leave(chat);
  const std::string kept = sandbox.run({"sessions", "export"}).out;
  CHECK(kept.contains("First"));
  CHECK(kept.contains("Second"));
  CHECK_FALSE(kept.contains("Third"));
}

TEST_CASE("what is typed is kept for the next time, but not with --no-save") {
  if (!has_terminal()) return;
  const RawServer server({chat("First"), chat("Second")});
  const Sandbox sandbox(server.port());
  {
    ChatSession chat(sandbox, {"--no-save"});
    exchange(chat, "in private", "First");
    leave(chat);
  }
  const fs::path history = sandbox.root() / "state" / "byok" / "history";
  CHECK_FALSE(fs::exists(history));
  {
    ChatSession chat(sandbox);
    exchange(chat, "in public", "Second");
    leave(chat);
  }
  CHECK(read_bytes(history) == "in public\n");
  CHECK(mode_of(history) == 0600);
  ChatSession chat(sandbox);
  REQUIRE(chat.is_at_prompt());
  chat.type("\x1b[A");
  CHECK(chat.holds("in public"));
}

TEST_CASE("/load goes on with another session, and /sessions shows which there are") {
  if (!has_terminal()) return;
  const RawServer server({chat("First"), chat("Second"), chat("Third")});
  const Sandbox sandbox(server.port());
  {
    ChatSession chat(sandbox);
    exchange(chat, "the first one", "First");
    leave(chat);
  }
  const std::string id = sandbox.run({"sessions", "list", "--ids"}).out.substr(0, 21);
  ChatSession chat(sandbox);
  exchange(chat, "another", "Second");
  exchange(chat, "/sessions", "the first one");
  chat.enter("/load " + id);
  CHECK(chat.shows("byok: going on with session " + id));
  exchange(chat, "more", "Third");
  leave(chat);
  REQUIRE(server.requests().size() == 3);
  CHECK(
      server.requests()[2].body.contains("[" + user("the first one") + "," + assistant("First") + "," + user("more")));
  CHECK(sandbox.run({"sessions", "export", id}).out.contains("Third"));
}

TEST_CASE("/copy hands the last reply to the terminal's clipboard") {
  if (!has_terminal()) return;
  const RawServer server({chat("First")});
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox);
  chat.enter("/copy");
  CHECK(chat.shows("byok: there is no reply yet that could be copied"));
  exchange(chat, "one", "First");
  exchange(chat, "/copy", "byok: the last reply is in the clipboard, by the terminal");
  leave(chat);
  CHECK(chat.bytes().contains("\x1b]52;c;Rmlyc3Q="));
}

TEST_CASE("a lone exit asks") {
  if (!has_terminal()) return;
  const ClosedPort closed;
  const Sandbox sandbox(closed.port());
  ChatSession chat(sandbox);
  chat.enter("exit");
  CHECK(chat.shows("byok: leave the conversation? [y/N]"));
  chat.enter("n");
  REQUIRE(chat.is_at_prompt());
  chat.enter("quit");
  chat.enter("y");
  CHECK(chat.finish().exit_code == 0);
}

TEST_CASE("where no model is named, one is picked from a list by its number or its name") {
  if (!has_terminal()) return;
  for (const std::string pick : {"2", "gpt-l"}) {
    CAPTURE(pick);
    const RawServer server({answer_as({.models = {"gpt-small", "gpt-large"}}), chat("First")});
    Sandbox sandbox(server.port());
    sandbox.environment.erase("BYOK_MODEL");
    ChatSession chat(sandbox);
    CHECK(chat.shows("1  gpt-small"));
    CHECK(chat.shows("2  gpt-large"));
    REQUIRE(chat.shows("number or id:"));
    chat.enter("7");
    CHECK(chat.shows("7 is none of them"));
    if (pick != "2") chat.type(pick + "\t\r");
    if (pick == "2") chat.enter(pick);
    CHECK(chat.shows("byok: using gpt-large; to keep it: export BYOK_MODEL=gpt-large"));
    exchange(chat, "one", "First");
    leave(chat);
    CHECK(server.requests().back().body.contains(R"("model":"gpt-large")"));
  }
}

TEST_CASE("a model that is not listed is taken after a question") {
  if (!has_terminal()) return;
  const RawServer server({answer_as({.models = {"gpt-small", "gpt-large"}}), chat("First")});
  Sandbox sandbox(server.port());
  sandbox.environment.erase("BYOK_MODEL");
  ChatSession chat(sandbox);
  REQUIRE(chat.shows("number or id:"));
  chat.enter("my-own");
  REQUIRE(chat.shows("my-own is not among the models that are listed"));
  REQUIRE(chat.shows("use it all the same? [y/N]"));
  chat.enter("n");
  chat.enter("my-own");
  chat.enter("y");
  CHECK(chat.shows("byok: using my-own"));
  exchange(chat, "one", "First");
  leave(chat);
  CHECK(server.requests().size() == 2);
  CHECK(server.requests().back().body.contains(R"("model":"my-own")"));
}

TEST_CASE("a profile without a model that is not picked leaves the conversation with the one it has") {
  if (!has_terminal()) return;
  const RawServer server({chat("First"), chat("Second")});
  const ClosedPort closed;
  const Sandbox sandbox;
  sandbox.write(
      sandbox.config_file(),
      "default_profile: first\nprofiles:\n  first:\n    base_url: http://127.0.0.1:" + std::to_string(server.port()) +
          "/v1\n    model: m1\n  bare:\n    base_url: http://127.0.0.1:" + std::to_string(closed.port()) + "/v1\n");
  ChatSession chat(sandbox);
  exchange(chat, "one", "First");
  for (const std::string key : {"\x03", "\x04"}) {
    chat.enter("/profile bare");
    REQUIRE(chat.shows("model id:"));
    chat.type(key);
    REQUIRE(chat.shows("byok: the profile stays first"));
    REQUIRE(chat.is_at_prompt());
    chat.type("\x0C");
    REQUIRE(chat.comes_to([](const Screen& screen) { return screen.rows() == std::vector<std::string>{">"}; }));
  }
  exchange(chat, "two", "Second");
  chat.enter("/profile bare");
  REQUIRE(chat.shows("model id:"));
  chat.enter("typed");
  CHECK(chat.shows("byok: going on with profile bare, model typed"));
  leave(chat);
}

TEST_CASE("where there is no list to pick from, the id is asked for, with the reason") {
  if (!has_terminal()) return;
  const ClosedPort closed;
  Sandbox sandbox(closed.port());
  sandbox.environment.erase("BYOK_MODEL");
  for (const auto& [key, code] : {std::pair{"\x04", 0}, std::pair{"\x03", 130}}) {
    ChatSession chat(sandbox);
    REQUIRE(chat.shows("model id:"));
    chat.type(key);
    const ProcessResult result = chat.finish();
    CAPTURE(summary(result));
    CHECK(result.exit_code == code);
    CHECK(result.out.contains("is not known: "));
    CHECK_FALSE(result.out.contains("error:"));
  }
}

TEST_CASE("a list that nothing is picked from ends it quietly") {
  if (!has_terminal()) return;
  const Answer list = answer_as({.models = {"gpt-small", "gpt-large"}});
  const RawServer server({list});
  Sandbox sandbox(server.port());
  sandbox.environment.erase("BYOK_MODEL");
  ChatSession chat(sandbox);
  REQUIRE(chat.shows("number or id:"));
  chat.type("\x04");
  const ProcessResult result = chat.finish();
  CAPTURE(summary(result));
  CHECK(result.exit_code == 0);
  CHECK_FALSE(result.out.contains("error:"));
}

TEST_CASE("where nobody can pick, a missing model is the error that it is in ask") {
  const RawServer server({answer_as({.models = {"gpt-small", "gpt-large"}})});
  Sandbox sandbox(server.port());
  sandbox.environment.erase("BYOK_MODEL");
  const ProcessResult result = sandbox.run({"chat", "hi"});
  CAPTURE(summary(result));
  CHECK(result.exit_code == 3);
  CHECK(result.err.contains("models known: gpt-small, gpt-large"));
}

TEST_SUITE_END();
