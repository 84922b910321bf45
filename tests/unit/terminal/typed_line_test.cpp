// Tests of what is typed: keys of a hidden line, and lines that are read one at a time.
#include "terminal/typed_line.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

using namespace byok;
using terminal::HiddenLine;

namespace {

// What was typed when the line ended, with "." for one that did not end and "!" for one that was closed.
std::string typed(std::string_view keys) {
  HiddenLine line;
  for (const char key : keys) {
    const HiddenLine::State state = line.type(key);
    if (state == HiddenLine::State::closed) return "!";
    if (state == HiddenLine::State::done) return std::string(line.take().reveal());
  }
  return ".";
}

struct Pipe {
  Pipe() { REQUIRE(pipe(ends.data()) == 0); }
  ~Pipe() {
    close(ends[0]);
    if (ends[1] >= 0) close(ends[1]);
  }
  void write(std::string_view text) const {
    REQUIRE(::write(ends[1], text.data(), text.size()) == ssize_t(text.size()));
  }
  std::array<int, 2> ends{-1, -1};
};

}  // namespace

TEST_CASE("A hidden line is what was typed, less what was taken back") {
  CHECK(typed("key\n") == "key");
  CHECK(typed("key\r") == "key");
  CHECK(typed("kex\x7Fy\n") == "key");
  CHECK(typed("kex\by\n") == "key");
  CHECK(typed("\x7F\x7Fk\n") == "k");
  CHECK(typed("wrong\x15key\n") == "key");
  CHECK(typed("key\x04") == "key");
  CHECK(typed("\x04") == "!");
  CHECK(typed("\n") == "");
  CHECK(typed("key") == ".");
  CHECK(typed(std::string(10000, 'k') + "\n") == std::string(10000, 'k'));
}

TEST_CASE("A typed line takes no byte of the next one") {
  const Pipe input;
  input.write("yes\nmore\n");
  CHECK(terminal::read_typed_line(input.ends[0], -1).value_or("?") == "yes");
  CHECK(terminal::read_typed_line(input.ends[0], -1).value_or("?") == "more");
}

TEST_CASE("The end of the input and an interrupt are no answer") {
  Pipe input;
  const Pipe interrupt;
  interrupt.write("!");
  const auto interrupted = terminal::read_typed_line(input.ends[0], interrupt.ends[0]);
  REQUIRE_FALSE(interrupted);
  CHECK(interrupted.error().kind == base::ErrorKind::cancelled);
  input.write("ye");
  close(std::exchange(input.ends[1], -1));
  CHECK_FALSE(terminal::read_typed_line(input.ends[0], -1));
}

TEST_CASE("Without a terminal nothing is read as hidden") {
  const Pipe input;
  const auto line = terminal::read_hidden_line(input.ends[0], -1, "Key: ", -1);
  REQUIRE_FALSE(line);
  CHECK(line.error().kind == base::ErrorKind::usage);
  CHECK(line.error().hint.contains("--key-stdin"));
}
