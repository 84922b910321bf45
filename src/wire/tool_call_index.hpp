// ToolCallIndex: which tool call a fragment belongs to, however a server numbers them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/json_end.hpp"

namespace byok::wire {

class ToolCallIndex {
 public:
  // What a fragment says of its call; any of it may be missing.
  struct Fragment {
    std::optional<std::int64_t> number;
    std::string_view id;
    std::string_view name = {};
    bool has_arguments = false;
  };

  // Our own dense index. A number that comes with another id than before is another call (some servers number all of
  // them 0); a fragment with neither goes on with the call before it. Where no ids are given, a name behind arguments
  // that are whole begins another call.
  [[nodiscard]] int find(const Fragment& fragment);
  // The arguments' text, which tells when they are whole.
  void add_arguments(int index, std::string_view text);
  [[nodiscard]] bool is_empty() const { return calls_.empty(); }

 private:
  struct Call {
    std::optional<std::int64_t> number;
    std::string id;
    std::string name;
    JsonEnd arguments = {};
  };
  [[nodiscard]] std::optional<std::size_t> known(const Fragment& fragment) const;
  [[nodiscard]] static bool is_another(const Call& call, const Fragment& fragment);

  std::vector<Call> calls_;
};

}  // namespace byok::wire
