// Refusal: an error as one of the services words it, and its body in that service's own form.
#pragma once

#include <string>
#include <string_view>

#include "mock/exchange.hpp"
#include "mock/route.hpp"

namespace byok::mock {

struct Refusal {
  enum class Form { openai, azure, anthropic };  // azure: the gateway's; its models answer in OpenAI's form
  Form form = Form::openai;
  int status = 400;
  std::string message;
  std::string type = "invalid_request_error";  // not in Azure's form
  std::string param = {};                      // OpenAI only; empty: null
  std::string code = {};                       // not in Anthropic's form; empty: null
};

[[nodiscard]] Refusal openai_refusal(std::string message, std::string param = {}, std::string code = {});
[[nodiscard]] Refusal azure_refusal(int status, std::string code, std::string message);
[[nodiscard]] Refusal anthropic_refusal(int status, std::string type, std::string message);

// What the service answers with a given status when the request itself was in order.
[[nodiscard]] Refusal refusal_for_status(Service service, int status);

[[nodiscard]] Reply to_reply(const Refusal& refusal, std::string_view request_id);

}  // namespace byok::mock
