// Transport: the seam to the network: one HTTP exchange at a time, streamed into a sink.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/log.hpp"
#include "base/result.hpp"
#include "core/http.hpp"
#include "core/profile.hpp"

namespace byok::transport {

// What the bytes of one piece meant to their reader.
enum class Flow {
  nothing,   // alive, but nothing that carries something
  event,     // text, reasoning, refusal or tool call: the first-token limit is met
  complete,  // the reader has a whole reply: more may come, but is waited for only a moment (Timers::kGrace)
  done,      // the reader has all it wants: the connection is closed
};

class TransferSink {
 public:
  virtual ~TransferSink() = default;
  virtual base::Result<Flow> on_head(const core::HttpHead& head) = 0;  // once, the final one (not 1xx, not a proxy's)
  virtual base::Result<Flow> on_body(std::string_view bytes) = 0;
  // After all pieces of one network read: the place for one write.
  virtual base::Result<> on_read_end() = 0;
  virtual void on_tick() {}  // while waiting, every TransferOptions::tick
};

struct TransferOptions {
  std::chrono::milliseconds connect_timeout{0};      // 0: no limit, here and below
  std::chrono::milliseconds first_event_timeout{0};  // until the first Flow::event, from the request's start
  std::chrono::milliseconds idle_timeout{0};         // between bytes, after the first event
  std::optional<std::chrono::steady_clock::time_point> deadline;  // of the whole run
  std::chrono::milliseconds tick{0};                              // how often to call on_tick; 0: never
  int interrupt = -1;  // a descriptor that becomes readable when the user interrupts; -1: none
};

struct TransferStats {
  std::string http_version;
  std::string remote_address;
  bool sent_request = false;  // some of the request left this machine
};

class Transport {
 public:
  virtual ~Transport() = default;
  // Returns when the body ended, the sink was done, nothing more came behind a complete reply, or something failed.
  // Kinds of failure: network (DNS, refused, TLS, proxy, reset, wrong length), timeout, cancelled (the interrupt
  // descriptor), the sink's own error unchanged. Messages name host and port and the reason in plain words; hints say
  // what to do. Redirects are not followed.
  [[nodiscard]] virtual base::Result<TransferStats> send(const core::HttpRequest& request, const core::Network& network,
                                                         const TransferOptions& options, TransferSink& sink) = 0;
};

// curl.cpp: libcurl behind the seam. It is loaded into use at the first send, not before. `log` outlives the result.
[[nodiscard]] std::unique_ptr<Transport> make_curl_transport(const base::Log& log);
// "libcurl/7.88.1 OpenSSL/3.0.17"
[[nodiscard]] std::string curl_version();

}  // namespace byok::transport
