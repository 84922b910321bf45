// ScriptedTransport and Run: a turn against answers that a test writes down.
#pragma once

#include <unistd.h>

#include <ostream>
//
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "session/turn.hpp"

namespace byok::test {

using base::ErrorKind;

// One answer: a head (none for status 0), pieces of body, then an error or the end.
struct Answer {
  int status = 200;
  std::vector<core::Header> headers;
  std::vector<std::string> pieces;
  std::optional<base::Error> error;
};

class ScriptedTransport final : public transport::Transport {
 public:
  explicit ScriptedTransport(std::deque<Answer> script) : script_(std::move(script)) {}

  base::Result<transport::TransferStats> send(const core::HttpRequest& request, const core::Network&,
                                              const transport::TransferOptions& options,
                                              transport::TransferSink& sink) override {
    requests.push_back(request);
    last_options = options;
    REQUIRE_FALSE(script_.empty());
    const Answer answer = std::move(script_.front());
    script_.pop_front();
    sink.on_tick();
    if (answer.status != 0) {
      BYOK_TRY(const auto flow, sink.on_head({.status = answer.status, .headers = answer.headers}));
      flows.push_back(flow);
    }
    for (const auto& piece : answer.pieces) {
      BYOK_TRY(const auto flow, sink.on_body(piece));
      flows.push_back(flow);
      BYOK_CHECK(sink.on_read_end());
      if (flow == transport::Flow::done) return transport::TransferStats{};
    }
    if (answer.error) return std::unexpected(*answer.error);
    return transport::TransferStats{};
  }

  std::vector<core::HttpRequest> requests;
  std::vector<transport::Flow> flows;
  transport::TransferOptions last_options;

 private:
  std::deque<Answer> script_;
};

class RecordingObserver final : public session::TurnObserver {
 public:
  void on(const core::StreamEvent& event) override {
    if (const auto* delta = std::get_if<core::TextDelta>(&event)) text += delta->text;
    if (std::holds_alternative<core::Finished>(event)) ++finishes;
    has_unwritten = true;
  }
  void on_attempt(int number) override { attempts.push_back(number); }
  base::Result<> on_read_end() override {
    has_unwritten = false;
    ++read_ends;
    if (fail_read_end) return base::fail(ErrorKind::output, "cannot write");
    return {};
  }
  void on_tick() override { ++ticks; }
  void on_warning(std::string_view sentence) override { warnings.emplace_back(sentence); }
  void on_retry(const base::Error& error, std::chrono::milliseconds wait) override {
    retried.push_back(error.kind);
    waits.push_back(wait);
    if (interrupt_at_retry >= 0) [[maybe_unused]]
      const auto written = ::write(interrupt_at_retry, "x", 1);
  }

  std::string text;
  int finishes = 0;
  bool has_unwritten = false;
  std::vector<int> attempts;
  int read_ends = 0;
  bool fail_read_end = false;
  int ticks = 0;
  std::vector<std::string> warnings;
  std::vector<ErrorKind> retried;
  std::vector<std::chrono::milliseconds> waits;
  int interrupt_at_retry = -1;
};

inline std::string event(const std::string& json) { return "data: " + json + "\n\n"; }

inline std::string text_chunk(const std::string& text) {
  return event(R"({"id":"r1","model":"m-2025","choices":[{"index":0,"delta":{"content":")" + text + "\"}}]}");
}

inline std::string finish_chunk(const std::string& reason = "stop") {
  return event(R"({"id":"r1","choices":[{"index":0,"delta":{},"finish_reason":")" + reason + "\"}]}");
}

inline const std::string kUsage =
    event(R"({"id":"r1","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}})");
inline const std::string kDone = "data: [DONE]\n\n";
inline const core::Header kSse{.name = "Content-Type", .value = "text/event-stream"};
inline const core::Header kJson{.name = "Content-Type", .value = "application/json"};

inline Answer good(std::vector<core::Header> headers = {kSse}) {
  return {.headers = std::move(headers),
          .pieces = {text_chunk("Hel"), text_chunk("lo"), finish_chunk() + kUsage, kDone},
          .error = {}};
}

inline Answer refusal(int status, std::string body, std::vector<core::Header> headers = {kJson}) {
  return {.status = status, .headers = std::move(headers), .pieces = {std::move(body)}, .error = {}};
}

inline Answer overloaded(std::vector<core::Header> more = {}) {
  more.push_back({.name = "Retry-After-Ms", .value = "1"});
  return refusal(503, R"({"error":{"message":"busy"}})", more);
}

inline Answer broken(ErrorKind kind, std::optional<bool> should_retry = {}) {
  base::Error error;
  error.kind = kind;
  error.message = "broken";
  error.should_retry = should_retry;
  return {.status = 0, .headers = {}, .pieces = {}, .error = error};
}

inline core::Profile profile_at(std::string_view base_url = "https://models.example.com/v1") {
  core::Profile profile;
  profile.name = "p";
  profile.base_url = core::Url::parse(base_url).value();
  profile.model = profile.wire_model = "m";
  profile.credential.slot = core::Credential::Slot::api_key;
  return profile;
}

inline core::Request question() {
  core::Request request;
  request.model = "m";
  request.messages = {{.role = core::Role::user, .parts = {core::TextPart{"hi"}}}};
  request.sampling.max_output_tokens = 50;
  return request;
}

// A turn with all that it needs; what happened can be read from it afterwards.
struct Run {
  explicit Run(std::deque<Answer> script) : transport(std::move(script)) {
    options.secret = [this](bool again) -> base::Result<base::Secret> {
      asked_again.push_back(again);
      return base::Secret(again ? "second-secret" : "first-secret");
    };
  }
  session::TurnResult go() { return session::run_turn(transport, log, profile, request, options, observer); }

  base::Log log;
  ScriptedTransport transport;
  RecordingObserver observer;
  core::Profile profile = profile_at();
  core::Request request = question();
  session::TurnOptions options;
  std::vector<bool> asked_again;
};

inline bool has_header(const core::HttpRequest& request, std::string_view value) {
  for (const auto& header : request.headers)
    if (header.value.find(value) != std::string::npos) return true;
  return false;
}

}  // namespace byok::test
