// HttpHeadReader: header lines to a head (RFC 9112, sections 4 and 5).
#include "transport/http_head_reader.hpp"

#include "base/text.hpp"

namespace byok::transport {
namespace {

int status_of(std::string_view line) {
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return 0;
  return static_cast<int>(base::to_int(line.substr(space + 1, 3)).value_or(0));
}

}  // namespace

HttpHeadReader::State HttpHeadReader::feed(std::string_view line) {
  size_ += line.size();
  if (size_ > kLargest) return State::too_large;
  const bool is_folded = line.starts_with(' ') || line.starts_with('\t');
  line = base::trim(line);
  if (line.starts_with("HTTP/")) {
    head_ = {.status = status_of(line), .headers = {}};
    is_complete_ = false;
    return State::reading;
  }
  if (is_complete_) return State::reading;
  if (line.empty()) {
    is_complete_ = head_.status >= 200;
    return is_complete_ ? State::complete : State::reading;
  }
  if (is_folded && !head_.headers.empty()) {
    head_.headers.back().value.append(" ").append(line);
    return State::reading;
  }
  const auto colon = line.find(':');
  if (colon != std::string_view::npos)
    head_.headers.push_back({.name = std::string(base::trim(line.substr(0, colon))),
                             .value = std::string(base::trim(line.substr(colon + 1)))});
  return State::reading;
}

}  // namespace byok::transport
