// Tests of finding Foundry Local: the words of its old and new command lines, and programs that play them.
#include <stdlib.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <ostream>
#include <string>

#include <doctest/doctest.h>

#include "config/foundry_local.hpp"

using namespace std::chrono_literals;
using byok::config::Environment;
using byok::config::find_foundry_local;
using byok::config::FoundryLocal;
using byok::config::FoundryLocalState;
using byok::config::read_foundry_status;

namespace fs = std::filesystem;

namespace {

// A folder with a `foundry` of its own on the path before the system's programs.
class Installed {
 public:
  explicit Installed(const std::string& script) {
    std::string name = (fs::temp_directory_path() / "byok-foundry-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
    std::ofstream(folder_ / "foundry") << "#!/bin/sh\n" << script;
    ::chmod((folder_ / "foundry").c_str(), 0700);
  }
  Installed(const Installed&) = delete;
  Installed& operator=(const Installed&) = delete;
  ~Installed() { fs::remove_all(folder_); }

  [[nodiscard]] const fs::path& folder() const { return folder_; }
  [[nodiscard]] FoundryLocal find(std::chrono::milliseconds limit = 30s) const {
    return find_foundry_local(path(folder_.string() + ":/usr/bin:/bin"), limit);
  }
  [[nodiscard]] static Environment path(const std::string& value) {
    return Environment(std::map<std::string, std::string, std::less<>>{{"PATH", value}});
  }

 private:
  fs::path folder_;
};

constexpr const char* kOldRunning =
    "🟢 Model management service is running on http://127.0.0.1:55064/openai/status\n"
    "EP autoregistration status: Successfully downloaded and registered the following EPs: CUDAExecutionProvider.\n"
    "Valid EPs: CPUExecutionProvider, CUDAExecutionProvider\n";
constexpr const char* kOldStopped =
    "🔴 Model management service is not running!\n"
    "To start the service, run the following command: foundry service start\n";

}  // namespace

TEST_CASE("read_foundry_status: the origin that old and new versions print") {
  CHECK(read_foundry_status(kOldRunning) == "http://127.0.0.1:55064");
  CHECK(read_foundry_status("Status    Ready\nPID       4711\nWeb URLs  http://127.0.0.1:53494\nUptime    2h\n") ==
        "http://127.0.0.1:53494");
  CHECK(read_foundry_status("│ Web URLs │ http://127.0.0.1:5273/ │\r\n") == "http://127.0.0.1:5273");
  CHECK(read_foundry_status("Web URLs \x1b[36mhttp://127.0.0.1:5273\x1b[0m\n") == "http://127.0.0.1:5273");
  CHECK(read_foundry_status("Web URLs http://127.0.0.1:5273;https://127.0.0.1:5274") == "http://127.0.0.1:5273");
  CHECK(read_foundry_status(R"({"status":"Ready","webUrls":["http://127.0.0.1:50084"]})") == "http://127.0.0.1:50084");
  CHECK(read_foundry_status("Web URLs http://[::1]:5273") == "http://[::1]:5273");
  CHECK(read_foundry_status("Web URLs http://0.0.0.0:5273") == "http://127.0.0.1:5273");
  CHECK(read_foundry_status("Web URLs http://localhost:5273") == "http://127.0.0.1:5273");
}

TEST_CASE("read_foundry_status: nothing where no server runs or none is named") {
  CHECK_FALSE(read_foundry_status(kOldStopped));
  CHECK_FALSE(read_foundry_status("Status Stopped\nWeb URLs http://127.0.0.1:5273\n"));
  CHECK_FALSE(read_foundry_status(R"({"isRunning": false, "webUrls": ["http://127.0.0.1:5273"]})"));
  CHECK_FALSE(
      read_foundry_status("Exception: Request to local service failed. Uri:http://127.0.0.1:54150/openai/status\n"));
  CHECK_FALSE(read_foundry_status(""));
  CHECK_FALSE(read_foundry_status("see http://aka.ms/foundry-local"));
  CHECK_FALSE(read_foundry_status("http://127.0.0.1:0"));
  CHECK_FALSE(read_foundry_status("http://127.0.0.1:99999"));
  CHECK_FALSE(read_foundry_status("http://127.0.0.1"));
  CHECK_FALSE(read_foundry_status("http://127.0.0.1.evil.example:80/"));
  CHECK_FALSE(read_foundry_status("http://"));
}

TEST_CASE("read_foundry_status: help or a link before the address does not hide it") {
  CHECK(read_foundry_status("Docs: http://aka.ms/foundry-local\nWeb URLs http://127.0.0.1:5273\n") ==
        "http://127.0.0.1:5273");
}

TEST_CASE("find_foundry_local: the new command line is asked once") {
  const Installed foundry(
      "echo \"$*\" >> \"${0%/*}/asked\"\n"
      "[ \"$1 $2\" = 'server status' ] && echo 'Web URLs http://127.0.0.1:5273'\n");
  const FoundryLocal found = foundry.find();
  CHECK(found.state == FoundryLocalState::running);
  CHECK(found.origin == "http://127.0.0.1:5273");
  CHECK(found.command == "foundry server status");
  std::ifstream asked(foundry.folder() / "asked");
  CHECK(std::string(std::istreambuf_iterator<char>(asked), {}) == "server status\n");
}

TEST_CASE("find_foundry_local: an old one does not know `server`, and is asked again") {
  const Installed foundry(
      "if [ \"$1\" = service ]; then echo '🟢 Model management service is running on "
      "http://127.0.0.1:5273/openai/status'; exit 0; fi\n"
      "echo \"'server' was not matched. Did you mean one of the following?\" >&2; exit 1\n");
  const FoundryLocal found = foundry.find();
  CHECK(found.state == FoundryLocalState::running);
  CHECK(found.origin == "http://127.0.0.1:5273");
  CHECK(found.command == "foundry service status");
}

TEST_CASE("find_foundry_local: a server that does not run, whatever the exit status") {
  for (const char* script : {"echo '🔴 Model management service is not running!'; exit 1\n",
                             "[ $1 = service ] || exit 1; echo 'Model management service is not running!'\n"}) {
    const Installed foundry(script);
    const FoundryLocal found = foundry.find();
    CHECK(found.state == FoundryLocalState::stopped);
    CHECK(found.origin.empty());
    CHECK(found.command.starts_with("foundry serv"));
  }
}

TEST_CASE("find_foundry_local: a program that says something else, too much, or hangs is unreadable") {
  for (const char* script : {"echo hello\n", "exit 3\n", "yes\n", "kill -9 $$\n"}) {
    const Installed foundry(script);
    const FoundryLocal found = foundry.find();
    CHECK(found.state == FoundryLocalState::unreadable);
    CHECK(found.command.empty());
  }
  CHECK(Installed("sleep 60\n").find(50ms).state == FoundryLocalState::unreadable);
}

TEST_CASE("find_foundry_local: not installed where no absolute folder of PATH holds the program") {
  const Installed foundry("echo 'Web URLs http://127.0.0.1:5273'\n");
  CHECK(find_foundry_local(Installed::path(""), 30s).state == FoundryLocalState::not_installed);
  CHECK(find_foundry_local(Environment(), 30s).state == FoundryLocalState::not_installed);
  const fs::path before = fs::current_path();
  fs::current_path(foundry.folder());
  CHECK(find_foundry_local(Installed::path(".::/byok-no-such-folder"), 30s).state == FoundryLocalState::not_installed);
  fs::current_path(before);
  ::chmod((foundry.folder() / "foundry").c_str(), 0600);
  CHECK(foundry.find().state == FoundryLocalState::not_installed);
}
