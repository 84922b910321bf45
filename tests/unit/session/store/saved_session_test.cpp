// Events become turns again; what is cut, missing or strange is kept out and said.
#include "session/store/saved_session.hpp"

#include <fmt/format.h>

#include <ostream>
//
#include <doctest/doctest.h>

#include "support/saved_turns.hpp"

using namespace byok;
using namespace byok::session;
using byok::test::kNoon;
using byok::test::messages_text;
using byok::test::saved_turn;

namespace {

class Text {
 public:
  Text& start() {
    return add(StartRecord{.is_resume = false, .session_id = "abcd", .title = "T", .setup = saved_turn("", "").setup});
  }
  Text& turn(const std::string& prompt, const std::string& reply) {
    chain_.add_turn(saved_turn(prompt, reply), kNoon);
    return *this;
  }
  Text& add(const RecordData& data) {
    chain_.add(data, kNoon);
    return *this;
  }
  [[nodiscard]] std::string str() const { return chain_.text(); }

 private:
  EventChain chain_{test::kNothingToHide, ""};
};

MessageRecord said(core::Role role, const std::string& text) {
  return {.message_id = {}, .message = {.role = role, .parts = {core::TextPart{text}}}};
}

std::vector<std::string> prompts_of(const SavedSession& session) {
  std::vector<std::string> prompts;
  for (const auto& turn : session.turns)
    prompts.push_back(std::get<core::TextPart>(turn.messages.front().parts.front()).text);
  return prompts;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a session is read as it was written") {
  const std::string text = Text().start().add(SystemRecord{"Be brief."}).turn("one", "1").turn("two", "2").str();
  const auto session = read_session(text);
  CHECK(session.id == "abcd");
  CHECK(session.title == "T");
  CHECK(session.setup.model == "m");
  CHECK(session.system == "Be brief.");
  CHECK(session.started == "2026-11-27T12:00:00.000Z");
  CHECK(messages_text(history_of(session)) ==
        "user: text(one)\nassistant: text(1)\nuser: text(two)\nassistant: text(2)\n");
  CHECK(session.turns[1].is_finished);
  CHECK(session.turns[1].end.usage.input_tokens == 7);
  CHECK(session.kept == text.size());
  CHECK(session.torn == 0);
  CHECK(problems_of(session, "F").empty());
}

TEST_CASE("each event names the one before it") {
  const std::string text = Text().start().turn("one", "1").str();
  std::string last;
  std::size_t lines = 0;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1, ++lines) {
    const std::string line = text.substr(at, text.find('\n', at) - at);
    CHECK(line.contains(last.empty() ? "\"parentId\":null" : "\"parentId\":\"" + last + "\""));
    last = read_record(line)->id;
  }
  CHECK(lines == 5);  // start, prompt, turn_start, reply, turn_end
  CHECK(read_session(text).last_id == last);
}

TEST_CASE("a text cut anywhere keeps the turns before, and says what was left out") {
  const std::string before = Text().start().turn("one", "1").str();
  const std::string text = before + Text().turn("two", "2").str();
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const auto session = read_session(std::string_view(text).substr(0, size));
    CAPTURE(size);
    REQUIRE(session.kept + session.torn == size);
    const auto prompts = prompts_of(session);
    if (size >= before.size()) {
      REQUIRE_FALSE(prompts.empty());
      CHECK(prompts.front() == "one");
      CHECK(session.kept >= before.size());
    }
    CHECK(problems_of(session, "F").empty() == (session.torn == 0));
    // What is kept reads the same again.
    const auto kept = read_session(std::string_view(text).substr(0, session.kept));
    CHECK(kept.torn == 0);
    CHECK(messages_text(history_of(kept)) == messages_text(history_of(session)));
  }
}

TEST_CASE("a last line that lacks only its newline is whole") {
  std::string text = Text().start().turn("one", "1").str();
  text.pop_back();
  const auto session = read_session(text);
  CHECK(session.lacks_newline);
  CHECK(session.torn == 0);
  CHECK(session.turns.at(0).is_finished);
}

TEST_CASE("junk between the lines is passed over and counted") {
  const std::string nothing(20, '\0');
  const std::string text = "garbage\n" + Text().start().turn("one", "1").str() + "{\"type\":\n\n" + nothing + "\n" +
                           Text().turn("two", "2").str();
  const auto session = read_session(text);
  CHECK(prompts_of(session) == Words{"one", "two"});
  CHECK(session.junk_lines == 3);
  CHECK(session.first_junk == 1);
  CHECK(problems_of(session, "F") ==
        Words{"3 lines of F are no events and were passed over, the first of them line 1."});
}

TEST_CASE("a junk line in place of a turn's end loses nothing") {
  const std::string text =
      Text().start().add(said(core::Role::user, "one")).add(said(core::Role::assistant, "1")).str() + "##\n" +
      Text().turn("two", "2").str();
  const auto session = read_session(text);
  CHECK(prompts_of(session) == Words{"one", "two"});
  CHECK_FALSE(session.turns[0].is_finished);
  CHECK(problems_of(session, "F") == Words{"Line 4 of F is no event and was passed over."});
}

TEST_CASE("a cut end of a turn whose reply is there is told apart") {
  const std::string whole = Text().start().turn("one", "1").str();
  const auto session = read_session(whole.substr(0, whole.size() - 20));
  REQUIRE(session.turns.size() == 1);
  CHECK(problems_of(session, "F", "F.torn") ==
        Words{fmt::format("The last {} bytes of F are the cut end of a turn whose reply is there and were moved to "
                          "F.torn.",
                          session.torn)});
}

TEST_CASE("a prompt without a reply that another follows is left out") {
  const auto session = read_session(Text().start().add(said(core::Role::user, "lost")).turn("two", "2").str());
  CHECK(prompts_of(session) == Words{"two"});
  CHECK(session.lost_prompts == 1);
  CHECK(problems_of(session, "F") == Words{"1 of the prompts in F has no reply and was left out."});
}

TEST_CASE("a turn that failed is kept, and not sent again") {
  auto failed = saved_turn("two", "");
  failed.error = ErrorRecord{.kind = "overloaded", .message = "busy", .status = 503};
  EventChain chain(test::kNothingToHide, "");
  chain.add_turn(saved_turn("one", "1"), kNoon);
  chain.add_turn(failed, kNoon);
  const auto session = read_session(chain.text());
  REQUIRE(session.turns.size() == 2);
  CHECK(session.turns[1].error->message == "busy");
  CHECK_FALSE(session.turns[1].has_reply());
  CHECK(messages_text(history_of(session)) == "user: text(one)\nassistant: text(1)\n");
}

TEST_CASE("tool results between two replies are one message") {
  auto turn = saved_turn("what?", "");
  turn.messages.push_back({.role = core::Role::assistant,
                           .parts = {core::ToolCallPart{.id = "a", .name = "f", .arguments = "{}"},
                                     core::ToolCallPart{.id = "b", .name = "f", .arguments = "{}"}}});
  turn.messages.push_back({.role = core::Role::tool,
                           .parts = {core::ToolResultPart{.call_id = "a", .content = "1", .is_error = false},
                                     core::ToolResultPart{.call_id = "b", .content = "2", .is_error = true}}});
  turn.messages.push_back({.role = core::Role::assistant, .parts = {core::TextPart{"done"}}});
  EventChain chain(test::kNothingToHide, "");
  chain.add_turn(turn, kNoon);
  CHECK(messages_text(history_of(read_session(chain.text()))) == messages_text(turn.messages));
}

TEST_CASE("a rewind takes turns back, and the session goes on from there") {
  const auto session = read_session(Text()
                                        .start()
                                        .turn("one", "1")
                                        .turn("two", "2")
                                        .add(RewindRecord{.turns = 1, .profile = {}, .model = {}})
                                        .turn("three", "3")
                                        .str());
  CHECK(prompts_of(session) == Words{"one", "three"});
}

TEST_CASE("a change of profile and of system text holds from there on") {
  auto other = saved_turn("", "").setup;
  other.origin = "https://other.example.com";
  const auto session =
      read_session(Text()
                       .start()
                       .turn("one", "1")
                       .add(StartRecord{.is_resume = true, .session_id = {}, .title = {}, .setup = other})
                       .add(SystemRecord{"New."})
                       .turn("two", "2")
                       .str());
  CHECK(session.id == "abcd");
  CHECK(session.setup.origin == "https://other.example.com");
  CHECK(session.turns[0].setup.origin == "https://models.example.com");
  CHECK(session.turns[1].setup.origin == "https://other.example.com");
  CHECK(session.system == "New.");
}

TEST_CASE("times that run backwards change nothing") {
  EventChain chain(test::kNothingToHide, "");
  chain.add_turn(saved_turn("one", "1"), kNoon);
  chain.add_turn(saved_turn("two", "2"), kNoon - std::chrono::hours(48));
  const auto session = read_session(chain.text());
  CHECK(prompts_of(session) == Words{"one", "two"});
  CHECK(session.last_time == "2026-11-25T12:00:00.000Z");
}

TEST_CASE("nothing at all is a session without turns") {
  const auto session = read_session("");
  CHECK(session.turns.empty());
  CHECK(session.torn == 0);
  CHECK(history_of(session).empty());
}
