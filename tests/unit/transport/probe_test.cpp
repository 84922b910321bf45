// Names and connections, each within its limit.
#include "transport/probe.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <ostream>
//
#include <doctest/doctest.h>

#include "support/raw_server.hpp"

using namespace byok;
using namespace std::chrono_literals;

TEST_CASE("addresses in digits need no look-up, localhost is found, nonsense is not") {
  CHECK(transport::find_addresses("127.0.0.1", {}).value() == std::vector<std::string>{"127.0.0.1"});
  CHECK(transport::find_addresses("::1", {}).value() == std::vector<std::string>{"::1"});
  const auto local = transport::find_addresses("localhost", {});
  REQUIRE(local);
  CHECK_FALSE(local->empty());
  const auto none = transport::find_addresses("no-such-host.invalid", {});
  REQUIRE_FALSE(none);
  CHECK((none.error().kind == base::ErrorKind::network || none.error().kind == base::ErrorKind::timeout));
}

TEST_CASE("each address is tried, and says what it did") {
  const test::RawServer server(std::vector<test::Answer>{});
  const test::ClosedPort closed;
  const auto open = transport::try_addresses({"127.0.0.1", "not an address"}, server.port(), {});
  REQUIRE(open);
  REQUIRE(open->size() == 2);
  CHECK((*open)[0].is_connected());
  CHECK_FALSE((*open)[1].is_connected());
  const auto refused = transport::try_addresses({"127.0.0.1"}, closed.port(), {});
  REQUIRE(refused);
  CHECK(refused->front().error == ECONNREFUSED);
  CHECK(transport::try_addresses({}, 1, {}).value().empty());
}

TEST_CASE("an interrupt ends a look-up") {
  std::array<int, 2> ends{-1, -1};
  REQUIRE(::pipe(ends.data()) == 0);
  REQUIRE(::write(ends[1], "x", 1) == 1);
  const auto found = transport::find_addresses("no-such-host.invalid", {.limit = 10s, .interrupt = ends[0]});
  REQUIRE_FALSE(found);
  CHECK(found.error().kind == base::ErrorKind::cancelled);
  for (const int end : ends) ::close(end);
}
