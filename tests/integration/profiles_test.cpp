// Profiles are added, made the default and removed: keys typed unseen, files that stay what they were, two at a time.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "integration/answers.hpp"
#include "integration/sandbox.hpp"

using namespace byok::test;

namespace {

constexpr std::string_view kKey = "typed-key-000000001";
constexpr std::string_view kKeyPrompt = "not shown as you type";
constexpr std::string_view kQuestion = "[y/N]";

// Where no pseudo-terminal can be had, this says so, and the test ends.
bool has_terminal() {
  const int ours = ::posix_openpt(O_RDWR | O_NOCTTY);
  const bool has = ours >= 0 && ::grantpt(ours) == 0 && ::unlockpt(ours) == 0;
  if (ours >= 0) ::close(ours);
  if (!has) MESSAGE("skipped: no pseudo-terminal can be had here");
  return has;
}

ProcessOptions on_terminal(ProcessOptions options) {
  options.input = ProcessOptions::Input::terminal;
  return options;
}

fs::path key_file(const Sandbox& sandbox, const std::string& name) {
  return sandbox.config_file().parent_path() / "keys" / name;
}

std::vector<std::string> adding(const std::string& name, const std::string& url) {
  return {"profiles", "add", name, url, "-m", "m"};
}

}  // namespace

TEST_SUITE_BEGIN("profiles");

TEST_CASE("a key is typed unseen, kept for its owner alone, and sent") {
  if (!has_terminal()) return;
  const RawServer server({chat("Hello")});
  const Sandbox sandbox;
  const std::string url = "http://127.0.0.1:" + std::to_string(server.port()) + "/v1";
  Process process(on_terminal(sandbox.byok(adding("gw", url))));
  REQUIRE(process.wait_for(kKeyPrompt));
  process.write(std::string(kKey) + "\r");
  REQUIRE(process.wait_for(kQuestion));
  CHECK_FALSE(fs::exists(sandbox.config_file()));
  CHECK_FALSE(fs::exists(key_file(sandbox, "gw")));
  process.write("y\r");
  const ProcessResult result = process.finish();
  CAPTURE(summary(result));
  CHECK(result.exit_code == 0);
  CHECK_FALSE(result.out.contains(kKey));
  CHECK(result.out.contains("+    api_key: ${file:keys/gw}"));
  CHECK(result.out.contains("byok doctor -p gw"));
  CHECK(read_bytes(key_file(sandbox, "gw")) == std::string(kKey) + "\n");
  CHECK(mode_of(key_file(sandbox, "gw")) == 0600);
  CHECK(mode_of(key_file(sandbox, "gw").parent_path()) == 0700);
  CHECK(mode_of(sandbox.config_file()) == 0600);
  CHECK_FALSE(read_bytes(sandbox.config_file()).contains(kKey));
  CHECK(sandbox.run({"ask", "hi"}).out == "Hello\n");
  REQUIRE(server.requests().size() == 1);
  CHECK(server.requests()[0].header("Authorization") == "Bearer " + std::string(kKey));
}

TEST_CASE("an empty line is no key, and a no writes nothing") {
  if (!has_terminal()) return;
  const Sandbox sandbox;
  SUBCASE("no key") {
    Process process(on_terminal(sandbox.byok(adding("l", "localhost:8000"))));
    REQUIRE(process.wait_for(kKeyPrompt));
    process.write("\ryes\r");
    const ProcessResult result = process.finish();
    CAPTURE(summary(result));
    CHECK(result.exit_code == 0);
    CHECK(read_bytes(sandbox.config_file()) ==
          "profiles:\n  l:\n    type: openai\n    base_url: http://localhost:8000/v1\n    model: m\n");
    CHECK_FALSE(fs::exists(key_file(sandbox, "l")));
  }
  SUBCASE("no key, but a usual variable") {
    Process process(on_terminal(sandbox.byok(adding("o", "api.openai.com"))));
    REQUIRE(process.wait_for(kKeyPrompt));
    process.write("\ry\r");
    const ProcessResult result = process.finish();
    CAPTURE(summary(result));
    CHECK(result.exit_code == 0);
    CHECK(read_bytes(sandbox.config_file()).contains("api_key: ${env:OPENAI_API_KEY}\n"));
  }
  SUBCASE("no") {
    Process process(on_terminal(sandbox.byok(adding("l", "localhost:8000"))));
    REQUIRE(process.wait_for(kKeyPrompt));
    process.write(std::string(kKey) + "\rn\r");
    const ProcessResult result = process.finish();
    CAPTURE(summary(result));
    CHECK(result.exit_code == 1);
    CHECK(result.out.contains("nothing was written"));
    CHECK_FALSE(result.out.contains(kKey));
    CHECK(sandbox.files().empty());
  }
  SUBCASE("a key is wanted, and none comes") {
    std::vector<std::string> words = adding("l", "localhost:8000");
    words.emplace_back("--key-stdin");
    Process process(on_terminal(sandbox.byok(words)));
    REQUIRE(process.wait_for(kKeyPrompt));
    process.write("\r");
    const ProcessResult result = process.finish();
    CAPTURE(summary(result));
    CHECK(result.exit_code == 3);
    CHECK(sandbox.files().empty());
  }
  SUBCASE("an address is asked for where none was given") {
    Process process(on_terminal(sandbox.byok({"profiles", "add", "--yes"})));
    REQUIRE(process.wait_for("Address of the provider"));
    process.write("localhost:11434/api/chat\r");
    REQUIRE(process.wait_for(kKeyPrompt));
    process.write("\r");
    const ProcessResult result = process.finish();
    CAPTURE(summary(result));
    CHECK(result.exit_code == 0);
    CHECK(read_bytes(sandbox.config_file())
              .contains("  ollama:\n    type: openai\n    base_url: http://localhost:11434/v1\n"));
  }
}

TEST_CASE("a signal at the key leaves the terminal as it was, and writes nothing") {
  if (!has_terminal()) return;
  const Sandbox sandbox;
  struct Row {
    std::string name, keys;
    int signal, code;
  };
  for (const Row& row : std::vector<Row>{{"Ctrl-C", "\x03", 0, 130},
                                         {"SIGTERM", "", SIGTERM, 143},
                                         {"Ctrl-D", "\x04", 0, 130},
                                         {"Ctrl-Z and Ctrl-\\ are plain keys there", "\x1A\x1C\x15\x04", 0, 130}}) {
    CAPTURE(row.name);
    // The shell waits out the signal that the keyboard sends to both.
    Process process(on_terminal(sandbox.shell(
        "trap : INT; stty -a > before; sh -c 'echo $$ > pid; exec \"$BYOK\" profiles add gw https://gw.example/v1'; "
        "echo \"code $?\"; stty -a > after")));
    REQUIRE(process.wait_for(kKeyPrompt));
    if (row.signal != 0) {
      // What is typed behind a signal may reach a terminal that is in order again.
      REQUIRE(::kill(static_cast<pid_t>(std::stol(read_bytes(sandbox.work() / "pid"))), row.signal) == 0);
    } else {
      process.write("half-typed" + (row.name == "Ctrl-D" ? "\x15" + row.keys : row.keys));
    }
    const ProcessResult result = process.finish();
    CAPTURE(summary(result));
    CHECK(result.out.contains("code " + std::to_string(row.code)));
    CHECK_FALSE(result.out.contains("half-typed"));
    CHECK(read_bytes(sandbox.work() / "before") == read_bytes(sandbox.work() / "after"));
    CHECK(read_bytes(sandbox.work() / "after").contains(" echo "));
    CHECK_FALSE(fs::exists(sandbox.config_file()));
  }
}

TEST_CASE("links, modes and folders are kept") {
  const Sandbox sandbox;
  const std::string text = "# mine\nprofiles:\n  a:\n    base_url: http://localhost:1/v1\n    model: m\n";
  SUBCASE("a symbolic link stays one, and its target is written") {
    const fs::path real = sandbox.write(sandbox.root() / "dotfiles" / "byok.yaml", text);
    fs::create_directories(sandbox.config_file().parent_path());
    fs::create_symlink("../../dotfiles/byok.yaml", sandbox.config_file());
    CHECK(sandbox.run({"profiles", "add", "b", "localhost:8000", "-m", "m", "--yes"}).exit_code == 0);
    CHECK(fs::is_symlink(sandbox.config_file()));
    CHECK(read_bytes(real).starts_with(text + "  b:\n"));
    CHECK(sandbox.run({"profiles", "default", "b"}).exit_code == 0);
    CHECK(sandbox.run({"profiles", "rm", "a"}).exit_code == 0);
    CHECK(fs::is_symlink(sandbox.config_file()));
  }
  SUBCASE("a mode stays") {
    sandbox.write(sandbox.config_file(), text);
    REQUIRE(::chmod(sandbox.config_file().c_str(), 0640) == 0);
    CHECK(sandbox.run({"profiles", "add", "b", "localhost:8000", "-m", "m", "--yes"}).exit_code == 0);
    CHECK(mode_of(sandbox.config_file()) == 0640);
    CHECK(sandbox.files().size() == 1);
  }
  SUBCASE("what others can write is not made to run programs") {
    sandbox.write(sandbox.config_file(), text);
    REQUIRE(::chmod(sandbox.config_file().c_str(), 0664) == 0);
    const ProcessResult result =
        sandbox.run({"profiles", "add", "b", "https://b.example/v1", "-m", "m", "--key-command", "[\"op\"]", "--yes"});
    CAPTURE(summary(result));
    CHECK(result.exit_code == 3);
    CHECK(result.err.contains("chmod go-w"));
    CHECK(read_bytes(sandbox.config_file()) == text);
  }
  SUBCASE("a folder that cannot be written to is an error, and nothing is half done") {
    if (::geteuid() == 0) {
      MESSAGE("skipped: root may write everywhere");
      return;
    }
    sandbox.write(sandbox.config_file(), text);
    REQUIRE(::chmod(sandbox.config_file().parent_path().c_str(), 0500) == 0);
    const ProcessResult result = sandbox.run({"profiles", "add", "b", "localhost:8000", "-m", "m", "--yes"});
    CHECK(result.exit_code == 1);
    CHECK(read_bytes(sandbox.config_file()) == text);
    REQUIRE(::chmod(sandbox.config_file().parent_path().c_str(), 0700) == 0);
  }
}

TEST_CASE("of many that write at once, none is lost") {
  const Sandbox sandbox;
  constexpr int kWriters = 12;
  std::vector<std::unique_ptr<Process>> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.push_back(std::make_unique<Process>(
        sandbox.byok({"profiles", "add", "p" + std::to_string(i), "localhost:8000", "-m", "m", "--yes"})));
  }
  for (const auto& writer : writers) {
    const ProcessResult result = writer->finish();
    CAPTURE(summary(result));
    CHECK(result.exit_code == 0);
  }
  const std::string names = sandbox.run({"profiles", "list", "--names"}).out;
  for (int i = 0; i < kWriters; ++i) CHECK(names.contains("p" + std::to_string(i) + "\n"));
  CHECK(sandbox.files().size() == 1);
}

TEST_CASE("a file that changes while the question stands is looked at again") {
  if (!has_terminal()) return;
  const Sandbox sandbox;
  sandbox.write(sandbox.config_file(), "profiles:\n  a:\n    base_url: http://localhost:1/v1\n");
  Process process(on_terminal(sandbox.byok({"profiles", "add", "b", "localhost:8000", "--key-env", "K"})));
  REQUIRE(process.wait_for(kQuestion));
  sandbox.write(sandbox.config_file(), "# other\nprofiles:\n  c:\n    base_url: http://localhost:1/v1\n");
  process.write("y\r");
  REQUIRE(process.wait_for("has changed meanwhile"));
  process.write("y\r");
  const ProcessResult result = process.finish();
  CAPTURE(summary(result));
  CHECK(result.exit_code == 0);
  CHECK(read_bytes(sandbox.config_file())
            .starts_with("# other\nprofiles:\n  c:\n    base_url: http://localhost:1/v1\n  b:\n"));
}

TEST_CASE("removing asks on a terminal") {
  if (!has_terminal()) return;
  const Sandbox sandbox;
  const std::string text = "profiles:\n  a:\n    base_url: http://localhost:1/v1\n";
  sandbox.write(sandbox.config_file(), text);
  SUBCASE("no") {
    Process process(on_terminal(sandbox.byok({"profiles", "rm", "a"})));
    REQUIRE(process.wait_for(kQuestion));
    process.write("\r");
    CHECK(process.finish().exit_code == 1);
    CHECK(read_bytes(sandbox.config_file()) == text);
  }
  SUBCASE("interrupted") {
    Process process(on_terminal(sandbox.byok({"profiles", "rm", "a"})));
    REQUIRE(process.wait_for(kQuestion));
    process.write("\x03");
    CHECK(process.finish().exit_code == 130);
    CHECK(read_bytes(sandbox.config_file()) == text);
  }
  SUBCASE("yes was said before") {
    const ProcessResult result = run_process(on_terminal(sandbox.byok({"profiles", "rm", "a", "-y"})));
    CHECK(result.exit_code == 0);
    CHECK_FALSE(result.out.contains(kQuestion));
    CHECK(read_bytes(sandbox.config_file()) == "profiles:\n");
  }
}

TEST_CASE("a key in a file that is edited is never shown") {
  const Sandbox sandbox;
  sandbox.write(sandbox.config_file(),
                "profiles:\n  a:\n    base_url: https://a.example/v1?key=query-secret-0001\n    api_key: short\n"
                "    headers: {X-Token: header-secret-0001}\n  b:\n    base_url: https://b.example/v1\n    api_key: |\n"
                "      block-secret-0001\n");
  std::string shown;
  for (const std::string name : {"a", "b"}) {
    const ProcessResult result = sandbox.run({"profiles", "rm", name, "-vv"});
    CAPTURE(summary(result));
    CHECK(result.exit_code == 0);
    shown += result.out + result.err;
  }
  for (const std::string_view secret : {"query-secret-0001", "short", "header-secret-0001", "block-secret-0001"}) {
    CAPTURE(secret);
    CHECK_FALSE(shown.contains(secret));
  }
}

TEST_SUITE_END();
