// Tests of reading and replacing files: what is left on disk after success and after each failure.
#include "base/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <ostream>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "unit/base/folder.hpp"

namespace byok::base {
namespace {

TEST_CASE("read_file gives the whole file, up to and including the limit") {
  const Folder folder;
  const std::string text = std::string("a\0b\r\n\xFF", 6);
  put(folder / "f", text);
  CHECK(read_file(folder / "f", 6).value() == text);
  CHECK(read_file(folder / "f", 1000).value() == text);
  put(folder / "empty", "");
  CHECK(read_file(folder / "empty", 0).value().empty());
  const std::string big(300'000, 'x');
  put(folder / "big", big);
  CHECK(read_file(folder / "big", 1 << 20).value() == big);
}

TEST_CASE("read_file says what it cannot read and why") {
  const Folder folder;
  put(folder / "f", "1234567");
  struct Case {
    fs::path path;
    std::string_view reason;
  };
  for (const Case& c : {Case{folder / "none", "No such file"}, Case{folder / "", "Is a directory"},
                        Case{folder / "f/x", "Not a directory"}, Case{folder / "f", "longer than 6 bytes"}}) {
    const Result<std::string> result = read_file(c.path, 6);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().kind == ErrorKind::usage);
    CHECK(contains(result.error().message, c.reason));
    CHECK(contains(result.error().message, c.path.string()));
  }
}

TEST_CASE("limits are shown in round units") {
  const Folder folder;
  put(folder / "f", std::string(5 << 20, 'x'));
  CHECK(contains(read_file(folder / "f", 4 << 20).error().message, "longer than 4 MiB"));
  CHECK(contains(read_file(folder / "f", 256 << 10).error().message, "longer than 256 KiB"));
  CHECK(contains(read_file(folder / "f", 1000).error().message, "longer than 1000 bytes"));
}

TEST_CASE("a file without a size is read to its end and still bounded") {
  CHECK(contains(read_file("/proc/self/status", 1 << 20).value(), "Name:"));
  CHECK(contains(read_file("/dev/zero", 1 << 20).error().message, "longer than 1 MiB"));
}

TEST_CASE("read_all reads a pipe to its end, in whatever pieces it comes") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const std::string text(200'000, 'p');
  std::jthread writer([&] {
    CHECK(write_all(ends[1], text) == 0);
    ::close(ends[1]);
  });
  CHECK(read_all(ends[0], text.size()).value() == text);
  ::close(ends[0]);
}

TEST_CASE("non-blocking descriptors are waited for") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  for (const int end : ends) REQUIRE(::fcntl(end, F_SETFL, O_NONBLOCK) == 0);
  const std::string text(500'000, 'n');
  std::jthread writer([&] {
    CHECK(write_all(ends[1], text) == 0);
    ::close(ends[1]);
  });
  CHECK(read_all(ends[0], text.size()).value() == text);
  ::close(ends[0]);
}

TEST_CASE("read_all fails past its limit and on a bad descriptor") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  CHECK(write_all(ends[1], "12345") == 0);
  ::close(ends[1]);
  CHECK(read_all(ends[0], 4).error().kind == ErrorKind::usage);
  ::close(ends[0]);
  CHECK(contains(read_all(ends[0], 4).error().message, "Bad file descriptor"));
}

TEST_CASE("write_all returns the errno of a failure") {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(full >= 0);
  CHECK(write_all(full, "x") == ENOSPC);
  CHECK(write_all(full, "") == 0);
  ::close(full);
  CHECK(write_all(full, "x") == EBADF);
}

TEST_CASE("write_file makes a new file with exactly the mode asked for") {
  const Folder folder;
  const Umask umask(077);
  REQUIRE(write_file(folder / "f", "text", 0644).has_value());
  CHECK(get(folder / "f") == "text");
  CHECK(mode_of(folder / "f") == 0644);
  REQUIRE(write_file(folder / "g", "", 0600).has_value());
  CHECK(mode_of(folder / "g") == 0600);
  CHECK(folder.count() == 2);
}

TEST_CASE("write_file keeps an existing file's mode and leaves nothing else behind") {
  const Folder folder;
  put(folder / "f", "old and longer", 0640);
  REQUIRE(write_file(folder / "f", "new", 0600).has_value());
  CHECK(get(folder / "f") == "new");
  CHECK(mode_of(folder / "f") == 0640);
  CHECK(folder.count() == 1);
}

TEST_CASE("write_file follows a chain of symlinks, also one that dangles") {
  const Folder folder;
  put(folder / "real", "old");
  fs::create_symlink("real", folder / "one");
  fs::create_symlink(folder / "one", folder / "two");
  REQUIRE(write_file(folder / "two", "new", 0600).has_value());
  CHECK(get(folder / "real") == "new");
  CHECK(fs::is_symlink(folder / "two"));
  CHECK(fs::is_symlink(folder / "one"));
  fs::create_symlink("later", folder / "dangling");
  REQUIRE(write_file(folder / "dangling", "made", 0600).has_value());
  CHECK(get(folder / "later") == "made");
  fs::create_symlink("loop", folder / "loop");
  CHECK(contains(write_file(folder / "loop", "x", 0600).error().message, "symbolic links"));
}

TEST_CASE("a write that fails leaves the old file as it was and no temporary file") {
  const Folder folder;
  put(folder / "f", "old");
  const std::string text(100'000, 'x');
  std::optional<Result<>> result;
  {
    const FullDisk disk(4096);
    result = write_file(folder / "f", text, 0600);
  }
  REQUIRE_FALSE(result->has_value());
  CHECK(result->error().kind == ErrorKind::output);
  CHECK(contains(result->error().message, (folder / "f").string()));
  CHECK(get(folder / "f") == "old");
  CHECK(folder.count() == 1);
}

TEST_CASE("write_file and PendingFile say which directory is missing, and refuse a directory as target") {
  const Folder folder;
  const Error error = write_file(folder / "no/f", "x", 0600).error();
  CHECK(error.kind == ErrorKind::output);
  CHECK(contains(error.message, "the directory " + (folder / "no").string() + " does not exist"));
  CHECK(contains(error.hint, "mkdir"));
  CHECK(contains(write_file(folder / "", "x", 0600).error().message, "Is a directory"));
  CHECK(contains(PendingFile::open(folder / "no/f").error().message, "does not exist"));
  CHECK(contains(PendingFile::open(folder / "").error().message, "Is a directory"));
}

TEST_CASE("a directory or file that may not be written to is a clear error") {
  if (::geteuid() == 0) {
    MESSAGE("skipped: root may write everywhere");
    return;
  }
  const Folder folder;
  fs::create_directory(folder / "closed");
  REQUIRE(::chmod((folder / "closed").c_str(), 0500) == 0);
  const Error error = PendingFile::open(folder / "closed/f").error();
  CHECK(error.kind == ErrorKind::output);
  CHECK(contains(error.message, "no file can be created in the directory"));
  CHECK(contains(error.message, "Permission denied"));
  put(folder / "read-only", "old", 0444);
  CHECK(contains(write_file(folder / "read-only", "x", 0600).error().message, "Permission denied"));
  CHECK(get(folder / "read-only") == "old");
}

TEST_CASE("private directories are made with their parents, for the owner alone") {
  const Folder folder;
  const Umask umask(0);
  REQUIRE(make_private_directory(folder / "a/b/c").has_value());
  for (const std::string_view made : {"a", "a/b", "a/b/c"}) CHECK(mode_of(folder / made) == 0700);
  CHECK(make_private_directory(folder / "a/b/c").has_value());
  CHECK(make_private_directory(folder / "a/../d/").has_value());
  CHECK(fs::is_directory(folder / "d"));
  fs::create_directory(folder / "open");
  REQUIRE(::chmod((folder / "open").c_str(), 0755) == 0);
  CHECK(make_private_directory(folder / "open").has_value());
  CHECK(mode_of(folder / "open") == 0755);
}

TEST_CASE("a file in the way of a private directory is named") {
  const Folder folder;
  put(folder / "f", "");
  const Error error = make_private_directory(folder / "f/x").error();
  CHECK(error.kind == ErrorKind::output);
  CHECK(contains(error.message, (folder / "f").string()));
  CHECK(contains(error.message, "Not a directory"));
}

TEST_CASE("status_of tells who may read and write, through links, and never fails") {
  const Folder folder;
  struct Case {
    unsigned mode;
    bool read, write;
  };
  for (const Case& c : {Case{0600, false, false}, Case{0640, true, false}, Case{0604, true, false},
                        Case{0620, false, true}, Case{0602, false, true}, Case{0666, true, true}}) {
    put(folder / "f", "12345", c.mode);
    const FileStatus status = status_of(folder / "f");
    CHECK(status.exists);
    CHECK(status.is_regular);
    CHECK(status.size == 5);
    CHECK(status.owner == ::geteuid());
    CHECK(status.others_can_read == c.read);
    CHECK(status.others_can_write == c.write);
  }
  fs::create_symlink("f", folder / "link");
  CHECK(status_of(folder / "link").is_regular);
  CHECK(status_of(folder / "").exists);
  CHECK_FALSE(status_of(folder / "").is_regular);
  CHECK_FALSE(status_of(folder / "none").exists);
}

}  // namespace
}  // namespace byok::base
