// The error bodies, and the words that go with a status.
#include "mock/refusal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace byok::mock {
namespace {

using Json = nlohmann::ordered_json;

struct StatusRow {
  int status;
  const char* message;
  const char* openai_type;
  const char* openai_code;  // nullptr: null
  const char* azure_code;
  const char* anthropic_type;
};

constexpr StatusRow kStatuses[] = {
    {400, "The request could not be read.", "invalid_request_error", nullptr, "BadRequest", "invalid_request_error"},
    {401, "The credential was not accepted.", "invalid_request_error", "invalid_api_key", "401",
     "authentication_error"},
    {402, "Your credit balance is too low.", "billing_error", "billing_hard_limit_reached", "402", "billing_error"},
    {403, "You have no permission to do this.", "invalid_request_error", "permission_denied", "PermissionDenied",
     "permission_error"},
    {404, "There is nothing at this address.", "invalid_request_error", nullptr, "404", "not_found_error"},
    {408, "The request took too long to arrive.", "invalid_request_error", nullptr, "Timeout", "timeout_error"},
    {409, "Another request is changing the same thing.", "invalid_request_error", "conflict", "Conflict",
     "invalid_request_error"},
    {413, "The request is larger than is allowed.", "invalid_request_error", nullptr, "RequestEntityTooLarge",
     "request_too_large"},
    {422, "The request could not be processed.", "invalid_request_error", nullptr, "UnprocessableEntity",
     "invalid_request_error"},
    {429, "Rate limit reached: too many requests a minute.", "requests", "rate_limit_exceeded", "RateLimitReached",
     "rate_limit_error"},
    {500, "The server had an error while processing your request.", "server_error", nullptr, "InternalServerError",
     "api_error"},
    {503, "The service is overloaded. Try again later.", "service_unavailable_error", nullptr, "ServiceUnavailable",
     "overloaded_error"},
    {504, "The answer did not come in time.", "server_error", nullptr, "GatewayTimeout", "timeout_error"},
    {529, "Overloaded", "service_unavailable_error", nullptr, "ServiceUnavailable", "overloaded_error"},
};

const StatusRow& row_of(int status) {
  const auto find = [](int wanted) { return std::ranges::find(kStatuses, wanted, &StatusRow::status); };
  if (const auto found = find(status); found != std::end(kStatuses)) return *found;
  return *find(status < 500 ? 400 : 500);
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

}  // namespace

Refusal openai_refusal(std::string message, std::string param, std::string code) {
  Refusal refusal{.message = std::move(message)};
  refusal.param = std::move(param);
  refusal.code = std::move(code);
  return refusal;
}

Refusal azure_refusal(int status, std::string code, std::string message) {
  Refusal refusal{.form = Refusal::Form::azure, .status = status, .message = std::move(message)};
  refusal.code = std::move(code);
  return refusal;
}

Refusal anthropic_refusal(int status, std::string type, std::string message) {
  return {.form = Refusal::Form::anthropic, .status = status, .message = std::move(message), .type = std::move(type)};
}

Refusal refusal_for_status(Service service, int status) {
  const StatusRow& row = row_of(status);
  if (service == Service::anthropic) return anthropic_refusal(status, row.anthropic_type, row.message);
  if (is_azure(service)) return azure_refusal(status, row.azure_code, row.message);
  Refusal refusal = openai_refusal(row.message, {}, row.openai_code ? row.openai_code : "");
  refusal.status = status;
  refusal.type = row.openai_type;
  return refusal;
}

Reply to_reply(const Refusal& refusal, std::string_view request_id) {
  Json body;
  Reply reply;
  reply.status = refusal.status;
  switch (refusal.form) {
    case Refusal::Form::openai:
      body["error"] = {{"message", refusal.message},
                       {"type", refusal.type},
                       {"param", text_or_null(refusal.param)},
                       {"code", text_or_null(refusal.code)}};
      break;
    case Refusal::Form::azure:
      body["error"] = {{"code", refusal.code}, {"message", refusal.message}};
      break;
    case Refusal::Form::anthropic:
      body = {{"type", "error"},
              {"error", {{"type", refusal.type}, {"message", refusal.message}}},
              {"request_id", request_id}};
      if (refusal.status < 404) reply.headers.push_back({.name = "x-should-retry", .value = "false"});
      break;
  }
  reply.chunks.push_back(body.dump(-1, ' ', false, Json::error_handler_t::replace));
  return reply;
}

}  // namespace byok::mock
