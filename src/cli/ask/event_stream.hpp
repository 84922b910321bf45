// EventStream: a run of `ask` as JSON Lines in the Copilot SDK's envelope (cli.md, "Event stream").
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "core/event.hpp"

namespace byok::cli {

class EventStream {
 public:
  using Write = std::function<base::Result<>(std::string_view bytes)>;
  // `write` takes whole lines; all but answer text is redacted. Deltas of reasoning come redacted, because a secret may
  // be cut between them. The redactor outlives the stream.
  EventStream(Write write, const base::Redactor& redactor);

  struct Start {
    std::string_view profile, origin, wire_api, model;
    std::string_view session_id = {};  // empty where nothing is kept
    bool is_resume = false;
  };
  void start(const Start& start, std::string_view prompt);
  void user_message(std::string_view text);
  void turn_start();
  void message_delta(std::string_view text);
  void reasoning_delta(std::string_view text);
  void usage(const core::Usage& usage, std::string_view model, std::string_view finish_reason);
  void message(std::string_view content, std::string_view reasoning, std::string_view encrypted);
  void turn_end();
  void error(const base::Error& error);
  void idle(bool is_aborted);
  void raw_line(std::string_view json);  // the result object

  // One write for the lines made since the last one.
  base::Result<> flush();

 private:
  void add(std::string_view type, bool is_ephemeral, std::string_view data);

  Write write_;
  const base::Redactor& redactor_;
  std::string pending_;
  std::string parent_;  // id of the event before, or empty
  std::string message_id_;
};

}  // namespace byok::cli
