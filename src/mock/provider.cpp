// From a call to its reply.
#include "mock/provider.hpp"

#include <algorithm>

#include "mock/access.hpp"
#include "mock/answer.hpp"
#include "mock/question.hpp"
#include "mock/refusal.hpp"
#include "mock/route.hpp"

namespace byok::mock {
namespace {

Reply reply_to(const Question& question, const Answer& answer) {
  switch (question.api) {
    case Api::responses:
      return reply_in_responses(question, answer);
    case Api::messages:
      return reply_in_messages(question, answer);
    default:
      return reply_in_chat(question, answer);
  }
}

void add_request_id(Service service, std::string_view id, Reply& reply) {
  const auto add = [&](const char* name) { reply.headers.push_back({.name = name, .value = std::string(id)}); };
  if (is_azure(service)) add("apim-request-id");
  add(service == Service::anthropic ? "request-id" : "x-request-id");
}

}  // namespace

base::Result<Provider> Provider::create(const MockOptions& options) {
  BYOK_TRY(Script script, Script::parse(options.script));
  BYOK_TRY(const Fault fault, parse_fault(options.fault));
  return Provider(options, std::move(script), fault);
}

Provider::Provider(MockOptions options, Script script, Fault fault)
    : options_(std::move(options)), script_(std::move(script)), fault_(std::move(fault)) {}

Reply Provider::answer(Call call) {
  call.serial = ++calls_;
  if (auto scripted = script_.next(call.body)) return *std::move(scripted);
  const std::string request_id = make_id("req_", call.serial, 24);
  Reply reply = answer_unscripted(call, request_id);
  reply.delay = std::max(reply.delay, options_.delay);
  add_request_id(find_route(call).service, request_id, reply);
  return reply;
}

Reply Provider::answer_unscripted(const Call& call, std::string_view request_id) const {
  const Route route = find_route(call);
  if (route.api == Api::models) {
    if (const auto refusal = check_access(route, call, {})) return to_reply(*refusal, request_id);
    return spoil(fault_, route.service, reply_with_models(route), request_id);
  }
  const auto question = read_question(route, call);
  if (!question) return to_reply(question.error(), request_id);
  std::string text = options_.reply.empty() ? talk_about(question->prompt) : options_.reply;
  bend(fault_, text);
  Answer answer = answer_with(*question, std::move(text), options_.chunk_size);
  bend(fault_, answer);
  return spoil(fault_, route.service, reply_to(*question, answer), request_id);
}

}  // namespace byok::mock
