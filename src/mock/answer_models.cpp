// Model lists: OpenAI's, Azure's (base models, not deployments) and Anthropic's, which comes in pages.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "mock/answer.hpp"

namespace byok::mock {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kOpenAi[] = {"demo", "gpt-4.1-mini", "gpt-5-mini", "o3"};
constexpr std::string_view kAzure[] = {"demo", "gpt-4o", "gpt-5-mini"};

struct Claude {
  std::string_view id;
  std::string_view name;
  int max_input_tokens;
  int max_tokens;
};
constexpr Claude kAnthropic[] = {
    {"demo", "Demo", 200'000, 8'192},
    {"claude-sonnet-4-5", "Claude Sonnet 4.5", 200'000, 64'000},
    {"claude-haiku-4-5", "Claude Haiku 4.5", 200'000, 64'000},
};

constexpr std::int64_t kCreated = 1'735'689'600;  // 2025-01-01

Json openai_model(std::string_view id) {
  return {{"id", id}, {"object", "model"}, {"created", kCreated}, {"owned_by", "byok"}};
}

Json azure_model(std::string_view id) {
  return {{"capabilities",
           {{"fine_tune", false},
            {"inference", true},
            {"completion", false},
            {"chat_completion", true},
            {"embeddings", false}}},
          {"lifecycle_status", "generally-available"},
          {"status", "succeeded"},
          {"created_at", kCreated},
          {"id", id},
          {"object", "model"}};
}

Json claude_page(const Route& route) {
  Json data = Json::array();
  const Claude* model = std::begin(kAnthropic);
  if (!route.after_id.empty()) {
    model = std::ranges::find(kAnthropic, route.after_id, &Claude::id);
    if (model != std::end(kAnthropic)) ++model;
  }
  for (; model != std::end(kAnthropic) && data.size() < route.limit; ++model) {
    data.push_back({{"type", "model"},
                    {"id", model->id},
                    {"display_name", model->name},
                    {"created_at", "2025-01-01T00:00:00Z"},
                    {"max_input_tokens", model->max_input_tokens},
                    {"max_tokens", model->max_tokens}});
  }
  const Json first = data.empty() ? Json() : data.front()["id"];
  const Json last = data.empty() ? Json() : data.back()["id"];
  const bool has_more = model != std::end(kAnthropic);
  return {{"data", std::move(data)}, {"has_more", has_more}, {"first_id", first}, {"last_id", last}};
}

}  // namespace

Reply reply_with_models(const Route& route) {
  Json body;
  if (route.service == Service::anthropic) {
    body = claude_page(route);
  } else {
    Json data = Json::array();
    if (is_azure(route.service)) {
      for (const std::string_view id : kAzure) data.push_back(azure_model(id));
    } else {
      for (const std::string_view id : kOpenAi) data.push_back(openai_model(id));
    }
    body = {{"object", "list"}, {"data", std::move(data)}};
  }
  Reply reply;
  reply.chunks.push_back(body.dump());
  return reply;
}

}  // namespace byok::mock
