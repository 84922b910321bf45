// Session ids and titles.
#include "session/store/session_id.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "base/text.hpp"

namespace byok::session {
namespace {

// Without i, l, o and u, which are misread (Crockford's base 32).
constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kTitleLength = 60;

std::string fold(std::string_view line) {
  std::string out;
  for (const char c : line) {
    const bool is_space = c == ' ' || c == '\t' || c == '\r';
    if (is_space && out.ends_with(' ')) continue;
    out += is_space ? ' ' : c;
  }
  return out;
}

}  // namespace

std::string make_session_id(std::chrono::system_clock::time_point time, std::uint32_t random) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::string id = fmt::format("{:04}{:02}{:02}-{:02}{:02}{:02}-", parts.tm_year + 1900, parts.tm_mon + 1,
                               parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  for (int digit = 0; digit < 5; ++digit, random >>= 5) id += kDigits[random & 31U];
  return id;
}

bool is_session_id(std::string_view text) {
  if (text.size() < 4 || text.size() > 64) return false;
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-'; });
}

std::string title_of(std::string_view prompt) {
  for (const std::string_view line : base::split(prompt, '\n')) {
    if (const std::string_view text = base::trim(line); !text.empty())
      return base::abbreviate(fold(text), kTitleLength);
  }
  return {};
}

}  // namespace byok::session
