// Anthropic Messages: the body of an answer, whole and as a stream with its full grammar of events.
#include <nlohmann/json.hpp>

#include "mock/answer.hpp"

namespace byok::mock {
namespace {

using Json = nlohmann::ordered_json;

std::string to_text(const Json& body) { return body.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string signature(const Question& question) { return make_id("Eq", question.serial, 64); }

Json stop_reason(const Answer& answer) {
  if (answer.outcome == Outcome::complete) return "end_turn";
  if (answer.outcome == Outcome::length) return "max_tokens";
  return nullptr;
}

Json error_body() { return {{"type", "error"}, {"error", {{"type", "overloaded_error"}, {"message", "Overloaded"}}}}; }

Json message(const Question& question, Json content, Json reason, std::int64_t output) {
  return {{"id", make_id("msg_01", question.serial, 22)},
          {"type", "message"},
          {"role", "assistant"},
          {"model", question.model},
          {"content", std::move(content)},
          {"stop_reason", std::move(reason)},
          {"stop_sequence", nullptr},
          {"usage",
           {{"input_tokens", input_tokens(question)},
            {"cache_creation_input_tokens", 0},
            {"cache_read_input_tokens", 0},
            {"output_tokens", output}}}};
}

Json whole_body(const Question& question, const Answer& answer) {
  if (answer.outcome == Outcome::failed) return error_body();
  Json content = Json::array();
  if (!answer.reasoning.empty()) {
    content.push_back({{"type", "thinking"}, {"thinking", join(answer.reasoning)}, {"signature", signature(question)}});
  }
  content.push_back({{"type", "text"}, {"text", join(answer.text)}});
  return message(question, std::move(content), stop_reason(answer), output_tokens(answer));
}

class Stream {
 public:
  Stream(const Question& question, const Answer& answer, Reply& reply)
      : question_(question), answer_(answer), reply_(reply) {}

  void write() {
    send("message_start", {{"message", message(question_, Json::array(), nullptr, 1)}});
    if (!answer_.reasoning.empty()) {
      start_block({{"type", "thinking"}, {"thinking", ""}, {"signature", ""}});
      for (const std::string& piece : answer_.reasoning) {
        send_delta({{"type", "thinking_delta"}, {"thinking", piece}});
      }
      send_delta({{"type", "signature_delta"}, {"signature", signature(question_)}});
      stop_block();
    }
    start_block({{"type", "text"}, {"text", ""}});
    for (const std::string& piece : answer_.text) send_delta({{"type", "text_delta"}, {"text", piece}});
    if (answer_.outcome == Outcome::unfinished) return;
    if (answer_.outcome == Outcome::failed) return send("error", error_body());
    stop_block();
    send("message_delta", {{"delta", {{"stop_reason", stop_reason(answer_)}, {"stop_sequence", nullptr}}},
                           {"usage", {{"output_tokens", output_tokens(answer_)}}}});
    send("message_stop", Json::object());
  }

 private:
  void send(const std::string& type, const Json& members) {
    Json body = {{"type", type}};
    body.update(members);
    reply_.chunks.push_back("event: " + type + "\ndata: " + to_text(body) + "\n\n");
  }

  void start_block(Json block) {
    send("content_block_start", {{"index", index_}, {"content_block", std::move(block)}});
    if (index_ == 0) send("ping", Json::object());
  }

  void send_delta(Json delta) { send("content_block_delta", {{"index", index_}, {"delta", std::move(delta)}}); }

  void stop_block() { send("content_block_stop", {{"index", index_++}}); }

  const Question& question_;
  const Answer& answer_;
  Reply& reply_;
  int index_ = 0;
};

}  // namespace

Reply reply_in_messages(const Question& question, const Answer& answer) {
  Reply reply;
  if (question.is_stream) {
    reply.is_stream = true;
    reply.content_type = "text/event-stream; charset=utf-8";
    Stream(question, answer, reply).write();
  } else {
    reply.chunks.push_back(to_text(whole_body(question, answer)));
  }
  return reply;
}

}  // namespace byok::mock
