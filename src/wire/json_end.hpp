// JsonEnd: follows JSON text that comes in pieces, and tells when its object or list has been closed.
#pragma once

#include <cstddef>
#include <string_view>

namespace byok::wire {

// Looks at each byte once; says nothing about whether what stands between the braces is JSON.
class JsonEnd {
 public:
  void feed(std::string_view piece);
  // The outermost object or list is closed, and only white space came behind it.
  [[nodiscard]] bool is_closed() const { return is_closed_; }

 private:
  std::size_t depth_ = 0;
  bool is_in_string_ = false;
  bool is_escaped_ = false;
  bool is_closed_ = false;
};

}  // namespace byok::wire
