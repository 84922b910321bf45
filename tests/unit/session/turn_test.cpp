// A turn against a scripted transport: what is sent, retried and kept, and what is left alone.
#include "session/turn.hpp"

#include <unistd.h>

#include <ostream>
//
#include <doctest/doctest.h>

#include <array>
#include <chrono>

#include "scripted_turn.hpp"

using namespace byok;
using namespace byok::test;
using namespace std::chrono_literals;
using core::FinishReason;

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
  CHECK(run.transport.flows == std::vector{nothing, nothing, nothing, event, complete, done});
}

TEST_CASE("a complete reply is told once, again with what still comes, and never after more of the answer") {
  Run run({{.headers = {kSse},
            .pieces = {text_chunk("a"), finish_chunk(), ": comment\n\n", kUsage, "data: {\"cho", "ices\":[]}\n\n",
                       text_chunk("b"), finish_chunk() + kUsage},
            .error = {}}});
  const auto result = run.go();
  CHECK_FALSE(result.error);
  CHECK(run.observer.text == "ab");
  using enum transport::Flow;
  CHECK(run.transport.flows ==
        std::vector{nothing, event, complete, nothing, complete, event, complete, event, nothing});
}

TEST_CASE("a connection that breaks or goes silent behind the end of a reply takes nothing from it") {
  for (const auto kind : {ErrorKind::network, ErrorKind::timeout}) {
    Run run({{.headers = {kSse}, .pieces = {text_chunk("a"), finish_chunk()}, .error = broken(kind).error}});
    const auto result = run.go();
    CHECK_FALSE(result.error);
    CHECK(result.finish == FinishReason::stop);
    CHECK(run.observer.finishes == 1);

    Run whole({{.headers = {kJson},
                .pieces = {R"({"choices":[{"message":{"content":"w"},"finish_reason":"stop"}]})"},
                .error = broken(kind).error}});
    CHECK_FALSE(whole.go().error);
    CHECK(whole.observer.text == "w");
    CHECK(whole.transport.requests.size() == 1);
  }
}

TEST_CASE("a connection that breaks within an event or before the end is a failure, whatever came before") {
  for (const auto& last : {std::string(), text_chunk("b").substr(0, 20)}) {
    Run run({{.headers = {kSse},
              .pieces = {text_chunk("a"), last.empty() ? "" : finish_chunk(), last},
              .error = broken(ErrorKind::network).error}});
    const auto result = run.go();
    REQUIRE(result.error);
    CHECK(result.error->kind == ErrorKind::network);
    CHECK(run.observer.finishes == 0);
  }
}

TEST_CASE("a break behind the end is a failure where the answer had gone on behind an end before") {
  Run run({{.headers = {kSse},
            .pieces = {text_chunk("a"), finish_chunk(), text_chunk("b")},
            .error = broken(ErrorKind::network).error}});
  CHECK(run.go().error);
  Run closed({{.headers = {kSse}, .pieces = {text_chunk("a"), finish_chunk(), text_chunk("b")}, .error = {}}});
  CHECK_FALSE(closed.go().error);
  CHECK(closed.observer.text == "ab");
}

TEST_CASE("text that waited for more is given when the reply is given up, and kept back where it is asked for again") {
  const std::string held = text_chunk("<th");
  const std::string error = event(R"({"error":{"message":"boom","code":503}})");
  Run run({{.headers = {kSse}, .pieces = {held + error}, .error = {}}});
  run.profile.limits.retries = 0;
  const auto result = run.go();
  REQUIRE(result.error);
  CHECK(run.observer.text == "<th");
  CHECK(result.had_text);
  CHECK_FALSE(run.observer.has_unwritten);

  Run again(
      {{.headers = {kSse, {.name = "Retry-After-Ms", .value = "1"}}, .pieces = {held + error}, .error = {}}, good()});
  CHECK_FALSE(again.go().error);
  CHECK(again.observer.text == "Hello");
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
