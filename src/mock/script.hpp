// Script: replies written down beforehand, one JSON object a line, given in order.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "mock/exchange.hpp"

namespace byok::mock {

class Script {
 public:
  // Each line: {match?, status, headers, body|chunks, delay_ms}. Fails with ErrorKind::usage, naming the line.
  [[nodiscard]] static base::Result<Script> parse(std::string_view text);

  // The first line left whose `match` stands in the request's body, or that has none. Each is given once.
  [[nodiscard]] std::optional<Reply> next(std::string_view request_body);

 private:
  struct Line {
    std::string match;
    Reply reply;
  };
  std::deque<Line> lines_;
};

}  // namespace byok::mock
