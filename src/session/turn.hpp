// Turn: one request and its reply, retried when that is safe, adapted when a provider refuses a field.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "core/event.hpp"
#include "core/profile.hpp"
#include "core/request.hpp"
#include "transport/transport.hpp"

namespace byok::session {

// What a turn tells while it runs.
class TurnObserver : public core::EventSink {
 public:
  virtual void on_attempt(int number) = 0;  // before each request, from 1
  // After all events of one network read: the place for one write. An error ends the turn and is its error.
  virtual base::Result<> on_read_end() = 0;
  virtual void on_tick() = 0;  // while waiting, about ten times a second, when TurnOptions::ticks
  virtual void on_warning(std::string_view sentence) = 0;
  virtual void on_retry(const base::Error& error, std::chrono::milliseconds wait) = 0;
};

struct TurnOptions {
  std::optional<std::chrono::steady_clock::time_point> deadline;
  int interrupt = -1;
  bool ticks = false;
  // Returns the secret; `again` asks for a new one after a 401 (only for commands; others return the same error).
  std::function<base::Result<base::Secret>(bool again)> secret;
  bool can_mint_again = false;
  std::filesystem::path adaptations_file;  // where refusals learned are kept; empty: nowhere
};

struct TurnResult {
  core::FinishReason finish = core::FinishReason::error;
  std::string provider_finish;
  std::string detail;
  core::Usage usage;
  std::string response_id;
  std::string request_id;
  std::string model;  // as the provider named it, or empty
  std::string url;    // that the request went to, safe to show; empty: none was sent
  int attempts = 0;
  bool had_text = false;    // answer or refusal text arrived
  bool had_output = false;  // text, reasoning, refusal or a tool call arrived
  std::optional<std::chrono::milliseconds> time_to_first_token;
  std::optional<base::Error> error;  // set: the turn failed; the rest is what had arrived by then
};

// Never throws away what arrived: a failed turn's result holds the error and what came before it.
[[nodiscard]] TurnResult run_turn(transport::Transport& transport, const base::Log& log, const core::Profile& profile,
                                  core::Request request, const TurnOptions& options, TurnObserver& observer);

}  // namespace byok::session
