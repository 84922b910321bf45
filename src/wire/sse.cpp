// Server-sent events, line by line; an event of one line of data that lies whole in one piece is never copied.
#include "wire/sse.hpp"

#include <algorithm>
#include <cstring>

#include "base/text.hpp"
#include "wire/json.hpp"

namespace byok::wire {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The first CR or LF. Most servers write LF alone, so a CR is only looked for before it.
std::size_t line_end(std::string_view bytes) {
  const void* feed = std::memchr(bytes.data(), '\n', bytes.size());
  const std::size_t limit =
      feed == nullptr ? bytes.size() : static_cast<std::size_t>(static_cast<const char*>(feed) - bytes.data());
  const void* carriage = std::memchr(bytes.data(), '\r', limit);
  if (carriage != nullptr) return static_cast<std::size_t>(static_cast<const char*>(carriage) - bytes.data());
  return feed == nullptr ? std::string_view::npos : limit;
}

bool is_whole(std::string_view data) {
  data = base::trim(data);
  const Json json = Json::parse(data);
  return data.empty() || data == "[DONE]" || (json.is_valid() && json.raw() == data);
}

// How much of an unfinished event's data can be taken.
std::size_t whole_size(std::string_view data) {
  if (is_whole(data)) return data.size();
  std::size_t size = 0;
  while (size < data.size()) {
    const std::size_t end = std::min(data.find('\n', size), data.size());
    if (!is_whole(data.substr(size, end - size))) break;
    size = std::min(end + 1, data.size());
  }
  return size;
}

base::Result<> too_long() {
  return base::fail(base::ErrorKind::protocol, "the server sent an event of more than 64 MiB",
                    "byok reads no event that long; look at what answers at base_url");
}

}  // namespace

base::Result<> SseParser::feed(std::string_view bytes, SseSink& sink) {
  while (!bytes.empty() && !sink.is_done()) {
    if (skip_lf_) {
      skip_lf_ = false;
      if (bytes.front() == '\n') {
        bytes.remove_prefix(1);
        continue;
      }
    }
    const std::size_t end = line_end(bytes);
    if (end == std::string_view::npos) {
      if (partial_.size() + bytes.size() > kLongest) return too_long();
      partial_ += bytes;
      break;
    }
    const std::string_view piece = bytes.substr(0, end);
    skip_lf_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    if (partial_.empty()) {
      BYOK_CHECK(line(piece, sink));
      continue;
    }
    if (partial_.size() + piece.size() > kLongest) return too_long();
    partial_ += piece;
    const std::string whole = std::move(partial_);
    partial_.clear();
    BYOK_CHECK(line(whole, sink));
    keep_data();
  }
  keep_data();
  return {};
}

base::Result<> SseParser::finish(SseSink& sink) {
  if (sink.is_done()) return {};
  if (!partial_.empty()) {
    const std::string last = std::move(partial_);
    partial_.clear();
    BYOK_CHECK(line(last, sink));
    keep_data();
  }
  if (data_lines_ == 0 || sink.is_done()) return {};
  data_.resize(whole_size(data_));
  return dispatch(sink);
}

base::Result<> SseParser::line(std::string_view line, SseSink& sink) {
  if (!is_started_) {
    is_started_ = true;
    if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  }
  if (line.empty()) return dispatch(sink);
  const std::size_t colon = line.find(':');
  if (colon == 0) return {};
  const std::string_view field = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "data") return add_data(value);
  if (field == "event") {
    name_ = value;
  } else if (field == "error" || line.starts_with('{')) {
    return sink.on_stray(line);
  }
  return {};
}

base::Result<> SseParser::add_data(std::string_view value) {
  if (data_lines_++ == 0) {
    if (value.size() > kLongest) return too_long();
    only_line_ = value;
    return {};
  }
  keep_data();
  if (data_.size() + value.size() > kLongest) return too_long();
  data_ += '\n';
  data_ += value;
  return {};
}

void SseParser::keep_data() {
  if (only_line_.data() == nullptr) return;
  data_ = only_line_;
  only_line_ = {};
}

base::Result<> SseParser::dispatch(SseSink& sink) {
  const std::string_view data = only_line_.data() == nullptr ? std::string_view(data_) : only_line_;
  // Data that is empty makes no event; servers send it to keep the connection alive.
  const bool is_event = data.starts_with('{') || data.find_first_not_of(" \t\n") != std::string_view::npos;
  const auto handled = is_event ? sink.on_event({.name = name_, .data = data}) : base::Result<>();
  only_line_ = {};
  data_.clear();
  name_.clear();
  data_lines_ = 0;
  return handled;
}

}  // namespace byok::wire
