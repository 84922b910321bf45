// Which limit of a transfer comes first.
#include "transport/timers.hpp"

#include <ostream>
//
#include <doctest/doctest.h>

using namespace byok::transport;
using namespace std::chrono_literals;
using Limit = Timers::Limit;

namespace {

const Timers::Time kStart{1000s};

TransferOptions all_limits() { return {.first_event_timeout = 600s, .idle_timeout = 300s, .deadline = kStart + 1000s}; }

}  // namespace

TEST_CASE("without limits there is nothing to wait for") {
  Timers timers({}, kStart);
  CHECK_FALSE(timers.next());
  timers.on_event(kStart + 1s);
  CHECK_FALSE(timers.next());
}

TEST_CASE("before the first event only its own limit counts, from the start, whatever bytes come") {
  Timers timers(all_limits(), kStart);
  REQUIRE(timers.next());
  CHECK(timers.next()->limit == Limit::first_event);
  CHECK(timers.next()->at == kStart + 600s);
  timers.on_bytes(kStart + 500s);
  CHECK(timers.next()->limit == Limit::first_event);
  CHECK(timers.next()->at == kStart + 600s);
}

TEST_CASE("after the first event silence counts, from the last bytes") {
  Timers timers(all_limits(), kStart);
  timers.on_event(kStart + 10s);
  CHECK(timers.next()->limit == Limit::idle);
  CHECK(timers.next()->at == kStart + 310s);
  timers.on_bytes(kStart + 100s);
  CHECK(timers.next()->at == kStart + 400s);
}

TEST_CASE("comments do not keep a stream alive past the first-token limit between two events") {
  Timers timers(all_limits(), kStart);
  timers.on_event(kStart + 10s);
  timers.on_bytes(kStart + 400s);
  CHECK(timers.next()->limit == Limit::between_events);
  CHECK(timers.next()->at == kStart + 610s);
  timers.on_event(kStart + 600s);
  CHECK(timers.next()->limit == Limit::idle);
  CHECK(timers.next()->at == kStart + 900s);
}

TEST_CASE("the deadline of the run comes first when it is nearer than any other limit") {
  auto options = all_limits();
  options.deadline = kStart + 5s;
  Timers timers(options, kStart);
  CHECK(timers.next()->limit == Limit::deadline);
  CHECK(timers.next()->at == kStart + 5s);
  timers.on_event(kStart + 4s);
  CHECK(timers.next()->limit == Limit::deadline);
}

TEST_CASE("behind a complete reply there is only a moment, counted anew by what still comes") {
  Timers timers(all_limits(), kStart);
  timers.on_complete(kStart + 10s);
  CHECK(timers.next()->limit == Limit::complete);
  CHECK(timers.next()->at == kStart + 10s + Timers::kGrace);
  timers.on_bytes(kStart + 10500ms);  // comments
  CHECK(timers.next()->at == kStart + 10s + Timers::kGrace);
  timers.on_complete(kStart + 10900ms);
  CHECK(timers.next()->at == kStart + 10900ms + Timers::kGrace);
  timers.on_event(kStart + 11s);  // not complete after all
  CHECK(timers.next()->limit == Limit::idle);
  Timers unlimited({}, kStart);
  unlimited.on_complete(kStart);
  CHECK(unlimited.next()->limit == Limit::complete);
}

TEST_CASE("a limit of 0 is none") {
  auto options = all_limits();
  options.deadline = {};
  options.first_event_timeout = 0s;
  Timers timers(options, kStart);
  CHECK_FALSE(timers.next());
  timers.on_event(kStart);
  CHECK(timers.next()->limit == Limit::idle);
  options.idle_timeout = 0s;
  Timers none(options, kStart);
  none.on_event(kStart);
  CHECK_FALSE(none.next());
}
