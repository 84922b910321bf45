// What connecting is seen to have done.
#include <cerrno>
#include <ostream>
//
#include <doctest/doctest.h>

#include "doctor/checks.hpp"

using namespace byok;
using doctor::describe_attempts;
using transport::Attempt;

TEST_CASE("localhost that means ::1 first, with a server on IPv4 only, is said") {
  const std::vector<Attempt> attempts{{.address = "::1", .error = ECONNREFUSED}, {.address = "127.0.0.1", .error = 0}};
  CHECK(describe_attempts(attempts, "localhost", 11434) ==
        "127.0.0.1:11434; ::1 refuses: the server listens on IPv4 only");
  const std::vector<Attempt> mirrored{{.address = "::1", .error = 0}, {.address = "127.0.0.1", .error = ECONNREFUSED}};
  CHECK(describe_attempts(mirrored, "localhost", 11434) ==
        "[::1]:11434; 127.0.0.1 refuses: the server listens on IPv6 only");
}

TEST_CASE("of other hosts each address that did not connect is named") {
  const std::vector<Attempt> attempts{{.address = "192.0.2.1", .error = ETIMEDOUT},
                                      {.address = "192.0.2.2", .error = 0}};
  CHECK(describe_attempts(attempts, "h.example", 443) == "192.0.2.2:443; 192.0.2.1 does not answer");
  CHECK(describe_attempts({{.address = "192.0.2.2", .error = 0}}, "h.example", 443) == "192.0.2.2:443");
}
