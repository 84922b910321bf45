// Tests of `profiles add`'s words and options: the profile that comes of them, and what is refused.
#include "cli/profiles/new_profile.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <ostream>
#include <string>
#include <vector>

#include "unit/config/config_fixture.hpp"

using namespace byok;
using namespace byok::cli;
using byok::config::test::ConfigFolder;

namespace {

base::Result<NewProfile> read(std::vector<std::string> words, const config::Environment& environment = {}) {
  words.insert(words.begin(), {"profiles", "add"});
  auto arguments = parse_arguments(words);
  if (!arguments) return std::unexpected(std::move(arguments).error());
  return read_new_profile(*arguments, environment);
}

// The block that would be written, below `profiles:`.
std::string block(std::vector<std::string> words, const config::Environment& environment = {}) {
  const auto profile = read(std::move(words), environment);
  if (!profile) return profile.error().message;
  return config::profile_block(change_for(*profile, profile->key)).substr(std::string_view("profiles:\n").size());
}

std::string refusal(std::vector<std::string> words, const config::Environment& environment = {}) {
  const auto profile = read(std::move(words), environment);
  if (profile) return "accepted";
  CHECK(profile.error().kind == base::ErrorKind::usage);
  CHECK(profile.error().hint != "");
  return profile.error().message;
}

}  // namespace

TEST_CASE("Each way of giving a key is written in its own form") {
  const std::string head = "  p:\n    type: openai\n    base_url: https://h.example/v1\n";
  CHECK(block({"p", "https://h.example/v1", "--key-env", "MY_KEY"}) == head + "    api_key: ${env:MY_KEY}\n");
  CHECK(block({"p", "https://h.example/v1", "--key-env", "$MY_KEY"}) == head + "    api_key: ${env:MY_KEY}\n");
  CHECK(block({"p", "https://h.example/v1", "--key-stdin"}) == head + "    api_key: ${file:keys/p}\n");
  CHECK(block({"p", "https://h.example/v1", "--key-command", R"(["op", "read", "op://a b/c"])"}) ==
        head + "    api_key:\n      command: [op, read, op://a b/c]\n");
  CHECK(block({"p", "https://h.example/v1", "--key-command", R"(["gcloud", "auth", "print-access-token"])"}) ==
        head + "    bearer_token:\n      command: [gcloud, auth, print-access-token]\n");
  CHECK(block({"p", "https://h.example/v1"}) == head);
  const ConfigFolder folder;
  folder.write("my-key", "k");
  CHECK(block({"p", "https://h.example/v1", "--key-file", "~/my-key"}, folder.environment({})) ==
        head + "    api_key: ${file:~/my-key}\n");
  CHECK(block({"p", "https://h.example/v1", "--key-file", (folder.path() / "my-key").string()},
              folder.environment({})) == head + "    api_key: ${file:~/my-key}\n");
}

TEST_CASE("Entra ID is the az command, for the cloud and the route of the host") {
  const auto scope = [](const std::string& url) {
    const std::string text = block({"p", url, "--entra"});
    const std::size_t at = text.find("https://", text.find("--scope"));
    CHECK(text.contains("    bearer_token:\n      command: [az, account, get-access-token, --scope, https://"));
    CHECK(text.contains(", -o, json]\n"));
    return text.substr(at, text.find(',', at) - at);
  };
  CHECK(scope("https://r.openai.azure.com/openai/v1/") == "https://ai.azure.com/.default");
  CHECK(scope("https://r.services.ai.azure.com/anthropic") == "https://ai.azure.com/.default");
  CHECK(scope("https://r.openai.azure.com") == "https://cognitiveservices.azure.com/.default");
  CHECK(scope("https://r.openai.azure.us/openai/v1/") == "https://cognitiveservices.azure.us/.default");
  CHECK(scope("https://r.openai.azure.cn") == "https://cognitiveservices.azure.cn/.default");
  CHECK(refusal({"p", "api.openai.com", "--entra"}) == "--entra goes with Azure alone");
}

TEST_CASE("Name and address are told apart, and a name is lent by the host") {
  CHECK(read({"localhost:11434"})->name == "ollama");
  CHECK(read({"https://my-res.openai.azure.com"})->name == "my-res");
  CHECK(read({"work", "api.openai.com"})->name == "work");
  CHECK(read({"https://h.example/v1", "work"})->name == "work");
  CHECK(block({"openai", "-m", "gpt-5.2"}) == "  openai:\n    extends: openai\n    model: gpt-5.2\n");
  CHECK(refusal({"work"}) == "the address of the provider is missing");
  CHECK(refusal({}) == "the address of the provider is missing");
  CHECK(refusal({"a", "b.example", "c"}) == "byok profiles add takes a name and an address, and no more");
  CHECK(refusal({"env", "b.example"}).contains("`env`"));
  CHECK(refusal({"a b", "b.example"}).contains("cannot be the name"));
  CHECK(refusal({"..", "b.example"}).contains("cannot be the name"));
}

TEST_CASE("Options lie over what the address says") {
  CHECK(block({"p", "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21", "-m",
               "e", "--api-version", "v1", "--wire-api", "responses"}) ==
        "  p:\n    type: azure\n    base_url: https://r.openai.azure.com\n    wire_api: responses\n    azure:\n"
        "      api_version: \"v1\"\n    model: e\n");
  CHECK(block({"p", "https://r.services.ai.azure.com", "-m", "gpt-5.2-codex"})
            .contains("    wire_api: responses\n    model: gpt-5.2-codex\n"));
  const auto claude = read({"p", "https://api.anthropic.com", "--wire-api", "responses"});
  REQUIRE(claude);
  CHECK(claude->value.find("wire_api") == nullptr);
  REQUIRE(claude->notes.size() == 1);
}

TEST_CASE("Options that make no sense are refused") {
  CHECK(refusal({"p", "h.example", "--type", "ollama"}).contains("--type cannot be"));
  CHECK(refusal({"p", "h.example", "--wire-api", "chat"}).contains("--wire-api cannot be"));
  CHECK(refusal({"p", "h.example", "--api-version", "v1"}) == "--api-version goes with type azure alone");
  CHECK(refusal({"p", "r.openai.azure.com", "--api-version", "2024"}).contains("--api-version cannot be"));
  CHECK(refusal({"p", "h.example", "--key-stdin", "--entra"}) == "--key-stdin and --entra exclude each other");
  CHECK(refusal({"p", "h.example", "--key-command", "az account"}).contains("JSON array"));
  CHECK(refusal({"p", "h.example", "--key-command", "[]"}).contains("JSON array"));
  CHECK(refusal({"p", "h.example", "--key-command", "[1]"}).contains("JSON array"));
  CHECK(refusal({"p", "h.example", "--key-file", "/nonexistent/key"}).contains("there is no file"));
}

TEST_CASE("A key that is given as a variable's name is refused and not shown") {
  for (const std::string key : {"sk-proj-abcdefghijklmnop", "0123456789abcdef0123456789abcdef", "a.b.c",
                                "abcdefabcdefabcdefabcdefabcdefabcdef", "sk_live_abcdef"}) {
    CAPTURE(key);
    const auto profile = read({"p", "h.example", "--key-env", key});
    REQUIRE_FALSE(profile);
    CHECK_FALSE((profile.error().message + profile.error().hint).contains(key));
  }
}
