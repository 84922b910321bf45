// Tests of model_names.cpp: what a word means among the models that are listed.
#include "session/model_names.hpp"

#include <ostream>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace byok::session {
namespace {

using core::ModelInfo;
using Ids = std::vector<std::string>;

std::vector<ModelInfo> models_named(const Ids& ids, const std::string& name_of_first = {}) {
  std::vector<ModelInfo> models;
  for (const std::string& id : ids) {
    ModelInfo model;
    model.id = id;
    models.push_back(std::move(model));
  }
  if (!models.empty()) models.front().name = name_of_first;
  return models;
}

std::string found(std::string_view word, const Ids& ids, const std::string& name_of_first = {}) {
  const auto models = models_named(ids, name_of_first);
  const ModelInfo* model = find_model(word, models);
  return model == nullptr ? std::string() : model->id;
}

}  // namespace

TEST_CASE("a word means the model of that id, also where others begin with it") {
  CHECK(found("gpt-4.1", {"gpt-4.1-mini", "gpt-4.1"}) == "gpt-4.1");
  CHECK(found("GPT-4.1", {"gpt-4.1-mini", "gpt-4.1"}) == "gpt-4.1");
  CHECK(found("Both", {"both", "BOTH"}).empty());
}

TEST_CASE("an alias means the only variant that it names or begins") {
  CHECK(found("phi-4-mini", {"Phi-4-mini-instruct-generic-cpu:5", "qwen2.5-0.5b-instruct-generic-cpu:4"}) ==
        "Phi-4-mini-instruct-generic-cpu:5");
  CHECK(found("phi-4-mini", {"Phi-4-mini-instruct-generic-cpu:5", "Phi-4-mini-instruct-cuda-gpu:5"}).empty());
  CHECK(found("phi-4", {"Phi-4-mini-instruct-generic-cpu:5", "x"}, "phi-4-mini") ==
        "Phi-4-mini-instruct-generic-cpu:5");
  CHECK(found("short", {"a-long-id:1", "b"}, "Short") == "a-long-id:1");
  CHECK(found("gpt-4", {"gpt-41"}).empty());
  CHECK(found("", {"a"}).empty());
  CHECK(found("a", {}).empty());
}

TEST_CASE("Ollama's latest is what a name without a tag means") {
  CHECK(found("llama3.2", {"llama3.2:1b", "llama3.2:latest"}) == "llama3.2:latest");
  CHECK(found("llama3.2", {"llama3.2:1b"}) == "llama3.2:1b");
  CHECK(found("llama3.2", {"llama3.2:1b", "llama3.2:3b"}).empty());
}

TEST_CASE("what was likely meant comes first") {
  const auto nearest = [](std::string_view word, const Ids& ids, const std::string& name = {}, std::size_t most = 3) {
    return nearest_models(word, models_named(ids, name), most);
  };
  CHECK(nearest("gpt-5-mni", {"o3", "gpt-5-mini", "gpt-5"}) == Ids{"gpt-5-mini", "gpt-5"});
  CHECK(nearest("gpt-4.1", {"anthropic/claude", "openai/gpt-4.1-mini", "openai/gpt-4.1"}) ==
        Ids{"openai/gpt-4.1-mini", "openai/gpt-4.1"});
  CHECK(nearest("openai/gpt-4.1", {"gpt-4.1", "o3"}) == Ids{"gpt-4.1"});
  CHECK(nearest("lama3.2", {"qwen3:4b", "llama3.2:latest"}) == Ids{"llama3.2:latest"});
  CHECK(nearest("qwen", {"qwen3:4b", "llama3.2:latest"}) == Ids{"qwen3:4b"});
  CHECK(nearest("claude-sonnet-4.5", {"claude-haiku-4-5-20251001", "claude-sonnet-4-5-20250929", "o3"}) ==
        Ids{"claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001"});
  CHECK(nearest("phi-4-mini", {"Phi-4-mini-instruct-generic-cpu:5", "Phi-4-mini-instruct-cuda-gpu:5", "phi-3"}) ==
        Ids{"Phi-4-mini-instruct-generic-cpu:5", "Phi-4-mini-instruct-cuda-gpu:5"});
  CHECK(nearest("my alias", {"x", "y"}, "My Alias") == Ids{"x"});
  CHECK(nearest("gpt-4-turbo-2024-04-09", {"gpt-4"}) == Ids{"gpt-4"});
  CHECK(nearest("wholly-other", {"gpt-4.1", "o3"}).empty());
  CHECK(nearest("", {"gpt-4.1"}).empty());
  CHECK(nearest("a", {}).empty());
}

TEST_CASE("no more are named than asked for") {
  CHECK(nearest_models("m", models_named({"m-1", "m-2", "m-3"}), 2) == Ids{"m-1", "m-2"});
  CHECK(nearest_models("m", models_named({"m-1"}), 0).empty());
}

}  // namespace byok::session
