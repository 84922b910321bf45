// Tests of the table of public providers.
#include "config/public_hosts.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace byok::config;

TEST_CASE("A public host is known by its whole name") {
  REQUIRE(find_public_host("openrouter.ai") != nullptr);
  CHECK(find_public_host("openrouter.ai")->path == "/api/v1");
  CHECK(find_public_host("openrouter.ai")->key_variable == "OPENROUTER_API_KEY");
  CHECK(find_public_host("www.openrouter.ai") == nullptr);
  CHECK(find_public_host("") == nullptr);
}
