// Routes, keys and models of the test's provider.
#include "integration/provider.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "support/pieces.hpp"
#include "support/replies.hpp"

namespace byok::test {
namespace {

std::string path_of(const Received& request) {
  const std::string line = request.first_line();
  const std::size_t start = line.find(' ') + 1;
  return line.substr(start, line.find(' ', start) - start);
}

bool has_key(const Provider& provider, const Received& request) {
  if (provider.key.empty()) return true;
  const std::string scheme = provider.header == "Authorization" ? "Bearer " : "";
  return request.header(provider.header) == scheme + provider.key;
}

Pieces reply(std::string kind, const Received& request) {
  auto made = make_reply({.kind = std::move(kind), .status = 200, .extra_header = {}, .text = "ok"});
  if (!made) throw std::runtime_error(made.error());
  return (*made)(request);
}

std::string list_of(const std::vector<std::string>& ids) {
  nlohmann::ordered_json list{{"object", "list"}, {"data", nlohmann::ordered_json::array()}};
  for (const std::string& id : ids) list["data"].push_back({{"id", id}, {"object", "model"}});
  return list.dump();
}

bool is_known(const Provider& provider, const std::string& model) {
  return std::ranges::find(provider.models, model) != provider.models.end();
}

Pieces refuse_key(const Provider& provider) {
  if (provider.header == "api-key") {
    return json_answer(
        401,
        R"({"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource."}})");
  }
  if (provider.header == "x-api-key") {
    return json_answer(
        401, R"({"type":"error","error":{"type":"authentication_error","message":"x-api-key header is required"}})");
  }
  return json_answer(
      401,
      R"({"error":{"message":"Incorrect API key provided","type":"invalid_request_error","code":"invalid_api_key"}})");
}

Pieces answer_azure(const Provider& provider, const std::string& path, const Received& request) {
  const std::string start = fmt::format("/openai/deployments/{}/", provider.deployments);
  if (path.find("api-version=") == std::string::npos) return json_answer(404, provider.not_found);
  if (path.starts_with("/openai/models?")) return json_answer(200, list_of({"gpt-4.1-base"}));
  if (path.starts_with("/openai/deployments?")) return json_answer(200, list_of({provider.deployments}));
  if (path.starts_with(start + "chat/completions")) return reply("chat", request);
  if (path.starts_with("/openai/deployments/")) {
    return json_answer(
        404,
        R"({"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}})");
  }
  return json_answer(404, provider.not_found);
}

Pieces answer_request(const Provider& provider, const Received& request) {
  const std::string path = path_of(request);
  const bool is_list = path.starts_with(provider.base + "/models") && provider.deployments.empty();
  if (!has_key(provider, request) && !(is_list && provider.is_list_public)) return refuse_key(provider);
  if (!provider.deployments.empty()) return answer_azure(provider, path, request);
  if (is_list && provider.has_list) return json_answer(200, list_of(provider.models), provider.extra_header);
  for (const std::string& wire : provider.wires) {
    if (path.substr(0, path.find('?')) != fmt::format("{}/{}", provider.base, wire)) continue;
    const auto body = nlohmann::json::parse(request.body, nullptr, false);
    const std::string model = body.is_object() ? body.value("model", "") : "";
    if (!is_known(provider, model)) {
      return json_answer(
          404,
          fmt::format(
              R"({{"error":{{"message":"The model `{}` does not exist","type":"invalid_request_error","code":"model_not_found"}}}})",
              model));
    }
    return reply(wire == "messages" ? "anthropic" : wire == "responses" ? "responses" : "chat", request);
  }
  return json_answer(404, provider.not_found);
}

}  // namespace

Pieces json_answer(int status, std::string_view body, std::string_view extra_header) {
  const std::string extra = extra_header.empty() ? "" : fmt::format("{}\r\n", extra_header);
  return {{.kind = Piece::Kind::bytes,
           .text = fmt::format("HTTP/1.1 {} X\r\nContent-Type: application/json\r\n{}Content-Length: {}\r\nConnection: "
                               "close\r\n\r\n{}",
                               status, extra, body.size(), body)}};
}

Answer answer_as(Provider provider) {
  return [provider = std::move(provider)](const Received& request) { return answer_request(provider, request); };
}

std::vector<Answer> always(Answer answer) { return std::vector<Answer>(200, std::move(answer)); }

}  // namespace byok::test
