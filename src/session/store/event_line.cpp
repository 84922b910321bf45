// The text of event lines, times and random ids.
#include "session/store/event_line.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <ctime>

#include "base/text.hpp"

namespace byok::session {

Fields& Fields::text(std::string_view name, std::string_view value) {
  return raw(name, redactor_.is_empty() ? base::json_quote(value) : base::json_quote(redactor_.redact(value)));
}

Fields& Fields::text_if(std::string_view name, std::string_view value) {
  return value.empty() ? *this : text(name, value);
}

Fields& Fields::number(std::string_view name, std::int64_t value) { return raw(name, fmt::format("{}", value)); }

Fields& Fields::number_if(std::string_view name, const std::optional<std::int64_t>& value) {
  return value ? number(name, *value) : *this;
}

Fields& Fields::raw(std::string_view name, std::string_view json) {
  if (!out_.empty()) out_ += ',';
  out_ += '"';
  out_ += name;
  out_ += "\":";
  out_ += json;
  return *this;
}

std::string Fields::object() const { return "{" + out_ + "}"; }

std::string event_line(const EventHead& head, std::string_view data) {
  // The parent may come from a file that another program wrote.
  return fmt::format("{{\"type\":\"{}\",\"id\":\"{}\",\"timestamp\":\"{}\",\"parentId\":{}{},\"data\":{}}}\n",
                     head.type, head.id, head.timestamp, head.parent.empty() ? "null" : base::json_quote(head.parent),
                     head.is_ephemeral ? R"(,"ephemeral":true)" : "", data);
}

std::string make_uuid() {
  std::array<unsigned char, 16> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<unsigned char>(now >> (8 * i));
  }
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x40U);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", bytes[i]);
  }
  return text;
}

std::string timestamp(std::chrono::system_clock::time_point time) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
  const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, ms % 1000);
}

std::optional<std::chrono::system_clock::time_point> parse_timestamp(std::string_view text) {
  constexpr std::string_view kPattern = "0000-00-00T00:00:00.000Z";
  constexpr int kFirstYear = 1678;  // system_clock counts nanoseconds in 64 bits, which reach no further
  constexpr int kLastYear = 2261;
  if (text.size() != kPattern.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (kPattern[i] == '0' ? !is_digit : text[i] != kPattern[i]) return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t length) {
    return static_cast<int>(base::to_int(text.substr(at, length)).value_or(0));
  };
  const int year = number(0, 4);
  if (year < kFirstYear || year > kLastYear) return std::nullopt;
  const std::chrono::year_month_day day(std::chrono::year(year),
                                        std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(8, 2))));
  if (!day.ok() || number(11, 2) > 23 || number(14, 2) > 59 || number(17, 2) > 60) return std::nullopt;
  return std::chrono::sys_days(day) + std::chrono::hours(number(11, 2)) + std::chrono::minutes(number(14, 2)) +
         std::chrono::seconds(number(17, 2)) + std::chrono::milliseconds(number(20, 3));
}

}  // namespace byok::session
