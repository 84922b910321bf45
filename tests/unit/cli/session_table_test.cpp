// Proves what of a list of sessions fits into a width, and how ages read.
#include "cli/sessions/session_table.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "base/text.hpp"
#include "terminal/width.hpp"

using namespace byok;
using namespace std::chrono_literals;
using cli::age_text;
using cli::session_table;

namespace {

const auto kNow = std::chrono::system_clock::time_point(std::chrono::hours(24 * 20'000));

session::SessionInfo info(std::string id, std::string title, std::chrono::system_clock::duration age = 1h) {
  session::SessionInfo one;
  one.id = std::move(id);
  one.title = std::move(title);
  one.setup.profile = "foundry";
  one.setup.model = "gpt-5.2-codex";
  one.turns = 12;
  one.last = kNow - age;
  return one;
}

}  // namespace

TEST_CASE("an age is one number and its unit") {
  CHECK(age_text(-5s) == "now");
  CHECK(age_text(59s) == "now");
  CHECK(age_text(60s) == "1m");
  CHECK(age_text(119min) == "1h");
  CHECK(age_text(23h + 59min) == "23h");
  CHECK(age_text(24h * 364) == "364d");
  CHECK(age_text(24h * 800) == "2y");
}

TEST_CASE("without a width nothing is cut, and what is not known is a dash") {
  const std::string title(100, 't');
  session::SessionInfo bare;
  bare.id = "abcd";
  bare.last = kNow;
  CHECK(session_table({info("20261127-072158-kvchp", title), bare}, kNow, {}) ==
        "ID                     AGE  PROFILE  MODEL          TURNS  TITLE\n"
        "20261127-072158-kvchp   1h  foundry  gpt-5.2-codex     12  " +
            title + "\nabcd                   now  -        -                  0  -\n");
}

TEST_CASE("no line is wider than the terminal while an id fits, and an id is never cut") {
  const std::vector<session::SessionInfo> sessions = {
      info("20261127-072158-kvchp", "What does EXDEV mean, and where does it come from?"),
      info("20261127-072159-aaaaa", "日本語の長い質問ですよねそうですそうです", 24h * 3),
      info("20261127-072160-bbbbb", "e\xCC\x81t\xC3\xA9 \x1b[31m", 24h * 3)};
  for (std::size_t width = 1; width < 120; ++width) {
    CAPTURE(width);
    const std::string table = session_table(sessions, kNow, width);
    CHECK_FALSE(table.contains('\x1b'));
    for (const std::string_view line : base::split(base::trim(table), '\n')) {
      CHECK(terminal::width_of(line) <= std::max<std::size_t>(width, 21));
    }
    for (const session::SessionInfo& each : sessions) CHECK(table.contains(each.id));
  }
  CHECK(session_table(sessions, kNow, 60).starts_with("ID                     AGE  TURNS  TITLE\n"));
  CHECK(session_table(sessions, kNow, 80).contains("  What does EXDEV mean…\n"));
}
