// What token commands print, as a secret with its end: plain text, a JWT, or the JSON of az and its like.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "config/credential.hpp"

namespace byok::config {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using nlohmann::json;

// Discarded when the text is not JSON. What lies deeper than any token answer is left out unread.
json parse_json(std::string_view text) {
  constexpr int kDeepest = 16;
  return json::parse(text, [](int depth, json::parse_event_t, json&) { return depth <= kDeepest; }, false);
}

std::optional<std::int64_t> whole_seconds(double seconds) {
  constexpr double kLargest = 1e15;
  if (!(seconds > 0) || seconds > kLargest) return std::nullopt;
  return static_cast<std::int64_t>(seconds);
}

// "Z", "+01:00", "+0100": seconds east of UTC. Nothing for the empty text.
std::optional<std::int64_t> zone_offset(std::string_view zone) {
  if (zone == "Z" || zone == "z") return 0;
  if (zone.size() != 5 && zone.size() != 6) return std::nullopt;
  if (zone.front() != '+' && zone.front() != '-') return std::nullopt;
  if (zone.size() == 6 && zone[3] != ':') return std::nullopt;
  const auto hours = base::to_int(zone.substr(1, 2));
  const auto minutes = base::to_int(zone.substr(zone.size() - 2));
  if (!hours || !minutes || *hours < 0 || *minutes < 0) return std::nullopt;
  const std::int64_t seconds = *hours * 3600 + *minutes * 60;
  return zone.front() == '-' ? -seconds : seconds;
}

// "2026-11-24T05:00:00Z", "2026-11-24 05:00:00.000000": ISO 8601 or what az prints; without a zone it is local time.
std::optional<std::int64_t> date_seconds(std::string_view text) {
  constexpr std::size_t kLength = 19;
  if (text.size() < kLength || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  if (text[10] != 'T' && text[10] != ' ') return std::nullopt;
  std::array<int, 6> numbers{};
  static constexpr std::array<std::size_t, 6> kPlaces{0, 5, 8, 11, 14, 17};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto number = base::to_int(text.substr(kPlaces[i], i == 0 ? 4 : 2));
    if (!number || *number < 0) return std::nullopt;
    numbers[i] = static_cast<int>(*number);
  }
  const auto [year, month, day, hour, minute, second] = numbers;
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || hour > 24 || minute > 59 || second > 60) return std::nullopt;

  std::string_view zone = text.substr(kLength);
  if (zone.starts_with('.')) zone = zone.substr(std::min(zone.size(), zone.find_first_not_of("0123456789", 1)));
  if (zone.empty()) {
    std::tm local{};
    local.tm_year = year - 1900;
    local.tm_mon = month - 1;
    local.tm_mday = day;
    local.tm_hour = hour;
    local.tm_min = minute;
    local.tm_sec = second;
    local.tm_isdst = -1;  // whichever holds at that time
    const std::time_t seconds = std::mktime(&local);
    return seconds == -1 ? std::nullopt : std::optional<std::int64_t>(seconds);
  }
  const std::optional<std::int64_t> offset = zone_offset(zone);
  if (!offset) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  const std::int64_t seconds_of_day = (std::int64_t{hour} * 60 + minute) * 60 + second;
  return days * 86'400 + seconds_of_day - *offset;
}

std::optional<std::int64_t> seconds_from(const json& value) {
  if (value.is_number()) return whole_seconds(value.get<double>());
  if (!value.is_string()) return std::nullopt;
  const std::string_view text = base::trim(value.get_ref<const std::string&>());
  if (const auto number = base::to_double(text)) return whole_seconds(*number);
  return date_seconds(text);
}

std::string member_text(const json& object, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = object.find(name);
    if (found != object.end() && found->is_string()) return found->get<std::string>();
  }
  return {};
}

// az gives both: `expires_on` in seconds, and `expiresOn` in local time, which is ambiguous when clocks go back.
std::optional<std::int64_t> stated_end(const json& object) {
  for (const char* name : {"expires_on", "expiresOn"}) {
    const auto found = object.find(name);
    if (found == object.end()) continue;
    if (const auto seconds = seconds_from(*found)) return seconds;
  }
  return std::nullopt;
}

// The `exp` of a JWT (RFC 7519, 4.1.4); nothing for any other text.
std::optional<std::int64_t> jwt_end(std::string_view token) {
  const std::vector<std::string_view> parts = base::split(token, '.');
  if (parts.size() != 3) return std::nullopt;
  const std::optional<std::string> payload = base::base64url_decode(parts[1]);
  if (!payload) return std::nullopt;
  const json claims = parse_json(*payload);
  if (!claims.is_object()) return std::nullopt;
  const auto exp = claims.find("exp");
  return exp != claims.end() && exp->is_number() ? whole_seconds(exp->get<double>()) : std::nullopt;
}

}  // namespace

Result<Minted> parse_command_output(std::string_view output) {
  const std::string_view text = base::trim(output);
  if (text.empty()) return fail(ErrorKind::auth, "the command printed nothing", "run it by hand to see why");
  std::string token(text);
  std::optional<std::int64_t> expires_at;
  if (text.front() == '{') {
    const json object = parse_json(text);
    if (!object.is_object())
      return fail(ErrorKind::auth, "the command printed something that is neither a token nor JSON");
    token = base::trim(member_text(object, {"token", "accessToken"}));
    if (token.empty()) {
      return fail(ErrorKind::auth, "the command printed JSON without a `token` or `accessToken`",
                  "let it print the token alone, or an object with `token` and `expires_on`");
    }
    expires_at = stated_end(object);
  } else if (text.front() == '"') {
    // `az … --query accessToken -o json` prints the token as a JSON string.
    const json quoted = parse_json(text);
    if (quoted.is_string()) token = base::trim(quoted.get_ref<const std::string&>());
    if (token.empty()) return fail(ErrorKind::auth, "the command printed an empty token");
  }
  if (!expires_at) expires_at = jwt_end(token);
  return Minted{base::Secret(std::move(token)), expires_at};
}

}  // namespace byok::config
