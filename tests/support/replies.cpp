// The three dialects in their smallest correct form. Written for the tests, sharing nothing with the program.
#include "support/replies.hpp"

#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace byok::test {
namespace {

using json = nlohmann::ordered_json;

constexpr int kInputTokens = 5;
constexpr int kOutputTokens = 7;

std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

std::string data(const json& value) { return "data: " + dump(value) + "\n\n"; }

std::string event(const json& value) { return "event: " + value.at("type").get<std::string>() + "\n" + data(value); }

// The text in fragments that end after a space, as tokens do.
std::vector<std::string> fragments(std::string_view text) {
  std::vector<std::string> all;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::size_t length = space == std::string_view::npos ? text.size() : space + 1;
    all.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return all;
}

struct Asked {
  std::string model = "m";
  bool stream = false;
};

Asked asked(const Received& request) {
  const json body = json::parse(request.body, nullptr, false);
  Asked out;
  if (!body.is_object()) return out;
  if (body.contains("model") && body["model"].is_string()) out.model = body["model"].get<std::string>();
  if (body.contains("stream") && body["stream"].is_boolean()) out.stream = body["stream"].get<bool>();
  return out;
}

std::string chat_whole(const std::string& text, const std::string& model) {
  return dump({{"id", "chatcmpl-1"},
               {"object", "chat.completion"},
               {"created", 1},
               {"model", model},
               {"choices", json::array({{{"index", 0},
                                         {"message", {{"role", "assistant"}, {"content", text}}},
                                         {"finish_reason", "stop"}}})},
               {"usage",
                {{"prompt_tokens", kInputTokens},
                 {"completion_tokens", kOutputTokens},
                 {"total_tokens", kInputTokens + kOutputTokens}}}});
}

std::string chat_stream(const std::string& text, const std::string& model) {
  const auto chunk = [&](json choices) {
    return json{{"id", "chatcmpl-1"},
                {"object", "chat.completion.chunk"},
                {"created", 1},
                {"model", model},
                {"choices", std::move(choices)}};
  };
  const auto choice = [](json delta, json finish) {
    return json::array({{{"index", 0}, {"delta", std::move(delta)}, {"finish_reason", std::move(finish)}}});
  };
  std::string out = data(chunk(choice({{"role", "assistant"}, {"content", ""}}, nullptr)));
  for (const std::string& part : fragments(text)) out += data(chunk(choice({{"content", part}}, nullptr)));
  out += data(chunk(choice(json::object(), "stop")));
  json last = chunk(json::array());
  last["usage"] = {{"prompt_tokens", kInputTokens},
                   {"completion_tokens", kOutputTokens},
                   {"total_tokens", kInputTokens + kOutputTokens}};
  return out + data(last) + "data: [DONE]\n\n";
}

json response_object(const std::string& text, const std::string& model, bool is_complete) {
  json response{{"id", "resp_1"},   {"object", "response"},
                {"created_at", 1},  {"status", is_complete ? "completed" : "in_progress"},
                {"error", nullptr}, {"incomplete_details", nullptr},
                {"model", model},   {"output", json::array()},
                {"usage", nullptr}};
  if (!is_complete) return response;
  response["output"].push_back(
      {{"id", "msg_1"},
       {"type", "message"},
       {"status", "completed"},
       {"role", "assistant"},
       {"content", json::array({{{"type", "output_text"}, {"text", text}, {"annotations", json::array()}}})}});
  response["usage"] = {{"input_tokens", kInputTokens},
                       {"input_tokens_details", {{"cached_tokens", 0}}},
                       {"output_tokens", kOutputTokens},
                       {"output_tokens_details", {{"reasoning_tokens", 0}}},
                       {"total_tokens", kInputTokens + kOutputTokens}};
  return response;
}

std::string responses_whole(const std::string& text, const std::string& model) {
  return dump(response_object(text, model, true));
}

std::string responses_stream(const std::string& text, const std::string& model) {
  std::string out;
  int sequence = 0;
  const auto send = [&](std::string_view type, const json& members) {
    json value{{"type", type}, {"sequence_number", sequence++}};
    value.update(members);
    out += event(value);
  };
  const json place{{"item_id", "msg_1"}, {"output_index", 0}, {"content_index", 0}};
  const auto at_place = [&](const json& members) {
    json value = place;
    value.update(members);
    return value;
  };
  const json done = response_object(text, model, true);
  json item = done["output"][0];
  const json part = item["content"][0];
  json empty_part = part;
  empty_part["text"] = "";
  json empty_item = item;
  empty_item["status"] = "in_progress";
  empty_item["content"] = json::array();
  send("response.created", {{"response", response_object(text, model, false)}});
  send("response.in_progress", {{"response", response_object(text, model, false)}});
  send("response.output_item.added", {{"output_index", 0}, {"item", empty_item}});
  send("response.content_part.added", at_place({{"part", empty_part}}));
  for (const std::string& delta : fragments(text)) send("response.output_text.delta", at_place({{"delta", delta}}));
  send("response.output_text.done", at_place({{"text", text}}));
  send("response.content_part.done", at_place({{"part", part}}));
  send("response.output_item.done", {{"output_index", 0}, {"item", item}});
  send("response.completed", {{"response", done}});
  return out;
}

json anthropic_message(const std::string& model) {
  return {{"id", "msg_1"},
          {"type", "message"},
          {"role", "assistant"},
          {"model", model},
          {"content", json::array()},
          {"stop_reason", nullptr},
          {"stop_sequence", nullptr},
          {"usage", {{"input_tokens", kInputTokens}, {"output_tokens", 1}}}};
}

std::string anthropic_whole(const std::string& text, const std::string& model) {
  json message = anthropic_message(model);
  message["content"].push_back({{"type", "text"}, {"text", text}});
  message["stop_reason"] = "end_turn";
  message["usage"]["output_tokens"] = kOutputTokens;
  return dump(message);
}

std::string anthropic_stream(const std::string& text, const std::string& model) {
  std::string out = event({{"type", "message_start"}, {"message", anthropic_message(model)}});
  out += event({{"type", "content_block_start"}, {"index", 0}, {"content_block", {{"type", "text"}, {"text", ""}}}});
  out += event({{"type", "ping"}});
  for (const std::string& part : fragments(text)) {
    out += event({{"type", "content_block_delta"}, {"index", 0}, {"delta", {{"type", "text_delta"}, {"text", part}}}});
  }
  out += event({{"type", "content_block_stop"}, {"index", 0}});
  out += event({{"type", "message_delta"},
                {"delta", {{"stop_reason", "end_turn"}, {"stop_sequence", nullptr}}},
                {"usage", {{"output_tokens", kOutputTokens}}}});
  return out + event({{"type", "message_stop"}});
}

std::string openai_error_type(int status) {
  if (status == 401) return "invalid_api_key";
  if (status == 429) return "rate_limit_exceeded";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

std::string openai_error(const std::string& message, int status) {
  const std::string type = openai_error_type(status);
  return dump({{"error", {{"message", message}, {"type", type}, {"param", nullptr}, {"code", type}}}});
}

std::string anthropic_error(const std::string& message, int status) {
  struct Row {
    int status;
    std::string_view type;
  };
  static constexpr auto kTypes = std::to_array<Row>({{401, "authentication_error"},
                                                     {403, "permission_error"},
                                                     {404, "not_found_error"},
                                                     {413, "request_too_large"},
                                                     {429, "rate_limit_error"},
                                                     {500, "api_error"},
                                                     {529, "overloaded_error"}});
  std::string_view type = "invalid_request_error";
  for (const Row& row : kTypes) {
    if (row.status == status) type = row.type;
  }
  return dump({{"type", "error"}, {"error", {{"type", type}, {"message", message}}}, {"request_id", "req_1"}});
}

struct Dialect {
  std::string_view kind;
  std::string (*whole)(const std::string& text, const std::string& model);
  std::string (*stream)(const std::string& text, const std::string& model);
  std::string (*error)(const std::string& message, int status);
};
constexpr auto kDialects = std::to_array<Dialect>({{"chat", chat_whole, chat_stream, openai_error},
                                                   {"responses", responses_whole, responses_stream, openai_error},
                                                   {"anthropic", anthropic_whole, anthropic_stream, anthropic_error}});

struct Body {
  std::string_view kind, content_type;
};
constexpr auto kBodies = std::to_array<Body>(
    {{"json", "application/json"}, {"sse", "text/event-stream"}, {"html", "text/html; charset=utf-8"}});

std::string head(const ReplySpec& spec, std::string_view content_type) {
  return fmt::format("HTTP/1.1 {} Test\r\nContent-Type: {}\r\nConnection: close\r\n{}{}", spec.status, content_type,
                     spec.extra_header, spec.extra_header.empty() ? "" : "\r\n");
}

std::string with_length(const std::string& head, const std::string& body) {
  return fmt::format("{}Content-Length: {}\r\n\r\n{}", head, body.size(), body);
}

Pieces dialect_answer(const Dialect& dialect, const ReplySpec& spec, const Received& request) {
  const auto [model, stream] = asked(request);
  std::string bytes;
  if (spec.status >= 400) {
    bytes = with_length(head(spec, "application/json"), dialect.error(spec.text, spec.status));
  } else if (stream) {
    bytes = head(spec, "text/event-stream") + "\r\n" + dialect.stream(spec.text, model);
  } else {
    bytes = with_length(head(spec, "application/json"), dialect.whole(spec.text, model));
  }
  return {{Piece::Kind::bytes, std::move(bytes), 0}};
}

}  // namespace

std::expected<Answer, std::string> make_reply(const ReplySpec& spec) {
  for (const Dialect& dialect : kDialects) {
    if (dialect.kind != spec.kind) continue;
    return [&dialect, spec](const Received& request) { return dialect_answer(dialect, spec, request); };
  }
  for (const Body& body : kBodies) {
    if (body.kind != spec.kind) continue;
    auto pieces = parse_pieces(spec.text);
    if (!pieces) return std::unexpected(pieces.error());
    pieces->insert(pieces->begin(), Piece{Piece::Kind::bytes, head(spec, body.content_type) + "\r\n", 0});
    return [pieces = *std::move(pieces)](const Received&) { return pieces; };
  }
  return std::unexpected(fmt::format("there is no reply of the kind '{}'", spec.kind));
}

}  // namespace byok::test
