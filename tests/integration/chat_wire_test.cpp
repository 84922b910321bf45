// What `byok chat` sends in its second and third turn over each wire API, to the byte, and after it was resumed.
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "integration/answers.hpp"
#include "integration/sandbox.hpp"
#include "support/raw_server.hpp"

using namespace byok::test;
using byok::base::replace_all;

namespace {

// A stream of events whose type is in their data.
Answer events(const std::vector<std::string>& all) {
  std::string text = "HTTP/1.1 200 OK\nContent-Type: text/event-stream\nConnection: close\n\n";
  for (const std::string& each : all) {
    const std::string type = each.substr(9, each.find('"', 9) - 9);
    text += fmt::format("event: {}\ndata: {}\n\n", type, each);
  }
  return answer(text);
}

Answer thinking(const std::string& signature, const std::string& text) {
  return events(
      {R"({"type":"message_start","message":{"model":"m","id":"msg_1","type":"message","role":"assistant","content":[],"stop_reason":null,"usage":{"input_tokens":16,"output_tokens":1}}})",
       R"({"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}})",
       R"({"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Two "}})",
       R"({"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hills"}})",
       fmt::format(
           R"({{"type":"content_block_delta","index":0,"delta":{{"type":"signature_delta","signature":"{}"}}}})",
           signature),
       R"({"type":"content_block_stop","index":0})",
       R"({"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"Eo0BCkYI"}})",
       R"({"type":"content_block_stop","index":1})",
       R"({"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}})",
       fmt::format(R"({{"type":"content_block_delta","index":2,"delta":{{"type":"text_delta","text":"{}"}}}})", text),
       R"({"type":"content_block_stop","index":2})",
       R"({"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":4}})",
       R"({"type":"message_stop"})"});
}

Answer response(int number, const std::string& text) {
  const std::string item = fmt::format(
      R"({{"id":"msg_{0}","type":"message","status":"completed","role":"assistant","content":[{{"type":"output_text","annotations":[],"text":"{1}"}}]}})",
      number, text);
  const std::string reasoning = fmt::format(
      R"({{"id":"rs_{0}","type":"reasoning","summary":[{{"type":"summary_text","text":"Hm."}}],"encrypted_content":"gAAA{0}"}})",
      number);
  return events(
      {fmt::format(
           R"({{"type":"response.created","response":{{"id":"resp_{}","status":"in_progress","model":"m","output":[]}}}})",
           number),
       fmt::format(R"({{"type":"response.output_item.done","output_index":0,"item":{}}})", reasoning),
       fmt::format(
           R"({{"type":"response.output_text.delta","item_id":"msg_{}","output_index":1,"content_index":0,"delta":"{}"}})",
           number, text),
       fmt::format(R"({{"type":"response.output_item.done","output_index":1,"item":{}}})", item),
       fmt::format(
           R"({{"type":"response.completed","response":{{"id":"resp_{}","status":"completed","model":"m","output":[{},{}],"usage":{{"input_tokens":12,"output_tokens":3,"total_tokens":15}}}}}})",
           number, reasoning, item)});
}

Answer thoughtful_chat(const std::string& text) { return stream({reasoning_delta("Hm."), delta(text), kStreamEnd}); }

struct Row {
  std::string name, keys;  // of the profile, but for its address
  std::vector<Answer> answers;
  std::vector<std::string> bodies;  // of three turns
};

std::vector<Row> rows() {
  const std::string chat_head = R"({"model":"m","messages":[{"role":"system","content":"Be brief."},)";
  const std::string chat_tail = R"(],"stream":true,"stream_options":{"include_usage":true}})";
  const std::string ask1 = R"({"role":"user","content":"Which city?"})";
  const std::string ask2 = R"({"role":"user","content":"Why?"})";
  const std::string ask3 = R"({"role":"user","content":"Sure?"})";
  const std::string chat1 = R"({"role":"assistant","content":"Rome"})";
  const std::string chat2 = R"({"role":"assistant","content":"Hills"})";
  const std::string thought1 =
      R"({"role":"assistant","content":[{"type":"thinking","thinking":"Two hills","signature":"EqQB1"},{"type":"redacted_thinking","data":"Eo0BCkYI"},{"type":"text","text":"Rome"}]})";
  const std::string thought2 =
      R"({"role":"assistant","content":[{"type":"thinking","thinking":"Two hills","signature":"EqQB2"},{"type":"redacted_thinking","data":"Eo0BCkYI"},{"type":"text","text":"Hills"}]})";
  const std::string messages_head = R"({"model":"m","max_tokens":8192,"system":"Be brief.","messages":[)";
  const std::string messages_tail = R"(],"stream":true})";
  const std::string item1 =
      R"({"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Hm."}],"encrypted_content":"gAAA1"},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Rome"}]})";
  const std::string item2 =
      R"({"type":"reasoning","id":"rs_2","summary":[{"type":"summary_text","text":"Hm."}],"encrypted_content":"gAAA2"},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Hills"}]})";
  const std::string responses_head = R"({"model":"m","instructions":"Be brief.","input":[)";
  const std::string responses_tail = R"(],"store":false,"include":["reasoning.encrypted_content"],"stream":true})";
  const std::string stored_tail = R"(],"store":true,"stream":true)";
  return {
      {"completions",
       "wire_api: completions",
       {thoughtful_chat("Rome"), thoughtful_chat("Hills"), thoughtful_chat("Yes"), thoughtful_chat("Bye")},
       {chat_head + ask1 + chat_tail, chat_head + ask1 + "," + chat1 + "," + ask2 + chat_tail,
        chat_head + ask1 + "," + chat1 + "," + ask2 + "," + chat2 + "," + ask3 + chat_tail}},
      {"responses",
       "wire_api: responses",
       {response(1, "Rome"), response(2, "Hills"), response(3, "Yes"), response(4, "Bye")},
       {responses_head + ask1 + responses_tail, responses_head + ask1 + "," + item1 + "," + ask2 + responses_tail,
        responses_head + ask1 + "," + item1 + "," + ask2 + "," + item2 + "," + ask3 + responses_tail}},
      {"responses with store",
       "wire_api: responses\n    store: true",
       {response(1, "Rome"), response(2, "Hills"), response(3, "Yes"), response(4, "Bye")},
       {responses_head + ask1 + stored_tail + "}",
        responses_head + ask2 + stored_tail + R"(,"previous_response_id":"resp_1"})",
        responses_head + ask3 + stored_tail + R"(,"previous_response_id":"resp_2"})"}},
      {"anthropic",
       "type: anthropic",
       {thinking("EqQB1", "Rome"), thinking("EqQB2", "Hills"), thinking("EqQB3", "Yes"), thinking("EqQB4", "Bye")},
       {messages_head + ask1 + messages_tail, messages_head + ask1 + "," + thought1 + "," + ask2 + messages_tail,
        messages_head + ask1 + "," + thought1 + "," + ask2 + "," + thought2 + "," + ask3 + messages_tail}},
  };
}

ProcessResult say(const Sandbox& sandbox, std::vector<std::string> words, const std::string& lines) {
  words.insert(words.begin(), "chat");
  ProcessOptions options = sandbox.byok(words);
  options.input = ProcessOptions::Input::bytes;
  options.bytes = lines;
  return run_process(options);
}

void configure(const Sandbox& sandbox, const RawServer& server, const std::string& keys) {
  sandbox.write(
      sandbox.config_file(),
      fmt::format("profiles:\n  p:\n    base_url: http://127.0.0.1:{}/v1\n    model: m\n    system: Be brief.\n"
                  "    {}\n",
                  server.port(), keys));
}

}  // namespace

TEST_SUITE_BEGIN("chat");

TEST_CASE("each turn carries what its wire API wants of the turns before") {
  for (const Row& row : rows()) {
    CAPTURE(row.name);
    const RawServer server(row.answers);
    const Sandbox sandbox;
    configure(sandbox, server, row.keys);
    const ProcessResult result = say(sandbox, {}, "Which city?\nWhy?\nSure?\n");
    CAPTURE(summary(result));
    CHECK(result.exit_code == 0);
    CHECK(result.out == "Rome\nHills\nYes\n");
    const auto requests = server.requests();
    REQUIRE(requests.size() == row.bodies.size());
    for (std::size_t i = 0; i < row.bodies.size(); ++i) {
      CAPTURE(i);
      CHECK(requests[i].body == row.bodies[i]);
    }
  }
}

TEST_CASE("a conversation that was resumed sends what it would have sent, had it never stopped") {
  for (const Row& row : rows()) {
    CAPTURE(row.name);
    const RawServer server(row.answers);
    const Sandbox sandbox;
    configure(sandbox, server, row.keys);
    CHECK(say(sandbox, {"--save"}, "Which city?\n").exit_code == 0);
    CHECK(say(sandbox, {"-c"}, "Why?\n").exit_code == 0);
    const ProcessResult result = sandbox.run({"ask", "-c", "-n", "Sure?"});
    CAPTURE(summary(result));
    CHECK(result.out == "Yes\n");
    const auto requests = server.requests();
    REQUIRE(requests.size() == row.bodies.size());
    for (std::size_t i = 0; i < row.bodies.size(); ++i) {
      CAPTURE(i);
      CHECK(requests[i].body == row.bodies[i]);
    }
  }
}

TEST_CASE("a turn that is taken back is not sent again, and a retry asks the same") {
  for (const Row& row : rows()) {
    CAPTURE(row.name);
    const RawServer server(row.answers);
    const Sandbox sandbox;
    configure(sandbox, server, row.keys);
    const ProcessResult result = say(sandbox, {}, "Which city?\nNo matter\n/undo\nWhy?\n/retry\n");
    CAPTURE(summary(result));
    CHECK(result.exit_code == 0);
    const auto requests = server.requests();
    REQUIRE(requests.size() == 4);
    CHECK(requests[1].body == replace_all(row.bodies[1], "Why?", "No matter"));
    CHECK(requests[2].body == row.bodies[1]);
    CHECK(requests[3].body == row.bodies[1]);
  }
}

TEST_CASE("another profile in mid-conversation is sent the texts alone") {
  const auto all = rows();
  const Row& anthropic = all[3];
  const Row& completions = all[0];
  const RawServer server({anthropic.answers[0], completions.answers[1]});
  const Sandbox sandbox;
  sandbox.write(sandbox.config_file(),
                fmt::format("default_profile: a\ndefaults:\n  system: Be brief.\n  model: m\nprofiles:\n"
                            "  a: {{type: anthropic, base_url: 'http://127.0.0.1:{0}/v1'}}\n"
                            "  c: {{base_url: 'http://127.0.0.1:{0}/v1'}}\n",
                            server.port()));
  const ProcessResult result = say(sandbox, {}, "Which city?\n/profile c\nWhy?\n");
  CAPTURE(summary(result));
  CHECK(result.exit_code == 0);
  CHECK(result.err.contains("reasoning"));
  const auto requests = server.requests();
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].body == anthropic.bodies[0]);
  CHECK(requests[1].body == completions.bodies[1]);
}

TEST_SUITE_END();
