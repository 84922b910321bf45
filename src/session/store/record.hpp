// Records: the events of a session file as values, and their data as JSON. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/secret.hpp"
#include "core/event.hpp"
#include "core/message.hpp"

namespace byok::session {

// Whom a session speaks with.
struct Setup {
  std::string profile;
  std::string origin;    // of base_url
  std::string wire_api;  // "completions", …
  std::string model;     // as shown
  friend bool operator==(const Setup&, const Setup&) = default;
};

// session.start, or session.resume where a session goes on with another profile, origin, wire API or model.
struct StartRecord {
  bool is_resume = false;
  std::string session_id;
  std::string title;  // in a resume, where all turns before it were taken back; else empty
  Setup setup;
};
// system.message: the system text from here on; empty for none.
struct SystemRecord {
  std::string text;
};
// user.message or assistant.message: a message of that role.
struct MessageRecord {
  std::string message_id;  // of the assistant's
  core::Message message;
};
// tool.execution_complete: one part of a message of role tool.
struct ToolRecord {
  core::ToolResultPart result;
};
// session.error: why the turn has no reply, or no whole one.
struct ErrorRecord {
  std::string kind;  // base::to_string(ErrorKind)
  std::string message;
  int status = 0;
};
// assistant.turn_end: what the turn came to. A turn is finished when this line is there.
struct TurnEndRecord {
  std::size_t turns = 0;  // of the session, this one counted
  std::string profile;    // profile, model: of this turn, so that the end of a file says them
  std::string model;
  std::string finish;  // core::to_string(FinishReason); empty where the turn failed
  std::string response_id;
  core::Usage usage;
  std::optional<std::int64_t> duration_ms;
  std::string title = {};  // where it is no longer that of session.start
};
// session.snapshot_rewind: the turns behind the first `turns` are taken back.
struct RewindRecord {
  std::size_t turns = 0;
  std::string profile;
  std::string model;
  std::string title = {};  // as in TurnEndRecord
};
// An event that holds nothing of the conversation; it stays in the file.
struct OtherRecord {};

using RecordData = std::variant<StartRecord, SystemRecord, MessageRecord, ToolRecord, ErrorRecord, TurnEndRecord,
                                RewindRecord, OtherRecord>;

struct Record {
  std::string id;
  std::string timestamp;
  bool is_ephemeral = false;
  RecordData data;
};

// The event's name. OtherRecord has none of its own and stands for assistant.turn_start.
[[nodiscard]] std::string_view type_of(const RecordData& data);
// The `data` object, each text redacted.
[[nodiscard]] std::string data_of(const RecordData& data, const base::Redactor& redactor);
// The event on a line, or nothing where the line is no event. Members that are missing or of another type are empty.
[[nodiscard]] std::optional<Record> read_record(std::string_view line);

}  // namespace byok::session
