// Tests of model_details.cpp: who has a second address, what is asked there, and what is taken from the answers.
#include "wire/model_details.hpp"

#include <ostream>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/url.hpp"

namespace byok::wire {
namespace {

using core::ModelInfo;
using core::ProviderType;
using Models = std::vector<ModelInfo>;

core::Profile profile_at(std::string_view base_url) {
  core::Profile profile;
  profile.base_url = core::Url::parse(base_url).value();
  return profile;
}

Models models_named(std::initializer_list<std::string_view> ids) {
  Models models;
  for (const std::string_view id : ids) {
    ModelInfo model;
    model.id = id;
    models.push_back(std::move(model));
  }
  return models;
}

ModelServer server_of(std::string_view base_url, std::string_view list, std::vector<core::Header> headers = {}) {
  return recognise_server(profile_at(base_url), {.status = 200, .headers = std::move(headers)}, list);
}

// "METHOD URL BODY" for each question, `?` in front of a fallback and `+` in front of one that can add models.
std::vector<std::string> asked(std::string_view base_url, ModelServer server, const Models& models) {
  std::vector<std::string> lines;
  for (const DetailQuestion& one : detail_questions(profile_at(base_url), base::Secret(), server, models)) {
    lines.push_back((one.is_fallback   ? "?"
                     : one.adds_models ? "+"
                                       : "") +
                    one.http.method + " " + one.http.url.str() + (one.http.body.empty() ? "" : " " + one.http.body));
  }
  return lines;
}

bool merge(ModelServer server, std::string_view body, Models& models, std::string model = {}, bool adds = false) {
  return merge_details({.server = server, .http = {}, .model = std::move(model), .adds_models = adds}, body, models);
}

}  // namespace

TEST_CASE("a server is recognised by what its list says") {
  constexpr std::string_view kLocal = "http://127.0.0.1:8080/v1";
  CHECK(server_of(kLocal, R"({"data":[{"id":"a","owned_by":"me"},{"id":"b","owned_by":"library"}]})") ==
        ModelServer::ollama);
  CHECK(server_of("http://gpu.lan:11434/v1", R"({"data":[{"id":"hf.co/x","owned_by":"hf.co"}]})") ==
        ModelServer::ollama);
  CHECK(server_of(kLocal, R"({"data":[{"id":"a","owned_by":"organization_owner"}]})") == ModelServer::lm_studio);
  CHECK(server_of(kLocal, R"({"data":[{"id":"a","owned_by":"llamacpp"}]})") == ModelServer::llama_cpp);
  CHECK(server_of(kLocal, R"({"data":[],"IsDelta":false,"Successful":true,"object":"list"})") ==
        ModelServer::foundry_local);
  CHECK(server_of(kLocal, R"({"data":[{"id":"a","toolCalling":false}]})") == ModelServer::foundry_local);
  CHECK(server_of("https://llm.example/v1",
                  R"({"data":[{"id":"a","created":1677610602},{"id":"b","created":1677610602}]})") ==
        ModelServer::lite_llm);
  CHECK(server_of("https://llm.example/v1", R"({"data":[]})", {{.name = "X-LiteLLM-Version", .value = "1.80"}}) ==
        ModelServer::lite_llm);
}

TEST_CASE("all others have told everything by their list") {
  CHECK(server_of("https://api.openai.com/v1", R"({"data":[{"id":"gpt-3.5-turbo","created":1677610602}]})") ==
        ModelServer::other);
  CHECK(server_of("https://x.example/v1", R"({"data":[{"id":"a","created":1677610602},{"id":"b","created":2}]})") ==
        ModelServer::other);
  CHECK(server_of("https://x.example/v1", R"({"data":[{"id":"a","owned_by":"vllm"}]})") == ModelServer::other);
  CHECK(server_of("https://x.example/v1", "[\"a\"]") == ModelServer::other);
  CHECK(server_of("https://x.example/v1", "junk") == ModelServer::other);
  core::Profile claude = profile_at("http://127.0.0.1:11434");
  claude.type = ProviderType::anthropic;
  CHECK(recognise_server(claude, {}, R"({"data":[{"id":"a","owned_by":"library"}]})") == ModelServer::other);
}

TEST_CASE("each server is asked where it tells more") {
  using Lines = std::vector<std::string>;
  const Models two = models_named({"a:1", "say \"b\""});
  CHECK(asked("http://h:11434/v1", ModelServer::ollama, two) ==
        Lines{R"(POST http://h:11434/api/show {"model":"a:1"})",
              R"(POST http://h:11434/api/show {"model":"say \"b\""})"});
  CHECK(asked("http://h/gate/v1/", ModelServer::ollama, models_named({"a"})) ==
        Lines{R"(POST http://h/gate/api/show {"model":"a"})"});
  CHECK(asked("http://h:1234/v1", ModelServer::lm_studio, two) ==
        Lines{"GET http://h:1234/api/v1/models", "?GET http://h:1234/api/v0/models"});
  CHECK(asked("https://h/v1", ModelServer::lite_llm, two) == Lines{"GET https://h/v1/model/info"});
  CHECK(asked("https://h", ModelServer::lite_llm, two) == Lines{"GET https://h/model/info"});
  CHECK(asked("http://h:5273/v1", ModelServer::foundry_local, {}) ==
        Lines{"+GET http://h:5273/openai/models", "GET http://h:5273/foundry/list"});
  CHECK(asked("http://h:8080/v1", ModelServer::llama_cpp, two) == Lines{"GET http://h:8080/props"});
  CHECK(asked("http://h/v1", ModelServer::other, two).empty());
}

TEST_CASE("a long list does not become a flood of questions") {
  const Models many(200);
  CHECK(detail_questions(profile_at("http://h/v1"), base::Secret(), ModelServer::ollama, many).size() == 64);
}

TEST_CASE("the questions carry the credential as the list's does") {
  core::Profile profile = profile_at("https://h/v1");
  profile.credential.slot = core::Credential::Slot::api_key;
  const auto questions = detail_questions(profile, base::Secret("the-key-of-the-gateway"), ModelServer::lite_llm, {});
  REQUIRE(questions.size() == 1);
  const core::HttpHead sent{.status = 0, .headers = questions.front().http.headers};
  CHECK(sent.find("authorization") == "Bearer the-key-of-the-gateway");
}

TEST_CASE("Ollama's answer about a model: its context, and a list of abilities that is whole") {
  Models models = models_named({"a", "b"});
  CHECK(merge(ModelServer::ollama,
              R"({"capabilities":["completion","vision","thinking"],"model_info":{"general.architecture":"llama",)"
              R"("llama.context_length":131072,"llama.rope.freq_base":5e5}})",
              models, "b"));
  CHECK(models[0].max_context_window_tokens == std::nullopt);
  CHECK(models[1].max_context_window_tokens == 131072);
  CHECK(models[1].vision == true);
  CHECK(models[1].reasoning_effort == true);
  CHECK(merge(ModelServer::ollama, R"({"capabilities":["completion"],"model_info":{"x.context_length":0}})", models,
              "a"));
  CHECK(models[0].vision == false);
  CHECK(models[0].reasoning_effort == false);
  CHECK(models[0].max_context_window_tokens == std::nullopt);
  // Versions before 0.6.4 do not tell abilities.
  Models old = models_named({"a"});
  CHECK(merge(ModelServer::ollama, R"({"model_info":{"x.context_length":8192}})", old, "a"));
  CHECK(old[0].vision == std::nullopt);
  CHECK_FALSE(merge(ModelServer::ollama, R"({"error":"model 'a' not found"})", old, "a"));
  CHECK_FALSE(merge(ModelServer::ollama, "<html>", old, "a"));
  CHECK_FALSE(merge(ModelServer::ollama, "{}", old, "gone"));
}

TEST_CASE("LM Studio: both generations of its own list") {
  Models models = models_named({"qwen/q3", "nomic"});
  CHECK(merge(ModelServer::lm_studio,
              R"({"models":[{"type":"llm","key":"qwen/q3","display_name":"Qwen3 4B","max_context_length":262144,)"
              R"("capabilities":{"vision":false,"trained_for_tool_use":true}},{"key":"not-listed"}]})",
              models));
  CHECK(models.size() == 2);
  CHECK(models[0].name == "Qwen3 4B");
  CHECK(models[0].max_context_window_tokens == 262144);
  CHECK(models[0].vision == false);
  CHECK(merge(ModelServer::lm_studio,
              R"({"data":[{"id":"nomic","type":"vlm","state":"not-loaded","max_context_length":2048}]})", models));
  CHECK(models[1].vision == true);
  CHECK(models[1].max_context_window_tokens == 2048);
  // Its answer to a path that it does not know has the status 200.
  CHECK_FALSE(
      merge(ModelServer::lm_studio, R"({"error":"Unexpected endpoint or method. GET /api/v1/models"})", models));
}

TEST_CASE("LiteLLM: the first deployment behind a name counts") {
  Models models = models_named({"gpt"});
  CHECK(merge(ModelServer::lite_llm,
              R"({"data":[{"model_name":"gpt","litellm_params":{"model":"azure/gpt"},"model_info":{"id":"x1",)"
              R"("max_tokens":16384,"max_input_tokens":128000,"max_output_tokens":16384,"supports_vision":true,)"
              R"("supports_reasoning":false}},{"model_name":"gpt","model_info":{"max_input_tokens":1}},)"
              R"({"model_name":"openai/*","model_info":{}}]})",
              models));
  REQUIRE(models.size() == 1);
  CHECK(models[0].max_context_window_tokens == 128000);
  CHECK(models[0].max_output_tokens == 16384);
  CHECK(models[0].vision == true);
  CHECK(models[0].reasoning_effort == false);
  CHECK_FALSE(merge(ModelServer::lite_llm, R"({"error":{"message":"Only proxy admin","code":"401"}})", models));
}

TEST_CASE("Foundry Local: what is on the disk joins what is loaded, and the catalog names it") {
  Models models = models_named({"Phi-4-mini-instruct-generic-cpu:5"});
  CHECK(merge(ModelServer::foundry_local,
              R"(["Phi-4-mini-instruct-generic-cpu","qwen2.5-0.5b-instruct-generic-cpu:4"])", models, {}, true));
  REQUIRE(models.size() == 2);
  CHECK(models[1].id == "qwen2.5-0.5b-instruct-generic-cpu:4");
  CHECK(merge(ModelServer::foundry_local,
              R"([{"name":"Phi-4-mini-instruct-generic-cpu","displayName":"Phi-4-mini","alias":"phi-4-mini",)"
              R"("maxOutputTokens":2048},{"name":"qwen2.5-0.5b-instruct-generic-cpu:4","alias":"qwen2.5-0.5b"},)"
              R"({"name":"deepseek-r1-7b-generic-cpu:3","alias":"deepseek-r1-7b"}])",
              models));
  REQUIRE(models.size() == 2);
  CHECK(models[0].name == "phi-4-mini");
  CHECK(models[0].max_output_tokens == 2048);
  CHECK(models[1].name == "qwen2.5-0.5b");
}

TEST_CASE("llama.cpp: the context that it was started with") {
  Models models = models_named({"/m/a.gguf"});
  models[0].max_context_window_tokens = 40960;
  CHECK(merge(ModelServer::llama_cpp,
              R"({"default_generation_settings":{"n_ctx":4096},"modalities":{"vision":true,"audio":false}})", models));
  CHECK(models[0].max_context_window_tokens == 4096);
  CHECK(models[0].vision == true);
  CHECK(merge(ModelServer::llama_cpp, R"({"default_generation_settings":{"n_ctx":0}})", models));
  CHECK(models[0].max_context_window_tokens == 4096);
  CHECK_FALSE(merge(ModelServer::llama_cpp, R"({"error":{"code":401,"message":"Invalid API Key"}})", models));
}

TEST_CASE("a list in Ollama's own form is looked for on this machine and network alone") {
  const auto elsewhere = [](std::string_view base_url) {
    const auto request = list_models_elsewhere(profile_at(base_url), base::Secret());
    return request ? request->method + " " + request->url.str() : std::string();
  };
  CHECK(elsewhere("http://localhost:11434/v1") == "GET http://localhost:11434/api/tags");
  CHECK(elsewhere("http://192.168.1.7:8000/v1") == "GET http://192.168.1.7:8000/api/tags");
  CHECK(elsewhere("http://gpu.lan:11434/v1") == "GET http://gpu.lan:11434/api/tags");
  CHECK(elsewhere("https://api.example/v1").empty());
}

}  // namespace byok::wire
