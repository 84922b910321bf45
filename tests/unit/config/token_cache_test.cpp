// Tests of the tokens kept between runs: for whom, where, how long, and in which folders nothing is kept.
#include "config/token_cache.hpp"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace fs = std::filesystem;
using byok::config::Environment;
using byok::config::TokenCache;

namespace {

const std::vector<std::string> kCommand{"az", "token"};
constexpr const char* kOrigin = "https://a.example";

// A runtime folder of its own, mode 0700.
class Runtime {
 public:
  Runtime() {
    std::string name = (fs::temp_directory_path() / "byok-cache-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;
  ~Runtime() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }
  [[nodiscard]] Environment environment() const { return Environment({{"XDG_RUNTIME_DIR", path_.string()}}); }
  [[nodiscard]] TokenCache cache(const std::vector<std::string>& command = kCommand,
                                 std::string origin = kOrigin) const {
    return {environment(), command, std::move(origin)};
  }

 private:
  fs::path path_;
};

TokenCache cache_in(const std::string& runtime) {
  std::map<std::string, std::string, std::less<>> variables;
  variables["XDG_RUNTIME_DIR"] = runtime;
  return {Environment(std::move(variables)), kCommand, kOrigin};
}

mode_t mode_of(const fs::path& path) {
  struct stat status{};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

}  // namespace

TEST_CASE("A token is found again by the same command and origin until it is stale") {
  const Runtime runtime;
  CHECK_FALSE(runtime.cache().find(1000));
  runtime.cache().store("secret-1", 2000);
  const auto entry = runtime.cache().find(1000);
  REQUIRE(entry);
  CHECK(entry->secret.reveal() == "secret-1");
  CHECK(entry->stale_at == 2000);
  CHECK(runtime.cache().find(1999));
  CHECK_FALSE(runtime.cache().find(2000));
  runtime.cache().store("secret-2", 3000);
  CHECK(runtime.cache().find(2000)->secret.reveal() == "secret-2");
}

TEST_CASE("Another command or origin finds nothing") {
  const Runtime runtime;
  runtime.cache().store("secret-1", 2000);
  CHECK_FALSE(runtime.cache({"az", "token", "x"}).find(1000));
  CHECK_FALSE(runtime.cache({"aztoken"}).find(1000));
  CHECK_FALSE(runtime.cache({"az token"}).find(1000));
  CHECK_FALSE(runtime.cache(kCommand, "https://b.example").find(1000));
}

TEST_CASE("A file of one origin under another's name is not believed") {
  const Runtime runtime;
  runtime.cache().store("secret-1", 2000);
  const TokenCache other = runtime.cache(kCommand, "https://evil.example");
  fs::copy_file(runtime.cache().file(), other.file());
  CHECK_FALSE(other.find(1000));
}

TEST_CASE("Folder and file are the user's alone") {
  const Runtime runtime;
  const mode_t before = ::umask(0);
  runtime.cache().store("secret-1", 2000);
  ::umask(before);
  CHECK(mode_of(runtime.path() / "byok") == 0700);
  CHECK(mode_of(runtime.cache().file()) == 0600);
  CHECK(runtime.cache().file().parent_path() == runtime.path() / "byok");
}

TEST_CASE("Neither command nor token can be read from the file's name") {
  const Runtime runtime;
  const std::string name = runtime.cache({"az", "verysecret"}).file().filename().string();
  CHECK(name.starts_with("token-"));
  CHECK(name.size() == 22);
  CHECK_FALSE(name.contains("secret"));
}

TEST_CASE("Without a safe runtime folder nothing is kept") {
  const Runtime runtime;
  CHECK(TokenCache(Environment(), kCommand, kOrigin).file().empty());
  CHECK(cache_in("relative").file().empty());
  const std::string missing = (runtime.path() / "none").string();
  CHECK(cache_in(missing).file().empty());
  CHECK_FALSE(fs::exists(missing));

  fs::permissions(runtime.path(), fs::perms(0755));
  CHECK(runtime.cache().file().empty());
  fs::permissions(runtime.path(), fs::perms(0700));
  CHECK_FALSE(runtime.cache().file().empty());
  fs::permissions(runtime.path() / "byok", fs::perms(0750));
  const TokenCache open = runtime.cache();
  CHECK(open.file().empty());
  open.store("secret-1", 2000);
  CHECK_FALSE(open.find(1000));
}

TEST_CASE("A link in the folder's place is not followed") {
  const Runtime runtime;
  fs::create_directory(runtime.path() / "elsewhere");
  fs::permissions(runtime.path() / "elsewhere", fs::perms(0700));
  fs::create_directory_symlink(runtime.path() / "elsewhere", runtime.path() / "byok");
  CHECK(runtime.cache().file().empty());
}

TEST_CASE("A link or an open file in a token's place is not read, and a new token replaces it") {
  const Runtime runtime;
  runtime.cache().store("secret-1", 2000);
  const fs::path file = runtime.cache().file();
  fs::permissions(file, fs::perms(0644));
  CHECK_FALSE(runtime.cache().find(1000));
  runtime.cache().store("secret-2", 2000);
  CHECK(mode_of(file) == 0600);
  CHECK(runtime.cache().find(1000)->secret.reveal() == "secret-2");

  const fs::path target = runtime.path() / "target";
  fs::rename(file, target);
  fs::create_symlink(target, file);
  CHECK_FALSE(runtime.cache().find(1000));
  runtime.cache().store("secret-3", 2000);
  CHECK_FALSE(fs::is_symlink(file));
  CHECK(runtime.cache().find(1000)->secret.reveal() == "secret-3");
}

TEST_CASE("A file that holds something else counts as none") {
  const Runtime runtime;
  const fs::path file = runtime.cache().file();
  for (const std::string_view text :
       {"", "junk", "[]", "{}", R"({"origin":"https://a.example"})",
        R"({"origin":"https://a.example","token":5,"stale_at":2000})",
        R"({"origin":"https://a.example","token":"t","stale_at":"2000"})", R"({"token":"t","stale_at":2000})"}) {
    CAPTURE(text);
    std::ofstream(file, std::ios::trunc) << text;
    ::chmod(file.c_str(), 0600);
    CHECK_FALSE(runtime.cache().find(1000));
  }
  std::ofstream(file, std::ios::trunc) << R"({"origin":"https://a.example","token":"t","stale_at":2000})";
  CHECK(runtime.cache().find(1000));
}
