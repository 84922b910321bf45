// Exchange: a call and its reply as the pure parts of the mock see them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/http.hpp"

namespace byok::mock {

struct Call {
  std::string method;
  std::string target;  // as sent: path and query, still encoded
  std::vector<core::Header> headers;
  std::string body;
  std::int64_t time = 0;     // seconds since 1970
  std::uint64_t serial = 0;  // which call this is; ids are made from it

  // The first header of that name in any case, or nullptr: one that is empty differs from none.
  [[nodiscard]] const std::string* find(std::string_view name) const;
};

enum class Ending {
  complete,
  cut,    // the connection is closed in the middle of the body
  stall,  // nothing more is sent, and the connection stays open
};

struct Reply {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<core::Header> headers;
  std::vector<std::string> chunks;     // the body, in the pieces that are written one by one
  bool is_stream = false;              // else the body goes out whole, with its length
  Ending ending = Ending::complete;    // other endings are for streams
  std::chrono::milliseconds delay{0};  // before each chunk
};

// Whether arrays and objects nest deeper than the 256 levels that a JSON tree may have here.
[[nodiscard]] bool nests_too_deep(std::string_view json);

// An id in the form of the real ones: the prefix and `length` letters and digits, always the same for one serial.
[[nodiscard]] std::string make_id(std::string_view prefix, std::uint64_t serial, std::size_t length);

// Tokens as the mock counts them: four bytes each, rounded up.
[[nodiscard]] std::int64_t count_tokens(std::size_t bytes);

}  // namespace byok::mock
