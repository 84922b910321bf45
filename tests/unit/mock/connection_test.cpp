// Tests of a connection's waits, over a pair of sockets.
#include "mock/connection.hpp"

#include <doctest/doctest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ostream>
#include <thread>

namespace byok::mock {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLong{10'000};

struct Pair {
  int ours = -1;
  int theirs = -1;
  int stop = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

  Pair() {
    int sockets[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
    ours = sockets[0];
    theirs = sockets[1];
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  ~Pair() {
    ::close(ours);
    ::close(stop);
    leave();
  }

  void leave() {
    if (theirs >= 0) ::close(theirs);
    theirs = -1;
  }
  void halt() const { REQUIRE(::eventfd_write(stop, 1) == 0); }
  void say(std::string_view bytes) const {
    REQUIRE(::send(theirs, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
  }
};

std::string read(Connection& connection, std::size_t size) {
  std::string bytes(size, '\0');
  const ssize_t count = connection.read(bytes.data(), size, kLong);
  bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return bytes;
}

}  // namespace

TEST_CASE("bytes are read as many as asked for, the rest later") {
  Pair pair;
  Connection connection(pair.ours, pair.stop);
  pair.say("abcdef");
  CHECK(read(connection, 1) == "a");
  CHECK(read(connection, 3) == "bcd");
  CHECK(read(connection, 99) == "ef");
  pair.say("gh");
  pair.leave();
  CHECK(read(connection, 99) == "gh");
  char byte = 0;
  CHECK(connection.read(&byte, 1, kLong) == 0);
}

TEST_CASE("a read ends with an error after its limit, and at a stop") {
  Pair pair;
  Connection connection(pair.ours, pair.stop);
  char byte = 0;
  CHECK(connection.read(&byte, 1, milliseconds(1)) == -1);
  pair.say("a");
  pair.halt();
  CHECK(connection.read(&byte, 1, kLong) == -1);
}

TEST_CASE("a write is whole, also when it is more than a socket holds") {
  Pair pair;
  Connection connection(pair.ours, pair.stop);
  const std::string sent(4'000'000, 'x');
  std::string received;
  std::thread reader([&] {
    char bytes[65'536];
    for (ssize_t count = 0; received.size() < sent.size(); received.append(bytes, static_cast<std::size_t>(count))) {
      count = ::recv(pair.theirs, bytes, sizeof(bytes), 0);
      if (count <= 0) return;
    }
  });
  CHECK(connection.write(sent, kLong) == static_cast<ssize_t>(sent.size()));
  reader.join();
  CHECK(received == sent);
}

TEST_CASE("a write fails when the client has left, takes nothing, or the server stops") {
  {
    Pair pair;
    Connection connection(pair.ours, pair.stop);
    pair.leave();
    CHECK(connection.write("abc", kLong) == -1);
  }
  {
    Pair pair;
    Connection connection(pair.ours, pair.stop);
    CHECK(connection.write(std::string(4'000'000, 'x'), milliseconds(1)) == -1);
  }
  Pair pair;
  Connection connection(pair.ours, pair.stop);
  pair.halt();
  CHECK(connection.write("abc", kLong) == -1);
}

TEST_CASE("a pause says whether to go on") {
  Pair pair;
  Connection connection(pair.ours, pair.stop);
  CHECK(connection.pause(milliseconds(1)));
  pair.say("more of a request");
  CHECK(connection.pause(milliseconds(1)));
  pair.leave();
  CHECK_FALSE(connection.pause(kLong));

  Pair other;
  Connection stopped(other.ours, other.stop);
  other.halt();
  CHECK_FALSE(stopped.pause(kLong));
  stopped.wait_for_end();
}

}  // namespace byok::mock
