// EventStream: a run of `ask` as JSON Lines in the Copilot SDK's envelope (cli.md, "Event stream").
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "core/event.hpp"
#include "core/message.hpp"
#include "session/store/record.hpp"
#include "session/store/saved_session.hpp"

namespace byok::cli {

class EventStream {
 public:
  using Write = std::function<base::Result<>(std::string_view bytes)>;
  // `write` takes whole lines; all but answer text is redacted. Deltas of reasoning come redacted, because a secret may
  // be cut between them. The redactor outlives the stream.
  EventStream(Write write, const base::Redactor& redactor);

  // The beginning as the session's file will hold it: a resume that changes nothing there is ephemeral.
  struct Start {
    session::StartRecord record;
    bool is_ephemeral = false;
    std::optional<std::string> system = {};  // where the file will say it
    std::string parent = {};                 // id of the last event in the file
  };
  void start(const Start& start, const core::Message& prompt);
  void user_message(const core::Message& prompt);
  void turn_start();  // once a turn
  void message_delta(std::string_view text);
  void reasoning_delta(std::string_view text);
  void usage(const core::Usage& usage, std::string_view model, std::string_view finish_reason);
  void message(core::Message reply);
  void error(const session::ErrorRecord& error, bool is_ephemeral = false);
  void turn_end(const session::TurnEndRecord& end);
  void idle(bool is_aborted);
  void raw_line(std::string_view json);  // the result object

  // What the events that a session file holds, too, are known by, in order; then they are forgotten here.
  [[nodiscard]] std::vector<session::EventStamp> take_stamps() { return std::exchange(stamps_, {}); }
  // One write for the lines made since the last one.
  base::Result<> flush();

 private:
  void add_ephemeral(std::string_view type, std::string_view data);
  void add(const session::RecordData& data, const base::Redactor& redactor, bool is_ephemeral = false);

  Write write_;
  const base::Redactor& redactor_;
  std::string pending_;
  std::string parent_;  // id of the last event that is not ephemeral, or empty
  std::string message_id_;
  bool has_started_ = false;  // the turn
  std::vector<session::EventStamp> stamps_;
};

}  // namespace byok::cli
