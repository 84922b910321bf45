// Ids sort by time and are fit for file names; titles are one short line.
#include "session/store/session_id.hpp"

#include <ostream>
//
#include <doctest/doctest.h>

#include <chrono>

using namespace byok::session;
using namespace std::chrono_literals;

namespace {
const std::chrono::system_clock::time_point kTime =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 27) + 2h + 44min + 11s;
}

TEST_CASE("an id tells the second of its beginning and 25 random bits") {
  CHECK(make_session_id(kTime, 0) == "20261127-024411-00000");
  CHECK(make_session_id(kTime, 0xFFFFFFFF) == "20261127-024411-zzzzz");
  CHECK(make_session_id(kTime, 1) != make_session_id(kTime, 2));
  CHECK(is_session_id(make_session_id(kTime, 0x01234567)));
}

TEST_CASE("ids sort by time") {
  CHECK(make_session_id(kTime, 0xFFFFFFFF) < make_session_id(kTime + 1s, 0));
  CHECK(make_session_id(kTime, 0xFFFFFFFF) < make_session_id(kTime + 24h, 0));
}

TEST_CASE("only 4 to 64 digits, small letters and hyphens are an id") {
  CHECK(is_session_id("abcd"));
  CHECK(is_session_id(std::string(64, 'a')));
  CHECK_FALSE(is_session_id("abc"));
  CHECK_FALSE(is_session_id(std::string(65, 'a')));
  CHECK_FALSE(is_session_id("Abcd"));
  CHECK_FALSE(is_session_id("../etc"));
  CHECK_FALSE(is_session_id("a.bcd"));
  CHECK_FALSE(is_session_id(""));
}

TEST_CASE("a title is the first line with words, folded and cut") {
  CHECK(title_of("\n  \n What is\t\t 2+2?  \nmore") == "What is 2+2?");
  CHECK(title_of(" \n\t\n").empty());
  const std::string title = title_of(std::string(200, 'x'));
  CHECK(title == std::string(59, 'x') + "…");
}
