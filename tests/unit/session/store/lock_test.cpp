// The holder of a lock is found in the kernel's list.
#include "session/store/lock.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <ostream>
//
#include <doctest/doctest.h>

#include "support/saved_turns.hpp"

using namespace byok::session;

TEST_CASE("the holder is the process of the line with the file's inode") {
  const std::string locks =
      "1: POSIX  ADVISORY  WRITE 11 fd:00:500 0 EOF\n"
      "2: FLOCK  ADVISORY  WRITE 12 fd:00:501 0 EOF\n"
      "2: -> FLOCK  ADVISORY  WRITE 13 fd:00:500 0 EOF\n"
      "3: FLOCK  ADVISORY  WRITE -1 00:2f:502 0 EOF\n"
      "4: FLOCK  ADVISORY  WRITE 0 00:2f:503 0 EOF\n"
      "5: FLOCK  ADVISORY  WRITE 3817 00:2f:500 0 EOF\n"
      "6: FLOCK\nnonsense";
  CHECK(lock_holder_in(locks, 500) == 3817);
  CHECK(lock_holder_in(locks, 501) == 12);
  CHECK_FALSE(lock_holder_in(locks, 502).has_value());
  CHECK_FALSE(lock_holder_in(locks, 503).has_value());
  CHECK_FALSE(lock_holder_in(locks, 50).has_value());
  CHECK_FALSE(lock_holder_in("", 500).has_value());
}

TEST_CASE("a lock keeps others out until its file is closed") {
  const byok::test::SessionFolder folder;
  folder.write("abcd", "x");
  const int first = ::open(folder.file("abcd").c_str(), O_RDWR | O_CLOEXEC);
  const int second = ::open(folder.file("abcd").c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(first >= 0);
  REQUIRE(second >= 0);
  CHECK(lock_file(first));
  CHECK_FALSE(lock_file(second));
  ::close(first);
  CHECK(lock_file(second));
  ::close(second);
}
