// What is told where byok itself is at a loss: a defect, a place that cannot be looked at, a stream that is closed.
#include <ostream>
#include <string>

#include <doctest/doctest.h>

#include "integration/answers.hpp"
#include "integration/sandbox.hpp"
#include "support/case_checks.hpp"

using namespace byok::test;

TEST_SUITE_BEGIN("output");

TEST_CASE("a defect is exit 70 with a message and a result object") {
  if (is_sanitized()) return;  // it reserves more addresses than any limit
  const Sandbox sandbox(1);
  const ProcessResult result = sandbox.run_shell(
      "yes word | head -c 300000000 > big; ulimit -v 400000; exec \"$BYOK\" ask --json --max-input 4000000000 -f big");
  CAPTURE(result.err);
  CHECK(result.exit_code == 70);
  CHECK(result.err.contains("a defect of byok"));
  CHECK(json_lacks(R"({"type":"result","ok":false,"exit_code":70,"error":{"category":"internal"}})",
                   last_line(result.out)) == "");
}

TEST_CASE("a configuration that cannot be looked at is as if it were not there") {
  Sandbox sandbox(1);
  sandbox.environment["XDG_CONFIG_HOME"] = "/" + std::string(5000, 'x');
  ProcessResult result = sandbox.run({"profiles", "list"});
  CAPTURE(summary(result));
  CHECK(result.exit_code != 70);
  CHECK(result.out.contains("env"));
  fs::create_directory_symlink("loop", sandbox.root() / "loop");
  sandbox.environment["XDG_CONFIG_HOME"] = sandbox.root() / "loop";
  result = sandbox.run({"profiles", "list"});
  CAPTURE(summary(result));
  CHECK(result.exit_code != 70);
  CHECK(result.out.contains("env"));
}

TEST_CASE("a closed stdout is exit 1 with a message, a closed stderr changes nothing") {
  const RawServer server({chat("Hello"), chat("Hello")});
  const Sandbox sandbox(server.port());
  const ProcessResult no_out = sandbox.run_shell("exec \"$BYOK\" ask hi >&-");
  CAPTURE(summary(no_out));
  CHECK(no_out.exit_code == 1);
  CHECK(no_out.err.contains("cannot write to stdout: it is closed"));
  const ProcessResult no_err = sandbox.run_shell("exec \"$BYOK\" ask hi -vv 2>&-");
  CHECK(no_err.exit_code == 0);
  CHECK(no_err.out == "Hello\n");
}

TEST_CASE("what is not complete begins with a colour only where that is wished, also when the line cannot be read") {
  Sandbox sandbox;
  sandbox.environment["CLICOLOR_FORCE"] = "1";
  CHECK(sandbox.run({"ask", "--nope"}).err.contains("\x1b["));
  CHECK_FALSE(sandbox.run({"ask", "--nope", "--color", "never"}).err.contains("\x1b["));
  CHECK_FALSE(sandbox.run({"--color=never", "nope"}).err.contains("\x1b["));
}

TEST_SUITE_END();
