// Where prompts come from: words, files, and every kind of standard input.
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "integration/answers.hpp"
#include "integration/sandbox.hpp"
#include "support/case_checks.hpp"

using namespace byok::test;

namespace {

// What the user's message of that request lacks; empty when it is exactly `content`.
std::string differs(const Received& request, std::string_view content) {
  return json_lacks(
      fmt::format("{{\"messages\":[{{\"role\":\"user\",\"content\":{}}}]}}", byok::base::json_quote(content)),
      request.body);
}

// The script runs once in bash; the prompts that arrive are these.
void check_script(const std::string& script, const std::vector<std::string>& prompts) {
  CAPTURE(script);
  const RawServer server(std::vector<Answer>(5, chat("ok")));
  const Sandbox sandbox(server.port());
  sandbox.write(sandbox.work() / "lines", "one\ntwo\nthree\n");
  const ProcessResult result = sandbox.run_shell(script);
  CAPTURE(summary(result));
  CHECK(result.exit_code == 0);
  const auto requests = server.requests();
  REQUIRE(requests.size() == prompts.size());
  for (std::size_t i = 0; i < prompts.size(); ++i) CHECK(differs(requests[i], prompts[i]) == "");
}

// No request is made; the run ends so, with these words on stderr.
void check_refused(const std::string& script, int exit_code, std::string_view err_has) {
  CAPTURE(script);
  const RawServer server({chat("no")});
  const Sandbox sandbox(server.port());
  const ProcessResult result = sandbox.run_shell("set -o pipefail; " + script);
  CAPTURE(summary(result));
  CHECK(result.exit_code == exit_code);
  CHECK(result.out == "");
  CHECK(result.err.contains(err_has));
  CHECK(server.connections() == 0);
}

}  // namespace

TEST_SUITE_BEGIN("output");

TEST_CASE("the result object has the warnings about the loop's input and the key") {
  const RawServer server({chat("ok")});
  const Sandbox sandbox;
  sandbox.write(sandbox.work() / "key", "sk-0123456789");
  sandbox.write(sandbox.config_file(),
                fmt::format("profiles:\n  p:\n    base_url: http://127.0.0.1:{}/v1\n    model: m\n"
                            "    api_key: ${{file:{}}}\n",
                            server.port(), (sandbox.work() / "key").string()));
  fs::permissions(sandbox.work() / "key", fs::perms(0644));
  sandbox.write(sandbox.work() / "lines", "one\ntwo\n");
  const ProcessResult result = sandbox.run_shell("exec < lines; read -r line; \"$BYOK\" ask --json -q \"$line\"");
  CAPTURE(summary(result));
  CHECK(result.err == "");
  const std::size_t at = result.out.find("\"warnings\":[");
  REQUIRE(at != std::string::npos);
  CHECK(result.out.substr(at).contains("standard input is a file that was read before"));
  CHECK(result.out.substr(at).contains("can be read by others"));
}

TEST_CASE("words arrive as they were written, whatever they look like") {
  struct Row {
    std::vector<std::string> words;
    std::string prompt;
  };
  for (const Row& row :
       std::vector<Row>{{{"[a,b]"}, "[a,b]"},
                        {{"[]"}, "[]"},
                        {{"{}", "%s", "\"q\""}, "{} %s \"q\""},
                        {{"--", "-x"}, "-x"},
                        {{"--", "--json", "--", "x"}, "--json -- x"},
                        {{"models", "list"}, "models list"},
                        {{"a  b", " c "}, "a  b  c "},
                        {{"line\nline"}, "line\nline"},
                        {{"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"}, "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"},
                        {{"a=b", "@x", "~", "$HOME"}, "a=b @x ~ $HOME"}}) {
    CAPTURE(row.prompt);
    const RawServer server({chat("ok")});
    const Sandbox sandbox(server.port());
    std::vector<std::string> words{"ask"};
    words.insert(words.end(), row.words.begin(), row.words.end());
    const ProcessResult result = sandbox.run(words);
    CAPTURE(summary(result));
    CHECK(result.exit_code == 0);
    REQUIRE(server.requests().size() == 1);
    CHECK(differs(server.requests().front(), row.prompt) == "");
  }
}

TEST_CASE("standard input is read where that is meant") {
  check_script("printf piped | \"$BYOK\" ask", {"piped"});
  check_script("printf piped | \"$BYOK\" ask words", {"words\n\npiped"});
  check_script("printf piped | \"$BYOK\" ask before - after", {"before\n\npiped\n\nafter"});
  check_script("printf piped | \"$BYOK\" ask -n words", {"words"});
  check_script("printf '' | \"$BYOK\" ask words", {"words"});
  check_script("\"$BYOK\" ask words < /dev/null", {"words"});
  check_script("\"$BYOK\" ask words <&-", {"words"});
  check_script("\"$BYOK\" ask words < lines", {"words\n\none\ntwo\nthree\n"});
  check_script("{ printf a; sleep 0.3; printf b; } | \"$BYOK\" ask", {"ab"});
}

TEST_CASE("a loop keeps its lines: a file that was read before is not read again") {
  check_script("while read -r line; do \"$BYOK\" ask \"about $line\"; done < lines",
               {"about one", "about two", "about three"});
  check_script("{ read -r line; \"$BYOK\" ask \"$line\" -; } < lines", {"one\n\ntwo\nthree\n"});
  check_script("{ read -r line; \"$BYOK\" ask; } < lines", {"two\nthree\n"});
  const RawServer server({chat("ok")});
  const Sandbox sandbox(server.port());
  sandbox.write(sandbox.work() / "lines", "one\ntwo\n");
  const ProcessResult result = sandbox.run_shell("{ read -r line; \"$BYOK\" ask words; } < lines");
  CAPTURE(summary(result));
  CHECK(result.err.contains("-n"));
  CHECK(result.err.contains("not read"));
}

TEST_CASE("a pipe as a file is read to its end, and waited for like standard input") {
  const RawServer server({chat("ok")});
  const Sandbox sandbox(server.port());
  SUBCASE("it comes late") {
    const ProcessResult result = sandbox.run_shell(
        "mkfifo p; { sleep 0.3; printf a; sleep 0.3; printf b; } > p & "
        "\"$BYOK\" ask -f p");
    CAPTURE(summary(result));
    CHECK(result.exit_code == 0);
    REQUIRE(server.requests().size() == 1);
    CHECK(differs(server.requests().front(), "p\n```\nab\n```") == "");
  }
  SUBCASE("it never comes") {
    const ProcessResult result = sandbox.run_shell("mkfifo p; \"$BYOK\" ask --timeout 0.4 -f p");
    CAPTURE(summary(result));
    CHECK(result.exit_code == 5);
    CHECK(result.err.contains("while p was waited for"));
  }
}

TEST_CASE("a pipe that stays silent is said once, after a while, and then read all the same") {
  const RawServer server({chat("ok")});
  const Sandbox sandbox(server.port());
  const ProcessResult result = sandbox.run_shell("{ sleep 2.4; printf late; } | \"$BYOK\" ask");
  CAPTURE(summary(result));
  CHECK(result.exit_code == 0);
  CHECK(result.err == "byok: waiting for standard input (-n does not read it)\n");
  REQUIRE(server.requests().size() == 1);
  CHECK(differs(server.requests().front(), "late") == "");
}

TEST_CASE("what is no prompt is refused before anything is sent") {
  check_refused("\"$BYOK\" ask < /dev/null", 2, "no prompt");
  check_refused("printf ' \\n\\t' | \"$BYOK\" ask", 2, "no prompt");
  check_refused("printf 'a\\0b' | \"$BYOK\" ask", 2, "-a");
  check_refused("printf 'a\\0b' > f; \"$BYOK\" ask -f f", 2, "-a");
  check_refused("printf 'caf\\351' | \"$BYOK\" ask --strict-utf8", 2, "byte 3");
  check_refused("\"$BYOK\" ask -f missing", 2, "missing");
  check_refused("\"$BYOK\" ask -f .", 2, "directory");
  check_refused("echo x > a.c; \"$BYOK\" ask -f a.c a.c", 2, "did you mean -f a.c");
  check_refused("\"$BYOK\" ask x < .", 2, "standard input");
}

TEST_CASE("invalid UTF-8 is replaced, with one warning that says where it was") {
  const RawServer server({chat("ok")});
  const Sandbox sandbox(server.port());
  const ProcessResult result = sandbox.run_shell("printf 'caf\\351 \\377' | \"$BYOK\" ask");
  CAPTURE(summary(result));
  CHECK(result.exit_code == 0);
  CHECK(result.err.contains("2 invalid sequences, the first at byte 3"));
  REQUIRE(server.requests().size() == 1);
  CHECK(differs(server.requests().front(), "caf\xEF\xBF\xBD \xEF\xBF\xBD") == "");
}

TEST_CASE("a prompt that is too large is exit 9, without reading it all") {
  // 100 MB; the pipe's writer is cut off.
  check_refused("head -c 100000000 /dev/zero | tr '\\0' a | \"$BYOK\" ask; exit ${PIPESTATUS[2]}", 9, "--max-input");
  check_refused("truncate -s 100000000 f; \"$BYOK\" ask -f f", 9, "f holds more than");
  check_refused("tr '\\0' a < /dev/zero | \"$BYOK\" ask; exit ${PIPESTATUS[1]}", 9, "--max-input");
  check_refused("\"$BYOK\" ask -f /dev/zero", 9, "/dev/zero holds more than");
  check_refused("\"$BYOK\" ask -f <(head -c 9000000 /dev/zero)", 9, "holds more than");
  check_refused("\"$BYOK\" ask --max-input 3 abcd", 9, "more than 3 bytes");
}

TEST_CASE("a large prompt that is allowed arrives whole") {
  const RawServer server({chat("ok")});
  const Sandbox sandbox(server.port());
  const ProcessResult result =
      sandbox.run_shell("head -c 6000000 /dev/zero | tr '\\0' a | \"$BYOK\" ask --max-input 7000000");
  CAPTURE(summary(result));
  CHECK(result.exit_code == 0);
  REQUIRE(server.requests().size() == 1);
  CHECK((server.requests().front().body.contains(std::string(6'000'000, 'a'))));
}

TEST_SUITE_END();
