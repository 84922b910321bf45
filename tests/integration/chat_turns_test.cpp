// A conversation on a terminal: prompts and replies, what stops them, what fails, and what is left of it.
#include <csignal>
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "integration/answers.hpp"
#include "integration/chat_session.hpp"
#include "integration/sandbox.hpp"

using namespace byok::test;

namespace {

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

std::string usage_chunk(int input, int output) {
  return "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":" + std::to_string(input) +
         ",\"completion_tokens\":" + std::to_string(output) + "}}\n\n";
}

constexpr std::string_view kFinish = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";

}  // namespace

TEST_SUITE_BEGIN("chat");

TEST_CASE("a prompt is typed, its reply appears with its figures, and the prompt is back") {
  if (!has_terminal()) return;
  const RawServer server(
      {stream({delta("Hello "), "{{delay 300}}", delta("there"), kFinish, usage_chunk(12, 34), "data: [DONE]\n\n"})});
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox);
  CHECK(chat.shows("byok: profile env, model m; /help lists the commands"));
  REQUIRE(chat.is_at_prompt());
  chat.enter("What is 2+2?");
  CHECK(chat.shows("Hello there"));
  CHECK(chat.shows("12 input, 34 output tokens, "));
  CHECK(chat.shows(" tokens/s"));
  CHECK(chat.is_at_prompt());
  CHECK(count_of(chat.text(), "Hello there") == 1);
  chat.leave();
  const ProcessResult result = chat.finish();
  CAPTURE(summary(result));
  CHECK(result.exit_code == 0);
  REQUIRE(server.requests().size() == 1);
  CHECK(server.requests()[0].body.contains("What is 2+2?"));
}

TEST_CASE("the second request carries the first turn, and both are in the session's file") {
  if (!has_terminal()) return;
  const RawServer server({chat("First reply"), chat("Second reply")});
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox, {"-s", "Be brief."});
  chat.enter("one");
  CHECK(chat.shows("First reply"));
  REQUIRE(chat.is_at_prompt());
  chat.enter("two");
  CHECK(chat.shows("Second reply"));
  REQUIRE(chat.is_at_prompt());
  chat.enter("/quit");
  CHECK(chat.finish().exit_code == 0);
  const auto requests = server.requests();
  REQUIRE(requests.size() == 2);
  CHECK(requests[1].body.contains(
      R"("messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"one"},)"
      R"({"role":"assistant","content":"First reply"},{"role":"user","content":"two"}])"));
  const ProcessResult shown = sandbox.run({"sessions", "export"});
  CAPTURE(summary(shown));
  for (const std::string_view text : {"one", "First reply", "two", "Second reply"}) CHECK(shown.out.contains(text));
}

TEST_CASE("Ctrl-C stops a reply; what came of it stays, and another prompt follows") {
  if (!has_terminal()) return;
  const RawServer server({stream({delta("Half of it"), "{{stall}}"}), chat("Whole")});
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox);
  chat.enter("one");
  REQUIRE(chat.shows("Half of"));
  chat.type("\x03");
  CHECK(chat.shows("byok: stopped; what came of the reply stays in the conversation"));
  REQUIRE(chat.is_at_prompt());
  chat.enter("two");
  CHECK(chat.shows("Whole"));
  REQUIRE(chat.is_at_prompt());
  chat.leave();
  CHECK(chat.finish().exit_code == 0);
  REQUIRE(server.requests().size() == 2);
  CHECK(server.requests()[1].body.contains(R"({"role":"assistant","content":"Half of it"})"));
}

TEST_CASE("Ctrl-C before anything came leaves an empty prompt, and /retry sends it again") {
  if (!has_terminal()) return;
  const RawServer server({stream({"{{stall}}"}), chat("Late")});
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox);
  chat.enter("one");
  REQUIRE(chat.shows("waiting for the reply"));
  chat.type("\x03");
  CHECK(chat.shows("byok: stopped before a reply"));
  REQUIRE(chat.is_at_prompt());
  chat.enter("/retry");
  CHECK(chat.shows("Late"));
  REQUIRE(chat.is_at_prompt());
  chat.leave();
  CHECK(chat.finish().exit_code == 0);
  REQUIRE(server.requests().size() == 2);
  CHECK(server.requests()[1].body.contains(R"("messages":[{"role":"user","content":"one"}])"));
}

TEST_CASE("at the prompt Ctrl-C clears the line, and twice on an empty one says the way out") {
  if (!has_terminal()) return;
  const ClosedPort closed;
  const Sandbox sandbox(closed.port());
  ChatSession chat(sandbox);
  REQUIRE(chat.is_at_prompt());
  chat.type("never sent");
  REQUIRE(chat.holds("never sent"));
  chat.type("\x03");
  REQUIRE(chat.comes_to([](const Screen& screen) { return screen.cursor_column() == 2; }));
  chat.type("\x03\x03");
  CHECK(chat.shows("byok: Ctrl-D or /quit leaves"));
  REQUIRE(chat.is_at_prompt());
  chat.leave();
  CHECK(chat.finish().exit_code == 0);
}

TEST_CASE("a turn that fails is explained, and its prompt stands in the editor to be sent again") {
  if (!has_terminal()) return;
  const RawServer server({refusal(401, "bad key"), chat("Now it works")});
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox);
  chat.enter("try this");
  CHECK(chat.shows("byok: error:"));
  CHECK(chat.shows("bad key"));
  CHECK(chat.shows("profile env, http://127.0.0.1:"));
  REQUIRE(chat.holds("try this"));
  chat.type("\r");
  CHECK(chat.shows("Now it works"));
  REQUIRE(chat.is_at_prompt());
  chat.leave();
  CHECK(chat.finish().exit_code == 0);
  REQUIRE(server.requests().size() == 2);
  CHECK(server.requests()[1].body.contains(R"("messages":[{"role":"user","content":"try this"}])"));
}

TEST_CASE("a reply that ended before its end is said") {
  if (!has_terminal()) return;
  const RawServer server(
      {stream({delta("Cut"), "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"length\"}]}\n\n",
               "data: [DONE]\n\n"})});
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox);
  chat.enter("hi");
  CHECK(chat.shows("the reply is cut off: the limit on its length was reached"));
  CHECK(chat.is_at_prompt());
}

TEST_CASE("a conversation that is too long for the model is told with its sizes and the choices") {
  if (!has_terminal()) return;
  const RawServer server(
      {chat("First"), answer("HTTP/1.1 400 Bad Request\nContent-Type: application/json\nContent-Length: {{length}}\n\n"
                             R"({"error":{"message":"This model's maximum context length is 8192 tokens.",)"
                             R"("type":"invalid_request_error","code":"context_length_exceeded"}})")});
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox);
  chat.enter(std::string(400, 'a'));
  CHECK(chat.shows("First"));
  REQUIRE(chat.is_at_prompt());
  chat.enter("more");
  CHECK(chat.shows("maximum context length is 8192 tokens"));
  CHECK(chat.shows("1 turn and the prompt have about 102 tokens together"));
  CHECK(chat.shows("/undo takes back the last turn, /clear begins anew"));
  CHECK(chat.holds("more"));
}

TEST_CASE("a local server that cut the prompt is warned of") {
  if (!has_terminal()) return;
  const RawServer server({stream({delta("Hm"), kFinish, usage_chunk(1026, 1), "data: [DONE]\n\n"})});
  const Sandbox sandbox(server.port());
  sandbox.write(sandbox.work() / "long.txt", std::string(20'000, 'x'));
  ChatSession chat(sandbox);
  chat.enter("/file long.txt");
  CHECK(chat.shows("byok: long.txt goes with the next prompt"));
  chat.enter("Sum it up.");
  CHECK(chat.shows("the server may have read only 1026 tokens of your prompt"));
}

TEST_CASE("signals from outside end it with what was said kept and the terminal as it was") {
  if (!has_terminal()) return;
  struct Row {
    int signal, exit_code;
    bool is_in_reply;
  };
  for (const Row& row : std::vector<Row>{{SIGTERM, 143, false}, {SIGHUP, 129, false}, {SIGTERM, 143, true}}) {
    CAPTURE(row.signal);
    CAPTURE(row.is_in_reply);
    const RawServer server({chat("Done"), stream({delta("Half of it"), "{{stall}}"})});
    const Sandbox sandbox(server.port());
    ChatSession chat(sandbox);
    chat.enter("one");
    CHECK(chat.shows("Done"));
    REQUIRE(chat.is_at_prompt());
    if (row.is_in_reply) {
      chat.enter("two");
      REQUIRE(chat.shows("Half of"));
    }
    chat.send_signal(row.signal);
    const ProcessResult result = chat.finish();
    CAPTURE(summary(result));
    CHECK(result.exit_code == row.exit_code);
    CHECK(result.out.rfind("\x1b[?2004l") > result.out.rfind("\x1b[?2004h"));
    const ProcessResult kept = sandbox.run({"sessions", "export"});
    CHECK(kept.out.contains("Done"));
    CHECK(kept.out.contains("Half of") == row.is_in_reply);
  }
}

TEST_CASE("SIGINT from outside at the prompt clears the line") {
  if (!has_terminal()) return;
  const RawServer server({chat("Done")});
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox);
  REQUIRE(chat.is_at_prompt());
  chat.type("never sent");
  REQUIRE(chat.holds("never sent"));
  chat.send_signal(SIGINT);
  REQUIRE(chat.is_at_prompt());
  chat.enter("one");
  CHECK(chat.shows("Done"));
  REQUIRE(chat.is_at_prompt());
  chat.leave();
  CHECK(chat.finish().exit_code == 0);
  REQUIRE(server.requests().size() == 1);
  CHECK(server.requests()[0].body.contains(R"([{"role":"user","content":"one"}])"));
}

TEST_CASE("what is typed while a reply arrives waits for the next prompt, unseen until then") {
  if (!has_terminal()) return;
  const RawServer server({stream({delta("Slow it"), "{{delay 600}}", kStreamEnd}), chat("Quick")});
  const Sandbox sandbox(server.port());
  ChatSession chat(sandbox);
  chat.enter("one");
  REQUIRE(chat.shows("Slow"));
  chat.type("ahead\r");
  CHECK(chat.shows("Quick"));
  REQUIRE(chat.is_at_prompt());
  CAPTURE(chat.text());
  CHECK(count_of(chat.text(), "ahead") == 1);
  chat.leave();
  CHECK(chat.finish().exit_code == 0);
  REQUIRE(server.requests().size() == 2);
  CHECK(server.requests()[1].body.contains(R"({"role":"user","content":"ahead"})"));
}

TEST_CASE("a token that a command mints is minted again when it is refused in mid-conversation") {
  if (!has_terminal()) return;
  const RawServer server({chat("First"), refusal(401, "expired"), chat("Second")});
  const Sandbox sandbox;
  const fs::path count = sandbox.root() / "tmp" / "count";
  sandbox.write(sandbox.config_file(),
                "profiles:\n  p:\n    base_url: http://127.0.0.1:" + std::to_string(server.port()) +
                    "/v1\n    model: m\n    bearer_token: {command: [sh, -c, 'echo x >> " + count.string() +
                    "; echo token-of-minting-$(wc -l < " + count.string() + ")']}\n");
  ChatSession chat(sandbox);
  chat.enter("one");
  CHECK(chat.shows("First"));
  REQUIRE(chat.is_at_prompt());
  chat.enter("two");
  CHECK(chat.shows("Second"));
  REQUIRE(chat.is_at_prompt());
  chat.leave();
  CHECK(chat.finish().exit_code == 0);
  const auto requests = server.requests();
  REQUIRE(requests.size() == 3);
  CHECK(requests[0].header("Authorization") == "Bearer token-of-minting-1");
  CHECK(requests[1].header("Authorization") == "Bearer token-of-minting-1");
  CHECK(requests[2].header("Authorization") == "Bearer token-of-minting-2");
  CHECK_FALSE(chat.bytes().contains("token-of-minting"));
}

TEST_CASE("a session is gone on with") {
  if (!has_terminal()) return;
  const RawServer server({chat("First reply"), chat("Second reply")});
  const Sandbox sandbox(server.port());
  {
    ChatSession chat(sandbox, {"one"});
    CHECK(chat.shows("First reply"));
    REQUIRE(chat.is_at_prompt());
    chat.leave();
    CHECK(chat.finish().exit_code == 0);
  }
  ChatSession chat(sandbox, {"-c"});
  CHECK(chat.shows("byok: going on with session "));
  REQUIRE(chat.is_at_prompt());
  chat.enter("two");
  CHECK(chat.shows("Second reply"));
  REQUIRE(chat.is_at_prompt());
  chat.leave();
  CHECK(chat.finish().exit_code == 0);
  REQUIRE(server.requests().size() == 2);
  CHECK(server.requests()[1].body.contains(R"({"role":"assistant","content":"First reply"})"));
}

TEST_SUITE_END();
