// The file of -o: whole or untouched, whatever stands there and however the run ends.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "integration/answers.hpp"
#include "integration/sandbox.hpp"

using namespace byok::test;

namespace {

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_SUITE_BEGIN("output");

TEST_CASE("-o writes the whole answer to a new file and nothing to stdout") {
  const RawServer server({chat("Hello"), chat("Hello")});
  const Sandbox sandbox(server.port());
  const ProcessResult result = sandbox.run_shell("umask 027; exec \"$BYOK\" ask hi -o out");
  CAPTURE(summary(result));
  CHECK(result.exit_code == 0);
  CHECK(result.out == "");
  CHECK(result.err == "");
  CHECK(read_bytes(sandbox.work() / "out") == "Hello\n");
  CHECK(mode_of(sandbox.work() / "out") == 0640);
  CHECK(names_in(sandbox.work()) == Names{"out"});
}

TEST_CASE("-o replaces a file as one step, and keeps its mode and the links to it") {
  const RawServer server({chat("Hello")});
  const Sandbox sandbox(server.port());
  const fs::path target = sandbox.write(sandbox.work() / "real" / "file", "old and much longer than the answer\n");
  ::chmod(target.c_str(), 0751);
  fs::create_symlink("real/file", sandbox.work() / "link");
  fs::create_symlink("link", sandbox.work() / "link-to-link");
  const ProcessResult result = sandbox.run({"ask", "hi", "-o", "link-to-link"});
  CAPTURE(summary(result));
  CHECK(result.exit_code == 0);
  CHECK(read_bytes(target) == "Hello\n");
  CHECK(mode_of(target) == 0751);
  CHECK(fs::is_symlink(sandbox.work() / "link"));
  CHECK(fs::is_symlink(sandbox.work() / "link-to-link"));
  CHECK(names_in(sandbox.work()) == Names{"link", "link-to-link", "real"});
  CHECK(names_in(sandbox.work() / "real") == Names{"file"});
}

TEST_CASE("an incomplete reply leaves the file as it was and goes beside it") {
  const RawServer server({stream({delta("Hel"), "{{delay 50}}{{reset}}"})});
  const Sandbox sandbox(server.port());
  sandbox.write(sandbox.work() / "out", "old");
  const ProcessResult result = sandbox.run({"ask", "hi", "-o", "out"});
  CAPTURE(summary(result));
  CHECK(result.exit_code == 7);
  CHECK(result.out == "");
  CHECK(result.err.contains("out.partial"));
  CHECK(read_bytes(sandbox.work() / "out") == "old");
  CHECK(read_bytes(sandbox.work() / "out.partial") == "Hel\n");
  CHECK(names_in(sandbox.work()) == Names{"out", "out.partial"});
}

TEST_CASE("a run without any text leaves no file behind") {
  const RawServer server({refusal(400, "no"), answer("{{reset}}")});
  const Sandbox sandbox(server.port());
  CHECK(sandbox.run({"ask", "hi", "-o", "new"}).exit_code == 1);
  CHECK(sandbox.run({"ask", "hi", "-o", "new", "--retries", "0"}).exit_code == 5);
  CHECK(names_in(sandbox.work()).empty());
}

TEST_CASE("a run that is killed leaves the file as it was") {
  const RawServer server({stream({delta("Hel"), "{{stall}}"})});
  const Sandbox sandbox(server.port());
  sandbox.write(sandbox.work() / "out", "old");
  Process process(sandbox.byok({"ask", "hi", "-o", "out"}));
  REQUIRE(comes_true([&] { return !server.requests().empty(); }));
  process.send_signal(SIGKILL);
  CHECK(process.finish().signal == SIGKILL);
  CHECK(read_bytes(sandbox.work() / "out") == "old");
}

TEST_CASE("an answer that cannot be written is exit 1 and says why") {
  struct Row {
    std::string target;
    std::string err_has;
  };
  for (const Row& row : std::vector<Row>{{"/dev/full", "No space left on device"},
                                         {"missing/out", "does not exist"},
                                         {"/proc/byok-out", "/proc"},
                                         {"folder", "Is a directory"},
                                         {"file/out", "Not a directory"}}) {
    CAPTURE(row.target);
    const RawServer server({chat("Hello")});
    const Sandbox sandbox(server.port());
    fs::create_directory(sandbox.work() / "folder");
    sandbox.write(sandbox.work() / "file", "old");
    const ProcessResult result = sandbox.run({"ask", "hi", "-o", row.target});
    CAPTURE(summary(result));
    CHECK(result.exit_code == 1);
    CHECK(result.out == "");
    CHECK(result.err.contains(row.err_has));
    CHECK(names_in(sandbox.work()) == Names{"file", "folder"});
    CHECK(read_bytes(sandbox.work() / "file") == "old");
    // What can be known before is not found out by paying for an answer.
    CHECK(server.requests().size() == (row.target == "/dev/full" ? 1U : 0U));
  }
}

TEST_CASE("where nothing can be saved, no empty file is left and none is announced") {
  const RawServer server({chat("Hello")});
  const Sandbox sandbox(server.port());
  sandbox.write(sandbox.work() / "out.partial", "of an earlier run");
  const ProcessResult result = sandbox.run_shell("trap '' XFSZ; ulimit -f 0; exec \"$BYOK\" ask hi -o out");
  CAPTURE(summary(result));
  CHECK(result.exit_code == 1);
  CHECK(result.err.contains("nothing of the reply was saved"));
  CHECK_FALSE(result.err.contains("the incomplete reply is in"));
  CHECK(names_in(sandbox.work()) == Names{"out.partial"});
  CHECK(read_bytes(sandbox.work() / "out.partial") == "of an earlier run");
}

TEST_CASE("a folder that may not be written to is found out before anything is sent") {
  if (::geteuid() == 0) {
    MESSAGE("skipped: root may write everywhere");
    return;
  }
  const RawServer server({chat("Hello")});
  const Sandbox sandbox(server.port());
  fs::create_directory(sandbox.work() / "folder");
  ::chmod((sandbox.work() / "folder").c_str(), 0500);
  const ProcessResult result = sandbox.run({"ask", "hi", "-o", "folder/out"});
  CAPTURE(summary(result));
  CHECK(result.exit_code == 1);
  CHECK(result.err.contains("Permission denied"));
  CHECK(server.connections() == 0);
}

TEST_CASE("devices and pipes are written to as they are") {
  const RawServer server({chat("Hello"), chat("Hello"), chat("Hello"), chat("Hello")});
  const Sandbox sandbox(server.port());
  SUBCASE("a device stays one, though root could replace it") {
    const ProcessResult result = sandbox.run({"ask", "hi", "-o", "/dev/null"});
    CAPTURE(summary(result));
    CHECK(result.exit_code == 0);
    CHECK(fs::is_character_file("/dev/null"));
  }
  SUBCASE("a pipe with a name gets the answer") {
    const ProcessResult result = sandbox.run_shell("mkfifo pipe; cat pipe & \"$BYOK\" ask hi -o pipe; wait");
    CAPTURE(summary(result));
    CHECK(result.out == "Hello\n");
    CHECK(fs::is_fifo(sandbox.work() / "pipe"));
  }
  SUBCASE("standard output under its own names") {
    for (const std::string name : {"-", "/dev/stdout"}) {
      CAPTURE(name);
      const ProcessResult result = sandbox.run_shell("echo first > out; \"$BYOK\" ask hi -o " + name + " >> out");
      CAPTURE(summary(result));
      CHECK(result.exit_code == 0);
    }
    CHECK(read_bytes(sandbox.work() / "out") == "first\nHello\n");
  }
  SUBCASE("other streams under their names") {
    for (const std::string name : {"/dev/stderr", "/dev/fd/2", "/proc/self/fd/2"}) {
      CAPTURE(name);
      const ProcessResult result = sandbox.run_shell("echo first > err; \"$BYOK\" ask hi -o " + name + " 2>> err");
      CAPTURE(summary(result));
      CHECK(result.exit_code == 0);
      CHECK(read_bytes(sandbox.work() / "err") == "first\nHello\n");
    }
  }
}

TEST_SUITE_END();
