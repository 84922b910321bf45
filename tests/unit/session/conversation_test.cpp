// A conversation over each wire API: what the second request carries of the first, byte by byte.
#include "session/conversation.hpp"

#include <ostream>
//
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "support/saved_turns.hpp"
#include "unit/session/scripted_turn.hpp"

using namespace byok;
using namespace byok::test;
using core::WireApi;
using session::Session;

namespace {

core::Profile with_api(WireApi api) {
  core::Profile profile = profile_at();
  profile.wire_api = api;
  if (api == WireApi::messages) profile.type = core::ProviderType::anthropic;
  profile.system = "Be brief.";
  return profile;
}

Answer json(std::string body) { return {.status = 200, .headers = {kJson}, .pieces = {std::move(body)}, .error = {}}; }

const std::string kThought =
    R"({"id":"resp_1","status":"completed","model":"m","output":[{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Hm."}],"encrypted_content":"gAAA"},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Rome"}]}],"usage":{"input_tokens":5,"output_tokens":2}})";
const std::string kSigned =
    R"({"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"thinking","thinking":"Hm.","signature":"EqQB"},{"type":"redacted_thinking","data":"Eo0B"},{"type":"text","text":"Rome"}],"stop_reason":"end_turn","usage":{"input_tokens":5,"output_tokens":2}})";
const std::string kChat =
    R"({"id":"c1","model":"m","choices":[{"index":0,"message":{"role":"assistant","reasoning_content":"Hm.","content":"Rome"},"finish_reason":"stop"}]})";

core::Message prompt(const std::string& text) { return {.role = core::Role::user, .parts = {core::TextPart{text}}}; }

// A session against a script; what was sent can be read from it afterwards.
struct Talk {
  Talk(core::Profile profile, std::deque<Answer> script) : session(std::move(profile)), transport(std::move(script)) {}

  Session::Outcome say(const std::string& text) {
    core::Request options;
    options.stream = false;
    return session.send(transport, log, prompt(text), options, turn, observer);
  }
  [[nodiscard]] std::string body(std::size_t index) const { return transport.requests.at(index).body; }

  Session session;
  ScriptedTransport transport;
  base::Log log;
  session::TurnOptions turn;
  RecordingObserver observer;
};

}  // namespace

TEST_CASE("Chat Completions: the history is sent as messages") {
  Talk talk(with_api(WireApi::completions), {json(kChat), json(kChat)});
  CHECK_FALSE(talk.say("Which city?").turn.error.has_value());
  CHECK_FALSE(talk.say("Why?").turn.error.has_value());
  const auto body = nlohmann::json::parse(talk.body(1));
  REQUIRE(body["messages"].size() == 4);
  CHECK(body["messages"][0] == nlohmann::json{{"role", "system"}, {"content", "Be brief."}});
  CHECK(body["messages"][1] == nlohmann::json{{"role", "user"}, {"content", "Which city?"}});
  CHECK(body["messages"][2]["role"] == "assistant");
  CHECK(body["messages"][2]["content"] == "Rome");
  CHECK(body["messages"][3] == nlohmann::json{{"role", "user"}, {"content", "Why?"}});
}

TEST_CASE("Responses: encrypted reasoning stands before the item that it led to") {
  Talk talk(with_api(WireApi::responses), {json(kThought), json(kThought)});
  talk.say("Which city?");
  talk.say("Why?");
  CHECK(
      talk.body(0) ==
      R"({"model":"m","instructions":"Be brief.","input":[{"role":"user","content":"Which city?"}],"store":false,"include":["reasoning.encrypted_content"]})");
  const auto body = nlohmann::json::parse(talk.body(1));
  REQUIRE(body["input"].size() == 4);
  CHECK(
      body["input"][1] ==
      nlohmann::json::parse(
          R"({"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Hm."}],"encrypted_content":"gAAA"})"));
  CHECK(body["input"][2]["role"] == "assistant");
  CHECK(body["input"][2]["content"][0]["text"] == "Rome");
  CHECK(body["input"][3] == nlohmann::json{{"role", "user"}, {"content", "Why?"}});
  CHECK_FALSE(body.contains("previous_response_id"));
}

TEST_CASE("Responses with store: true goes on from the stored response") {
  auto profile = with_api(WireApi::responses);
  profile.store = true;
  profile.body = R"({"user":"u"})";
  Talk talk(profile, {json(kThought), json(kThought)});
  talk.say("Which city?");
  talk.say("Why?");
  CHECK(
      talk.body(1) ==
      R"({"model":"m","instructions":"Be brief.","input":[{"role":"user","content":"Why?"}],"store":true,"user":"u","previous_response_id":"resp_1"})");
}

TEST_CASE("Responses with store: true sends all again where the server's copy is another") {
  auto profile = with_api(WireApi::responses);
  profile.store = true;
  Talk talk(profile, {json(kThought), json(kThought), json(kThought)});
  talk.say("Which city?");
  auto other = profile;
  other.wire_model = other.model = "m2";
  CHECK(talk.session.set_profile(other) ==
        std::vector<std::string>{
            "The reasoning of a reply was left out: m2 cannot read what another model or server wrote."});
  talk.say("Why?");
  const auto body = nlohmann::json::parse(talk.body(1));
  CHECK(body["model"] == "m2");
  CHECK(body["input"].size() == 3);
  CHECK_FALSE(body.contains("previous_response_id"));
}

TEST_CASE("Responses with store: true sends all again where the server has lost its copy") {
  auto profile = with_api(WireApi::responses);
  profile.store = true;
  for (const Answer& lost :
       {refusal(400, R"({"error":{"message":"Previous response not found.","code":"previous_response_not_found"}})"),
        refusal(404, R"({"error":{"message":"Response with id 'resp_1' not found."}})")}) {
    Talk talk(profile, {json(kThought), lost, json(kThought)});
    talk.say("Which city?");
    CHECK_FALSE(talk.say("Why?").turn.error.has_value());
    CHECK(talk.transport.requests.size() == 3);
    CHECK(nlohmann::json::parse(talk.body(1)).contains("previous_response_id"));
    const auto body = nlohmann::json::parse(talk.body(2));
    CHECK_FALSE(body.contains("previous_response_id"));
    CHECK(body["input"].back()["content"] == "Why?");
    CHECK(talk.observer.warnings.size() == 1);
    CHECK(talk.session.turn_count() == 2);
  }
}

TEST_CASE("Responses with store: true does not ask again where the refusal is of something else") {
  auto profile = with_api(WireApi::responses);
  profile.store = true;
  Talk talk(profile, {json(kThought), refusal(400, R"({"error":{"message":"no"}})")});
  talk.say("Which city?");
  CHECK(talk.say("Why?").turn.error.has_value());
  CHECK(talk.transport.requests.size() == 2);
}

TEST_CASE("Anthropic: thinking goes back unchanged, with its signature") {
  Talk talk(with_api(WireApi::messages), {json(kSigned), json(kSigned)});
  talk.say("Which city?");
  talk.say("Why?");
  CHECK(
      talk.body(1) ==
      R"({"model":"m","max_tokens":8192,"system":"Be brief.","messages":[{"role":"user","content":"Which city?"},{"role":"assistant","content":[{"type":"thinking","thinking":"Hm.","signature":"EqQB"},{"type":"redacted_thinking","data":"Eo0B"},{"type":"text","text":"Rome"}]},{"role":"user","content":"Why?"}]})");
}

TEST_CASE("a change to another wire API takes the texts along and names the rest") {
  Talk talk(with_api(WireApi::messages), {json(kSigned), json(kThought), json(kChat)});
  talk.say("Which city?");
  auto responses = with_api(WireApi::responses);
  responses.system = "Be long.";
  CHECK(talk.session.set_profile(responses).size() == 1);
  talk.say("Why?");
  const auto second = nlohmann::json::parse(talk.body(1));
  CHECK(second["instructions"] == "Be long.");
  CHECK(second["input"].size() == 3);
  CHECK(second.dump().find("EqQB") == std::string::npos);
  CHECK(talk.session.set_profile(with_api(WireApi::completions)).size() == 1);
  talk.say("Sure?");
  const auto third = nlohmann::json::parse(talk.body(2));
  CHECK(third["messages"].size() == 6);
  CHECK(third.dump().find("gAAA") == std::string::npos);
  CHECK(talk.session.set_profile(talk.session.profile()).empty());
}

TEST_CASE("a turn that brought nothing leaves the conversation as it was") {
  Talk talk(with_api(WireApi::completions), {json(kChat), refusal(400, R"({"error":{"message":"no"}})")});
  talk.say("one");
  const auto failed = talk.say("two");
  REQUIRE(failed.turn.error.has_value());
  CHECK(talk.session.turn_count() == 1);
  CHECK(talk.session.messages().size() == 2);
  CHECK(failed.kept.messages.size() == 1);
  REQUIRE(failed.kept.error.has_value());
  CHECK(failed.kept.error->message == failed.turn.error->message);
  CHECK(failed.kept.error->status == 400);
}

TEST_CASE("what came of a reply that was cut stays") {
  base::Error interrupted;
  interrupted.kind = ErrorKind::cancelled;
  interrupted.message = "interrupted";
  Talk talk(with_api(WireApi::completions),
            {Answer{.headers = {kSse}, .pieces = {text_chunk("Hel")}, .error = interrupted}});
  const auto cut = talk.say("one");
  CHECK(cut.turn.error.has_value());
  CHECK(messages_text(talk.session.messages()) == "user: text(one)\nassistant: text(Hel)\n");
  CHECK(messages_text(cut.kept.messages) == "user: text(one)\nassistant: text(Hel)\n");
  CHECK(cut.kept.error->kind == "cancelled");
}

TEST_CASE("reasoning alone is no reply") {
  const std::string thought_alone =
      R"({"id":"c1","model":"m","choices":[{"index":0,"message":{"role":"assistant","reasoning_content":"Hm.","content":""},"finish_reason":"length"}]})";
  Talk talk(with_api(WireApi::completions), {json(thought_alone), json(kChat)});
  const auto outcome = talk.say("Which city?");
  CHECK_FALSE(outcome.kept.has_reply());
  CHECK(talk.session.turn_count() == 0);
  CHECK(talk.session.messages().empty());
  static_cast<void>(talk.say("Which city, then?"));
  CHECK_FALSE(talk.body(1).contains("assistant"));
  CHECK(talk.session.turn_count() == 1);
}

TEST_CASE("the last turn can be taken back") {
  Talk talk(with_api(WireApi::completions), {json(kChat), json(kChat), json(kChat)});
  CHECK_FALSE(talk.session.drop_last_turn());
  talk.say("one");
  talk.say("two");
  CHECK(talk.session.drop_last_turn());
  CHECK(messages_text(talk.session.messages()) == "user: text(one)\nassistant: reasoning(Hm.,,,,) text(Rome)\n");
  talk.say("three");
  CHECK(nlohmann::json::parse(talk.body(2))["messages"].size() == 4);
  talk.session.clear();
  CHECK(talk.session.messages().empty());
  CHECK_FALSE(talk.session.drop_last_turn());
}

TEST_CASE("a reply's tool calls without results are not sent again") {
  const std::string call =
      R"({"id":"c1","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}]})";
  Talk talk(with_api(WireApi::completions), {json(call), json(kChat)});
  talk.say("one");
  CHECK(talk.session.messages().size() == 2);
  talk.say("two");
  CHECK(talk.body(1).find("tool_calls") == std::string::npos);
}

TEST_CASE("a kept turn says what the store and the list need") {
  Talk talk(with_api(WireApi::responses), {json(kThought)});
  const auto outcome = talk.say("Which city?");
  CHECK(outcome.kept.setup ==
        session::Setup{.profile = "p", .origin = "https://models.example.com", .wire_api = "responses", .model = "m"});
  CHECK(outcome.kept.end.finish == "stop");
  CHECK(outcome.kept.end.response_id == "resp_1");
  CHECK(outcome.kept.end.usage.input_tokens == 5);
  CHECK(outcome.kept.end.duration_ms.has_value());
}

TEST_CASE("a session that was saved goes on as if it had never stopped") {
  const SessionFolder folder;
  for (const WireApi api : {WireApi::completions, WireApi::responses, WireApi::messages}) {
    const std::string& answer = api == WireApi::completions ? kChat : api == WireApi::responses ? kThought : kSigned;
    Talk first(with_api(api), {json(answer), json(answer)});
    const std::string id = keep(folder, {first.say("Which city?").kept});
    first.say("Why?");
    const auto saved = session::load_session(folder.path(), id);
    REQUIRE(saved.has_value());
    Talk second(with_api(api), {json(answer)});
    CHECK(second.session.restore(*saved).empty());
    second.say("Why?");
    CHECK(second.body(0) == first.body(1));
    CHECK_FALSE(is_elsewhere(*saved, second.session.profile()));

    auto other = with_api(WireApi::completions);
    other.base_url = core::Url::parse("https://other.example.com/v1").value();
    CHECK(is_elsewhere(*saved, other));
    Talk third(other, {});
    CHECK(third.session.restore(*saved).size() == 1);  // the reasoning
    CHECK(messages_text(third.session.messages()) == "user: text(Which city?)\nassistant: text(Rome)\n");
    // Said when the model changed, and not at each run after that.
    auto later = *saved;
    later.setup = session::setup_of(other);
    Talk fourth(other, {});
    CHECK(fourth.session.restore(later).empty());
  }
}

TEST_CASE("a retry does not double what the first attempt brought") {
  Talk talk(with_api(WireApi::completions), {overloaded(), json(kChat)});
  talk.say("one");
  CHECK(messages_text(talk.session.messages()) == "user: text(one)\nassistant: reasoning(Hm.,,,,) text(Rome)\n");
}
