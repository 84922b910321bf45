// Chat Completions: the body of an answer, whole and as a stream.
#include <nlohmann/json.hpp>

#include "mock/answer.hpp"

namespace byok::mock {
namespace {

using Json = nlohmann::ordered_json;

std::string to_text(const Json& body) { return body.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json error_body() {
  return {{"error",
           {{"message", "The server had an error while processing your request."},
            {"type", "server_error"},
            {"param", nullptr},
            {"code", nullptr}}}};
}

Json usage_of(const Question& question, const Answer& answer) {
  const std::int64_t in = input_tokens(question);
  const std::int64_t out = output_tokens(answer);
  return {{"prompt_tokens", in},
          {"completion_tokens", out},
          {"total_tokens", in + out},
          {"prompt_tokens_details", {{"cached_tokens", 0}}},
          {"completion_tokens_details", {{"reasoning_tokens", reasoning_tokens(answer)}}}};
}

Json finish_reason(const Answer& answer) {
  if (answer.outcome == Outcome::complete) return "stop";
  if (answer.outcome == Outcome::length) return "length";
  return nullptr;
}

// The chunks of one stream: each has the same head.
class Stream {
 public:
  Stream(const Question& question, Reply& reply) : question_(question), reply_(reply) {}

  void send(const Json& body) { reply_.chunks.push_back("data: " + to_text(body) + "\n\n"); }

  void send_delta(Json delta, Json finish = nullptr) {
    Json choice = {{"index", 0}, {"delta", std::move(delta)}, {"logprobs", nullptr}, {"finish_reason", finish}};
    send(chunk(Json::array({std::move(choice)}), nullptr));
  }

  void send_usage(Json usage) { send(chunk(Json::array(), std::move(usage))); }

 private:
  [[nodiscard]] Json chunk(Json choices, Json usage) const {
    Json body = {{"id", make_id("chatcmpl-", question_.serial, 29)},
                 {"object", "chat.completion.chunk"},
                 {"created", question_.time},
                 {"model", question_.model},
                 {"system_fingerprint", "fp_byok"},
                 {"choices", std::move(choices)}};
    // OpenAI: with include_usage each chunk has the field, null in all but the last.
    if (question_.wants_usage) body["usage"] = std::move(usage);
    return body;
  }

  const Question& question_;
  Reply& reply_;
};

void write_stream(const Question& question, const Answer& answer, Reply& reply) {
  Stream stream(question, reply);
  if (is_azure(question.service)) {
    // Azure's first chunk tells of the prompt's filter results, and has no id or model yet.
    stream.send(
        {{"choices", Json::array()},
         {"created", 0},
         {"id", ""},
         {"model", ""},
         {"object", ""},
         {"prompt_filter_results", Json::array({{{"prompt_index", 0}, {"content_filter_results", Json::object()}}})}});
  }
  stream.send_delta({{"role", "assistant"}, {"content", ""}, {"refusal", nullptr}});
  for (const std::string& piece : answer.reasoning) stream.send_delta({{"reasoning_content", piece}});
  for (const std::string& piece : answer.text) stream.send_delta({{"content", piece}});
  if (answer.outcome == Outcome::unfinished) return;
  if (answer.outcome == Outcome::failed) return stream.send(error_body());
  stream.send_delta(Json::object(), finish_reason(answer));
  if (question.wants_usage) stream.send_usage(usage_of(question, answer));
  reply.chunks.emplace_back("data: [DONE]\n\n");
}

Json whole_body(const Question& question, const Answer& answer) {
  Json message = {{"role", "assistant"}, {"content", join(answer.text)}, {"refusal", nullptr}};
  if (!answer.reasoning.empty()) message["reasoning_content"] = join(answer.reasoning);
  Json choice = {
      {"index", 0}, {"message", std::move(message)}, {"logprobs", nullptr}, {"finish_reason", finish_reason(answer)}};
  return {{"id", make_id("chatcmpl-", question.serial, 29)},
          {"object", "chat.completion"},
          {"created", question.time},
          {"model", question.model},
          {"choices", Json::array({std::move(choice)})},
          {"usage", usage_of(question, answer)},
          {"system_fingerprint", "fp_byok"}};
}

}  // namespace

Reply reply_in_chat(const Question& question, const Answer& answer) {
  Reply reply;
  if (question.is_stream) {
    reply.is_stream = true;
    reply.content_type = "text/event-stream; charset=utf-8";
    write_stream(question, answer, reply);
  } else if (answer.outcome == Outcome::failed) {
    reply.chunks.push_back(to_text(error_body()));
  } else {
    reply.chunks.push_back(to_text(whole_body(question, answer)));
  }
  return reply;
}

}  // namespace byok::mock
