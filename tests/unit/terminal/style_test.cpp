// Tests of when a stream gets colour and what a style writes.
#include "terminal/style.hpp"

#include <ostream>

#include <doctest/doctest.h>

namespace byok::terminal {
namespace {

TEST_CASE("colour follows the option, then NO_COLOR, then CLICOLOR_FORCE, then the terminal") {
  using enum ColorChoice;
  struct Case {
    StyleInputs inputs;
    bool expected;
  };
  for (const Case& c : {
           Case{{automatic, true, "", "", "xterm"}, true},
           Case{{automatic, true, "", "", ""}, false},
           Case{{automatic, false, "", "", "xterm"}, false},
           Case{{automatic, true, "", "", "dumb"}, false},
           Case{{automatic, true, "1", "", "xterm"}, false},
           Case{{automatic, true, "0", "", "xterm"}, false},
           Case{{automatic, false, "", "1", "xterm"}, true},
           Case{{automatic, false, "", "1", "dumb"}, true},
           Case{{automatic, false, "", "0", "xterm"}, false},
           Case{{automatic, true, "", "0", "xterm"}, true},
           Case{{automatic, true, "1", "1", "xterm"}, false},
           Case{{always, false, "1", "", "dumb"}, true},
           Case{{never, true, "", "1", "xterm"}, false},
       }) {
    CAPTURE(c.inputs.is_terminal);
    CAPTURE(c.inputs.no_color);
    CAPTURE(c.inputs.clicolor_force);
    CAPTURE(c.inputs.term);
    CHECK(wants_color(c.inputs) == c.expected);
  }
}

TEST_CASE("a style that is on puts its sequence and a reset around the text") {
  const Style style(true);
  CHECK(style.is_on());
  CHECK(style.error("e") == "\x1b[1;31me\x1b[0m");
  CHECK(style.warning("w") == "\x1b[33mw\x1b[0m");
  CHECK(style.dim("d") == "\x1b[2md\x1b[0m");
  CHECK(style.bold("b") == "\x1b[1mb\x1b[0m");
  CHECK(style.bold("").empty());
  CHECK(style.dim_on() == "\x1b[2m");
  CHECK(style.off() == "\x1b[0m");
}

TEST_CASE("a style that is off adds nothing") {
  const Style style;
  CHECK_FALSE(style.is_on());
  CHECK(style.error("e") == "e");
  CHECK(style.warning("w") == "w");
  CHECK(style.dim("d") == "d");
  CHECK(style.bold("b") == "b");
  CHECK(style.dim_on().empty());
  CHECK(style.off().empty());
}

}  // namespace
}  // namespace byok::terminal
