// Tests of running a token command: what it gets, what comes back, and that nothing outlives its limit.
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "config/credential.hpp"

using namespace std::chrono_literals;
using byok::base::Error;
using byok::base::ErrorKind;
using byok::base::Result;
using byok::config::ask_command;
using byok::config::CredentialContext;
using byok::config::Environment;
using byok::config::find_program;
using byok::config::run_command;

namespace {

Environment variables(std::map<std::string, std::string, std::less<>> more = {}) {
  const char* path = ::getenv("PATH");
  more.try_emplace("PATH", path != nullptr ? path : "/usr/bin:/bin");
  return Environment(std::move(more));
}

Result<std::string> shell(const std::string& script, std::chrono::milliseconds timeout = 30s,
                          const CredentialContext& context = {}) {
  return run_command({"sh", "-c", script}, timeout, context, variables());
}

Error failure(const Result<std::string>& result) {
  REQUIRE_FALSE(result);
  return result.error();
}

bool is_alive(pid_t pid) { return ::kill(pid, 0) == 0; }

// Whether the process ends within a second: a killed one may have to be reaped by init first.
bool ends(pid_t pid) {
  for (int i = 0; i < 200 && is_alive(pid); ++i) std::this_thread::sleep_for(5ms);
  if (!is_alive(pid)) return true;
  std::ifstream status("/proc/" + std::to_string(pid) + "/stat");
  const std::string text((std::istreambuf_iterator<char>(status)), {});
  return text.contains(") Z");  // dead, and no one collects the dead here
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {(std::istreambuf_iterator<char>(file)), {}};
}

std::filesystem::path temporary_name(std::string_view name) {
  return std::filesystem::temp_directory_path() /
         ("byok-command-" + std::to_string(::getpid()) + "-" + std::string(name));
}

}  // namespace

TEST_CASE("A command's output comes back to the byte") {
  CHECK(shell("printf 'a b\\n\\n'") == "a b\n\n");
  CHECK(shell("printf 'a\\0b'") == std::string("a\0b", 3));
  CHECK(shell(":") == "");
}

TEST_CASE("Arguments reach the program as they are, with no shell between") {
  CHECK(run_command({"printf", "%s|", "a b", "$HOME", "'q'", "", "*"}, 30s, {}, variables()) == "a b|$HOME|'q'||*|");
}

TEST_CASE("The command sees the environment it is given and no other") {
  ::setenv("BYOK_TEST_OUTER", "seen", 1);
  const auto output = run_command({"sh", "-c", "printf '%s,%s' \"$GIVEN\" \"$BYOK_TEST_OUTER\""}, 30s, {},
                                  variables({{"GIVEN", "in here"}}));
  ::unsetenv("BYOK_TEST_OUTER");
  CHECK(output == "in here,");
}

TEST_CASE("Standard input is empty") { CHECK(shell("cat; printf done") == "done"); }

TEST_CASE("The command has a process group of its own") {
  const auto output = shell("ps -o pgid= -p $$ | tr -d ' \\n'; printf ' %s' $$");
  REQUIRE(output);
  const auto parts = byok::base::split(*output, ' ');
  if (parts.front().empty()) return;  // no ps here
  CHECK(parts.front() == parts.back());
}

TEST_CASE("Signals that this program ignores are back to normal in the command") {
  struct sigaction ignore{};
  ignore.sa_handler = SIG_IGN;
  struct sigaction before{};
  ::sigaction(SIGPIPE, &ignore, &before);
  const auto output = shell("kill -PIPE $$; printf survived");
  ::sigaction(SIGPIPE, &before, nullptr);
  CHECK(failure(output).message == "sh was ended by signal 13");
}

TEST_CASE("A failing command is an authentication error that names program and status, never the output") {
  const Error error = failure(shell("printf verysecret; exit 3"));
  CHECK(error.kind == ErrorKind::auth);
  CHECK(error.message == "sh exited with status 3");
  CHECK_FALSE(error.hint.empty());
  CHECK(failure(shell("printf verysecret; kill -TERM $$")).message == "sh was ended by signal 15");
}

TEST_CASE("A program that is not there is named") {
  const Error error = failure(run_command({"byok-no-such-program", "verysecret"}, 30s, {}, variables()));
  CHECK(error.kind == ErrorKind::auth);
  CHECK(error.message == "the command byok-no-such-program was not found");
  CHECK(failure(run_command({"/"}, 30s, {}, variables())).kind == ErrorKind::auth);
}

TEST_CASE("An empty command is a configuration error") {
  CHECK(failure(run_command({}, 30s, {}, variables())).kind == ErrorKind::config);
  CHECK(failure(run_command({""}, 30s, {}, variables())).kind == ErrorKind::config);
}

TEST_CASE("Output is read up to 64 KiB and refused beyond") {
  const auto most = shell("head -c 65536 /dev/zero");
  REQUIRE(most);
  CHECK(most->size() == 65536);
  CHECK(failure(shell("head -c 65537 /dev/zero")).message == "sh printed more than 64 KiB");
  // One that never ends is not waited for.
  CHECK(failure(run_command({"yes"}, 30s, {}, variables())).message == "yes printed more than 64 KiB");
}

TEST_CASE("At the timeout the whole process group is killed") {
  const std::filesystem::path pids = temporary_name("pids");
  const Error error = failure(shell("sleep 600 & echo $! $$ > " + pids.string() + "; wait", 300ms));
  CHECK(error.kind == ErrorKind::auth);
  CHECK(error.message == "sh did not finish within 0.3 s");
  std::ifstream file(pids);
  pid_t child = 0;
  pid_t parent = 0;
  file >> child >> parent;
  REQUIRE(child > 0);
  CHECK(ends(child));
  CHECK(ends(parent));
  std::filesystem::remove(pids);
}

TEST_CASE("A command that closed its output early is still waited for, and still killed at the timeout") {
  CHECK(failure(shell("printf x; exec >&-; sleep 600", 200ms)).message == "sh did not finish within 0.2 s");
  CHECK(shell("printf x; exec >&-; sleep 0.1") == "x");
}

TEST_CASE("A background process that keeps the output open is not waited for") {
  const std::filesystem::path pid = temporary_name("daemon");
  CHECK(shell("printf token; sleep 600 & echo $! > " + pid.string()) == "token");
  ::kill(std::stoi(read(pid)), SIGKILL);
  std::filesystem::remove(pid);
}

TEST_CASE("A deadline of the whole run that comes first is a timeout") {
  const CredentialContext context{.interrupt = -1, .deadline = std::chrono::steady_clock::now() + 100ms};
  const Error error = failure(shell("sleep 600", 60s, context));
  CHECK(error.kind == ErrorKind::timeout);
  const CredentialContext past{.interrupt = -1, .deadline = std::chrono::steady_clock::now() - 1s};
  CHECK(failure(shell("sleep 600", 0ms, past)).kind == ErrorKind::timeout);
}

TEST_CASE("A timeout of zero is none") { CHECK(shell("sleep 0.1; printf x", 0ms) == "x"); }

TEST_CASE("An interrupt ends the wait and the command") {
  std::array<int, 2> ends_of_pipe{};
  REQUIRE(::pipe(ends_of_pipe.data()) == 0);
  const std::filesystem::path pid = temporary_name("interrupted");
  std::thread later([&] {
    while (read(pid).empty()) std::this_thread::sleep_for(5ms);
    [[maybe_unused]] const auto written = ::write(ends_of_pipe[1], "x", 1);
  });
  const CredentialContext context{.interrupt = ends_of_pipe[0], .deadline = std::nullopt};
  const auto output = shell("echo $$ > " + pid.string() + "; sleep 600", 60s, context);
  later.join();
  CHECK(failure(output).kind == ErrorKind::cancelled);
  CHECK(ends(std::stoi(read(pid))));
  std::filesystem::remove(pid);
  for (const int end : ends_of_pipe) ::close(end);
}

TEST_CASE("No descriptor of this program but stderr reaches the command") {
  // What whoever started the tests left open is not this program's.
  for (int inherited = 3; inherited < 10; ++inherited) ::fcntl(inherited, F_SETFD, FD_CLOEXEC);
  const auto output = shell("for fd in 3 4 5 6 7 8 9; do (: <&$fd) 2>/dev/null && printf %s $fd; done; :");
  CHECK(output == "");
}

TEST_CASE("Running commands leaves no descriptor open") {
  const auto count = [] {
    int open = 0;
    for (int fd = 0; fd < 256; ++fd) open += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    return open;
  };
  const int before = count();
  for (int i = 0; i < 3; ++i) CHECK(shell("exit 1").error().kind == ErrorKind::auth);
  CHECK_FALSE(run_command({"byok-no-such-program"}, 30s, {}, variables()));
  CHECK(count() == before);
}

TEST_CASE("ask_command: both streams are the report, and so is a failure") {
  const auto report = ask_command({"sh", "-c", "echo out; echo err >&2; exit 3"}, 30s, {}, variables());
  REQUIRE(report);
  CHECK(report->exit_status == 3);
  CHECK(report->output == "out\nerr\n");
  const auto killed = ask_command({"sh", "-c", "kill -9 $$"}, 30s, {}, variables());
  REQUIRE(killed);
  CHECK(killed->exit_status == 137);
  CHECK_FALSE(ask_command({"byok-no-such-program"}, 30s, {}, variables()));
  CHECK_FALSE(ask_command({"sleep", "60"}, 20ms, {}, variables()));
}

TEST_CASE("find_program: an executable file on the path") {
  CHECK(find_program("sh", variables()).ends_with("/sh"));
  CHECK(find_program("byok-no-such-program", variables()).empty());
  CHECK(find_program("bin", Environment(std::map<std::string, std::string, std::less<>>{{"PATH", "/usr"}})).empty());
}
