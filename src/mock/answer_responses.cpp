// Responses: the body of an answer, whole and as a stream with its full grammar of events.
#include <nlohmann/json.hpp>

#include "mock/answer.hpp"

namespace byok::mock {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFailure = "The server had an error while processing your request.";

std::string to_text(const Json& body) { return body.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json text_part(const std::string& text) {
  return {{"type", "output_text"}, {"annotations", Json::array()}, {"logprobs", Json::array()}, {"text", text}};
}

Json summary_part(const std::string& text) { return {{"type", "summary_text"}, {"text", text}}; }

// The objects of one response, at its beginning and when it is done.
class Drafts {
 public:
  Drafts(const Question& question, const Answer& answer) : question_(question), answer_(answer) {}

  [[nodiscard]] std::string message_id() const { return make_id("msg_", question_.serial, 48); }
  [[nodiscard]] std::string reasoning_id() const { return make_id("rs_", question_.serial, 48); }

  [[nodiscard]] Json message(std::string_view status) const {
    Json content = Json::array();
    if (status != "in_progress") content.push_back(text_part(join(answer_.text)));
    return {{"id", message_id()},
            {"type", "message"},
            {"status", status},
            {"content", std::move(content)},
            {"role", "assistant"}};
  }

  [[nodiscard]] Json reasoning(bool is_done) const {
    Json item = {{"id", reasoning_id()}, {"type", "reasoning"}, {"summary", Json::array()}};
    if (is_done) item["summary"].push_back(summary_part(join(answer_.reasoning)));
    if (question_.wants_encrypted) item["encrypted_content"] = make_id("gAAAAA", question_.serial, 64);
    return item;
  }

  [[nodiscard]] Json response(std::string_view status) const {
    const bool is_over = status != "in_progress";
    Json error;
    Json details;
    if (status == "failed") error = {{"code", "server_error"}, {"message", kFailure}};
    if (status == "incomplete") details = {{"reason", "max_output_tokens"}};
    Json output = Json::array();
    if (is_over && status != "failed") {
      if (!answer_.reasoning.empty()) output.push_back(reasoning(true));
      output.push_back(message(status));
    }
    return {{"id", make_id("resp_", question_.serial, 48)},
            {"object", "response"},
            {"created_at", question_.time},
            {"status", status},
            {"error", std::move(error)},
            {"incomplete_details", std::move(details)},
            {"model", question_.model},
            {"output", std::move(output)},
            {"usage", is_over ? usage() : Json()}};
  }

  // The word for how it ends; `in_progress` when it does not.
  [[nodiscard]] std::string_view status() const {
    constexpr std::string_view kWords[] = {"completed", "incomplete", "in_progress", "failed"};
    return kWords[static_cast<std::size_t>(answer_.outcome)];
  }

 private:
  [[nodiscard]] Json usage() const {
    const std::int64_t in = input_tokens(question_);
    const std::int64_t out = output_tokens(answer_);
    return {{"input_tokens", in},
            {"input_tokens_details", {{"cached_tokens", 0}}},
            {"output_tokens", out},
            {"output_tokens_details", {{"reasoning_tokens", reasoning_tokens(answer_)}}},
            {"total_tokens", in + out}};
  }

  const Question& question_;
  const Answer& answer_;
};

class Stream {
 public:
  Stream(const Drafts& drafts, const Answer& answer, Reply& reply) : drafts_(drafts), answer_(answer), reply_(reply) {}

  void write() {
    send("response.created", {{"response", drafts_.response("in_progress")}});
    send("response.in_progress", {{"response", drafts_.response("in_progress")}});
    if (!answer_.reasoning.empty()) write_reasoning();
    write_message();
    if (answer_.outcome == Outcome::unfinished) return;
    const std::string status(drafts_.status());
    if (answer_.outcome == Outcome::failed) {
      send(
          "error",
          {{"error", {{"type", "server_error"}, {"code", "server_error"}, {"message", kFailure}, {"param", nullptr}}}});
    }
    send("response." + status, {{"response", drafts_.response(status)}});
  }

 private:
  void send(const std::string& type, const Json& members) {
    Json body = {{"type", type}, {"sequence_number", sequence_++}};
    body.update(members);
    reply_.chunks.push_back("event: " + type + "\ndata: " + to_text(body) + "\n\n");
  }

  [[nodiscard]] static Json place(const std::string& id, int output, const char* index_name) {
    return {{"item_id", id}, {"output_index", output}, {index_name, 0}};
  }

  static Json with(Json members, const char* name, Json value) {
    members[name] = std::move(value);
    return members;
  }

  void write_reasoning() {
    const Json at = place(drafts_.reasoning_id(), 0, "summary_index");
    const std::string text = join(answer_.reasoning);
    send("response.output_item.added", {{"output_index", 0}, {"item", drafts_.reasoning(false)}});
    send("response.reasoning_summary_part.added", with(at, "part", summary_part("")));
    for (const std::string& piece : answer_.reasoning) {
      send("response.reasoning_summary_text.delta", with(at, "delta", piece));
    }
    send("response.reasoning_summary_text.done", with(at, "text", text));
    send("response.reasoning_summary_part.done", with(at, "part", summary_part(text)));
    send("response.output_item.done", {{"output_index", 0}, {"item", drafts_.reasoning(true)}});
  }

  void write_message() {
    const int output = answer_.reasoning.empty() ? 0 : 1;
    const Json at = place(drafts_.message_id(), output, "content_index");
    const std::string text = join(answer_.text);
    send("response.output_item.added", {{"output_index", output}, {"item", drafts_.message("in_progress")}});
    send("response.content_part.added", with(at, "part", text_part("")));
    for (const std::string& piece : answer_.text) {
      send("response.output_text.delta", with(with(at, "delta", piece), "logprobs", Json::array()));
    }
    if (answer_.outcome == Outcome::unfinished || answer_.outcome == Outcome::failed) return;
    send("response.output_text.done", with(with(at, "text", text), "logprobs", Json::array()));
    send("response.content_part.done", with(at, "part", text_part(text)));
    send("response.output_item.done", {{"output_index", output}, {"item", drafts_.message(drafts_.status())}});
  }

  const Drafts& drafts_;
  const Answer& answer_;
  Reply& reply_;
  int sequence_ = 0;
};

}  // namespace

Reply reply_in_responses(const Question& question, const Answer& answer) {
  const Drafts drafts(question, answer);
  Reply reply;
  if (question.is_stream) {
    reply.is_stream = true;
    reply.content_type = "text/event-stream; charset=utf-8";
    Stream(drafts, answer, reply).write();
  } else {
    reply.chunks.push_back(to_text(drafts.response(drafts.status())));
  }
  return reply;
}

}  // namespace byok::mock
