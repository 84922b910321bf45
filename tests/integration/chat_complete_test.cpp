// Tab and Ctrl-R in `byok chat`: what is offered comes from files and memory, and nothing is sent for it.
#include <initializer_list>
#include <ostream>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "integration/answers.hpp"
#include "integration/chat_answers.hpp"
#include "integration/chat_session.hpp"

using namespace byok::test;

namespace {

void configure(const Sandbox& sandbox, const RawServer& server) {
  sandbox.write(sandbox.config_file(), fmt::format("default_profile: work\nprofiles:\n"
                                                   "  work:\n    base_url: http://127.0.0.1:{0}/v1\n    model: m-one\n"
                                                   "    models: [{{id: m-one}}, {{id: m-two}}, {{id: other}}]\n"
                                                   "  home: {{base_url: 'http://127.0.0.1:{0}/v1', model: m}}\n",
                                                   server.port()));
}

}  // namespace

TEST_SUITE_BEGIN("chat");

TEST_CASE("Tab completes commands, models, profiles, sessions and paths, and asks no server") {
  if (!has_terminal()) return;
  const RawServer server(repeating());
  const Sandbox sandbox;
  configure(sandbox, server);
  sandbox.write(sandbox.work() / "my notes.txt", "the notes");
  sandbox.write(sandbox.work() / "folder" / "it's.txt", "inside");
  ChatSession chat(sandbox, {"--color", "never"});
  REQUIRE(chat.is_at_prompt());
  const auto completes = [&](const std::string& typed, const std::string& completed) {
    chat.type("\x05\x15" + typed);
    CAPTURE(typed);
    std::string row = "> " + completed;
    const std::size_t column = row.size();
    row.erase(row.find_last_not_of(' ') + 1);
    CHECK(chat.comes_to([&](const Screen& screen) {
      return screen.row(screen.cursor_row()) == row && screen.cursor_column() == column;
    }));
  };
  completes("/und\t", "/undo ");
  completes("/mod\tm-t\t", "/model m-two ");
  completes("/model o\t", "/model other ");
  completes("/model \t\t", "/model ");
  CHECK(chat.shows("m-one"));
  completes("/profile h\t", "/profile home ");
  completes("/file my\t", "/file my\\ notes.txt ");
  completes("/file fo\ti\t", "/file folder/it\\'s.txt ");
  completes("plain \t", "plain ");
  CHECK(server.requests().empty());

  chat.type("\x15/file my\t\r");
  REQUIRE(chat.shows("goes with the next prompt"));
  chat.enter("what is it?");
  REQUIRE(chat.shows(kFigures));
  REQUIRE(server.requests().size() == 1);
  CHECK(last_prompt(server.requests()[0]).contains("the notes"));
  completes(
      "/load \t",
      "/load " + sandbox.run_shell("ls \"$XDG_STATE_HOME/byok/sessions\" | sed 's/.jsonl$//'").out.substr(0, 21) + " ");
}

TEST_CASE("Ctrl-R finds what was typed in a conversation before, and it can be sent again") {
  if (!has_terminal()) return;
  const RawServer server(repeating());
  const Sandbox sandbox(server.port());
  {
    ChatSession chat(sandbox, {"--color", "never"});
    REQUIRE(chat.is_at_prompt());
    for (const std::string prompt : {"first question", "second \xE6\xBC\xA2 question", "last one"}) {
      chat.enter(prompt);
      REQUIRE(chat.shows("reply to " + prompt));
      REQUIRE(chat.is_at_prompt());
    }
    chat.leave();
    CHECK(chat.finish().exit_code == 0);
  }
  ChatSession chat(sandbox, {"--color", "never"});
  REQUIRE(chat.is_at_prompt());
  chat.type("\x12quest");
  REQUIRE(chat.shows("second \xE6\xBC\xA2 question"));
  chat.type("\x12");
  REQUIRE(chat.shows("first question"));
  chat.type("\r");
  REQUIRE(chat.shows("reply to first question"));
  REQUIRE(server.requests().size() == 4);
  CHECK(last_prompt(server.requests()[3]) == "first question");
}

TEST_CASE("a window that changes its size shows what is being typed, and sends it whole") {
  if (!has_terminal()) return;
  const RawServer server(repeating());
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox, {"--color", "never"});
  REQUIRE(chat.is_at_prompt());
  std::string text;
  for (int i = 0; i < 30; ++i) text += fmt::format("word{} ", i);
  text += "END";
  chat.type(text);
  REQUIRE(chat.shows("END"));
  for (const unsigned short columns : std::initializer_list<unsigned short>{40, 13, 120, 80}) {
    CAPTURE(columns);
    chat.resize(columns, 30);
    chat.type("\x01>\x05<\x7f");
    CHECK(chat.shows("END"));
  }
  chat.type("\r");
  REQUIRE(chat.comes_to([&](const Screen&) { return server.requests().size() == 1; }));
  CHECK(last_prompt(server.requests()[0]) == ">>>>" + text);
}

TEST_CASE("no key that was typed, echoed or failed with is left in a file") {
  const std::string key = "sk-env/7+Hunted=Zz_27182818";
  std::vector<Answer> answers;
  answers.emplace_back([](const Received& request) { return repeat_prompt(request, 0); });
  answers.push_back(refusal(401, "Incorrect API key provided: " + key));
  answers.emplace_back([](const Received& request) { return repeat_prompt(request, 0); });
  const RawServer server(answers);
  Sandbox sandbox(server.port());
  sandbox.environment["BYOK_API_KEY"] = key;
  const std::string lines = "my key is " + key + "\nanother\nonce more " + key + "\n";

  SUBCASE("in a pipe") {
    ProcessOptions options = sandbox.byok({"chat", "--save", "-vv"});
    options.input = ProcessOptions::Input::bytes;
    options.bytes = lines + "/save out.md\n";
    const ProcessResult result = run_process(options);
    CAPTURE(summary(result));
    CHECK(result.out.contains("reply to my key is " + key));
    CHECK_FALSE(result.err.contains(key));
  }
  SUBCASE("on a terminal") {
    if (!has_terminal()) return;
    ChatSession chat(sandbox, {"--color", "never"});
    REQUIRE(chat.is_at_prompt());
    chat.enter("my key is " + key);
    REQUIRE(chat.shows(kFigures));
    chat.enter("another");
    REQUIRE(chat.comes_to([&](const Screen&) { return server.requests().size() == 2; }));
    REQUIRE(chat.holds("another"));
    chat.type("\x15");
    chat.enter("once more " + key);
    REQUIRE(chat.comes_to([&](const Screen&) { return server.requests().size() == 3; }));
    REQUIRE(chat.is_at_prompt());
    chat.enter("/save out.md");
    REQUIRE(chat.shows("turns in out.md"));
    REQUIRE(chat.is_at_prompt());
    chat.leave();
    CHECK(chat.finish().exit_code == 0);
  }
  CHECK(server.requests().size() == 3);
  std::size_t files = 0;
  for (const fs::path& file : sandbox.files()) {
    CAPTURE(file.string());
    const std::string bytes = read_bytes(file);
    CHECK_FALSE(bytes.contains(key));
    CHECK_FALSE(bytes.contains("Hunted"));
    ++files;
  }
  CHECK(files >= 3);
  CHECK(read_bytes(sandbox.work() / "out.md").contains("reply to my key is"));
}

TEST_SUITE_END();
