// Tests of what the mock says and how it is cut.
#include "mock/answer.hpp"

#include <doctest/doctest.h>

#include <ostream>

#include "base/text.hpp"
#include "unit/mock/calls.hpp"

namespace byok::mock {

TEST_CASE("a simple sum is worked out") {
  struct Row {
    const char* prompt;
    const char* answer;
  };
  const Row rows[] = {
      {"What is 2+2?", "2 + 2 = 4."},
      {"2+2", "2 + 2 = 4."},
      {"What is 2 + 2 ?", "2 + 2 = 4."},
      {"3-5", "3 - 5 = -2."},
      {"compute 12 * 12 please", "12 * 12 = 144."},
      {"What is 7*6. Thanks", "7 * 6 = 42."},
      {"(1+2)", "1 + 2 = 3."},
      {"999999999*999999999", "999999999 * 999999999 = 999999998000000001."},
      {"  10-1  ", "10 - 1 = 9."},
  };
  for (const Row& row : rows) {
    CAPTURE(row.prompt);
    CHECK(talk_about(row.prompt) == row.answer);
  }
}

TEST_CASE("what only looks like a sum is not worked out") {
  const char* prompts[] = {
      "2024-10-21", "1+2+3", "1.5+2",    "2+2.5", "a1+2",         "-1+2",          "2/1",
      "2 +",        "2 2",   "v1.2-3.4", "1e3+1", "1234567890+1", "1+12345678901", "Tell me 3 things",
  };
  for (const char* prompt : prompts) {
    CAPTURE(prompt);
    CHECK(talk_about(prompt).contains("You wrote: "));
  }
  CHECK(talk_about("2+2 " + std::string(100, 'x')).contains("You wrote: 2+2"));
}

TEST_CASE("any other prompt is said back, at most 200 characters of it") {
  CHECK(talk_about("hello") ==
        "This is the demo provider built into byok; it has no model behind it. You wrote: hello");
  CHECK(talk_about("  ") == "This is the demo provider built into byok; it has no model behind it.");
  const std::string answer = talk_about(std::string(500, 'x'));
  CHECK(answer.contains(std::string(190, 'x')));
  CHECK_FALSE(answer.contains(std::string(201, 'x')));
  CHECK(answer.ends_with("…"));
}

TEST_CASE("text is cut in words that keep the space before them") {
  using Pieces = std::vector<std::string>;
  CHECK(cut_in_pieces("", 0).empty());
  CHECK(cut_in_pieces("one two", 0) == Pieces{"one", " two"});
  CHECK(cut_in_pieces("  one\n\ntwo ", 0) == Pieces{"  one", "\n\ntwo", " "});
}

TEST_CASE("text is cut by bytes, never inside a character") {
  using Pieces = std::vector<std::string>;
  CHECK(cut_in_pieces("abcde", 2) == Pieces{"ab", "cd", "e"});
  CHECK(cut_in_pieces("aé", 2) == Pieces{"aé"});
  CHECK(cut_in_pieces("日本", 1) == Pieces{"日", "本"});
  CHECK(cut_in_pieces("🙂a", 3) == Pieces{"🙂", "a"});
  CHECK(cut_in_pieces("abc", 100) == Pieces{"abc"});
  // Bytes that are no UTF-8 come out all the same.
  CHECK(join(cut_in_pieces("\x80\x80\xFF", 1)) == "\x80\x80\xFF");
}

TEST_CASE("no byte is lost in any size of piece") {
  const std::string text = "A naïve  text, 日本語 and\n🙂 more.";
  for (std::size_t size = 0; size <= text.size() + 1; ++size) {
    const auto pieces = cut_in_pieces(text, size);
    CHECK(join(pieces) == text);
    for (const std::string& piece : pieces) CHECK(base::is_utf8(piece));
  }
}

TEST_CASE("an answer longer than the limit is cut there, at a character") {
  Question question;
  question.max_output_tokens = 2;
  const Answer cut = answer_with(question, "123456789", 0);
  CHECK(cut.outcome == Outcome::length);
  CHECK(join(cut.text) == "12345678");
  CHECK(join(answer_with(question, "1234567日", 0).text) == "1234567");
  CHECK(answer_with(question, "12345678", 0).outcome == Outcome::complete);
  question.max_output_tokens.reset();
  CHECK(answer_with(question, "123456789", 0).outcome == Outcome::complete);
}

TEST_CASE("reasoning comes only when asked for, and counts as output") {
  Question question;
  CHECK(answer_with(question, "1234", 0).reasoning.empty());
  question.wants_reasoning = true;
  const Answer answer = answer_with(question, "1234", 0);
  CHECK_FALSE(answer.reasoning.empty());
  CHECK(reasoning_tokens(answer) > 0);
  CHECK(output_tokens(answer) == 1 + reasoning_tokens(answer));
}

}  // namespace byok::mock
