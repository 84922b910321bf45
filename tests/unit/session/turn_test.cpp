// A turn against a scripted transport: what is sent, retried, adapted and remembered, and what is left alone.
#include "session/turn.hpp"

#include <unistd.h>

#include <ostream>
//
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <array>
#include <chrono>
#include <deque>
#include <filesystem>

#include "session/adaptations.hpp"

using namespace byok;
using namespace std::chrono_literals;
using base::ErrorKind;
using core::FinishReason;
using session::run_turn;
using session::TurnOptions;

namespace {

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

std::string event(const std::string& json) { return "data: " + json + "\n\n"; }

std::string text_chunk(const std::string& text) {
  return event(R"({"id":"r1","model":"m-2025","choices":[{"index":0,"delta":{"content":")" + text + "\"}}]}");
}

std::string finish_chunk(const std::string& reason = "stop") {
  return event(R"({"id":"r1","choices":[{"index":0,"delta":{},"finish_reason":")" + reason + "\"}]}");
}

const std::string kUsage = event(R"({"id":"r1","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}})");
const std::string kDone = "data: [DONE]\n\n";
const core::Header kSse{.name = "Content-Type", .value = "text/event-stream"};
const core::Header kJson{.name = "Content-Type", .value = "application/json"};

Answer good(std::vector<core::Header> headers = {kSse}) {
  return {.headers = std::move(headers),
          .pieces = {text_chunk("Hel"), text_chunk("lo"), finish_chunk() + kUsage, kDone},
          .error = {}};
}

Answer refusal(int status, std::string body, std::vector<core::Header> headers = {kJson}) {
  return {.status = status, .headers = std::move(headers), .pieces = {std::move(body)}, .error = {}};
}

Answer overloaded(std::vector<core::Header> more = {}) {
  more.push_back({.name = "Retry-After-Ms", .value = "1"});
  return refusal(503, R"({"error":{"message":"busy"}})", more);
}

Answer broken(ErrorKind kind, std::optional<bool> should_retry = {}) {
  base::Error error;
  error.kind = kind;
  error.message = "broken";
  error.should_retry = should_retry;
  return {.status = 0, .headers = {}, .pieces = {}, .error = error};
}

const std::string kNoMaxTokens =
    R"({"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use )"
    R"('max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens",)"
    R"("code":"unsupported_parameter"}})";
const std::string kNoTemperature =
    R"({"error":{"message":"Unsupported parameter: 'temperature' is not supported with this model.",)"
    R"("type":"invalid_request_error","param":"temperature","code":"unsupported_parameter"}})";

core::Profile profile_at(std::string_view base_url = "https://models.example.com/v1") {
  core::Profile profile;
  profile.name = "p";
  profile.base_url = core::Url::parse(base_url).value();
  profile.model = profile.wire_model = "m";
  profile.credential.slot = core::Credential::Slot::api_key;
  return profile;
}

core::Request question() {
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
  session::TurnResult go() { return run_turn(transport, log, profile, request, options, observer); }

  base::Log log;
  ScriptedTransport transport;
  RecordingObserver observer;
  core::Profile profile = profile_at();
  core::Request request = question();
  TurnOptions options;
  std::vector<bool> asked_again;
};

bool has_header(const core::HttpRequest& request, std::string_view value) {
  for (const auto& header : request.headers)
    if (header.value.find(value) != std::string::npos) return true;
  return false;
}

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "byok-turn-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::filesystem::path file() const { return path_ / "adaptations.json"; }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("a good reply: its events in order, and the books kept") {
  Run run({good({kSse, {.name = "x-request-id", .value = "req-1"}})});
  const auto result = run.go();
  CHECK_FALSE(result.error);
  CHECK(run.observer.text == "Hello");
  CHECK(run.observer.finishes == 1);
  CHECK_FALSE(run.observer.has_unwritten);
  CHECK(result.finish == FinishReason::stop);
  CHECK(result.usage.input_tokens == 7);
  CHECK(result.usage.output_tokens == 2);
  CHECK(result.response_id == "r1");
  CHECK(result.model == "m-2025");
  CHECK(result.request_id == "req-1");
  CHECK(result.attempts == 1);
  CHECK(result.had_text);
  CHECK(result.had_output);
  CHECK(result.time_to_first_token);
  CHECK(run.observer.attempts == std::vector{1});
  CHECK(run.asked_again == std::vector{false});
  CHECK(has_header(run.transport.requests.at(0), "first-secret"));
}

TEST_CASE("what a piece meant is told to the transport: nothing, event, done") {
  Run run({{.headers = {kSse},
            .pieces = {": comment\n\n", event(R"({"choices":[{"index":0,"delta":{"role":"assistant"}}]})"),
                       text_chunk("a"), finish_chunk(), kDone},
            .error = {}}});
  CHECK_FALSE(run.go().error);
  using enum transport::Flow;
  CHECK(run.transport.flows == std::vector{nothing, nothing, nothing, event, nothing, done});
}

TEST_CASE("the profile's limits, the deadline, the interrupt and ticks reach the transport") {
  Run run({good()});
  run.profile.limits.connect_timeout = 3s;
  run.profile.limits.first_token_timeout = 4s;
  run.profile.limits.idle_timeout = 5s;
  const auto deadline = std::chrono::steady_clock::now() + 1h;
  run.options.deadline = deadline;
  run.options.interrupt = 77;
  run.options.ticks = true;
  CHECK_FALSE(run.go().error);
  const auto& options = run.transport.last_options;
  CHECK(options.connect_timeout == 3s);
  CHECK(options.first_event_timeout == 4s);
  CHECK(options.idle_timeout == 5s);
  CHECK(options.deadline == deadline);
  CHECK(options.interrupt == 77);
  CHECK(options.tick == 100ms);
  CHECK(run.observer.ticks == 1);
}

TEST_CASE("a reply that is whole JSON is taken as a stream would be") {
  Run run({{.headers = {kJson},
            .pieces = {R"({"id":"r9","model":"m","choices":[{"index":0,"message":{"role":"assistant",)",
                       R"("content":"whole"},"finish_reason":"length"}]})"},
            .error = {}}});
  const auto result = run.go();
  CHECK_FALSE(result.error);
  CHECK(run.observer.text == "whole");
  CHECK_FALSE(run.observer.has_unwritten);
  CHECK(result.finish == FinishReason::length);
  CHECK(result.time_to_first_token);
}

TEST_CASE("what passes by itself is tried again, until the retries are spent") {
  for (const auto kind : {ErrorKind::network, ErrorKind::timeout}) {
    Run run({broken(kind), good()});
    const auto result = run.go();
    CHECK_FALSE(result.error);
    CHECK(result.attempts == 2);
    CHECK(run.observer.attempts == std::vector{1, 2});
    CHECK(run.observer.retried == std::vector{kind});
    CHECK(run.observer.text == "Hello");
  }
  Run run({overloaded(), overloaded(), overloaded()});
  const auto result = run.go();
  REQUIRE(result.error);
  CHECK(result.error->kind == ErrorKind::overloaded);
  CHECK(result.error->status == 503);
  CHECK(result.attempts == 3);
  CHECK(run.observer.waits == std::vector{1ms, 1ms});
}

TEST_CASE("with no retries the first failure stays") {
  Run run({overloaded()});
  run.profile.limits.retries = 0;
  CHECK(run.go().error);
  CHECK(run.observer.retried.empty());
}

TEST_CASE("what does not pass by itself is not tried again, and its body is explained") {
  struct Case {
    int status;
    const char* body;
    ErrorKind kind;
  };
  for (const auto& each :
       std::array{Case{400, R"({"error":{"message":"bad thing"}})", ErrorKind::bad_request},
                  Case{401, R"({"error":{"message":"no such key"}})", ErrorKind::auth},
                  Case{429, R"({"error":{"message":"pay up","code":"insufficient_quota"}})", ErrorKind::quota},
                  Case{413, "<html><title>Too large</title></html>", ErrorKind::context_length}}) {
    Run run({refusal(each.status, each.body)});
    const auto result = run.go();
    CAPTURE(each.status);
    REQUIRE(result.error);
    CHECK(result.error->kind == each.kind);
    CHECK(result.error->status == each.status);
    CHECK(result.attempts == 1);
    CHECK_FALSE(result.had_output);
  }
}

TEST_CASE("a refused connection or a silent server on this machine is left alone") {
  Run refused({broken(ErrorKind::network, false)});
  refused.profile = profile_at("http://127.0.0.1:1/v1");
  CHECK(refused.go().attempts == 1);
  Run silent({broken(ErrorKind::timeout)});
  silent.profile = profile_at("http://127.0.0.1:1/v1");
  CHECK(silent.go().attempts == 1);
}

TEST_CASE("after any output nothing is tried again, and what came is kept") {
  auto cut = good();
  cut.pieces.resize(1);
  cut.error = broken(ErrorKind::network).error;
  Run run({cut});
  const auto result = run.go();
  REQUIRE(result.error);
  CHECK(result.error->kind == ErrorKind::network);
  CHECK(result.attempts == 1);
  CHECK(result.had_text);
  CHECK(run.observer.text == "Hel");
  CHECK_FALSE(run.observer.has_unwritten);
}

TEST_CASE("reasoning counts as output, though it is no text of the answer") {
  Run run({{.headers = {kSse},
            .pieces = {event(R"({"choices":[{"index":0,"delta":{"reasoning_content":"hm"}}]})")},
            .error = broken(ErrorKind::network).error}});
  const auto result = run.go();
  CHECK(result.error);
  CHECK(result.attempts == 1);
  CHECK(result.had_output);
  CHECK_FALSE(result.had_text);
}

TEST_CASE("an error inside a stream is tried again before any output, and not after") {
  const std::string in_band = event(R"({"error":{"message":"overloaded, try again","code":503}})");
  Run early({{.headers = {kSse}, .pieces = {in_band}, .error = {}}, good()});
  const auto recovered = early.go();
  CHECK_FALSE(recovered.error);
  CHECK(recovered.attempts == 2);
  Run late({{.headers = {kSse}, .pieces = {text_chunk("a"), in_band}, .error = {}}});
  const auto failed = late.go();
  REQUIRE(failed.error);
  CHECK(failed.error->kind == ErrorKind::overloaded);
  CHECK(failed.attempts == 1);
  CHECK(late.observer.text == "a");
}

TEST_CASE("a failed attempt leaves nothing of itself in the result of the next") {
  Run run({{.headers = {kSse, {.name = "x-request-id", .value = "first"}},
            .pieces = {kUsage},
            .error = broken(ErrorKind::network).error},
           {.headers = {kSse},
            .pieces = {event(R"({"id":"second","choices":[{"index":0,"delta":{"content":"x"}}]})"), finish_chunk()},
            .error = {}}});
  const auto result = run.go();
  CHECK_FALSE(result.error);
  CHECK(result.usage.is_empty());
  CHECK(result.request_id.empty());
  CHECK(result.response_id == "second");
}

TEST_CASE("a stream without an end is incomplete and names its request") {
  Run run({{.headers = {kSse, {.name = "x-request-id", .value = "req-7"}}, .pieces = {text_chunk("a")}, .error = {}}});
  const auto result = run.go();
  REQUIRE(result.error);
  CHECK(result.error->kind == ErrorKind::incomplete);
  CHECK(result.error->request_id == "req-7");
  CHECK(result.attempts == 1);
}

TEST_CASE("a refusal whose body was cut short is still that refusal") {
  auto cut = refusal(400, R"({"error":{"message":"bad thing"}})");
  cut.error = broken(ErrorKind::network).error;
  Run run({cut});
  const auto result = run.go();
  REQUIRE(result.error);
  CHECK(result.error->kind == ErrorKind::bad_request);
  auto interrupted = refusal(400, "{");
  interrupted.error = broken(ErrorKind::cancelled).error;
  Run other({interrupted});
  CHECK(other.go().error->kind == ErrorKind::cancelled);
}

TEST_CASE("no more than a mebibyte of a refusal is kept") {
  auto endless = refusal(400, "x");
  endless.pieces.assign(40, std::string(64 * 1024, 'x'));
  Run run({endless});
  CHECK(run.go().error->kind == ErrorKind::bad_request);
  CHECK(run.transport.flows.size() == 1 + 16);
  CHECK(run.transport.flows.back() == transport::Flow::done);
}

TEST_CASE("after a 401 the secret is minted again once, as part of the same attempt") {
  const auto denied = refusal(401, R"({"error":{"message":"expired"}})");
  Run run({denied, good()});
  run.options.can_mint_again = true;
  const auto result = run.go();
  CHECK_FALSE(result.error);
  CHECK(result.attempts == 1);
  CHECK(run.asked_again == std::vector{false, true});
  CHECK(has_header(run.transport.requests.at(1), "second-secret"));
  CHECK(run.observer.retried.empty());

  Run twice({denied, denied});
  twice.options.can_mint_again = true;
  CHECK(twice.go().error->kind == ErrorKind::auth);
  CHECK(twice.asked_again == std::vector{false, true});

  Run fixed({denied});
  CHECK(fixed.go().error->kind == ErrorKind::auth);
  CHECK(fixed.asked_again == std::vector{false});
}

TEST_CASE("a secret that cannot be had ends the turn before anything is sent") {
  Run run({});
  run.options.secret = [](bool) -> base::Result<base::Secret> { return base::fail(ErrorKind::auth, "no key"); };
  const auto result = run.go();
  REQUIRE(result.error);
  CHECK(result.error->message == "no key");
  CHECK(run.transport.requests.empty());
}

TEST_CASE("a request that cannot be made ends the turn before anything is sent") {
  Run run({});
  run.request.body = "";
  run.request.edits = {{.path = "a..b", .json = "1"}};
  const auto result = run.go();
  REQUIRE(result.error);
  CHECK(result.error->kind == ErrorKind::usage);
  CHECK(run.transport.requests.empty());
}

TEST_CASE("a refused field is adapted to at once, not counted as a retry") {
  Run run({refusal(400, kNoMaxTokens), good()});
  run.profile.limits.retries = 0;
  const auto result = run.go();
  CHECK_FALSE(result.error);
  CHECK(run.observer.retried.empty());
  REQUIRE(run.transport.requests.size() == 2);
  CHECK(run.transport.requests[0].body.find("\"max_tokens\"") != std::string::npos);
  CHECK(run.transport.requests[1].body.find("\"max_completion_tokens\"") != std::string::npos);
  CHECK(run.observer.text == "Hello");
}

TEST_CASE("a field of the profile is dropped with a warning, one of the command line never") {
  Run profile({refusal(400, kNoTemperature), good()});
  profile.request.sampling.temperature = 0.5;
  CHECK_FALSE(profile.go().error);
  CHECK(profile.transport.requests.at(1).body.find("temperature") == std::string::npos);
  REQUIRE(profile.observer.warnings.size() == 1);
  CHECK(profile.observer.warnings[0].find("temperature") != std::string::npos);

  Run pinned({refusal(400, kNoTemperature)});
  pinned.request.sampling.temperature = 0.5;
  pinned.request.pinned = {"temperature"};
  const auto result = pinned.go();
  REQUIRE(result.error);
  CHECK(result.error->kind == ErrorKind::bad_request);
  CHECK(result.error->message.find("--temperature") != std::string::npos);
}

TEST_CASE("the same refusal twice is not adapted to twice") {
  Run run({refusal(400, kNoMaxTokens), refusal(400, kNoMaxTokens)});
  const auto result = run.go();
  REQUIRE(result.error);
  CHECK(result.error->kind == ErrorKind::bad_request);
  CHECK(run.transport.requests.size() == 2);
}

TEST_CASE("what was learned is kept once the second request succeeded, and used by the next turn") {
  const Folder folder;
  Run failing({refusal(400, kNoMaxTokens), refusal(400, R"({"error":{"message":"other"}})")});
  failing.options.adaptations_file = folder.file();
  CHECK(failing.go().error);
  CHECK_FALSE(std::filesystem::exists(folder.file()));

  Run learning({refusal(400, kNoMaxTokens), good()});
  learning.options.adaptations_file = folder.file();
  CHECK_FALSE(learning.go().error);
  CHECK(std::filesystem::exists(folder.file()));

  Run knowing({good()});
  knowing.options.adaptations_file = folder.file();
  CHECK_FALSE(knowing.go().error);
  CHECK(knowing.transport.requests.at(0).body.find("\"max_completion_tokens\"") != std::string::npos);

  Run elsewhere({good()});
  elsewhere.profile = profile_at("https://other.example.com/v1");
  elsewhere.options.adaptations_file = folder.file();
  CHECK_FALSE(elsewhere.go().error);
  CHECK(elsewhere.transport.requests.at(0).body.find("\"max_tokens\"") != std::string::npos);
}

TEST_CASE("a dropped field that is remembered is said each time, and not dropped from the command line") {
  const Folder folder;
  const session::AdaptationKey key{.origin = "https://models.example.com", .wire_api = "completions", .model = "m"};
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  session::remember_adaptations(folder.file(), key, {"drop:temperature"}, now);

  Run profile({good()});
  profile.options.adaptations_file = folder.file();
  profile.request.sampling.temperature = 0.5;
  CHECK_FALSE(profile.go().error);
  CHECK(profile.transport.requests.at(0).body.find("temperature") == std::string::npos);
  CHECK(profile.observer.warnings == std::vector<std::string>{"`temperature` was left out: m has refused it before."});

  Run pinned({good()});
  pinned.options.adaptations_file = folder.file();
  pinned.request.sampling.temperature = 0.5;
  pinned.request.pinned = {"temperature"};
  CHECK_FALSE(pinned.go().error);
  CHECK(pinned.transport.requests.at(0).body.find("temperature") != std::string::npos);
  CHECK(pinned.observer.warnings.empty());
}

TEST_CASE("a warning about the request is given once, however many attempts there are") {
  Run run({overloaded(), overloaded(), good()});
  run.profile.wire_api = core::WireApi::responses;
  run.request.sampling.stop = {"END"};
  (void)run.go();
  CHECK(run.observer.attempts.size() == 3);
  CHECK(run.observer.warnings.size() == 1);
}

TEST_CASE("an interrupt ends the wait before another attempt") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  auto patient = refusal(503, "{}", {{.name = "Retry-After", .value = "50"}});
  Run run({patient});
  run.options.interrupt = ends[0];
  run.observer.interrupt_at_retry = ends[1];
  const auto result = run.go();
  REQUIRE(result.error);
  CHECK(result.error->kind == ErrorKind::cancelled);
  CHECK(result.attempts == 1);
  for (const int end : ends) ::close(end);
}

TEST_CASE("the deadline ends the wait before another attempt, and tells what had failed") {
  Run run({refusal(503, R"({"error":{"message":"busy today"}})", {{.name = "Retry-After", .value = "50"}})});
  run.options.deadline = std::chrono::steady_clock::now() + 30ms;
  run.options.ticks = true;
  const auto result = run.go();
  REQUIRE(result.error);
  CHECK(result.error->kind == ErrorKind::timeout);
  CHECK(result.error->message.find("busy today") != std::string::npos);
  CHECK(result.attempts == 1);
}

TEST_CASE("a wait that is too long is not waited for, and its length is shown") {
  Run run({refusal(429, R"({"error":{"message":"slow down"}})", {{.name = "Retry-After", .value = "120"}})});
  const auto result = run.go();
  REQUIRE(result.error);
  CHECK(result.error->kind == ErrorKind::rate_limit);
  CHECK(result.error->hint.find("--retry-max-wait 120") != std::string::npos);
  CHECK(run.observer.retried.empty());
}

TEST_CASE("an observer that cannot write ends the turn with its own error") {
  Run run({good()});
  run.observer.fail_read_end = true;
  const auto result = run.go();
  REQUIRE(result.error);
  CHECK(result.error->kind == ErrorKind::output);
  CHECK(result.attempts == 1);
}
