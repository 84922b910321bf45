// Tests of pasted addresses: each form as portals and documents show it, and the keys that it becomes.
#include "config/pasted_url.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <ostream>
#include <string>
#include <vector>

#include "unit/config/config_fixture.hpp"

using namespace byok;
using namespace byok::config;
using namespace byok::config::test;

namespace {

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

// "type base_url wire_api model api_version path_prefix name", or the error's message.
std::string describe(std::string_view text, const UrlWishes& wishes = {}) {
  const auto read = read_pasted_url(text, wishes);
  if (!read) return read.error().message;
  return fmt::format("{} {} {} {} {} {} {}", read->type, read->base_url, or_dash(read->wire_api), or_dash(read->model),
                     or_dash(read->api_version), or_dash(read->path_prefix), read->name);
}

struct Row {
  std::string pasted, keys;
};

const std::vector<Row> kRows = {
    // Azure OpenAI: the Target URI of a deployment, and shorter forms of it
    {"https://res.openai.azure.com/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21",
     "azure https://res.openai.azure.com completions my-gpt 2024-10-21 - res"},
    {"https://res.openai.azure.com/openai/deployments/my%20gpt?api-version=2025-01-01-preview",
     "azure https://res.openai.azure.com - my gpt 2025-01-01-preview - res"},
    {"https://res.openai.azure.com/openai/deployments/{deployment-id}/chat/completions?api-version={version}",
     "azure https://res.openai.azure.com completions - - - res"},
    {"https://res.openai.azure.com/openai/deployments/d/completions", "azure https://res.openai.azure.com - d - - res"},
    {"https://res.openai.azure.com/openai/responses?api-version=2025-04-01-preview",
     "azure https://res.openai.azure.com responses - 2025-04-01-preview - res"},
    {"https://res.openai.azure.com/openai/responses?api-version=2024-10-21",
     "azure https://res.openai.azure.com responses - - - res"},
    {"https://res.openai.azure.com/openai/v1", "openai https://res.openai.azure.com/openai/v1/ - - - - res"},
    {"https://res.openai.azure.com/openai/v1/", "openai https://res.openai.azure.com/openai/v1/ - - - - res"},
    {"https://res.openai.azure.com/openai/v1/chat/completions",
     "openai https://res.openai.azure.com/openai/v1/ completions - - - res"},
    {"https://res.openai.azure.com/openai/v1/responses?api-version=preview",
     "openai https://res.openai.azure.com/openai/v1/?api-version=preview responses - - - res"},
    {"https://res.openai.azure.com/", "azure https://res.openai.azure.com - - - - res"},
    {"res.openai.azure.com", "azure https://res.openai.azure.com - - - - res"},
    {"https://RES.openai.azure.com/OpenAI/", "azure https://res.openai.azure.com - - - - res"},
    {"https://res.cognitiveservices.azure.com/", "azure https://res.cognitiveservices.azure.com - - - - res"},
    {"https://res.cognitiveservices.azure.com/openai/deployments/gpt-4.1/chat/"
     "completions?api-version=2025-01-01-preview",
     "azure https://res.cognitiveservices.azure.com completions gpt-4.1 2025-01-01-preview - res"},
    {"https://res.cognitiveservices.azure.com/openai/v1/responses",
     "openai https://res.cognitiveservices.azure.com/openai/v1/ responses - - - res"},
    {"https://eastus.api.cognitive.microsoft.com/", "azure https://eastus.api.cognitive.microsoft.com - - - - eastus"},
    {"https://res.openai.azure.us/openai/deployments/d/chat/completions?api-version=2024-10-21",
     "azure https://res.openai.azure.us completions d 2024-10-21 - res"},
    {"https://res.openai.azure.cn/", "azure https://res.openai.azure.cn - - - - res"},
    {"https://res.openai.azure.us/openai/v1/", "openai https://res.openai.azure.us/openai/v1/ - - - - res"},
    // Azure AI Foundry
    {"https://res.services.ai.azure.com/api/projects/my-project",
     "openai https://res.services.ai.azure.com/openai/v1/ - - - - res"},
    {"https://res.services.ai.azure.com/api/projects/my-project/openai/v1/responses",
     "openai https://res.services.ai.azure.com/openai/v1/ responses - - - res"},
    {"https://res.services.ai.azure.com", "openai https://res.services.ai.azure.com/openai/v1/ - - - - res"},
    {"https://res.services.ai.azure.com/models", "openai https://res.services.ai.azure.com/openai/v1/ - - - - res"},
    {"https://res.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview",
     "openai https://res.services.ai.azure.com/openai/v1/ completions - - - res"},
    {"https://res.services.ai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21",
     "azure https://res.services.ai.azure.com completions d 2024-10-21 - res"},
    {"https://res.services.ai.azure.com/anthropic/",
     "anthropic https://res.services.ai.azure.com/anthropic - - - - res"},
    {"https://res.services.ai.azure.com/anthropic/v1/messages",
     "anthropic https://res.services.ai.azure.com/anthropic - - - - res"},
    // Gateways
    {"https://gw.azure-api.net/aoai/openai/deployments/d/chat/completions?api-version=2024-10-21",
     "azure https://gw.azure-api.net completions d 2024-10-21 /aoai gw"},
    {"https://gw.azure-api.net/aoai", "azure https://gw.azure-api.net - - - /aoai gw"},
    {"https://gw.azure-api.net/team/aoai/openai/v1/responses",
     "azure https://gw.azure-api.net responses - v1 /team/aoai gw"},
    {"https://llm.example.com/aoai/openai/deployments/d/chat/completions?api-version=2024-10-21",
     "azure https://llm.example.com completions d 2024-10-21 /aoai example"},
    {"https://gateway.ai.cloudflare.com/v1/account/gw/compat/chat/completions",
     "openai https://gateway.ai.cloudflare.com/v1/account/gw/compat completions - - - cloudflare"},
    // Public providers
    {"https://api.openai.com", "openai https://api.openai.com/v1 - - - - openai"},
    {"https://api.openai.com/v1/", "openai https://api.openai.com/v1 - - - - openai"},
    {"https://api.openai.com/v1/responses", "openai https://api.openai.com/v1 responses - - - openai"},
    {"api.openai.com/v1/chat/completions", "openai https://api.openai.com/v1 completions - - - openai"},
    {"https://api.anthropic.com", "anthropic https://api.anthropic.com - - - - anthropic"},
    {"https://api.anthropic.com/v1", "anthropic https://api.anthropic.com - - - - anthropic"},
    {"https://api.anthropic.com/v1/messages?beta=true", "anthropic https://api.anthropic.com - - - - anthropic"},
    {"https://openrouter.ai", "openai https://openrouter.ai/api/v1 - - - - openrouter"},
    {"https://openrouter.ai/api/v1/chat/completions",
     "openai https://openrouter.ai/api/v1 completions - - - openrouter"},
    {"https://openrouter.ai/anthropic/claude-sonnet-4.5",
     "openai https://openrouter.ai/api/v1 - anthropic/claude-sonnet-4.5 - - openrouter"},
    {"https://api.groq.com/openai/v1/chat/completions", "openai https://api.groq.com/openai/v1 completions - - - groq"},
    {"https://api.mistral.ai/v1/chat/completions", "openai https://api.mistral.ai/v1 completions - - - mistral"},
    {"https://api.deepseek.com/chat/completions", "openai https://api.deepseek.com completions - - - deepseek"},
    {"https://api.deepseek.com/anthropic", "anthropic https://api.deepseek.com/anthropic - - - - deepseek"},
    {"https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:generateContent?key=not-shown-1",
     "openai https://generativelanguage.googleapis.com/v1beta/openai - gemini-2.5-pro - - gemini"},
    // Local servers
    {"localhost:11434", "openai http://localhost:11434/v1 - - - - ollama"},
    {"http://localhost:11434/api/chat", "openai http://localhost:11434/v1 - - - - ollama"},
    {"http://127.0.0.1:1234/v1/chat/completions", "openai http://127.0.0.1:1234/v1 completions - - - lm-studio"},
    {"http://localhost:1234/api/v0/chat/completions", "openai http://localhost:1234/v1 - - - - lm-studio"},
    {"http://localhost:8000/v1", "openai http://localhost:8000/v1 - - - - vllm"},
    {"http://[::1]:8080/completion", "openai http://[::1]:8080/v1 - - - - llama-cpp"},
    {"http://localhost:5273/openai/status", "openai http://localhost:5273/v1 - - - - foundry-local"},
    {"http://0.0.0.0:4000/v1/messages", "anthropic http://127.0.0.1:4000 - - - - litellm"},
    {"192.168.1.20:11434", "openai http://192.168.1.20:11434/v1 - - - - ollama"},
    {"gpu-box:9000/v1", "openai http://gpu-box:9000/v1 - - - - gpu-box"},
    // Others, and what stands around an address
    {"llm.example.com", "openai https://llm.example.com/v1 - - - - example"},
    {"https://llm.example.com/v1?tenant=a&code=not-shown-2",
     "openai https://llm.example.com/v1?tenant=a - - - - example"},
    {"  \"https://api.x.ai/v1\",", "openai https://api.x.ai/v1 - - - - xai"},
    {"curl https://api.together.xyz/v1/chat/completions -H 'x: y'",
     "openai https://api.together.xyz/v1 completions - - - together"},
    {"AZURE_OPENAI_ENDPOINT=https://res.openai.azure.com/", "azure https://res.openai.azure.com - - - - res"},
    {"https://llm.example.com/v1#models", "openai https://llm.example.com/v1 - - - - example"},
};

}  // namespace

TEST_CASE("Each pasted address becomes the right keys") {
  for (const Row& row : kRows) {
    CAPTURE(row.pasted);
    CHECK(describe(row.pasted) == row.keys);
  }
}

TEST_CASE("The keys of each pasted address make a profile that no rule forbids") {
  for (const Row& row : kRows) {
    CAPTURE(row.pasted);
    const auto read = read_pasted_url(row.pasted);
    REQUIRE(read);
    std::string yaml =
        fmt::format("profiles:\n  p:\n    type: {}\n    base_url: {}\n    model: m\n", read->type, read->base_url);
    if (!read->wire_api.empty()) yaml += fmt::format("    wire_api: {}\n", read->wire_api);
    if (read->type == "azure" && !(read->api_version + read->path_prefix).empty()) {
      yaml += "    azure:\n";
      if (!read->api_version.empty()) yaml += fmt::format("      api_version: \"{}\"\n", read->api_version);
      if (!read->path_prefix.empty()) yaml += fmt::format("      path_prefix: {}\n", read->path_prefix);
    }
    if (read->base_url.starts_with("https:")) yaml += "    api_key: ${env:K}\n";
    const ConfigFolder folder;
    const auto resolved = folder.resolve(yaml, {{"K", "a-key-of-some-length"}});
    CHECK(errors(resolved) == "");
    CHECK(warnings(resolved) == (read->base_url.starts_with("http://192.") || read->base_url.starts_with("http://gpu")
                                     ? "credential-missing"
                                     : ""));
  }
}

TEST_CASE("What the user says decides where the address alone would not") {
  CHECK(describe("res.openai.azure.com", {.type = "openai", .api_version = ""}) ==
        "openai https://res.openai.azure.com/openai/v1/ - - - - res");
  CHECK(describe("https://res.openai.azure.com/openai/v1/", {.type = "azure", .api_version = ""}) ==
        "azure https://res.openai.azure.com - - v1 - res");
  CHECK(describe("https://res.openai.azure.com/openai/v1/", {.type = "", .api_version = "2024-10-21"}) ==
        "azure https://res.openai.azure.com - - 2024-10-21 - res");
  CHECK(describe("https://res.services.ai.azure.com", {.type = "anthropic", .api_version = ""}) ==
        "anthropic https://res.services.ai.azure.com/anthropic - - - - res");
  CHECK(describe("https://gw.azure-api.net/llm/v1", {.type = "openai", .api_version = ""}) ==
        "openai https://gw.azure-api.net/llm/v1 - - - - gw");
  CHECK(describe("https://llm.example.com/v1", {.type = "anthropic", .api_version = ""}) ==
        "anthropic https://llm.example.com - - - - example");
  CHECK(describe("https://llm.example.com/aoai", {.type = "azure", .api_version = ""}) ==
        "azure https://llm.example.com - - - /aoai example");
  CHECK(describe("https://api.anthropic.com", {.type = "openai", .api_version = ""}) ==
        "openai https://api.anthropic.com/v1 - - - - anthropic");
}

TEST_CASE("What is no address of an API is refused, and told apart") {
  const auto refusal = [](std::string_view text) {
    const auto read = read_pasted_url(text);
    if (read) return std::string("accepted");
    CHECK(read.error().kind == base::ErrorKind::usage);
    CHECK(read.error().hint != "");
    return read.error().message;
  };
  CHECK(refusal("https://<your-resource>.openai.azure.com/openai/v1/") ==
        "the address still holds the placeholder <your-resource>");
  CHECK(refusal("https://YOUR-RESOURCE-NAME.openai.azure.com/") ==
        "the address still holds the placeholder YOUR-RESOURCE-NAME");
  CHECK(refusal("http://localhost:<PORT>/v1") == "the address still holds the placeholder <PORT>");
  CHECK(refusal("https://ai.azure.com/resource/overview?wsid=1") == "ai.azure.com is a page for people, not an API");
  CHECK(refusal("https://platform.openai.com/api-keys") == "platform.openai.com is a page for people, not an API");
  CHECK(refusal("gpt-5") == "that is not an address of an API");
  CHECK(refusal("") == "that is not an address of an API");
  CHECK(refusal("ftp://example.com/v1").contains("its scheme is \"ftp\""));
  CHECK(refusal("https://me:pass-word-1@example.com/v1").contains("user name or password"));
  CHECK_FALSE(refusal("https://me:pass-word-1@example.com/v1").contains("pass-word-1"));
}

TEST_CASE("A secret in the address is left out, and its value is shown nowhere") {
  for (const std::string pasted : {"https://x.example.com/v1?key=very-secret-1", "x.example.com?API-Key=very-secret-1",
                                   "https://x.example.com/v1/chat/completions?sig=very-secret-1&code=very-secret-1"}) {
    CAPTURE(pasted);
    const auto read = read_pasted_url(pasted);
    REQUIRE(read);
    CHECK(read->base_url == "https://x.example.com/v1");
    REQUIRE_FALSE(read->notes.empty());
    CHECK(read->notes[0].contains("held a secret"));
    for (const std::string& note : read->notes) CHECK_FALSE(note.contains("very-secret-1"));
  }
}

TEST_CASE("Where the provider's key usually lies is known") {
  const auto variable = [](std::string_view text) { return read_pasted_url(text)->key_variable; };
  CHECK(variable("api.openai.com") == "OPENAI_API_KEY");
  CHECK(variable("https://openrouter.ai/api/v1") == "OPENROUTER_API_KEY");
  CHECK(variable("https://api.anthropic.com") == "ANTHROPIC_API_KEY");
  CHECK(variable("https://res.openai.azure.com") == "AZURE_OPENAI_API_KEY");
  CHECK(variable("https://res.openai.azure.com/openai/v1/") == "FOUNDRY_API_KEY");
  CHECK(variable("localhost:11434") == "");
  CHECK(variable("llm.example.com") == "");
}

TEST_CASE("Models that answer over the Responses API alone are known") {
  for (const std::string_view model : {"gpt-5.2-codex", "codex-mini-latest", "o1-pro", "o3-pro", "gpt-5-pro"}) {
    CAPTURE(model);
    CHECK(needs_responses(model));
  }
  for (const std::string_view model : {"gpt-5.2", "gpt-4.1", "gemini-2.5-pro", "o4-mini", ""}) {
    CAPTURE(model);
    CHECK_FALSE(needs_responses(model));
  }
}
