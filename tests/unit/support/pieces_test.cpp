// Tests of the directives in scripted answers.
#include "support/pieces.hpp"

#include <ostream>
#include <string>

#include <doctest/doctest.h>

using namespace byok::test;
using Kind = Piece::Kind;

namespace {

// The pieces as one line: kind:number:text for each.
std::string outline(std::string_view text) {
  const auto pieces = parse_pieces(text);
  if (!pieces) return "error: " + pieces.error();
  std::string out;
  for (const Piece& piece : *pieces) {
    out += std::to_string(static_cast<int>(piece.kind)) + ":" + std::to_string(piece.number) + ":" + piece.text + ";";
  }
  return out;
}

std::string bytes_of(std::string_view answer) {
  const auto pieces = parse_answer(answer);
  if (!pieces) return "error: " + pieces.error();
  std::string out;
  for (const Piece& piece : *pieces) out += piece.text;
  return out;
}

}  // namespace

TEST_CASE("A text without directives is one piece, an empty one none") {
  CHECK(outline("a{b}c\n") == "0:0:a{b}c\n;");
  CHECK(outline("") == "");
}

TEST_CASE("Each directive is a piece in its place") {
  CHECK(outline("a{{chunk}}b") == "0:0:a;0:0:b;");
  CHECK(outline("a{{delay 50}}b") == "0:0:a;2:50:;0:0:b;");
  CHECK(outline("{{slow 2}}ab{{fast}}c") == "1:2:ab;0:0:c;");
  CHECK(outline("{{repeat 3 x y}}") == "3:3:x y;");
  CHECK(outline("{{zeros 5}}") == std::string("3:5:\0;", 6));
  CHECK(outline("{{comments 10}}") == "4:10:;");
  CHECK(outline("a{{stall}}") == "0:0:a;5:0:;");
  CHECK(outline("a{{reset}}") == "0:0:a;6:0:;");
  CHECK(outline("a{{close}}") == "0:0:a;7:0:;");
  CHECK(outline("a{{keep}}") == "0:0:a;8:0:;");
  CHECK(outline("a{{hex ff00}}b") == std::string("0:0:a\xff\0b;", 9));
}

TEST_CASE("What is not a directive is an error that shows it") {
  for (const std::string_view text : {"{{}}", "{{what}}", "{{delay}}", "{{delay x}}", "{{delay -1}}", "{{stall 5}}",
                                      "{{repeat x y}}", "{{repeat 3}}", "{{hex 0}}", "{{hex zz}}", "{{fast 1}}"}) {
    CAPTURE(text);
    CHECK(outline(text) == "error: " + std::string(text) + " is not a directive");
  }
  CHECK(outline("{{stall") == "error: a {{ is not closed by }}");
}

TEST_CASE("The head of an answer gets CRLF, its body stays, and its length is counted") {
  CHECK(bytes_of("HTTP/1.1 200 OK\nContent-Length: {{length}}\n\nab\nc\n") ==
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab\nc\n");
  CHECK(bytes_of("HTTP/1.1 200 OK\nContent-Length: {{length}}\n\na{{chunk}}b{{hex ff}}{{delay 5}}") ==
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab\xff");
  CHECK(bytes_of("HTTP/1.1 204 None\n\n") == "HTTP/1.1 204 None\r\n\r\n");
  CHECK(bytes_of("HTTP/1.1 200 OK\n") == "HTTP/1.1 200 OK\r\n");
  CHECK(bytes_of("a\n\n{{what}}") == "error: {{what}} is not a directive");
}
