// Tests of running programs: their streams, their end, and a terminal of their own.
#include "support/process.hpp"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <ostream>
#include <string>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using namespace byok::test;
using Input = ProcessOptions::Input;

namespace {

ProcessOptions shell(std::string script, Input input = Input::null) {
  ProcessOptions options;
  options.argv = {"sh", "-c", std::move(script)};
  options.environment = {{"PATH", "/usr/bin:/bin"}};
  options.input = input;
  return options;
}

}  // namespace

TEST_CASE("Output, errors and exit code of a program are told apart") {
  const ProcessResult result = run_process(shell("printf out; printf err >&2; exit 7"));
  CHECK(result.out == "out");
  CHECK(result.err == "err");
  CHECK(result.exit_code == 7);
  CHECK(result.signal == 0);
  CHECK_FALSE(result.timed_out);
}

TEST_CASE("A program that a signal ended says which") {
  const ProcessResult result = run_process(shell("kill -TERM $$"));
  CHECK(result.signal == SIGTERM);
  CHECK(result.exit_code == 128 + SIGTERM);
}

TEST_CASE("A program that is not there gives 127") {
  ProcessOptions options;
  options.argv = {"/no/such/program"};
  CHECK(run_process(options).exit_code == 127);
}

TEST_CASE("Standard input is bytes, nothing, or closed") {
  ProcessOptions options = shell("cat", Input::bytes);
  options.bytes = std::string(300'000, 'x') + '\0';
  CHECK(run_process(options).out == options.bytes);
  CHECK(run_process(shell("cat; printf end")).out == "end");
  ProcessOptions closed = shell("", Input::closed);
  closed.argv = {"cat"};
  CHECK(run_process(closed).exit_code == 1);
  // A program that does not read its input harms no one.
  options.argv = {"true"};
  CHECK(run_process(options).exit_code == 0);
}

TEST_CASE("The environment and the directory are the ones given") {
  ProcessOptions options = shell("printf %s,%s \"$A\" \"$HOME\"; pwd >&2");
  options.environment["A"] = "x y";
  options.directory = "/";
  const ProcessResult result = run_process(options);
  CHECK(result.out == "x y,");
  CHECK(result.err == "/\n");
}

TEST_CASE("A program that does not end is killed with its children") {
  ProcessOptions options = shell("sleep 600 & wait");
  options.timeout = 100ms;
  const ProcessResult result = run_process(options);
  CHECK(result.timed_out);
  CHECK(result.signal == SIGKILL);
}

TEST_CASE("A conversation waits for words and answers them") {
  Process process(shell("read a; echo \"got $a\"; read b; echo \"got $b\"", Input::open));
  process.write("one\n");
  REQUIRE(process.wait_for("got one"));
  process.write("two\n");
  REQUIRE(process.wait_for("got two"));
  CHECK(process.finish().exit_code == 0);
}

TEST_CASE("Words that never come are not waited for past the end") {
  Process process(shell("echo a"));
  CHECK_FALSE(process.wait_for("b"));
  CHECK(process.finish().out == "a\n");
}

TEST_CASE("A signal reaches the program") {
  Process process(shell("trap 'echo caught; exit 3' INT; echo ready; while :; do sleep 0.01; done"));
  REQUIRE(process.wait_for("ready"));
  process.send_signal(SIGINT);
  const ProcessResult result = process.finish();
  CHECK(result.out.contains("caught"));
  CHECK(result.exit_code == 3);
}

TEST_CASE("A closed reader is a broken pipe to the program") {
  Process process(shell("read go; yes", Input::open));
  process.close_output();
  process.write("\n");
  // sh says the end of `yes` in its own way: by signal or as 128 + 13.
  CHECK(process.finish().exit_code == 128 + SIGPIPE);
}

TEST_CASE("On a terminal all three streams are one, of the width given") {
  ProcessOptions options =
      shell("test -t 0 && test -t 1 && test -t 2 && stty size; read a; echo \"got $a\"", Input::terminal);
  options.columns = 61;
  Process process(options);
  REQUIRE(process.wait_for("24 61"));
  process.write("hi\n");
  REQUIRE(process.wait_for("got hi"));
  CHECK(process.finish().exit_code == 0);
}
