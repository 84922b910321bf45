// ToolCallIndex: which tool call a fragment belongs to, however a server numbers them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace byok::wire {

class ToolCallIndex {
 public:
  // Our own dense index for a fragment with this number and id, either of which may be missing. A number that comes
  // with another id than before is another call (some servers number all of them 0); a fragment with neither goes on
  // with the call before it.
  [[nodiscard]] int find(std::optional<std::int64_t> number, std::string_view id);
  [[nodiscard]] bool is_empty() const { return calls_.empty(); }

 private:
  struct Call {
    std::optional<std::int64_t> number;
    std::string id;
  };
  int add(std::optional<std::int64_t> number, std::string_view id);

  std::vector<Call> calls_;
};

}  // namespace byok::wire
