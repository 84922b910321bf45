// Pieces: what a test server does with a connection, step by step, and how a case file writes it.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace byok::test {

struct Piece {
  enum class Kind {
    bytes,     // sent at once
    slow,      // `text` one byte at a time, `number` ms before each
    delay,     // `number` ms
    repeat,    // `text` sent `number` times, made on the fly
    comments,  // an SSE comment every `number` ms until the client has gone
    stall,     // nothing more until the client has gone
    reset,     // the connection is reset (RST)
    close,     // the connection is closed in order
    keep,      // the connection stays open for the next request
  };
  Kind kind = Kind::bytes;
  std::string text;
  std::int64_t number = 0;
};
using Pieces = std::vector<Piece>;

// The pieces of a text with directives: {{delay MS}} {{chunk}} {{slow MS}} … {{fast}} {{repeat N TEXT}} {{zeros N}}
// {{hex 0D0A}} {{comments MS}} {{stall}} {{reset}} {{close}} {{keep}}. `{{chunk}}` ends one write and begins another.
// Anything else in double braces is an error, which is returned as a sentence.
[[nodiscard]] std::expected<Pieces, std::string> parse_pieces(std::string_view text);

// An HTTP answer as a case file writes it: lines of the head end with CRLF whatever they end with in the file, the body
// is as written, and {{length}} stands for the number of bytes of the body (directives are not counted).
[[nodiscard]] std::expected<Pieces, std::string> parse_answer(std::string_view text);

}  // namespace byok::test
