// Tests of the log: what reaches stderr at each level, redacted, and that nothing thrown gets out.
#include "base/log.hpp"

#include <unistd.h>

#include <array>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "base/file.hpp"
#include "base/text.hpp"

namespace byok::base {
namespace {

// What `act` writes to stderr; short enough for a pipe's buffer.
template <class Act>
std::string stderr_of(const Act& act) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const int real = ::dup(STDERR_FILENO);
  ::dup2(ends[1], STDERR_FILENO);
  ::close(ends[1]);
  act();
  ::dup2(real, STDERR_FILENO);
  ::close(real);
  std::string text = read_all(ends[0], 1 << 16).value_or("");
  ::close(ends[0]);
  return text;
}

std::string hide_key(std::string_view text) { return replace_all(std::string(text), "sk-key", "[redacted]"); }

TEST_CASE("each level shows itself and what is graver") {
  struct Case {
    LogLevel level;
    bool info, debug;
  };
  for (const Case& c :
       {Case{LogLevel::off, false, false}, Case{LogLevel::info, true, false}, Case{LogLevel::debug, true, true}}) {
    const Log log(c.level, hide_key);
    CHECK(log.is_on(LogLevel::info) == c.info);
    CHECK(log.is_on(LogLevel::debug) == c.debug);
    CHECK_FALSE(log.is_on(LogLevel::off));
    const std::string text = stderr_of([&] {
      log.info("first");
      log.debug("second");
    });
    CHECK(icontains(text, "[info] first\n") == c.info);
    CHECK(icontains(text, "[debug] second\n") == c.debug);
    if (!c.info) CHECK(text.empty());
  }
}

TEST_CASE("a line has the time, the level and the redacted text") {
  const Log log(LogLevel::info, hide_key);
  const std::string text = stderr_of([&] { log.info("POST with sk-key {} %s"); });
  REQUIRE(text.size() > 13);
  CHECK(text[2] == ':');
  CHECK(text[5] == ':');
  CHECK(text.substr(12) == " [info] POST with [redacted] {} %s\n");
}

TEST_CASE("a log without a redactor writes the text as it is") {
  const Log log(LogLevel::info, {});
  CHECK(icontains(stderr_of([&] { log.info("plain"); }), "[info] plain"));
}

TEST_CASE("a default log is off and a moved one still writes") {
  const Log off;
  CHECK_FALSE(off.is_on(LogLevel::info));
  CHECK(stderr_of([&] { off.info("x"); }).empty());
  Log first(LogLevel::debug, hide_key);
  Log second(std::move(first));
  CHECK(icontains(stderr_of([&] { second.debug("moved"); }), "moved"));
  Log third;
  third = std::move(second);
  CHECK(third.is_on(LogLevel::debug));
}

TEST_CASE("a redactor that throws loses the line, not the run, and does not let the text out") {
  const Log log(LogLevel::info, [](std::string_view) -> std::string { throw std::runtime_error("broken"); });
  const std::string text = stderr_of([&] { CHECK_NOTHROW(log.info("sk-key")); });
  CHECK_FALSE(icontains(text, "sk-key"));
}

TEST_CASE("a stderr that is closed is no reason to fail") {
  const int real = ::dup(STDERR_FILENO);
  ::close(STDERR_FILENO);
  const Log log(LogLevel::info, hide_key);
  CHECK_NOTHROW(log.info("x"));
  ::dup2(real, STDERR_FILENO);
  ::close(real);
}

}  // namespace
}  // namespace byok::base
