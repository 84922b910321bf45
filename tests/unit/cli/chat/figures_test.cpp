// Numbers about replies and conversations.
#include "cli/chat/figures.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace byok;
using namespace byok::cli;
using std::chrono::milliseconds;

TEST_CASE("the line of figures says what is known and leaves the rest out") {
  using Count = std::optional<std::int64_t>;
  const Count none;
  struct Row {
    Count input, output, reasoning, cached;
    std::optional<milliseconds> first;
    int total;
    std::string line;
  };
  const std::vector<Row> rows{
      {none, none, none, none, {}, 1234, "1.2 s"},
      {12, 34, none, none, milliseconds(200), 1200, "12 input, 34 output tokens, 1.2 s, 34 tokens/s"},
      {12, 34, 20, 8, {}, 1000, "12 input (8 cached), 34 output (20 reasoning) tokens, 1.0 s, 34 tokens/s"},
      {12, 5, 0, 0, milliseconds(0), 2000, "12 input, 5 output tokens, 2.0 s, 2.5 tokens/s"},
      {12, none, none, none, {}, 500, "12 input tokens, 0.5 s"},
      {none, 7, none, none, {}, 0, "7 output tokens, 0.0 s"},
      {none, 0, none, none, {}, 100, "0 output tokens, 0.1 s"},
      // It came in one piece at the end, or too fast to tell.
      {none, 50, none, none, milliseconds(990), 1000, "50 output tokens, 1.0 s"},
      {none, 900, none, none, milliseconds(1), 40, "900 output tokens, 0.0 s"},
      {none, 50, none, none, milliseconds(900), 1000, "50 output tokens, 1.0 s, 500 tokens/s"},
  };
  for (const Row& row : rows) {
    const core::Usage usage{.input_tokens = row.input,
                            .output_tokens = row.output,
                            .reasoning_tokens = row.reasoning,
                            .cached_tokens = row.cached};
    CHECK(figures_line(usage, {.first_token = row.first, .total = milliseconds(row.total)}) == row.line);
  }
}

TEST_CASE("the size of a conversation is that of its texts") {
  const std::vector<core::Message> messages{
      {.role = core::Role::user,
       .parts = {core::TextPart{"four"}, core::ImagePart{"image/png", std::string(1000, 'x'), ""}}},
      {.role = core::Role::assistant,
       .parts = {core::ReasoningPart{"hidden", "", "", "", ""}, core::TextPart{"more"}}}};
  CHECK(text_size(messages) == 8);
  CHECK(text_size({}) == 0);
}

TEST_CASE("a conversation that is too long is told with its sizes and the choices") {
  CHECK(too_long_hint({.bytes = 4000, .turns = 0, .model = "m", .window = {}}) ==
        "the prompt has about 1000 tokens\nsend a part of it, or take a model with a larger context window: /model");
  CHECK(too_long_hint({.bytes = 4000, .turns = 1, .model = "m", .window = 512}) ==
        "1 turn and the prompt have about 1000 tokens together; m takes 512\n"
        "/undo takes back the last turn, /clear begins anew, /model goes on with another model");
  CHECK(too_long_hint({.bytes = 4000, .turns = 7, .model = "m", .window = {}}).starts_with("7 turns and the prompt"));
}
