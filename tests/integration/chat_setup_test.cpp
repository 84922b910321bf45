// What a conversation takes along to another profile, and what stays behind.
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "integration/answers.hpp"
#include "integration/chat_session.hpp"
#include "integration/sandbox.hpp"

using namespace byok::test;

namespace {

void exchange(ChatSession& chat, std::string_view prompt, std::string_view reply) {
  chat.enter(prompt);
  REQUIRE(chat.shows(reply));
  REQUIRE(chat.is_at_prompt());
}

void leave(ChatSession& chat) {
  chat.leave();
  CHECK(chat.finish().exit_code == 0);
}

std::string profile_at(std::string_view name, const RawServer& server, std::string_view more = "") {
  return "  " + std::string(name) + ":\n    base_url: http://127.0.0.1:" + std::to_string(server.port()) +
         "/v1\n    model: m\n" + std::string(more);
}

}  // namespace

TEST_SUITE_BEGIN("chat");

TEST_CASE("headers of the command line do not travel to another server, and go along again on the way back") {
  if (!has_terminal()) return;
  const RawServer home({chat("First"), chat("Second"), chat("Fourth")});
  const RawServer other({chat("Third")});
  Sandbox sandbox;
  sandbox.environment["OTHER_KEY"] = "sk-other-0123456789";
  sandbox.write(sandbox.config_file(), "default_profile: home\nprofiles:\n" + profile_at("home", home) +
                                           profile_at("same", home) +
                                           profile_at("other", other, "    api_key: ${env:OTHER_KEY}\n"));
  ChatSession chat(sandbox, {"-H", "Authorization: Bearer private-token-0123456789", "-H", "X-Tenant: acme"});
  exchange(chat, "one", "First");
  exchange(chat, "/profile same", "byok: going on with profile same, model m");
  exchange(chat, "two", "Second");
  chat.enter("/profile other");
  CHECK(chat.shows("byok: the headers of -H stay behind: they were given for"));
  CHECK(chat.shows("byok: going on with profile other, model m"));
  exchange(chat, "three", "Third");
  chat.enter("/profile home");
  CHECK(chat.shows("byok: the headers of -H go along again"));
  exchange(chat, "four", "Fourth");
  leave(chat);
  REQUIRE(home.requests().size() == 3);
  for (const Received& request : home.requests()) {
    CHECK(request.header("authorization") == "Bearer private-token-0123456789");
    CHECK(request.header("x-tenant") == "acme");
  }
  REQUIRE(other.requests().size() == 1);
  CHECK(other.requests()[0].header("authorization") == "Bearer sk-other-0123456789");
  CHECK(other.requests()[0].header("x-tenant").empty());
}

TEST_CASE("headers of the command line do not travel with a session that is loaded") {
  if (!has_terminal()) return;
  const RawServer home({chat("First")});
  const RawServer other({chat("Second"), chat("Third")});
  const Sandbox sandbox;
  sandbox.write(sandbox.config_file(),
                "default_profile: home\nprofiles:\n" + profile_at("home", home) + profile_at("other", other));
  REQUIRE(sandbox.run({"ask", "--save", "-p", "other", "kept there"}).exit_code == 0);
  const std::string id = sandbox.run({"sessions", "list", "--ids"}).out.substr(0, 21);
  ChatSession chat(sandbox, {"-H", "Authorization: Bearer private-token-0123456789"});
  exchange(chat, "one", "First");
  chat.enter("/load " + id);
  CHECK(chat.shows("byok: the headers of -H stay behind"));
  exchange(chat, "more", "Third");
  leave(chat);
  REQUIRE(other.requests().size() == 2);
  CHECK(other.requests()[1].header("authorization").empty());
  CHECK(other.requests()[1].body.contains("kept there"));
}

TEST_CASE("an option that the wire API has no field for is refused at the start") {
  const RawServer server({chat("Never")});
  const Sandbox sandbox;
  sandbox.write(sandbox.config_file(), "profiles:\n" + profile_at("a", server, "    wire_api: responses\n"));
  const ProcessResult result = sandbox.run({"chat", "-p", "a", "--seed", "5", "hi"});
  CAPTURE(summary(result));
  CHECK(result.exit_code == 2);
  CHECK(result.err.contains("--seed: "));
  CHECK(result.err.contains("has no such field"));
  CHECK(server.requests().empty());
}

TEST_CASE("an option that the next profile's wire API has no field for stays behind, and is back on the way back") {
  if (!has_terminal()) return;
  const RawServer server(
      {chat("First"), answer("HTTP/1.1 401 Unauthorized\nContent-Length: {{length}}\n\n{}"), chat("Third")});
  const Sandbox sandbox;
  sandbox.write(sandbox.config_file(), "default_profile: a\nprofiles:\n" + profile_at("a", server) +
                                           profile_at("b", server, "    wire_api: responses\n"));
  ChatSession chat(sandbox, {"--seed", "5", "--temperature", "0.5"});
  exchange(chat, "one", "First");
  chat.enter("/profile b");
  CHECK(chat.shows("byok: --seed: "));
  CHECK(chat.shows("stays behind"));
  CHECK(chat.shows("byok: going on with profile b, model m"));
  chat.enter("two");
  CHECK(chat.shows("HTTP 401"));
  REQUIRE(chat.holds("two"));
  chat.type("\x03");
  exchange(chat, "/profile a", "byok: going on with profile a, model m");
  exchange(chat, "three", "Third");
  leave(chat);
  REQUIRE(server.requests().size() == 3);
  CHECK(server.requests()[0].body.contains("\"seed\":5"));
  CHECK_FALSE(server.requests()[1].body.contains("seed"));
  CHECK(server.requests()[1].body.contains("\"temperature\":0.5"));
  CHECK(server.requests()[2].body.contains("\"seed\":5"));
}

TEST_SUITE_END();
