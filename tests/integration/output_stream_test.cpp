// Standard streams that are closed or full, and a home that is missing or cannot be written to.
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "integration/answers.hpp"
#include "integration/sandbox.hpp"
#include "support/case_checks.hpp"

using namespace byok::test;

TEST_SUITE_BEGIN("output");

TEST_CASE("an answer that stdout does not take is exit 1 and says why, in every form") {
  for (const std::string options : {"", "--json", "--output-format stream-json", "-x", "--no-stream"}) {
    for (const std::string target : {"/dev/full", "&-"}) {
      CAPTURE(options);
      CAPTURE(target);
      const RawServer server({chat("```\nHello\n```")});
      const Sandbox sandbox(server.port());
      const ProcessResult result = sandbox.run_shell("\"$BYOK\" ask hi " + options + " >" + target);
      CAPTURE(summary(result));
      CHECK(result.exit_code == 1);
      CHECK(result.err.contains("cannot write to stdout"));
      CHECK(result.err.contains(target == "&-" ? "it is closed" : "No space left on device"));
    }
  }
}

TEST_CASE("what is printed without a provider fails in the same way") {
  for (const std::string command : {"--version", "--help", "ask --help", "ask hi --dry-run", "completion bash",
                                    "profiles path", "profiles list", "models list"}) {
    CAPTURE(command);
    const RawServer server({answer("HTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"data\":[{\"id\":\"m\"}]}")});
    const Sandbox sandbox(server.port());
    const ProcessResult result = sandbox.run_shell("\"$BYOK\" " + command + " >/dev/full");
    CAPTURE(summary(result));
    CHECK(result.exit_code == 1);
    CHECK(result.err.contains("No space left on device"));
  }
}

TEST_CASE("closed streams that are not needed do not matter, and no file takes their place") {
  const RawServer server({chat("Hello"), chat("Hello"), chat("Hello"), refusal(400, "no")});
  const Sandbox sandbox(server.port());
  CHECK(sandbox.run_shell("\"$BYOK\" ask hi <&-").out == "Hello\n");
  CHECK(sandbox.run_shell("\"$BYOK\" ask hi 2>&-").out == "Hello\n");
  const ProcessResult to_file = sandbox.run_shell("\"$BYOK\" ask hi -vv -o out <&- >&- 2>&-");
  CHECK(to_file.exit_code == 0);
  CHECK(read_bytes(sandbox.work() / "out") == "Hello\n");
  CHECK(sandbox.run_shell("\"$BYOK\" ask hi -o out2 <&- >&- 2>&-").exit_code == 1);
  CHECK(read_bytes(sandbox.work() / "out") == "Hello\n");
  CHECK_FALSE(fs::exists(sandbox.work() / "out2"));
}

TEST_CASE("a home that is missing or in the way changes no answer") {
  struct Row {
    std::string name;
    std::vector<std::string> gone;
    Variables set;
  };
  for (const Row& row : std::vector<Row>{
           {"no home and no folders",
            {"HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_STATE_HOME", "XDG_CACHE_HOME",
             "XDG_DATA_HOME", "XDG_RUNTIME_DIR"},
            {}},
           {"an empty home", {"XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"}, {{"HOME", ""}}},
           {"a home that is not there",
            {"XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"},
            {{"HOME", "/nowhere"}}},
           {"folders that cannot be made",
            {},
            {{"XDG_CACHE_HOME", "/dev/null/cache"}, {"XDG_STATE_HOME", "/proc/state"}}},
           {"folders that are not absolute", {}, {{"XDG_CACHE_HOME", "cache"}, {"XDG_CONFIG_HOME", "config"}}},
           {"no variables at all but the provider's", {"PATH", "LANG", "TERM", "HOME"}, {}},
       }) {
    CAPTURE(row.name);
    const RawServer server({refusal(400,
                                    "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
                                    "'max_completion_tokens' instead."),
                            chat("Hello")});
    Sandbox sandbox(server.port());
    for (const std::string& name : row.gone) sandbox.environment.erase(name);
    for (const auto& [name, value] : row.set) sandbox.environment[name] = value;
    // The refusal is learned from, which is written down where that can be.
    const ProcessResult result = sandbox.run({"ask", "hi", "--max-output-tokens", "9"});
    CAPTURE(summary(result));
    CHECK(result.exit_code == 0);
    CHECK(result.out == "Hello\n");
    CHECK(fs::is_empty(sandbox.work()));
  }
}

TEST_CASE("an answer goes to a pipe to the byte") {
  std::string bytes = "a\r\nb\x1b[31mc\x07\td";
  for (int i = 1; i < 128; ++i) bytes += static_cast<char>(i);
  bytes += "\xE2\x80\xAE\xF0\x9F\x98\x80 e\xCC\x81";
  const RawServer server({chat(bytes), chat(bytes)});
  const Sandbox sandbox(server.port());
  CHECK(sandbox.run({"ask", "hi"}).out == bytes + "\n");
  CHECK(sandbox.run({"ask", "hi", "--color", "always"}).out == bytes + "\n");
}

TEST_CASE("a long answer is whole, streamed and not") {
  std::string text;
  for (int i = 0; i < 40'000; ++i) text += "line " + std::to_string(i) + "\n";
  const RawServer server({chat(text), chat(text), chat(text)});
  const Sandbox sandbox(server.port());
  CHECK((sandbox.run({"ask", "hi"}).out == text));
  CHECK((sandbox.run({"ask", "hi", "--no-stream"}).out == text));
  CHECK((sandbox.run_shell("\"$BYOK\" ask hi | cat").out == text));
}

TEST_SUITE_END();
