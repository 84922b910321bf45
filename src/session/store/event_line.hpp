// Event lines: the envelope of the Copilot SDK around session events, one JSON object a line, by plain text building.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace byok::session {

// `"name":value` pairs of an object; each text is redacted before it is quoted, so that the line stays JSON.
class Fields {
 public:
  explicit Fields(const base::Redactor& redactor) : redactor_(redactor) {}

  Fields& text(std::string_view name, std::string_view value);
  Fields& text_if(std::string_view name, std::string_view value);  // left out when empty
  Fields& number(std::string_view name, std::int64_t value);
  Fields& number_if(std::string_view name, const std::optional<std::int64_t>& value);
  Fields& raw(std::string_view name, std::string_view json);
  [[nodiscard]] std::string object() const;

 private:
  const base::Redactor& redactor_;
  std::string out_;
};

struct EventHead {
  std::string_view type;
  std::string_view id;
  std::string_view timestamp;
  std::string_view parent;  // id of the event before, or empty
  bool is_ephemeral = false;
};
// The line with its newline. `data` is a JSON object.
[[nodiscard]] std::string event_line(const EventHead& head, std::string_view data);

// A random UUID of version 4 (RFC 9562, section 5.4), from the system's generator.
[[nodiscard]] std::string make_uuid();
// RFC 3339 in UTC with milliseconds: "2026-11-24T03:04:05.678Z".
[[nodiscard]] std::string timestamp(std::chrono::system_clock::time_point time);
// What `timestamp` wrote; nothing for any other text.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> parse_timestamp(std::string_view text);

}  // namespace byok::session
