// Header lines to a head.
#include "transport/http_head_reader.hpp"

#include <ostream>
//
#include <doctest/doctest.h>

#include <string>

using byok::transport::HttpHeadReader;
using State = HttpHeadReader::State;

TEST_CASE("a head is complete at its blank line, with names as sent and values trimmed") {
  HttpHeadReader reader;
  CHECK(reader.feed("HTTP/1.1 200 OK\r\n") == State::reading);
  CHECK(reader.feed("Content-Type:text/plain \r\n") == State::reading);
  CHECK(reader.feed("X-Empty:\r\n") == State::reading);
  CHECK(reader.feed("X-Url: http://a:1/b\n") == State::reading);
  CHECK(reader.feed("\r\n") == State::complete);
  CHECK(reader.head().status == 200);
  REQUIRE(reader.head().headers.size() == 3);
  CHECK(reader.head().find("content-type") == "text/plain");
  CHECK(reader.head().find("X-Empty").empty());
  CHECK(reader.head().find("X-Url") == "http://a:1/b");
}

TEST_CASE("interim heads are dropped with their headers") {
  HttpHeadReader reader;
  for (const char* line : {"HTTP/1.1 103 Early Hints\r\n", "Link: x\r\n", "\r\n", "HTTP/1.1 404\r\n"})
    CHECK(reader.feed(line) == State::reading);
  CHECK(reader.feed("\r\n") == State::complete);
  CHECK(reader.head().status == 404);
  CHECK(reader.head().headers.empty());
}

TEST_CASE("a head after a complete one begins afresh") {
  HttpHeadReader reader;
  (void)reader.feed("HTTP/1.1 407 Auth\r\n");
  (void)reader.feed("Proxy-Authenticate: Basic\r\n");
  CHECK(reader.feed("\r\n") == State::complete);
  CHECK(reader.feed("X-Trailer: t\r\n") == State::reading);
  CHECK(reader.head().headers.size() == 1);
  (void)reader.feed("HTTP/1.1 200 OK\r\n");
  CHECK(reader.feed("\r\n") == State::complete);
  CHECK(reader.head().status == 200);
  CHECK(reader.head().headers.empty());
}

TEST_CASE("a folded line continues the value before it, and lines that are no header are passed over") {
  HttpHeadReader reader;
  for (const char* line : {"HTTP/1.1 200 OK\r\n", " lost\r\n", "X-Long: one\r\n", "\t two\r\n", "no colon here\r\n"})
    CHECK(reader.feed(line) == State::reading);
  CHECK(reader.feed("\r\n") == State::complete);
  REQUIRE(reader.head().headers.size() == 1);
  CHECK(reader.head().find("x-long") == "one two");
}

TEST_CASE("a status line without a number is no final head") {
  for (const char* line : {"HTTP/1.1\r\n", "HTTP/1.1 abc\r\n", "HTTP/1.1 -20 x\r\n"}) {
    HttpHeadReader reader;
    (void)reader.feed(line);
    CHECK(reader.feed("\r\n") == State::reading);
  }
}

TEST_CASE("a head that never ends is given up") {
  HttpHeadReader reader;
  (void)reader.feed("HTTP/1.1 200 OK\r\n");
  const std::string line = "X: " + std::string(1019, 'x') + "\r\n";
  for (std::size_t i = 1; i < HttpHeadReader::kLargest / line.size(); ++i) REQUIRE(reader.feed(line) == State::reading);
  CHECK(reader.feed(line) == State::too_large);
}
