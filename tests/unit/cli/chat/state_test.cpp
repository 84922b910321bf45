// What the streams of a conversation are good for, and prompts made of what was put aside.
#include "cli/chat/state.hpp"

#include <string>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

using namespace byok;
using namespace byok::cli;

namespace {

Context context_with(const Streams& streams, std::string term) {
  Context context;
  context.streams = streams;
  context.environment = config::Environment({{"TERM", std::move(term)}});
  return context;
}

}  // namespace

TEST_CASE("the prompt is shown where a person sees it, and lines are edited where they can be") {
  struct Row {
    bool in, out, err;
    std::string term;
    bool has_person, can_edit;
    int prompt;
  };
  for (const Row& row : std::vector<Row>{
           {true, true, true, "xterm", true, true, 1},
           {true, false, true, "xterm", true, true, 2},
           {true, true, false, "xterm", true, true, 1},
           {true, false, false, "xterm", true, false, -1},
           {true, true, true, "dumb", true, false, 1},
           {true, true, true, "", true, false, 1},
           {false, true, true, "xterm", false, false, -1},
           {false, false, false, "", false, false, -1},
       }) {
    CAPTURE(row.term);
    const ChatScreen screen = chat_screen(
        context_with({.in_is_terminal = row.in, .out_is_terminal = row.out, .err_is_terminal = row.err}, row.term));
    CHECK(screen.has_person == row.has_person);
    CHECK(screen.can_edit == row.can_edit);
    CHECK(screen.prompt == row.prompt);
  }
}

TEST_CASE("a prompt is its text, then the files, then what is attached") {
  const Prompt plain{.text = "Hello", .files = {}, .attachments = {}};
  CHECK_FALSE(plain.has_extras());
  const core::Message one = plain.message();
  CHECK(one.role == core::Role::user);
  REQUIRE(one.parts.size() == 1);
  CHECK(std::get<core::TextPart>(one.parts[0]).text == "Hello");

  const Prompt full{.text = "Hello",
                    .files = {{.name = "a", .text = "A"}, {.name = "b", .text = "B"}},
                    .attachments = {{.name = "c", .part = core::ImagePart{"", "", "https://a/b"}}}};
  CHECK(full.has_extras());
  CHECK(full.extras() == "a, b, c");
  const core::Message all = full.message();
  REQUIRE(all.parts.size() == 2);
  CHECK(std::get<core::TextPart>(all.parts[0]).text == "Hello\n\nA\n\nB");
  CHECK(std::get<core::ImagePart>(all.parts[1]).url == "https://a/b");
}
