// Timers: the limits of one transfer as pure values: which comes first, and which has passed.
#pragma once

#include <chrono>
#include <optional>

#include "transport/transport.hpp"

namespace byok::transport {

class Timers {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // The limit on connecting is not among them: libcurl shares it out among a host's addresses.
  enum class Limit { first_event, idle, between_events, deadline, complete };
  struct Due {
    Time at;
    Limit limit;
  };

  // How long to wait behind a complete reply for what servers send after it: token counts, `[DONE]`, a late word. All
  // of that is sent in one go with the end or right after it, so a second is ample, and hardly felt where the server
  // keeps the connection open instead.
  static constexpr std::chrono::milliseconds kGrace{1000};

  Timers(const TransferOptions& options, Time start);

  void on_bytes(Time now) { last_bytes_ = now; }
  void on_event(Time now);
  void on_complete(Time now);  // until the next event
  // The limit that comes first, or nothing where there is none.
  [[nodiscard]] std::optional<Due> next() const;

 private:
  std::chrono::milliseconds first_event_;
  std::chrono::milliseconds idle_;
  std::optional<Time> deadline_;
  Time last_bytes_;
  Time last_event_;  // the start, before the first
  std::optional<Time> complete_;
  bool had_event_ = false;
};

}  // namespace byok::transport
