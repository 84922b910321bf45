// Words are found in titles, prompts and replies, and nowhere else.
#include "session/store/search.hpp"

#include <ostream>
//
#include <doctest/doctest.h>

#include "support/saved_turns.hpp"

using namespace byok;
using namespace byok::session;
using byok::test::keep;
using byok::test::kNoon;
using byok::test::saved_turn;
using byok::test::SessionFolder;

namespace {

std::vector<std::string> found(const SessionFolder& folder, std::string_view text) {
  std::vector<std::string> ids;
  for (const auto& info : search_sessions(folder.path(), text)) ids.push_back(info.id);
  return ids;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("sessions are found by prompt and reply, without regard to case") {
  const SessionFolder folder;
  const std::string first = keep(folder, {saved_turn("Tell me of \"Whales\"", "They sing.\nThey swim.")});
  const std::string second = keep(folder, {saved_turn("Tell me of caf\xC3\xA9s", "They close.")});
  CHECK(found(folder, "whales") == Ids{first});
  CHECK(found(folder, "\"whales\"") == Ids{first});
  CHECK(found(folder, "SWIM") == Ids{first});
  CHECK(found(folder, "sing.\nThey") == Ids{first});
  CHECK(found(folder, "caf\xC3\xA9") == Ids{second});
  CHECK(found(folder, "tell me") == Ids{second, first});
  CHECK(found(folder, "elephants").empty());
}

TEST_CASE("names of members, models and reasoning are not looked at") {
  const SessionFolder folder;
  auto turn = saved_turn("x", "");
  turn.messages.push_back(
      {.role = core::Role::assistant,
       .parts = {core::ReasoningPart{.text = "pondering", .id = {}, .signature = {}, .redacted = {}, .encrypted = {}},
                 core::TextPart{"y"}}});
  keep(folder, {turn});
  for (const char* text : {"content", "assistant", "models.example.com", "pondering"})
    CHECK(found(folder, text).empty());
}

TEST_CASE("a file with junk is searched all the same") {
  CHECK(session_holds("junk\n{\"type\":\"user.message\",\"data\":{\"content\":\"a whale\"}}\n{\"type\":", "Whale"));
  CHECK_FALSE(session_holds("a whale\n", "whale"));
  CHECK_FALSE(session_holds("", "whale"));
}
