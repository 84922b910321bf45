// Tests of files that grow: invisible until they are whole, and what is left when they never are.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "base/file.hpp"
#include "unit/base/folder.hpp"

namespace byok::base {
namespace {

TEST_CASE("a pending file is invisible until it is committed") {
  const Folder folder;
  const Umask umask(027);
  Result<PendingFile> file = PendingFile::open(folder / "f");
  REQUIRE(file.has_value());
  CHECK_FALSE(file->is_direct());
  CHECK(file->write("one ").has_value());
  CHECK(file->write("").has_value());
  CHECK(file->write("two").has_value());
  CHECK_FALSE(fs::exists(folder / "f"));
  REQUIRE(file->commit().has_value());
  CHECK(get(folder / "f") == "one two");
  CHECK(mode_of(folder / "f") == 0640);
  CHECK(folder.count() == 1);
}

TEST_CASE("a pending file that is dropped leaves no trace") {
  const Folder folder;
  put(folder / "f", "old");
  {
    Result<PendingFile> file = PendingFile::open(folder / "f");
    REQUIRE(file.has_value());
    CHECK(file->write("new").has_value());
    CHECK(folder.count() == 2);
  }
  CHECK(get(folder / "f") == "old");
  CHECK(folder.count() == 1);
}

TEST_CASE("commit keeps the mode of the file it replaces and goes through symlinks") {
  const Folder folder;
  put(folder / "real", "old", 0604);
  fs::create_symlink("real", folder / "link");
  Result<PendingFile> file = PendingFile::open(folder / "link");
  REQUIRE(file.has_value());
  CHECK(file->write("new").has_value());
  REQUIRE(file->commit().has_value());
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(get(folder / "real") == "new");
  CHECK(mode_of(folder / "real") == 0604);
}

TEST_CASE("keep_partial keeps no empty file and replaces none by it") {
  const Folder folder;
  put(folder / "f.partial", "of an earlier run");
  {
    Result<PendingFile> file = PendingFile::open(folder / "f");
    REQUIRE(file.has_value());
    CHECK(file->keep_partial().value().empty());
  }
  CHECK(get(folder / "f.partial") == "of an earlier run");
  CHECK(folder.count() == 1);
}

TEST_CASE("keep_partial leaves the target alone and puts the bytes beside it") {
  const Folder folder;
  put(folder / "f", "old");
  put(folder / "f.partial", "older");
  Result<PendingFile> file = PendingFile::open(folder / "f");
  REQUIRE(file.has_value());
  CHECK(file->write("half").has_value());
  CHECK(file->keep_partial().value() == folder / "f.partial");
  CHECK(get(folder / "f") == "old");
  CHECK(get(folder / "f.partial") == "half");
  CHECK(folder.count() == 2);
}

TEST_CASE("bytes whose commit failed can still be kept") {
  const Folder folder;
  PendingFile file = PendingFile::open(folder / "f").value();
  CHECK(file.write("whole").has_value());
  fs::create_directory(folder / "f");
  const Result<> result = file.commit();
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().kind == ErrorKind::output);
  CHECK(file.keep_partial().value() == folder / "f.partial");
  CHECK(get(folder / "f.partial") == "whole");
}

TEST_CASE("a pending file can be moved, and the bytes go with it") {
  const Folder folder;
  {
    PendingFile first = PendingFile::open(folder / "a").value();
    PendingFile second = std::move(first);
    CHECK(second.write("A").has_value());
    PendingFile third = PendingFile::open(folder / "b").value();
    third = std::move(second);
    REQUIRE(third.commit().has_value());
  }
  CHECK(get(folder / "a") == "A");
  CHECK(folder.count() == 1);
}

TEST_CASE("a disk that fills up while a file grows is an output error, and the target stays") {
  const Folder folder;
  put(folder / "f", "old");
  const std::string text(100'000, 'x');
  std::optional<Result<>> result;
  {
    Result<PendingFile> file = PendingFile::open(folder / "f");
    REQUIRE(file.has_value());
    const FullDisk disk(4096);
    result = file->write(text);
  }
  REQUIRE_FALSE(result->has_value());
  CHECK(result->error().kind == ErrorKind::output);
  CHECK(get(folder / "f") == "old");
  CHECK(folder.count() == 1);
}

TEST_CASE("devices are written to directly and never replaced") {
  for (const auto& [device, is_full] : {std::pair{"/dev/null", false}, std::pair{"/dev/full", true}}) {
    PendingFile file = PendingFile::open(device).value();
    CHECK(file.is_direct());
    const Result<> result = file.write("x");
    CHECK(result.has_value() != is_full);
    if (is_full) {
      CHECK(result.error().kind == ErrorKind::output);
      CHECK(result.error().message == "cannot write /dev/full: No space left on device");
      CHECK(file.keep_partial().value() == device);
    } else {
      CHECK(file.commit().has_value());
    }
    CHECK(fs::is_character_file(device));
  }
  CHECK_FALSE(fs::exists("/dev/full.partial"));
}

TEST_CASE("a link to a device and a FIFO are written to directly") {
  const Folder folder;
  fs::create_symlink("/dev/null", folder / "null");
  PendingFile null = PendingFile::open(folder / "null").value();
  CHECK(null.is_direct());
  CHECK(null.commit().has_value());
  CHECK(fs::is_symlink(folder / "null"));

  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
  const int reader = ::open((folder / "fifo").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  REQUIRE(reader >= 0);
  {
    PendingFile fifo = PendingFile::open(folder / "fifo").value();
    CHECK(fifo.is_direct());
    CHECK(fifo.write("through").has_value());
    CHECK(fifo.commit().has_value());
  }
  CHECK(read_all(reader, 100).value() == "through");
  ::close(reader);
  CHECK(fs::is_fifo(folder / "fifo"));
}

TEST_CASE("a target that is only a name lies in the current directory") {
  const Folder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder / "");
  PendingFile file = PendingFile::open("name").value();
  CHECK(file.write("x").has_value());
  CHECK(file.keep_partial().value() == "name.partial");
  CHECK(write_file("other", "y", 0600).has_value());
  fs::current_path(before);
  CHECK(get(folder / "name.partial") == "x");
  CHECK(get(folder / "other") == "y");
}

}  // namespace
}  // namespace byok::base
