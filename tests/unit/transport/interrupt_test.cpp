// The self-pipe: a signal makes it readable, the next one kills, and what was there before comes back.
#include <ostream>
//
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "transport/interrupt.hpp"

using byok::transport::Interrupt;

namespace {

bool is_readable(int descriptor) {
  pollfd entry{.fd = descriptor, .events = POLLIN, .revents = 0};
  return ::poll(&entry, 1, 0) > 0;
}

// The signal that killed a child in which `body` ran, or 0 when it came to its end.
template <class Body>
int killed_by(Body body) {
  const pid_t child = ::fork();
  if (child == 0) {
    body();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

// The disposition of a signal for the length of a test, whatever the tests were started with.
class Disposition {
 public:
  Disposition(int number, void (*handler)(int)) : number_(number), before_(std::signal(number, handler)) {}
  ~Disposition() { std::signal(number_, before_); }
  Disposition(const Disposition&) = delete;
  Disposition& operator=(const Disposition&) = delete;

 private:
  int number_;
  void (*before_)(int);
};

int seen_by_other = 0;
void other_handler(int number) { seen_by_other = number; }

}  // namespace

TEST_CASE("nothing is readable and no signal named while none came") {
  const Interrupt interrupt;
  CHECK(interrupt.fd() >= 0);
  CHECK_FALSE(is_readable(interrupt.fd()));
  CHECK(interrupt.signal() == 0);
}

TEST_CASE("SIGINT, SIGTERM and SIGHUP each make the descriptor readable, and it stays so") {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    const Disposition plain(number, SIG_DFL);
    const Interrupt interrupt;
    std::raise(number);
    CHECK(is_readable(interrupt.fd()));
    CHECK(is_readable(interrupt.fd()));
    CHECK(interrupt.signal() == number);
  }
}

TEST_CASE("a second signal kills by its default action, also when it is the other one") {
  struct Case {
    int first;
    int second;
  };
  for (const auto& each :
       std::array{Case{SIGINT, SIGINT}, Case{SIGTERM, SIGTERM}, Case{SIGINT, SIGTERM}, Case{SIGTERM, SIGINT}}) {
    const Disposition plain_int(SIGINT, SIG_DFL);
    const Disposition plain_term(SIGTERM, SIG_DFL);
    CHECK(killed_by([&] {
            const Interrupt interrupt;
            std::raise(each.first);
            std::raise(each.second);
          }) == each.second);
    CHECK(killed_by([&] {
            const Interrupt interrupt;
            std::raise(each.first);
          }) == 0);
  }
}

TEST_CASE("the handlers that were there come back, also after a signal") {
  const Disposition other(SIGINT, other_handler);
  for (const bool is_raised : {false, true}) {
    {
      const Interrupt interrupt;
      if (is_raised) std::raise(SIGINT);
    }
    seen_by_other = 0;
    std::raise(SIGINT);
    CHECK(seen_by_other == SIGINT);
  }
}

TEST_CASE("a signal that was ignored from the start stays ignored") {
  const Disposition ignored(SIGINT, SIG_IGN);
  const Disposition plain(SIGTERM, SIG_DFL);
  const Interrupt interrupt;
  std::raise(SIGINT);
  CHECK(interrupt.signal() == 0);
  std::raise(SIGTERM);
  CHECK(interrupt.signal() == SIGTERM);
  std::raise(SIGINT);
  CHECK(interrupt.signal() == SIGTERM);
}

TEST_CASE("one after another begins afresh") {
  const Disposition plain(SIGINT, SIG_DFL);
  {
    const Interrupt first;
    std::raise(SIGINT);
  }
  const Interrupt second;
  CHECK_FALSE(is_readable(second.fd()));
  CHECK(second.signal() == 0);
  std::raise(SIGINT);
  CHECK(is_readable(second.fd()));
}

TEST_CASE("once it is armed again, the next signal is a first one") {
  const Disposition plain(SIGINT, SIG_DFL);
  Interrupt interrupt;
  std::raise(SIGINT);
  CHECK(is_readable(interrupt.fd()));
  interrupt.rearm();
  CHECK_FALSE(is_readable(interrupt.fd()));
  CHECK(interrupt.signal() == 0);
  std::raise(SIGINT);
  CHECK(is_readable(interrupt.fd()));
  CHECK(interrupt.signal() == SIGINT);
  CHECK(killed_by([&] {
          interrupt.rearm();
          std::raise(SIGINT);
          std::raise(SIGINT);
        }) == SIGINT);
}

TEST_CASE("armed again, it still leaves alone what was ignored from the start") {
  const Disposition ignored(SIGHUP, SIG_IGN);
  Interrupt interrupt;
  interrupt.rearm();
  std::raise(SIGHUP);
  CHECK_FALSE(is_readable(interrupt.fd()));
}
