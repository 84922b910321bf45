// Tests of finding header fields.
#include "core/http.hpp"

#include <ostream>

#include <doctest/doctest.h>

namespace byok::core {
namespace {

TEST_CASE("a header is found whatever the case of its name, the first of several, else nothing") {
  HttpHead head;
  head.status = 200;
  head.headers = {{.name = "Content-Type", .value = "text/event-stream"},
                  {.name = "retry-after", .value = "3"},
                  {.name = "Retry-After", .value = "9"},
                  {.name = "X-Empty", .value = ""}};
  CHECK(head.find("content-type") == "text/event-stream");
  CHECK(head.find("RETRY-AFTER") == "3");
  CHECK(head.find("x-empty").empty());
  CHECK(head.find("content").empty());
  CHECK(head.find("").empty());
  CHECK(HttpHead{}.find("content-type").empty());
}

TEST_CASE("a request is a POST without secrets unless it says otherwise") {
  CHECK(HttpRequest{}.method == "POST");
  CHECK_FALSE(Header{.name = "a", .value = "b"}.is_secret);
}

}  // namespace
}  // namespace byok::core
