// Tests of request bodies: what each API takes, and how it refuses the rest.
#include "mock/question.hpp"

#include <doctest/doctest.h>

#include <ostream>

#include "unit/mock/calls.hpp"

namespace byok::mock {
namespace {

using test::post;

std::expected<Question, Refusal> read(const Call& call) { return read_question(find_route(call), call); }

std::expected<Question, Refusal> read_chat(const std::string& body) { return read(post("/v1/chat/completions", body)); }
std::expected<Question, Refusal> read_responses(const std::string& body) { return read(post("/v1/responses", body)); }
std::expected<Question, Refusal> read_messages(const std::string& body) {
  return read(post("/v1/messages", body, test::kClaudeHeaders));
}

using Read = std::expected<Question, Refusal> (*)(const std::string&);

struct Refused {
  const char* body;
  int status;
  const char* code;     // or, for Anthropic, the type
  const char* message;  // a part of it
};

void check_refused(Read read_body, std::span<const Refused> rows) {
  for (const Refused& row : rows) {
    CAPTURE(row.body);
    const auto question = read_body(row.body);
    REQUIRE_FALSE(question.has_value());
    const Refusal& refusal = question.error();
    CAPTURE(refusal.message);
    CHECK(refusal.status == row.status);
    CHECK((refusal.form == Refusal::Form::anthropic ? refusal.type : refusal.code) == row.code);
    CHECK(refusal.message.contains(row.message));
  }
}

void check_taken(Read read_body, std::span<const char* const> bodies) {
  for (const char* body : bodies) {
    CAPTURE(body);
    const auto question = read_body(body);
    const std::string message = question ? "" : question.error().message;
    CAPTURE(message);
    CHECK(question.has_value());
  }
}

}  // namespace

TEST_CASE("a chat request gives its model, prompt and wishes") {
  const auto question = read_chat(R"({"model":"gpt-4o","stream":true,"stream_options":{"include_usage":true},
      "max_tokens":50,"reasoning_effort":"low","messages":[{"role":"system","content":"Be brief."},
      {"role":"user","content":"first"},{"role":"assistant","content":"ok"},
      {"role":"user","content":[{"type":"text","text":"one"},{"type":"text","text":"two"}]}]})");
  REQUIRE(question.has_value());
  CHECK(question->model == "gpt-4o");
  CHECK(question->prompt == "one\ntwo");
  CHECK(question->input_bytes == 9 + 5 + 2 + 6);
  CHECK(question->is_stream);
  CHECK(question->wants_usage);
  CHECK(question->wants_reasoning);
  CHECK(question->max_output_tokens == 50);
  CHECK(question->api == Api::chat);
  CHECK(question->time == 1'700'000'000);
}

TEST_CASE("chat takes what OpenAI takes") {
  const char* bodies[] = {
      R"({"model":"m","messages":[{"role":"user","content":"a"}]})",
      R"({"model":"m","messages":[{"role":"developer","content":"a"}],"temperature":null})",
      R"({"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:x"}}]}]})",
      R"({"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"data:x"}}]}]})",
      R"({"model":"m","messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"1"}]},
          {"role":"tool","tool_call_id":"1","content":"x"}]})",
      R"({"model":"gpt-5-mini","messages":[{"role":"user","content":"a"}],"max_completion_tokens":5,"temperature":1})",
      R"({"model":"gpt-5-chat","messages":[{"role":"user","content":"a"}],"max_tokens":5,"temperature":0.5})",
      R"({"model":"m","messages":[{"role":"user","content":"a"}],"stop":"x","seed":1,"n":1,"store":false,"user":"u"})",
  };
  check_taken(read_chat, bodies);
}

TEST_CASE("chat refuses what OpenAI refuses, in its words") {
  const Refused rows[] = {
      {"", 400, "", "could not parse the JSON body"},
      {"{", 400, "", "could not parse the JSON body"},
      {"[]", 400, "", "could not parse the JSON body"},
      {"{}", 400, "", "you must provide a model parameter"},
      {R"({"model":3,"messages":[]})", 400, "invalid_type", "Invalid type for 'model'"},
      {R"({"model":"m"})", 400, "missing_required_parameter", "'messages'"},
      {R"({"model":"m","messages":null})", 400, "missing_required_parameter", "'messages'"},
      {R"({"model":"m","messages":"hi"})", 400, "invalid_type", "Invalid type for 'messages'"},
      {R"({"model":"m","messages":[]})", 400, "empty_array", "Invalid 'messages': empty array"},
      {R"({"model":"m","messages":["hi"]})", 400, "invalid_type", "'messages[0]'"},
      {R"({"model":"m","messages":[{"content":"a"}]})", 400, "missing_required_parameter", "'messages[0].role'"},
      {R"({"model":"m","messages":[{"role":"robot","content":"a"}]})", 400, "invalid_value", "'robot'"},
      {R"({"model":"m","messages":[{"role":"user"}]})", 400, "missing_required_parameter", "'messages[0].content'"},
      {R"({"model":"m","messages":[{"role":"user","content":7}]})", 400, "invalid_type", "'messages[0].content'"},
      {R"({"model":"m","messages":[{"role":"assistant","content":null}]})", 400, "missing_required_parameter",
       "'messages[0].content'"},
      {R"({"model":"m","messages":[{"role":"tool","content":"a"}]})", 400, "missing_required_parameter",
       "'messages[0].tool_call_id'"},
      {R"({"model":"m","messages":[{"role":"user","content":["a"]}]})", 400, "invalid_type", "content[0]"},
      {R"({"model":"m","messages":[{"role":"user","content":[{"text":"a"}]}]})", 400, "missing_required_parameter",
       "'messages[0].content[0].type'"},
      {R"({"model":"m","messages":[{"role":"user","content":[{"type":"input_text","text":"a"}]}]})", 400,
       "invalid_value", "'input_text'"},
      {R"({"model":"m","messages":[{"role":"user","content":[{"type":"text"}]}]})", 400, "missing_required_parameter",
       "'messages[0].content[0].text'"},
      {R"({"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":"http://x"}]}]})", 400,
       "invalid_type", "'messages[0].content[0].image_url'"},
      {R"({"model":"m","messages":[{"role":"user","content":"a"}],"max_output_tokens":5})", 400, "",
       "Unrecognized request argument supplied: max_output_tokens"},
      {R"({"model":"m","messages":[{"role":"user","content":"a"}],"temperature":"hot"})", 400, "invalid_type",
       "'temperature'"},
      {R"({"model":"m","messages":[{"role":"user","content":"a"}],"stream":"true"})", 400, "invalid_type", "'stream'"},
      {R"({"model":"m","messages":[{"role":"user","content":"a"}],"stream_options":{"include_usage":true}})", 400, "",
       "only allowed when 'stream' is enabled"},
      {R"({"model":"m","messages":[{"role":"user","content":"a"}],"max_tokens":0})", 400, "integer_below_min_value",
       "'max_tokens'"},
      {R"({"model":"m","messages":[{"role":"user","content":"a"}],"reasoning_effort":"huge"})", 400, "invalid_value",
       "'huge'"},
      {R"({"model":"missing-1","messages":[{"role":"user","content":"a"}]})", 404, "model_not_found", "`missing-1`"},
      {R"({"model":"gpt-5","messages":[{"role":"user","content":"a"}],"max_tokens":5})", 400, "unsupported_parameter",
       "Use 'max_completion_tokens' instead"},
      {R"({"model":"o1-mini","messages":[{"role":"user","content":"a"}],"max_tokens":5})", 400, "unsupported_parameter",
       "'max_tokens'"},
      {R"({"model":"o3","messages":[{"role":"user","content":"a"}],"temperature":0.5})", 400, "unsupported_value",
       "'temperature' does not support 0.5"},
  };
  check_refused(read_chat, rows);
}

TEST_CASE("a body that nests too deep is no JSON to the mock") {
  const auto question = read_chat(std::string(300, '[') + std::string(300, ']'));
  REQUIRE_FALSE(question.has_value());
  CHECK(question.error().status == 400);
}

TEST_CASE("a Responses request gives its prompt from a string or from items") {
  const auto bare = read_responses(R"({"model":"m","input":"hello","instructions":"Be kind."})");
  REQUIRE(bare.has_value());
  CHECK(bare->prompt == "hello");
  CHECK(bare->input_bytes == 13);
  CHECK_FALSE(bare->wants_reasoning);

  const auto items = read_responses(R"({"model":"m","stream":true,"reasoning":{"summary":"auto"},
      "include":["reasoning.encrypted_content"],"max_output_tokens":16,"input":[
      {"type":"message","role":"user","content":[{"type":"input_text","text":"first"}]},
      {"type":"reasoning","id":"rs_1","summary":[]},
      {"role":"assistant","content":[{"type":"output_text","text":"ok"}]},
      {"type":"function_call","call_id":"c","name":"f","arguments":"{}"},
      {"type":"function_call_output","call_id":"c","output":"1"},
      {"role":"user","content":[{"type":"input_text","text":"second"},{"type":"input_image","image_url":"data:x"}]}]})");
  REQUIRE(items.has_value());
  CHECK(items->prompt == "second");
  CHECK(items->wants_reasoning);
  CHECK(items->wants_encrypted);
  CHECK(items->max_output_tokens == 16);
}

TEST_CASE("Responses refuses what OpenAI refuses, in its words") {
  const Refused rows[] = {
      {"nonsense", 400, "", "could not parse the JSON body"},
      {R"({"input":"a"})", 400, "missing_required_parameter", "'model'"},
      {R"({"model":"m"})", 400, "missing_required_parameter", "'input'"},
      {R"({"model":"m","input":5})", 400, "invalid_type", "'input'"},
      {R"({"model":"m","input":[]})", 400, "empty_array", "'input'"},
      {R"({"model":"m","messages":[]})", 400, "unknown_parameter", "Unknown parameter: 'messages'."},
      {R"({"model":"m","input":"a","max_tokens":5})", 400, "unknown_parameter", "'max_tokens'"},
      {R"({"model":"m","input":"a","stop":["x"]})", 400, "unknown_parameter", "'stop'"},
      {R"({"model":"m","input":"a","max_output_tokens":5})", 400, "integer_below_min_value", ">= 16, but got 5"},
      {R"({"model":"m","input":"a","reasoning":{"effort":"huge"}})", 400, "invalid_value", "'huge'"},
      {R"({"model":"m","input":[{"type":"strange"}]})", 400, "invalid_value", "'strange'"},
      {R"({"model":"m","input":[{"type":"function_call_output","output":"1"}]})", 400, "missing_required_parameter",
       "'input[0].call_id'"},
      {R"({"model":"m","input":[{"role":"tool","content":"a"}]})", 400, "invalid_value", "'tool'"},
      {R"({"model":"m","input":[{"role":"user","content":[{"type":"text","text":"a"}]}]})", 400, "invalid_value",
       "'input_text', 'input_image', 'input_file'"},
      {R"({"model":"m","input":[{"role":"assistant","content":[{"type":"input_text","text":"a"}]}]})", 400,
       "invalid_value", "'output_text', 'refusal'"},
      {R"({"model":"m","input":[{"role":"user","content":[{"type":"input_image","image_url":{"url":"x"}}]}]})", 400,
       "invalid_type", "'input[0].content[0].image_url'"},
      {R"({"model":"m","input":[{"role":"user","content":[{"type":"input_file","filename":"a.pdf"}]}]})", 400,
       "missing_required_parameter", "'input[0].content[0].file_data'"},
      {R"({"model":"missing-1","input":"a"})", 400, "model_not_found", "'missing-1'"},
      {R"({"model":"gpt-5","input":"a","temperature":1})", 400, "unsupported_parameter", "'temperature'"},
  };
  check_refused(read_responses, rows);
}

TEST_CASE("a Messages request gives its prompt, and thinking when it is on") {
  const auto read = [](const std::string& more) {
    return read_messages(R"({"model":"claude","max_tokens":2048,"system":[{"type":"text","text":"sys"}],"messages":[
        {"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA=="}},
        {"type":"text","text":"what"}]},
        {"role":"assistant","content":[{"type":"thinking","thinking":"","signature":"s"},
        {"type":"tool_use","id":"t","name":"f","input":{}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"1"},
        {"type":"text","text":"then"}]}])" +
                         more + "}");
  };
  const auto plain = read("");
  REQUIRE(plain.has_value());
  CHECK(plain->prompt == "then");
  CHECK(plain->input_bytes == 3 + 4 + 4);
  CHECK(plain->max_output_tokens == 2048);
  CHECK_FALSE(plain->wants_reasoning);
  CHECK(read(R"(,"thinking":{"type":"adaptive"},"output_config":{"effort":"max"})")->wants_reasoning);
  CHECK(read(R"(,"thinking":{"type":"enabled","budget_tokens":1024})")->wants_reasoning);
  CHECK_FALSE(read(R"(,"thinking":{"type":"disabled"})")->wants_reasoning);
}

TEST_CASE("Messages refuses what Anthropic refuses, in its words") {
  const char* kInvalid = "invalid_request_error";
  const Refused rows[] = {
      {"{", 400, kInvalid, "not valid JSON"},
      {R"({"max_tokens":5,"messages":[{"role":"user","content":"a"}]})", 400, kInvalid, "model: Field required"},
      {R"({"model":"m","messages":[{"role":"user","content":"a"}]})", 400, kInvalid, "max_tokens: Field required"},
      {R"({"model":"m","max_tokens":5})", 400, kInvalid, "messages: Field required"},
      {R"({"model":"m","max_tokens":5,"messages":[]})", 400, kInvalid, "at least one message is required"},
      {R"({"model":"m","max_tokens":0,"messages":[{"role":"user","content":"a"}]})", 400, kInvalid, "max_tokens:"},
      {R"({"model":"m","max_tokens":"5","messages":[]})", 400, kInvalid, "max_tokens: Input should be a valid integer"},
      {R"({"model":"m","max_tokens":5,"messages":[{"role":"system","content":"a"}]})", 400, kInvalid,
       "messages.0.role: Input should be 'user' or 'assistant'"},
      {R"({"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{"type":"text","text":" "}]}]})", 400,
       kInvalid, "text content blocks must be non-empty"},
      {R"({"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{"type":"image_url","image_url":{}}]}]})",
       400, kInvalid, "messages.0.content.0"},
      {R"({"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{"type":"image",
          "source":{"type":"base64","data":"AA=="}}]}]})",
       400, kInvalid, "media_type: Field required"},
      {R"({"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{"type":"image",
          "source":{"type":"base64","media_type":"image/png","data":"data:image/png;base64,AA=="}}]}]})",
       400, kInvalid, "valid base64"},
      {R"({"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{"type":"image",
          "source":{"type":"url"}}]}]})",
       400, kInvalid, "source.url.url: Field required"},
      {R"({"model":"m","max_tokens":5,"stop":["x"],"messages":[{"role":"user","content":"a"}]})", 400, kInvalid,
       "stop: Extra inputs are not permitted"},
      {R"({"model":"m","max_tokens":5,"temperature":1.5,"messages":[{"role":"user","content":"a"}]})", 400, kInvalid,
       "temperature"},
      {R"({"model":"m","max_tokens":5,"thinking":{"type":"on"},"messages":[{"role":"user","content":"a"}]})", 400,
       kInvalid, "thinking.type"},
      {R"({"model":"m","max_tokens":5,"thinking":{"type":"enabled"},"messages":[{"role":"user","content":"a"}]})", 400,
       kInvalid, "budget_tokens: Field required"},
      {R"({"model":"m","max_tokens":5,"thinking":{"type":"enabled","budget_tokens":9},
          "messages":[{"role":"user","content":"a"}]})",
       400, kInvalid, "greater than or equal to 1024"},
      {R"({"model":"m","max_tokens":1024,"thinking":{"type":"enabled","budget_tokens":1024},
          "messages":[{"role":"user","content":"a"}]})",
       400, kInvalid, "`max_tokens` must be greater than"},
      {R"({"model":"m","max_tokens":5,"output_config":{"effort":"minimal"},
          "messages":[{"role":"user","content":"a"}]})",
       400, kInvalid, "output_config.effort"},
      {R"({"model":"missing-1","max_tokens":5,"messages":[{"role":"user","content":"a"}]})", 404, "not_found_error",
       "model: missing-1"},
  };
  check_refused(read_messages, rows);
}

TEST_CASE("on a classic Azure route the deployment is the model, and a missing one has Azure's error") {
  const std::string body = R"({"messages":[{"role":"user","content":"a"}]})";
  const auto ask = [&](const std::string& target, const std::string& text) {
    return read(post(target, text, {{"api-key", "k"}}));
  };
  const auto found = ask("/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21", body);
  REQUIRE(found.has_value());
  CHECK(found->model == "gpt-4o");

  const auto missing = ask("/openai/deployments/missing/chat/completions?api-version=2024-10-21", body);
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().status == 404);
  CHECK(missing.error().code == "DeploymentNotFound");
  CHECK(ask("/openai/v1/responses", R"({"model":"missing","input":"a"})").error().code == "DeploymentNotFound");
}

TEST_CASE("Azure takes stream_options from 2024-09-01-preview on") {
  const std::string body =
      R"({"messages":[{"role":"user","content":"a"}],"stream":true,"stream_options":{"include_usage":true}})";
  const auto ask = [&](const std::string& version) {
    return read(post("/openai/deployments/d/chat/completions?api-version=" + version, body, {{"api-key", "k"}}));
  };
  CHECK(ask("2024-09-01-preview").has_value());
  CHECK(ask("2024-10-21").has_value());
  CHECK(ask("2024-06-01").error().message == "Unrecognized request argument supplied: stream_options");
}

TEST_CASE("a wrong key is told of before a wrong body") {
  const auto question = read(post("/v1/chat/completions", "{", {{"authorization", "Bearer bad"}}));
  REQUIRE_FALSE(question.has_value());
  CHECK(question.error().status == 401);
}

}  // namespace byok::mock
