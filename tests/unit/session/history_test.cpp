// What of a history can be sent on.
#include "session/history.hpp"

#include <ostream>
//
#include <doctest/doctest.h>

#include "support/saved_turns.hpp"
#include "unit/session/scripted_turn.hpp"

using namespace byok;
using namespace byok::core;
using namespace byok::session;
using byok::test::messages_text;
using byok::test::profile_at;

namespace {

Message user(const std::string& text) { return {.role = Role::user, .parts = {TextPart{text}}}; }
Message assistant(std::vector<Part> parts) { return {.role = Role::assistant, .parts = std::move(parts)}; }
ToolCallPart call(const std::string& id) { return {.id = id, .name = "f", .arguments = "{}"}; }
Message result(const std::string& id) {
  return {.role = Role::tool, .parts = {ToolResultPart{.call_id = id, .content = "42", .is_error = false}}};
}
ReasoningPart thought() { return {.text = "hm", .id = {}, .signature = "s", .redacted = {}, .encrypted = {}}; }

Profile with_api(WireApi api, ProviderType type = ProviderType::openai) {
  Profile profile = profile_at();
  profile.wire_api = api;
  profile.type = type;
  return profile;
}

}  // namespace

TEST_CASE("calls and results go in pairs or not at all") {
  CHECK(
      messages_text(sendable({user("a"), assistant({TextPart{"look"}, call("1"), call("2")}), result("1"), result("9"),
                              assistant({TextPart{"b"}}), user("c"), assistant({call("3")}), user("d")})) ==
      "user: text(a)\nassistant: text(look) call(1,f,{})\ntool: result(1,42,false)\nassistant: text(b)\n"
      "user: text(d)\n");
}

TEST_CASE("a reply that was a call alone takes its prompt along, and one with text stays without the call") {
  CHECK(messages_text(sendable({user("a"), assistant({thought(), call("1")}), user("b")})) == "user: text(b)\n");
  CHECK(messages_text(sendable({user("a"), assistant({TextPart{"look"}, call("1")}), user("b")})) ==
        "user: text(a)\nassistant: text(look)\nuser: text(b)\n");
  CHECK(messages_text(sendable({user("a"), assistant({call("1")}), result("1"), assistant({call("2")}), user("b")})) ==
        "user: text(a)\nassistant: call(1,f,{})\ntool: result(1,42,false)\nuser: text(b)\n");
}

TEST_CASE("a call without a result is named") {
  const auto said = [](const std::vector<Message>& turn) { return unanswered_sentence(turn); };
  CHECK(said({user("a"), assistant({call("1")})}) ==
        "The call of f has no result and was left out, with the prompt that led to it.");
  CHECK(said({user("a"), assistant({TextPart{"look"}, call("1")})}) == "The call of f has no result and was left out.");
  CHECK(said({user("a"), assistant({call("1")}), result("1"), assistant({TextPart{"b"}})}).empty());
  CHECK(said({user("a"), assistant({TextPart{"b"}})}).empty());
}

TEST_CASE("a result that stands before its call is none") {
  CHECK(messages_text(sendable({result("1"), assistant({call("1")}), user("x")})) == "user: text(x)\n");
}

TEST_CASE("reasoning goes to the same model of the same origin and wire API alone") {
  const Profile profile = with_api(WireApi::responses);
  CHECK(can_share_reasoning(profile, profile));
  Profile other = profile;
  other.name = "another name";
  CHECK(can_share_reasoning(profile, other));
  other.wire_model = "m2";
  CHECK_FALSE(can_share_reasoning(profile, other));
  CHECK_FALSE(can_share_reasoning(profile, with_api(WireApi::completions)));
  other = profile;
  other.base_url = Url::parse("https://other.example.com/v1").value();
  CHECK_FALSE(can_share_reasoning(profile, other));
}

TEST_CASE("what cannot go along is counted and named") {
  std::vector<Message> messages{user("a"), assistant({thought(), TextPart{"b"}}), user("c"),
                                assistant({thought(), thought(), TextPart{"d"}})};
  const Profile to = with_api(WireApi::completions);
  const Losses losses = convert(messages, false, to);
  CHECK(messages_text(messages) == "user: text(a)\nassistant: text(b)\nuser: text(c)\nassistant: text(d)\n");
  CHECK(losses.reasoning == 2);
  CHECK(sentences_of(losses, to) ==
        std::vector<std::string>{
            "2 pieces of reasoning were left out: m cannot read what another model or server wrote."});
}

TEST_CASE("an attachment goes along where the wire API has a place for it") {
  const DocumentPart linked{
      .media_type = "application/pdf", .bytes = {}, .url = "https://x.example/a.pdf", .filename = "a.pdf"};
  const ImagePart image{.media_type = "image/png", .bytes = "PNG", .url = {}};
  std::vector<Message> messages{{.role = Role::user, .parts = {TextPart{"see"}, linked, image}}};
  for (const Profile& to : {with_api(WireApi::responses), with_api(WireApi::messages, ProviderType::anthropic)}) {
    CHECK(convert(messages, true, to).attachments == 0);
  }
  const Profile chat = with_api(WireApi::completions);
  const Losses losses = convert(messages, true, chat);
  CHECK(messages_text(messages) == "user: text(see) image(image/png,PNG,)\n");
  CHECK(sentences_of(losses, chat) ==
        std::vector<std::string>{"An attachment was left out: the wire API of profile p has no place for it."});
  CHECK(sentences_of({}, chat).empty());
}
