// Sessions as documents.
#include "session/store/export.hpp"

#include <ostream>
//
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "support/saved_turns.hpp"

using namespace byok;
using namespace byok::session;
using byok::test::kNoon;
using byok::test::kNothingToHide;
using byok::test::saved_turn;

namespace {

std::string file_text() {
  auto first = saved_turn("Look:", "");
  first.messages[0].parts.emplace_back(core::ImagePart{.media_type = "image/png", .bytes = "PNG", .url = ""});
  first.messages.push_back(
      {.role = core::Role::assistant,
       .parts = {core::ReasoningPart{.text = "Hm.", .id = {}, .signature = "s", .redacted = {}, .encrypted = {}},
                 core::TextPart{"A **cat**."},
                 core::ToolCallPart{.id = "c", .name = "pet", .arguments = "{\"a\":\"```\"}"}}});
  auto second = saved_turn("Again", "");
  second.error = ErrorRecord{.kind = "overloaded", .message = "busy", .status = 503};
  second.end = {};
  EventChain chain(kNothingToHide, "");
  chain.add(StartRecord{.is_resume = false, .session_id = "abcd", .title = "Look:", .setup = first.setup}, kNoon);
  chain.add(SystemRecord{"Be brief."}, kNoon);
  chain.add_turn(first, kNoon);
  chain.add_turn(second, kNoon);
  return chain.text();
}

}  // namespace

TEST_CASE("Markdown has a heading for each message and no reasoning") {
  CHECK(to_markdown(read_session(file_text())) ==
        "# Look:\n\nSession abcd, begun 2026-11-27T12:00:00.000Z.\n\n## System\n\nBe brief.\n"
        "\n## User\n\nLook:\n\n*[image, image/png, 3 bytes]*\n"
        "\n## Assistant (m)\n\nA **cat**.\n\n*[tool call pet]*\n\n````\n{\"a\":\"```\"}\n````\n"
        "\n## User\n\nAgain\n\n> error: busy\n");
}

TEST_CASE("JSON holds the turns with what is known of them") {
  const auto object = nlohmann::json::parse(to_json(read_session(file_text())));
  CHECK(object["id"] == "abcd");
  CHECK(object["system"] == "Be brief.");
  REQUIRE(object["turns"].size() == 2);
  const auto& turn = object["turns"][0];
  CHECK(turn["finish_reason"] == "stop");
  CHECK(turn["usage"] == nlohmann::json{{"input_tokens", 7}, {"output_tokens", 2}});
  CHECK(turn["messages"][0]["role"] == "user");
  CHECK(turn["messages"][0]["attachments"][0] ==
        nlohmann::json{{"type", "image"}, {"mimeType", "image/png"}, {"size", 3}});
  CHECK(turn["messages"][1]["content"] == "A **cat**.");
  CHECK(turn["messages"][1]["reasoning"] == "Hm.");
  CHECK(turn["messages"][1]["tool_calls"][0]["name"] == "pet");
  CHECK(object["turns"][1]["error"]["category"] == "overloaded");
  CHECK_FALSE(object["turns"][1].contains("finish_reason"));
}

TEST_CASE("JSON Lines are the file's own, without junk and what was cut") {
  const std::string text = file_text();
  CHECK(to_jsonl(read_session(text), text) == text);
  const std::string damaged = "junk\n" + text + "{\"type\":\"user.mess";
  CHECK(to_jsonl(read_session(damaged), damaged) == text);
}

TEST_CASE("a fence that a reply leaves open does not swallow what follows") {
  EventChain chain(kNothingToHide, "");
  auto cut = saved_turn("one", "Here:\n````c\n```\nint main() {");
  cut.error = ErrorRecord{.kind = "cancelled", .message = "line 1\nline 2", .status = 0};
  chain.add_turn(cut, kNoon);
  chain.add_turn(saved_turn("two", "```\nwhole\n```"), kNoon);
  const std::string text = to_markdown(read_session(chain.text()));
  CHECK(text.contains("int main() {\n````\n\n> error: line 1\n> line 2\n\n## User\n\ntwo\n"));
  CHECK(text.ends_with("```\nwhole\n```\n"));
}
