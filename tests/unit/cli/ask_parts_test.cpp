// Proves the pure parts of `ask`: extraction, the verdict, the result object, the dry run, the event stream.
#include <doctest/doctest.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/text.hpp"
#include "cli/ask/dry_run.hpp"
#include "cli/ask/event_stream.hpp"
#include "cli/ask/extract.hpp"
#include "cli/ask/prompt.hpp"
#include "cli/ask/result.hpp"
#include "cli/ask/verdict.hpp"
#include "cli/exit_code.hpp"

using byok::base::ErrorKind;
using byok::base::Redactor;
using byok::cli::exit_code_for;
using byok::cli::ExitCode;
using byok::cli::first_code_block;
using byok::cli::RunResult;
using byok::core::FinishReason;
using nlohmann::json;

namespace {

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

byok::core::Url url(std::string_view text) { return byok::core::Url::parse(text).value(); }

}  // namespace

TEST_CASE("every kind of error has its exit code") {
  struct Row {
    ErrorKind kind;
    int code;
  };
  constexpr Row kRows[] = {
      {ErrorKind::usage, 2},       {ErrorKind::config, 3},         {ErrorKind::auth, 4},
      {ErrorKind::quota, 4},       {ErrorKind::not_found, 1},      {ErrorKind::route, 1},
      {ErrorKind::bad_request, 1}, {ErrorKind::context_length, 9}, {ErrorKind::content_filter, 7},
      {ErrorKind::rate_limit, 6},  {ErrorKind::overloaded, 6},     {ErrorKind::network, 5},
      {ErrorKind::timeout, 5},     {ErrorKind::protocol, 1},       {ErrorKind::incomplete, 7},
      {ErrorKind::schema, 8},      {ErrorKind::output, 1},         {ErrorKind::internal, 70},
  };
  for (const Row& row : kRows) {
    CAPTURE(byok::base::to_string(row.kind));
    CHECK(static_cast<int>(exit_code_for(row.kind)) == row.code);
  }
  CHECK(exit_code_for(ErrorKind::cancelled, SIGINT) == ExitCode::interrupted);
  CHECK(exit_code_for(ErrorKind::cancelled, SIGTERM) == ExitCode::terminated);
  CHECK(exit_code_for(ErrorKind::cancelled, SIGHUP) == ExitCode::hung_up);
  CHECK(exit_code_for(ErrorKind::cancelled, SIGPIPE) == ExitCode::closed);
}

TEST_CASE("a fence around a file is longer than any run of backticks inside") {
  CHECK(byok::cli::fenced_file("a.c", "int x;\n") == "a.c\n```\nint x;\n```");
  CHECK(byok::cli::fenced_file("a.c", "int x;") == "a.c\n```\nint x;\n```");
  CHECK(byok::cli::fenced_file("a.md", "```\nx\n```\n") == "a.md\n````\n```\nx\n```\n````");
  CHECK(byok::cli::fenced_file("empty", "") == "empty\n```\n```");
}

TEST_CASE("the first fenced code block is found by CommonMark's rules") {
  struct Row {
    const char* text;
    const char* block;  // null: none
  };
  constexpr Row kRows[] = {
      {"Here:\n```python\nprint(1)\n```\ndone", "print(1)\n"},
      {"```\na\n```\n```\nb\n```", "a\n"},
      {"~~~\na\n```\nb\n~~~\n", "a\n```\nb\n"},
      {"````\n```\na\n```\n````", "```\na\n```\n"},
      {"  ```\n  a\n    b\n  ```", "a\n  b\n"},
      {"```\n```", ""},
      {"```\nnever closed", "never closed"},
      {"```a`b\nnot a fence", nullptr},
      {"    ```\n    indented code\n    ```", nullptr},
      {"``\nshort\n``", nullptr},
      {"no block", nullptr},
      {"", nullptr},
      {"```\na\n``` not closed here\nb\n```", "a\n``` not closed here\nb\n"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.text);
    const auto block = first_code_block(row.text);
    REQUIRE(block.has_value() == (row.block != nullptr));
    if (block) CHECK(*block == row.block);
  }
}

TEST_CASE("only a reply that stopped by itself with something in it is a success") {
  struct Row {
    FinishReason reason;
    bool had_text;
    bool has_calls;
    int code;
  };
  constexpr Row kRows[] = {
      {FinishReason::stop, true, false, 0},       {FinishReason::stop, false, false, 7},
      {FinishReason::tool_calls, false, true, 0}, {FinishReason::tool_calls, false, false, 7},
      {FinishReason::length, true, false, 7},     {FinishReason::content_filter, true, false, 7},
      {FinishReason::refusal, true, false, 7},    {FinishReason::pause, true, false, 7},
      {FinishReason::other, true, false, 7},      {FinishReason::error, true, false, 7},
  };
  for (const Row& row : kRows) {
    CAPTURE(byok::core::to_string(row.reason));
    byok::session::TurnResult turn;
    turn.finish = row.reason;
    turn.had_text = row.had_text;
    RunResult result;
    byok::cli::judge(turn, {.prompt_bytes = 2, .has_tool_calls = row.has_calls}, result, 0);
    CHECK(result.exit_code == row.code);
    CHECK(result.error.has_value() == (row.code != 0));
    if (result.error) CHECK_FALSE(result.error->hint.empty());
  }
}

TEST_CASE("more tokens are advised only where they were spent on thinking") {
  byok::session::TurnResult turn;
  turn.finish = FinishReason::stop;
  RunResult empty;
  byok::cli::judge(turn, {}, empty, 0);
  REQUIRE(empty.error);
  CHECK_FALSE(contains(empty.error->hint, "--max-output-tokens"));
  RunResult thoughtful;
  thoughtful.usage.reasoning_tokens = 100;
  byok::cli::judge(turn, {}, thoughtful, 0);
  REQUIRE(thoughtful.error);
  CHECK(contains(thoughtful.error->hint, "--max-output-tokens"));
}

TEST_CASE("an error after answer text is an incomplete reply, a signal stays a signal") {
  byok::session::TurnResult turn;
  turn.had_text = true;
  for (const ErrorKind kind : {ErrorKind::network, ErrorKind::timeout, ErrorKind::overloaded, ErrorKind::protocol}) {
    turn.error = byok::base::fail(kind, "gone").error();
    RunResult result;
    byok::cli::judge(turn, {}, result, 0);
    CHECK(result.exit_code == 7);
    CHECK(result.error->kind == kind);
  }
  turn.error = byok::base::fail(ErrorKind::cancelled, "stopped").error();
  RunResult interrupted;
  byok::cli::judge(turn, {}, interrupted, SIGINT);
  CHECK(interrupted.exit_code == 130);
  turn.error = byok::base::fail(ErrorKind::output, "full").error();
  RunResult full;
  byok::cli::judge(turn, {}, full, 0);
  CHECK(full.exit_code == 1);
  turn.had_text = false;
  turn.error = byok::base::fail(ErrorKind::network, "gone").error();
  RunResult early;
  byok::cli::judge(turn, {}, early, 0);
  CHECK(early.exit_code == 5);
}

TEST_CASE("a prompt that the server seems to have cut is pointed out") {
  struct Row {
    std::size_t bytes;
    std::int64_t tokens;
    bool warns;
  };
  constexpr Row kRows[] = {
      {100'000, 2050, true}, {9000, 4098, true}, {9000, 2200, false}, {8000, 100, false}, {120'000, 30'000, false},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.bytes);
    byok::session::TurnResult turn;
    turn.finish = FinishReason::stop;
    turn.had_text = true;
    RunResult result;
    result.usage.input_tokens = row.tokens;
    byok::cli::judge(turn, {.prompt_bytes = row.bytes}, result, 0);
    CHECK(result.warnings.empty() == !row.warns);
  }
}

TEST_CASE("the result object leaves out what is not known") {
  RunResult result;
  result.content = "hi";
  result.finish = FinishReason::stop;
  const json object = json::parse(byok::cli::to_json(result, Redactor()));
  CHECK(object["type"] == "result");
  CHECK(object["schema_version"] == 1);
  CHECK(object["ok"] == true);
  CHECK(object["content"] == "hi");
  CHECK(object["finish_reason"] == "stop");
  for (const char* absent : {"usage", "reasoning", "tool_calls", "error", "warnings", "response_id", "request_id"}) {
    CAPTURE(absent);
    CHECK_FALSE(object.contains(absent));
  }
  result.usage.input_tokens = 0;
  CHECK(json::parse(byok::cli::to_json(result, Redactor()))["usage"] == json{{"input_tokens", 0}});
}

TEST_CASE("a long answer stands whole in the result object, wherever it is cut into pieces") {
  for (const std::string unit : {"ab\n", "\xE2\x82\xAC", "\xF0\x9F\x98\x80x", "\xFF\x80"}) {
    CAPTURE(unit);
    RunResult result;
    while (result.content.size() < 200'000) result.content += unit;
    std::size_t most = 0;
    std::string joined;
    const auto written = byok::cli::write_json(result, Redactor(), [&](std::string_view piece) {
      most = std::max(most, piece.size());
      joined += piece;
      return byok::base::Result<>();
    });
    CHECK(written.has_value());
    CHECK(most < 200'000);
    CHECK(joined == byok::cli::to_json(result, Redactor()));
    CHECK(json::parse(joined)["content"] == byok::base::to_valid_utf8(result.content));
  }
}

TEST_CASE("the result object tells an error in full, and redacts all but the answer") {
  Redactor redactor;
  redactor.add("sk-0123456789");
  RunResult result;
  result.exit_code = 6;
  result.content = "you sent sk-0123456789";
  auto error = byok::base::fail(ErrorKind::rate_limit, "slow down, sk-0123456789", "wait").error();
  error.status = 429;
  error.code = "rate";
  error.retry_after = std::chrono::milliseconds(1500);
  result.error = error;
  result.tool_calls.push_back({.id = "c1", .name = "f", .arguments = "{\"a\":1}"});
  const json object = json::parse(byok::cli::to_json(result, redactor));
  CHECK(object["ok"] == false);
  CHECK(object["exit_code"] == 6);
  CHECK(object["content"] == "you sent sk-0123456789");
  CHECK(object["error"]["category"] == "rate_limit");
  CHECK(object["error"]["message"] == "slow down, [redacted]");
  CHECK(object["error"]["status"] == 429);
  CHECK(object["error"]["retryable"] == true);
  CHECK(object["error"]["retry_after_ms"] == 1500);
  CHECK(object["tool_calls"][0]["arguments"] == "{\"a\":1}");
}

TEST_CASE("the usage line says n/a where nothing was reported") {
  RunResult result;
  result.duration = std::chrono::milliseconds(1240);
  CHECK(byok::cli::usage_line(result) == "tokens n/a; total 1.2 s");
  result.usage.input_tokens = 12;
  result.usage.cached_tokens = 8;
  result.usage.output_tokens = 34;
  result.time_to_first_token = std::chrono::milliseconds(400);
  CHECK(byok::cli::usage_line(result) == "tokens: 12 input (8 cached), 34 output; first token 0.4 s; total 1.2 s");
}

TEST_CASE("a dry run shows the request and no secret") {
  byok::core::HttpRequest request;
  request.url = url("https://h.example/v1/chat/completions?sig=verysecretvalue");
  request.headers = {{"Authorization", "Bearer sk-0123456789", true, "Bearer $H_KEY"}, {"X-Team", "it's", false, ""}};
  request.body = R"({"model":"m","messages":[]})";
  const std::string shown = byok::cli::show_request(request, Redactor());
  CHECK(contains(shown, "POST https://h.example/v1/chat/completions?"));
  CHECK(contains(shown, "Authorization: Bearer [redacted]\n"));
  CHECK(contains(shown, "\n\n{\n  \"model\": \"m\""));
  CHECK_FALSE(contains(shown, "sk-0123456789"));
  CHECK_FALSE(contains(shown, "verysecretvalue"));
}

TEST_CASE("a curl command refers to where the key lies, and quotes the rest") {
  byok::core::HttpRequest request;
  request.url = url("https://h.example/v1/chat/completions");
  request.headers = {{"Authorization", "Bearer sk-0123456789", true, "Bearer $H_KEY"}, {"X-Team", "it's", false, ""}};
  request.body = R"({"model":"m"})";
  const std::string shown = byok::cli::show_curl(request, {}, {}, Redactor());
  CHECK(contains(shown, R"(-H "Authorization: Bearer $H_KEY")"));
  CHECK(contains(shown, R"(-H 'X-Team: it'\''s')"));
  CHECK(contains(shown, "<<'BODY'\n{\"model\":\"m\"}\nBODY\n"));
  CHECK_FALSE(contains(shown, "sk-0123456789"));
}

using Variables = std::map<std::string, std::string, std::less<>>;

TEST_CASE("a curl command makes the same connection") {
  byok::core::HttpRequest request;
  request.method = "GET";
  request.url = url("https://h.example/v1/models");
  byok::core::Network network;
  const byok::config::Environment proxied(Variables{{"HTTPS_PROXY", std::string("http://other:1")}});
  const auto shown = [&] { return byok::cli::show_curl(request, network, proxied, Redactor()); };
  CHECK(contains(byok::cli::show_curl(request, network, {}, Redactor()),
                 "curl -sS -N -X GET https://h.example/v1/models\n"));
  CHECK(contains(shown(), "--noproxy '*'"));
  network.proxy = "http://me:secret@proxy.example:3128";
  CHECK(contains(shown(), "--proxy http://proxy.example:3128"));
  CHECK(contains(shown(), "--proxy-user \"$PROXY_USER\" --proxy-anyauth"));
  CHECK_FALSE(contains(shown(), "secret"));
  network.proxy = "proxy.example:3128";
  network.proxy_auth = "negotiate";
  CHECK(contains(shown(), "--proxy-user : --proxy-negotiate"));
  network.ca_bundle = "/a b/bundle.pem";
  CHECK(contains(shown(), "--cacert '/a b/bundle.pem'"));
  network.ca_file = "/c.pem";
  CHECK(contains(shown(), "--cacert <(cat '/a b/bundle.pem' /c.pem)"));
  network.ca_only = true;
  CHECK(contains(shown(), "--cacert /c.pem"));
  network.client_cert = "/cert.pem";
  network.client_key = "/key.pem";
  CHECK(contains(shown(), "--cert /cert.pem"));
  CHECK(contains(shown(), "--key /key.pem"));
  request.url = url("http://h.example/v1/models");
  CHECK_FALSE(contains(shown(), "--cert"));
}

TEST_CASE("a secret in an address is the variable that holds it") {
  byok::core::HttpRequest request;
  request.url = url("https://h.example/$x/v1?code=gate-0123456789&sig=short");
  Redactor redactor;
  redactor.add("gate-0123456789");
  const byok::config::Environment environment(Variables{{"GATE", "gate-0123456789"}, {"OTHER", "0123456789"}});
  CHECK(contains(byok::cli::show_curl(request, {}, environment, redactor),
                 R"("https://h.example/\$x/v1?code=${GATE}&sig=)"));
  CHECK(contains(byok::cli::show_curl(request, {}, {}, redactor), "code=$SECRET"));
  CHECK(contains(byok::cli::show_curl(request, {}, {}, Redactor()), "?code=$SECRET&sig=$SECRET\""));
}

TEST_CASE("stream events chain by their parents and end with what is given last") {
  std::string lines;
  const Redactor nothing;
  byok::cli::EventStream events(
      [&lines](std::string_view bytes) {
        lines += bytes;
        return byok::base::Result<>{};
      },
      nothing);
  events.start({.profile = "p", .origin = "https://h", .wire_api = "completions", .model = "m"}, "hi");
  events.turn_start();
  events.message_delta("a\"b\n");
  byok::core::Usage usage;
  usage.output_tokens = 2;
  events.usage(usage, "m-1", "stop");
  events.message("a\"b\n", "", "");
  events.turn_end();
  events.idle(false);
  events.raw_line(R"({"type":"result"})");
  REQUIRE(events.flush());
  std::vector<json> all;
  std::size_t at = 0;
  for (std::size_t end = lines.find('\n'); end != std::string::npos; end = lines.find('\n', at)) {
    all.push_back(json::parse(lines.substr(at, end - at)));
    at = end + 1;
  }
  CHECK(at == lines.size());
  REQUIRE(all.size() == 9);
  CHECK(all[0]["type"] == "session.start");
  CHECK(all[0]["parentId"].is_null());
  CHECK(all[1]["data"]["content"] == "hi");
  for (std::size_t i = 1; i < 8; ++i) CHECK(all[i]["parentId"] == all[i - 1]["id"]);
  CHECK(all[3]["ephemeral"] == true);
  CHECK(all[3]["data"]["deltaContent"] == "a\"b\n");
  CHECK(all[3]["data"]["messageId"] == all[5]["data"]["messageId"]);
  CHECK(all[4]["data"]["outputTokens"] == 2);
  CHECK_FALSE(all[4]["data"].contains("inputTokens"));
  CHECK(all[8]["type"] == "result");
}
