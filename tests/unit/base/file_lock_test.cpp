// Tests of the lock on a file: one holder at a time, waited for with patience, and nothing left behind.
#include "base/file_lock.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <ostream>
#include <thread>
#include <utility>

#include "unit/base/folder.hpp"

using namespace byok::base;
using namespace std::chrono_literals;

TEST_CASE("A lock is held by one at a time, also for a file that is not there yet") {
  const Folder folder;
  const auto file = folder / "config.yaml";
  auto first = FileLock::take(file, 0ms);
  REQUIRE(first);
  const auto second = FileLock::take(file, 30ms);
  REQUIRE_FALSE(second);
  CHECK(second.error().kind == ErrorKind::output);
  CHECK(second.error().message.contains("another process"));
  {
    const FileLock moved = std::move(*first);
    CHECK_FALSE(FileLock::take(file, 0ms));
  }
  CHECK(FileLock::take(file, 0ms));
  CHECK(folder.count() == 0);
}

TEST_CASE("The lock lies where a symbolic link leads to") {
  const Folder folder;
  std::filesystem::create_directory(folder / "a");
  std::filesystem::create_directory(folder / "b");
  std::filesystem::create_symlink("../b/real", folder / "a/link");
  const auto held = FileLock::take(folder / "b/real", 0ms);
  REQUIRE(held);
  CHECK_FALSE(FileLock::take(folder / "a/link", 0ms));
}

TEST_CASE("One who waits gets the lock when it is free") {
  const Folder folder;
  const auto file = folder / "f";
  auto held = FileLock::take(file, 0ms);
  REQUIRE(held);
  std::thread holder([lock = std::move(*held)]() mutable {
    std::this_thread::sleep_for(50ms);
    const FileLock dropped = std::move(lock);
  });
  CHECK(FileLock::take(file, 10s));
  holder.join();
}

TEST_CASE("A folder that does not exist is an error that names it") {
  const auto lock = FileLock::take("/nonexistent/folder/file", 0ms);
  REQUIRE_FALSE(lock);
  CHECK(lock.error().message.contains("/nonexistent/folder"));
}
