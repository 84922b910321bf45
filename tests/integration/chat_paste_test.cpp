// Large pastes into `byok chat`: one prompt each, sent to the byte.
#include <chrono>
#include <iostream>
#include <ostream>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "integration/chat_answers.hpp"
#include "integration/chat_session.hpp"

using namespace byok::test;
using byok::base::replace_all;

namespace {

// What a terminal makes of a paste: the brackets, and a CR for each newline.
std::string pasted(const std::string& text) { return "\x1b[200~" + replace_all(text, "\n", "\r") + "\x1b[201~"; }

std::string lines(int count) {
  std::string text;
  for (int i = 1; i <= count; ++i) text += fmt::format("line {} of the paste: {{\t\"é漢\": [1, 2]}} \\\n", i);
  text.pop_back();
  return text;
}

bool comes_to_ask(ChatSession& chat, const RawServer& server, std::size_t times) {
  return chat.comes_to([&](const Screen&) { return server.requests().size() >= times; });
}

}  // namespace

TEST_SUITE_BEGIN("chat");

TEST_CASE("a paste of 500 lines is one prompt, and is sent to the byte") {
  if (!has_terminal()) return;
  const RawServer server(repeating());
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox, {"--color", "never"});
  REQUIRE(chat.is_at_prompt());
  std::string text = lines(500);
  text += "\n/quit\n\"\"\"\nTHE END";
  chat.type(pasted(text));
  REQUIRE(chat.shows("THE END"));
  CHECK(server.requests().empty());
  chat.type("\r");
  REQUIRE(chat.shows(kFigures));
  REQUIRE(chat.is_at_prompt());
  const auto requests = server.requests();
  REQUIRE(requests.size() == 1);
  CHECK(last_prompt(requests[0]) == text);
  SUBCASE("it comes back from the history as it was") {
    chat.type("\x1b[A");
    REQUIRE(chat.shows("THE END"));
    chat.type("\r");
    REQUIRE(comes_to_ask(chat, server, 2));
    CHECK(last_prompt(server.requests()[1]) == text);
  }
  SUBCASE("it can be edited before it is sent") {
    chat.type(pasted(text));
    chat.type("!\x1b[D\x7f\r");
    REQUIRE(comes_to_ask(chat, server, 2));
    CHECK(last_prompt(server.requests()[1]) == text.substr(0, text.size() - 1) + "!");
  }
}

TEST_CASE("a paste of 100 KB is one prompt, also without a newline in it") {
  if (!has_terminal()) return;
  std::string words;
  while (words.size() < 100'000) words += fmt::format("word{} ", words.size());
  words += "THE END";
  for (const std::string& text : {words, lines(2'500) + "\nTHE END"}) {
    const RawServer server(repeating());
    const Sandbox sandbox(server.port());
    ChatSession chat(sandbox, {"--color", "never"});
    REQUIRE(chat.is_at_prompt());
    const auto begin = std::chrono::steady_clock::now();
    chat.type(pasted(text));
    REQUIRE(chat.shows("THE END"));
    std::cout << fmt::format("a paste of {} bytes is on the screen after {} ms\n", text.size(),
                             (std::chrono::steady_clock::now() - begin) / std::chrono::milliseconds(1));
    chat.type("\r");
    REQUIRE(comes_to_ask(chat, server, 1));
    REQUIRE(chat.shows(kFigures));
    CHECK(server.requests().size() == 1);
    CHECK(last_prompt(server.requests()[0]) == text);
  }
}

TEST_CASE("a paste that ends in a newline waits for Enter") {
  if (!has_terminal()) return;
  const RawServer server(repeating());
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox, {"--color", "never"});
  REQUIRE(chat.is_at_prompt());
  chat.type(pasted("one\ntwo\n"));
  REQUIRE(chat.shows("two"));
  chat.type("three\r");
  REQUIRE(chat.shows(kFigures));
  REQUIRE(server.requests().size() == 1);
  CHECK(last_prompt(server.requests()[0]) == "one\ntwo\nthree");
}

TEST_SUITE_END();
