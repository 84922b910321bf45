// Events become parts in the order in which they must be echoed.
#include "session/reply_parts.hpp"

#include <ostream>
//
#include <doctest/doctest.h>

#include "support/saved_turns.hpp"

using namespace byok;
using namespace byok::core;

namespace {

std::string parts_of(const std::vector<StreamEvent>& events) {
  session::ReplyParts parts;
  for (const auto& event : events) parts.on(event);
  const Message message = parts.take();
  CHECK(message.role == Role::assistant);
  CHECK(parts.take().parts.empty());
  return test::parts_text(message.parts);
}

ReasoningPayload signature(std::string_view text) {
  return {.id = {}, .signature = text, .redacted = {}, .encrypted = {}};
}
ReasoningPayload redacted(std::string_view text) {
  return {.id = {}, .signature = {}, .redacted = text, .encrypted = {}};
}
ReasoningPayload encrypted(std::string_view id, std::string_view text) {
  return {.id = id, .signature = {}, .redacted = {}, .encrypted = text};
}

}  // namespace

TEST_CASE("fragments of text, and a refusal's words, are one part") {
  CHECK(parts_of({TextDelta{"a"}, TextDelta{"b"}, RefusalDelta{"c"}, Finished{}}) == "text(abc)");
  CHECK(parts_of({UsageReport{}, Finished{}}).empty());
}

TEST_CASE("a payload ends the reasoning that it belongs to") {
  CHECK(parts_of({ReasoningDelta{"x"}, ReasoningDelta{"y"}, signature("s"), TextDelta{"a"}}) ==
        "reasoning(xy,,s,,) text(a)");
  CHECK(parts_of({ReasoningDelta{"x"}, encrypted("r1", "e1"), ReasoningDelta{"y"}, encrypted("r2", "e2"),
                  TextDelta{"a"}}) == "reasoning(x,r1,,,e1) reasoning(y,r2,,,e2) text(a)");
}

TEST_CASE("a payload alone is a part of its own") {
  CHECK(parts_of({signature("s"), TextDelta{"a"}, encrypted("r", "e")}) ==
        "reasoning(,,s,,) text(a) reasoning(,r,,,e)");
  CHECK(parts_of({ReasoningDelta{"x"}, redacted("d"), TextDelta{"a"}}) == "reasoning(x,,,,) reasoning(,,,d,) text(a)");
}

TEST_CASE("tool calls are joined by index, whatever comes between their fragments") {
  CHECK(parts_of({TextDelta{"a"}, ToolCallDelta{.index = 0, .id = "c0", .name = "f", .arguments = "{"},
                  ToolCallDelta{.index = 1, .id = "c1", .name = "g", .arguments = ""},
                  ToolCallDelta{.index = 0, .id = {}, .name = {}, .arguments = "}"}, TextDelta{"b"},
                  ToolCallDelta{.index = 1, .id = {}, .name = {}, .arguments = "{}"}}) ==
        "text(a) call(c0,f,{}) call(c1,g,{}) text(b)");
}

TEST_CASE("thinking between calls stays between them") {
  CHECK(parts_of({ReasoningDelta{"x"}, signature("s1"),
                  ToolCallDelta{.index = 0, .id = "c0", .name = "f", .arguments = "{}"}, ReasoningDelta{"y"},
                  signature("s2"), TextDelta{"a"}}) == "reasoning(x,,s1,,) call(c0,f,{}) reasoning(y,,s2,,) text(a)");
}
