// What calls and replies need of text: header lookup, nesting, ids, tokens.
#include "mock/exchange.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace byok::mock {

const std::string* Call::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(headers, [&](const core::Header& header) { return base::iequals(header.name, name); });
  return found == headers.end() ? nullptr : &found->value;
}

bool nests_too_deep(std::string_view json) {
  constexpr int kDeepest = 256;
  int depth = 0;
  bool is_quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (is_quoted) {
      if (c == '\\') ++i;
      if (c == '"') is_quoted = false;
    } else if (c == '"') {
      is_quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kDeepest) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

std::string make_id(std::string_view prefix, std::uint64_t serial, std::size_t length) {
  constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string id(prefix);
  std::uint64_t state = serial;
  for (std::size_t i = 0; i < length; ++i) {
    // SplitMix64 (Steele, Lea and Flood, 2014): neighbouring serials give unlike ids.
    state += 0x9e3779b97f4a7c15;
    std::uint64_t mixed = state;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    id += kAlphabet[(mixed ^ (mixed >> 31)) % kAlphabet.size()];
  }
  return id;
}

std::int64_t count_tokens(std::size_t bytes) { return static_cast<std::int64_t>((bytes + 3) / 4); }

}  // namespace byok::mock
