// SavedSession: what a session file says, and the lines that a new turn adds to it. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "session/store/record.hpp"

namespace byok::session {

// Whether a next request can go on from the message: it is the assistant's and holds more than reasoning.
[[nodiscard]] bool is_reply(const core::Message& message);

struct SavedTurn {
  // The prompt, then what came: replies, and tool results between them. A turn that failed may hold the prompt alone.
  std::vector<core::Message> messages;
  Setup setup;       // that it was asked under
  std::string time;  // of its first event, RFC 3339
  std::optional<ErrorRecord> error;
  TurnEndRecord end;         // empty where the line is missing
  bool is_finished = false;  // its last line is there

  [[nodiscard]] bool has_reply() const;  // something came that a next request can go on from
};

// What an event is known by already, because it was shown before it is kept.
struct EventStamp {
  std::string_view type;  // type_of
  std::string id;
  std::chrono::system_clock::time_point time;
  std::string message_id;  // of assistant.message
};

struct SavedSession {
  std::string id;
  std::string title;           // of the first turn that is left
  bool has_new_title = false;  // since session.start
  Setup setup;                 // the last one
  std::string system;          // the last one
  std::string started;
  std::string last_time;  // of the last event
  std::string last_id;    // of the last of the kept events
  std::vector<SavedTurn> turns;

  // What is wrong with the file. `kept` bytes from its beginning hold whole turns; what follows was cut off while it
  // was written.
  std::size_t kept = 0;
  std::size_t torn = 0;          // bytes behind `kept`
  bool lacks_newline = false;    // after the last of the kept bytes
  std::size_t junk_lines = 0;    // that are no event and were passed over
  std::size_t first_junk = 0;    // line number, from 1
  std::size_t lost_prompts = 0;  // prompts whose reply is missing and that another prompt follows
};

// Never fails: a text without any event gives a session without an id.
[[nodiscard]] SavedSession read_session(std::string_view text);
// A sentence for each thing that is wrong, with the file's name, and with the name of the file that the torn bytes were
// moved to, if they were.
[[nodiscard]] std::vector<std::string> problems_of(const SavedSession& session, std::string_view file,
                                                   std::string_view torn_file = {});

// The messages that the next request carries: those of turns that have a reply.
[[nodiscard]] std::vector<core::Message> history_of(const SavedSession& session);

// Writes events one after the other, each the child of the one before.
class EventChain {
 public:
  using Time = std::chrono::system_clock::time_point;

  // Each stamp is used once, by the first event of its type.
  EventChain(const base::Redactor& redactor, std::string parent, std::vector<EventStamp> stamps = {})
      : redactor_(redactor), parent_(std::move(parent)), stamps_(std::move(stamps)) {}

  void add(RecordData data, Time time);
  // The messages, the error if there is one, and the end: the prompt at the one time, what came at the other.
  void add_turn(const SavedTurn& turn, Time asked, Time ended);
  void add_turn(const SavedTurn& turn, Time time) { add_turn(turn, time, time); }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::string& last_id() const { return parent_; }

 private:
  const base::Redactor& redactor_;
  std::string parent_;
  std::vector<EventStamp> stamps_;
  std::string text_;
};

}  // namespace byok::session
