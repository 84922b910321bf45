// HttpHeadReader: puts the final response head together from header lines, as libcurl hands them over.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.hpp"
#include "core/http.hpp"

namespace byok::transport {

class HttpHeadReader {
 public:
  enum class State { reading, complete, too_large };

  // One line with its line end. `complete` once, at the blank line after the final head: those of 1xx answers are
  // dropped, as are trailers. A status line after a complete head starts another (a proxy's 407 is followed by one).
  State feed(std::string_view line);
  [[nodiscard]] const core::HttpHead& head() const { return head_; }

  static constexpr std::size_t kLargest = std::size_t{256} << 10;

 private:
  core::HttpHead head_;
  std::size_t size_ = 0;
  bool is_complete_ = false;
};

}  // namespace byok::transport
