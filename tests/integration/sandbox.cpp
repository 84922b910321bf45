// The folders of a run and the variables that point to them.
#include "integration/sandbox.hpp"

#include <stdlib.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "base/text.hpp"

namespace byok::test {

Sandbox::Sandbox() {
  std::string name = (fs::temp_directory_path() / "byok-integration-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  root_ = name;
  for (const char* each : {"home", "config", "state", "cache", "data", "run", "etc", "tmp", "work"}) {
    fs::create_directory(root_ / each);
    fs::permissions(root_ / each, fs::perms::owner_all);
  }
  const char* path = ::getenv("PATH");
  environment = {{"PATH", path != nullptr ? path : "/usr/bin:/bin"},
                 {"LANG", "C.UTF-8"},
                 {"TERM", "xterm"},
                 {"HOME", root_ / "home"},
                 {"TMPDIR", root_ / "tmp"},
                 {"XDG_CONFIG_HOME", root_ / "config"},
                 {"XDG_CONFIG_DIRS", root_ / "etc"},
                 {"XDG_STATE_HOME", root_ / "state"},
                 {"XDG_CACHE_HOME", root_ / "cache"},
                 {"XDG_DATA_HOME", root_ / "data"},
                 {"XDG_RUNTIME_DIR", root_ / "run"}};
}

Sandbox::Sandbox(std::uint16_t port) : Sandbox() {
  environment["BYOK_BASE_URL"] = fmt::format("http://127.0.0.1:{}/v1", port);
  environment["BYOK_MODEL"] = "m";
}

Sandbox::~Sandbox() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

fs::path Sandbox::write(const fs::path& path, std::string_view text) const {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  return path;
}

std::vector<fs::path> Sandbox::files() const {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(root_)) {
    if (entry.is_regular_file()) found.push_back(entry.path());
  }
  return found;
}

ProcessOptions Sandbox::byok(std::vector<std::string> words) const {
  words.insert(words.begin(), program());
  return {.argv = std::move(words), .environment = environment, .directory = work(), .bytes = {}};
}

ProcessOptions Sandbox::shell(std::string script) const {
  ProcessOptions options{
      .argv = {"bash", "-c", std::move(script)}, .environment = environment, .directory = work(), .bytes = {}};
  options.environment["BYOK"] = program();
  return options;
}

std::string program() {
  const char* path = ::getenv("BYOK_BINARY");
  if (path == nullptr) throw std::runtime_error("BYOK_BINARY does not say which program to test");
  return fs::absolute(path).string();
}

std::string read_bytes(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

mode_t mode_of(const fs::path& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
}

std::string summary(const ProcessResult& result) {
  return fmt::format("exit {}{}\n--- stdout\n{}\n--- stderr\n{}\n---", result.exit_code,
                     result.timed_out ? ", timed out" : "", base::abbreviate(result.out, 2000),
                     base::abbreviate(result.err, 2000));
}

bool comes_true(const std::function<bool()>& is_so) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace byok::test
