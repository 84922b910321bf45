// Tests of models.cpp: where each provider keeps its list, and what is read from the lists that were seen.
#include <ostream>

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/url.hpp"
#include "wire/wire.hpp"

namespace byok::wire {
namespace {

using base::ErrorKind;
using core::ModelInfo;
using core::ProviderType;

ModelPage page_of(std::string_view body) {
  auto page = parse_models(body);
  REQUIRE(page.has_value());
  return *std::move(page);
}

std::vector<std::string> ids_of(std::string_view body) {
  std::vector<std::string> ids;
  for (const ModelInfo& model : page_of(body).models) ids.push_back(model.id);
  return ids;
}

ModelInfo only_model(const std::string& entry) {
  const ModelPage page = page_of(R"({"data":[)" + entry + "]}");
  REQUIRE(page.models.size() == 1);
  return page.models.front();
}

TEST_CASE("each type asks where its provider keeps the list") {
  struct Row {
    ProviderType type;
    std::string_view base;
    std::string_view version;
    std::string_view prefix;
    std::string_view after;
    std::string_view url;
  };
  const std::vector<Row> rows{
      {ProviderType::openai, "https://x.example/v1/", "", "", "", "https://x.example/v1/models"},
      {ProviderType::openai, "https://x.example/v1?k=1", "", "", "", "https://x.example/v1/models?k=1"},
      {ProviderType::openai, "https://x.example/v1", "", "", "a b", "https://x.example/v1/models?after=a%20b"},
      {ProviderType::openai, "https://x.example/v1?k=1", "", "", "?offset=20&k=2&l=a%20b&=x&bad=%zz&flag",
       "https://x.example/v1/models?k=2&offset=20&l=a%20b&flag="},
      {ProviderType::azure, "https://r.openai.azure.com", "2024-10-21", "", "",
       "https://r.openai.azure.com/openai/models?api-version=2024-10-21"},
      {ProviderType::azure, "https://r.openai.azure.com/", "v1", "", "", "https://r.openai.azure.com/openai/v1/models"},
      {ProviderType::azure, "https://r.openai.azure.com", "preview", "", "",
       "https://r.openai.azure.com/openai/v1/models?api-version=preview"},
      {ProviderType::azure, "https://gw.example", "2024-10-21", "/aoai", "",
       "https://gw.example/aoai/openai/models?api-version=2024-10-21"},
      {ProviderType::anthropic, "https://api.anthropic.com", "", "", "",
       "https://api.anthropic.com/v1/models?limit=1000"},
      {ProviderType::anthropic, "https://r.services.ai.azure.com/anthropic", "", "", "m-9",
       "https://r.services.ai.azure.com/anthropic/v1/models?limit=1000&after_id=m-9"},
  };
  for (const Row& row : rows) {
    core::Profile profile;
    profile.type = row.type;
    profile.base_url = core::Url::parse(row.base).value();
    profile.azure_api_version = row.version;
    profile.azure_path_prefix = row.prefix;
    const core::HttpRequest request = list_models(profile, base::Secret(), row.after);
    CHECK(request.method == "GET");
    CHECK(request.body.empty());
    CHECK(request.url.str() == row.url);
  }
}

TEST_CASE("the question for the models carries the credential under the type's own header, and asks for no stream") {
  core::Profile profile;
  profile.type = ProviderType::azure;
  profile.base_url = core::Url::parse("https://r.openai.azure.com").value();
  profile.azure_api_version = "v1";
  profile.credential.slot = core::Credential::Slot::api_key;
  const core::HttpHead sent{.status = 0, .headers = list_models(profile, base::Secret("the-key-of-azure"), "").headers};
  CHECK(sent.find("api-key") == "the-key-of-azure");
  CHECK(sent.find("authorization").empty());
  CHECK(sent.find("content-type").empty());
  CHECK(sent.find("accept") == "application/json");
}

TEST_CASE("every shape of a list gives its ids, verbatim and in order") {
  struct Row {
    std::string_view body;
    std::vector<std::string> ids;
  };
  const std::vector<Row> rows{
      {R"({"object":"list","data":[{"id":"b","object":"model"},{"id":"a"}]})", {"b", "a"}},
      {R"({"models":[{"name":"qwen3:4b","model":"qwen3:4b-x"}]})", {"qwen3:4b-x"}},
      {R"({"models":[{"name":"only"}]})", {"only"}},
      {R"({"models":[{"key":"org/k","type":"llm"}]})", {"org/k"}},
      {R"({"data":[{"model_name":"gw","litellm_params":{"model":"openai/x"}}]})", {"gw"}},
      {R"({"data":[{"id":"d"}],"models":[{"name":"m"}],"object":"list"})", {"d"}},
      {R"(["phi-4:1","qwen:2"])", {"phi-4:1", "qwen:2"}},
      {R"([{"id":"bare"},{"id":"objects"}])", {"bare", "objects"}},
      {R"([{"model_id":"claude-4-sonnet","regions":["us"]}])", {"claude-4-sonnet"}},
      {R"({"data":[{"id":"f"}],"IsDelta":false,"Successful":true,"HttpStatusCode":0,"object":"list"})", {"f"}},
      {R"({"data":["mixed",{"id":"entries"},{"no":"id"},7,null,{"id":""},{"id":5}]})", {"mixed", "entries"}},
      {R"({"object":"list","data":null})", {}},
      {R"({"data":[]})", {}},
      {"[]", {}},
      {"\n\n {\"data\":[{\"id\":\"after blank lines\"}]}", {"after blank lines"}},
      {"\xEF\xBB\xBF{\"data\":[{\"id\":\"after a mark\"}]}", {"after a mark"}},
      {R"({"data":[{"id":"\u00e9"},{"id":"/models/a.gguf"}],"error":null})", {"\xC3\xA9", "/models/a.gguf"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.body);
    CHECK(ids_of(row.body) == row.ids);
  }
}

struct Facts {
  std::string_view entry;
  std::string_view name;
  std::optional<std::int64_t> context;
  std::optional<std::int64_t> prompt;
  std::optional<std::int64_t> output;
  std::optional<bool> vision;
  std::optional<bool> reasoning;
};

TEST_CASE("what each vendor tells of a model is read, and nothing is invented") {
  const auto no = std::nullopt;
  const std::vector<Facts> rows{
      // OpenAI
      {R"({"id":"m","object":"model","created":1,"owned_by":"o"})", "", no, no, no, no, no},
      // Anthropic
      {R"({"type":"model","id":"m","display_name":"M","max_input_tokens":200000,"max_tokens":64000,"capabilities":)"
       R"({"image_input":{"supported":true},"effort":{"supported":false},"thinking":{"supported":true}}})",
       "M", 200000, 200000, 64000, true, false},
      {R"({"type":"model","id":"m","capabilities":{"image_input":true}})", "", no, no, no, true, no},
      // OpenRouter
      {R"({"id":"m","name":"Maker: M","context_length":128000,"architecture":{"input_modalities":["text","image"]},)"
       R"("top_provider":{"context_length":9,"max_completion_tokens":16384},"supported_parameters":["reasoning","stop"]})",
       "Maker: M", 128000, no, 16384, true, true},
      {R"({"id":"m","architecture":{"input_modalities":["text"]},"top_provider":{"context_length":9,)"
       R"("max_completion_tokens":null},"supported_parameters":["stop"]})",
       "", 9, no, no, false, false},
      // Groq, vLLM, llama.cpp
      {R"({"id":"m","active":true,"context_window":131072,"max_completion_tokens":32768})", "", 131072, no, 32768, no,
       no},
      {R"({"id":"m","owned_by":"vllm","max_model_len":4096})", "", 4096, no, no, no, no},
      {R"({"id":"m","owned_by":"llamacpp","meta":{"n_ctx":4096,"n_ctx_train":40960}})", "", 4096, no, no, no, no},
      {R"({"id":"m","meta":{"n_ctx_train":40960}})", "", 40960, no, no, no, no},
      // Mistral
      {R"({"id":"m","name":"m","capabilities":{"completion_chat":true,"vision":false,"reasoning":true},)"
       R"("max_context_length":32768})",
       "", 32768, no, no, false, true},
      // LiteLLM, both lists
      {R"({"id":"m","max_input_tokens":1000,"max_output_tokens":50})", "", 1000, 1000, 50, no, no},
      {R"({"model_name":"m","model_info":{"max_tokens":10,"max_input_tokens":90,"supports_vision":true,)"
       R"("supports_reasoning":null}})",
       "", 90, 90, 10, true, no},
      // LM Studio
      {R"({"id":"m","type":"vlm","max_context_length":8192,"loaded_context_length":4096})", "", 8192, no, no, true, no},
      {R"({"key":"m","display_name":"M","type":"llm","max_context_length":8192,"capabilities":{"vision":false}})", "M",
       8192, no, no, false, no},
      {R"({"key":"m","capabilities":{"reasoning":{"allowed_options":["off","on"],"default":"on"}}})", "", no, no, no,
       no, true},
      // Foundry Local, its list and its catalog
      {R"({"vision":false,"toolCalling":true,"maxInputTokens":28672,"maxOutputTokens":4096,"id":"m","parent":"alias"})",
       "alias", 28672, 28672, 4096, false, no},
      {R"({"name":"m","displayName":"m","alias":"phi-4-mini","providerType":"AzureFoundry","maxOutputTokens":2048})",
       "phi-4-mini", no, no, 2048, no, no},
      {R"({"id":"m","owned_by":"vllm","parent":"base-model","max_model_len":8})", "", 8, no, no, no, no},
      // Google
      {R"({"name":"m","displayName":"M","inputTokenLimit":1048576,"outputTokenLimit":8192})", "M", 1048576, no, 8192,
       no, no},
      // GitHub Copilot, Moonshot, Ollama
      {R"({"id":"m","name":"M","capabilities":{"supports":{"vision":true,"reasoningEffort":true},"limits":)"
       R"({"max_context_window_tokens":128000,"max_prompt_tokens":64000,"max_output_tokens":4096}}})",
       "M", 128000, 64000, 4096, true, true},
      {R"({"id":"m","context_length":262144,"supports_image_in":true,"supports_reasoning":true})", "", 262144, no, no,
       true, true},
      {R"({"name":"m","capabilities":["completion","vision","thinking"]})", "", no, no, no, true, true},
      {R"({"name":"m","capabilities":["completion"]})", "", no, no, no, no, no},
      // Odd values say nothing.
      {R"({"id":"m","context_length":0,"max_tokens":-1,"supports_vision":"yes","architecture":"x","capabilities":5})",
       "", no, no, no, no, no},
      {R"({"id":"m","context_length":"131072","max_output_tokens":8192.0})", "", 131072, no, 8192, no, no},
  };
  for (const Facts& row : rows) {
    CAPTURE(row.entry);
    const ModelInfo model = only_model(std::string(row.entry));
    CHECK(model.id == "m");
    CHECK(model.name == row.name);
    CHECK(model.max_context_window_tokens == row.context);
    CHECK(model.max_prompt_tokens == row.prompt);
    CHECK(model.max_output_tokens == row.output);
    CHECK(model.vision == row.vision);
    CHECK(model.reasoning_effort == row.reasoning);
  }
}

TEST_CASE("a page says where the next one begins") {
  CHECK(page_of(R"({"data":[{"id":"a"}],"has_more":true,"last_id":"z"})").next == "z");
  CHECK(page_of(R"({"data":[{"id":"a"},{"id":"b"}],"has_more":true})").next == "b");
  CHECK(page_of(R"({"data":[{"id":"a"}],"has_more":false,"last_id":"a"})").next.empty());
  CHECK(page_of(R"({"data":[],"has_more":true})").next.empty());
  CHECK(page_of(R"({"data":[{"id":"a"}]})").next.empty());
}

TEST_CASE("a link to the next page gives its query, whatever host it names") {
  CHECK(page_of(R"({"data":[{"id":"a"}],"links":{"next":"https://evil.example/api/v1/models?offset=1&limit=1#x"}})")
            .next == "?offset=1&limit=1");
  CHECK(page_of(R"({"data":[{"id":"a"}],"links":{"next":{"href":"/models?page=2"}}})").next == "?page=2");
  CHECK(page_of(R"({"data":[{"id":"a"}],"links":{"next":null}})").next.empty());
  CHECK(page_of(R"({"data":[{"id":"a"}],"links":{"next":"https://h/models"}})").next.empty());
}

TEST_CASE("llama.cpp's second list completes the first") {
  const ModelPage page = page_of(
      R"({"models":[{"name":"/m/q.gguf","model":"/m/q.gguf","capabilities":["completion","multimodal"]},{"model":"other"}],)"
      R"("object":"list","data":[{"id":"/m/q.gguf","owned_by":"llamacpp","meta":{"n_ctx_train":40960}}]})");
  REQUIRE(page.models.size() == 1);
  CHECK(page.models.front().id == "/m/q.gguf");
  CHECK(page.models.front().name.empty());
  CHECK(page.models.front().vision == true);
  CHECK(page.models.front().max_context_window_tokens == 40960);
}

TEST_CASE("what another answer knows is laid over, and nothing is taken away") {
  ModelInfo model{.id = "a",
                  .name = "A",
                  .vision = true,
                  .reasoning_effort = {},
                  .max_context_window_tokens = 5,
                  .max_prompt_tokens = {},
                  .max_output_tokens = 7};
  lay_over(model, {.id = "a",
                   .name = "B",
                   .vision = {},
                   .reasoning_effort = false,
                   .max_context_window_tokens = 6,
                   .max_prompt_tokens = 4,
                   .max_output_tokens = {}});
  CHECK(model.name == "A");
  CHECK(model.vision == true);
  CHECK(model.reasoning_effort == false);
  CHECK(model.max_context_window_tokens == 6);
  CHECK(model.max_prompt_tokens == 4);
  CHECK(model.max_output_tokens == 7);
}

TEST_CASE("what is no list is an error that says what came instead") {
  struct Row {
    std::string body;
    ErrorKind kind;
    std::string_view in_message;
  };
  const std::vector<Row> rows{
      {"", ErrorKind::protocol, "nothing"},
      {"<html><title>Sign in</title></html>", ErrorKind::protocol, "Sign in"},
      {"404 page not found", ErrorKind::protocol, "404 page not found"},
      {"{\"data\":[{\"id\":\"a\"", ErrorKind::protocol, "no model list"},
      {R"({"data":{"id":"a"}})", ErrorKind::protocol, "no model list"},
      {R"({"ok":true})", ErrorKind::protocol, R"({"ok":true})"},
      {std::string(1 << 20, '['), ErrorKind::protocol, "no model list"},
      {std::string("\xff\x00\xfe", 3), ErrorKind::protocol, "no model list"},
      {R"({"error":{"message":"bad key","code":"invalid_api_key"}})", ErrorKind::auth, "bad key"},
      {R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})", ErrorKind::overloaded,
       "Overloaded"},
      {R"([{"error":{"code":400,"message":"API key not valid."}}])", ErrorKind::auth, "API key not valid."},
  };
  for (const Row& row : rows) {
    CAPTURE(row.body.substr(0, 60));
    const auto page = parse_models(row.body);
    REQUIRE_FALSE(page.has_value());
    CHECK(page.error().kind == row.kind);
    CHECK(page.error().message.contains(row.in_message));
    CHECK(page.error().message.size() < 1'000);
  }
}

}  // namespace
}  // namespace byok::wire
