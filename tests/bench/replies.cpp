// Events with the members, names and padding that the vendors' own servers send; the ids are made up.
#include "replies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace byok::bench {
namespace {

// The events of a stream repeat after this many, so that the server spends its time on sending.
constexpr std::size_t kPeriod = 1024;

// Tokens as JSON text and its length unescaped: mostly words, now and then a line end, a quote or a letter beyond
// ASCII.
struct Token {
  std::string_view json;
  std::size_t size;
};
constexpr std::array kTokens{
    Token{" the", 4},     Token{" kernel", 7}, Token{" schedules", 10}, Token{" each", 5},
    Token{" thread", 7},  Token{",", 1},       Token{" which", 6},      Token{" caf\u00e9", 6},
    Token{" \\\"run", 5}, Token{"able", 4},    Token{"\\\"", 1},        Token{" until", 6},
    Token{" it", 3},      Token{" blocks", 7}, Token{".", 1},           Token{"\\n\\n", 2},
};
constexpr std::array kMarkdown{
    Token{"## ", 3},
    Token{"Threads", 7},
    Token{"\\n\\n", 2},
    Token{"The **kernel**", 14},
    Token{" schedules", 10},
    Token{" `each`", 7},
    Token{" thread", 7},
    Token{" until", 6},
    Token{" it *blocks*", 12},
    Token{".\\n\\n", 3},
    Token{"- one", 5},
    Token{"\\n- ", 3},
    Token{"[two](https://example.com/)", 27},
    Token{"\\n  1. three\\n", 12},
    Token{"\\n```c\\n", 6},
    Token{"int x", 5},
    Token{" = 1;", 5},
    Token{"\\n```\\n\\n", 6},
    Token{"| a | b |\\n", 10},
    Token{"|---|---|\\n", 10},
    Token{"| 1 | two |\\n", 12},
    Token{"\\n> quoted", 9},
    Token{" words\\n\\n", 8},
    Token{"and so", 6},
    Token{" on, which", 10},
    Token{" goes", 5},
    Token{" further", 8},
    Token{" than", 5},
    Token{" a row", 6},
    Token{" of a", 5},
    Token{" terminal", 9},
    Token{".\\n\\n", 3},
};
constexpr std::string_view kPadding = "aB3dE9fG1hJ4kL7mN";

// Anthropic's servers put several tokens in one delta, the others one.
std::size_t tokens_in(Api api) { return api == Api::messages ? 16 : 1; }

std::pair<std::string, std::size_t> delta(Api api, std::size_t index) {
  std::string json;
  std::size_t size = 0;
  for (std::size_t i = 0; i < tokens_in(api); ++i) {
    const Token& token =
        api == Api::markdown ? kMarkdown[(index + i) % kMarkdown.size()] : kTokens[(index + i) % kTokens.size()];
    json += token.json;
    size += token.size;
  }
  return {json, size};
}

std::string event(Api api, std::size_t index) {
  const auto text = delta(api, index).first;
  switch (api) {
    case Api::chat:
    case Api::markdown:
      return fmt::format(R"(data: {{"id":"chatcmpl-CK2mPq0h4fV7sXwYzB1nR8tLdE3uJ","object":"chat.completion.chunk",)"
                         R"("created":1754000000,"model":"gpt-4.1-2025-04-14","service_tier":"default",)"
                         R"("system_fingerprint":"fp_51e1070cf2","choices":[{{"index":0,"delta":{{"content":"{}"}},)"
                         R"("logprobs":null,"finish_reason":null}}],"obfuscation":"{}"}})"
                         "\n\n",
                         text, kPadding.substr(0, 2 + index % 12));
    case Api::responses:
      return fmt::format(
          "event: response.output_text.delta\n"
          R"(data: {{"type":"response.output_text.delta","sequence_number":{},)"
          R"("item_id":"msg_68a1f0c7d3b4819f9e2c5a7b60d1e8f40a3b5c7d9e1f2a4b","output_index":0,)"
          R"("content_index":0,"delta":"{}","logprobs":[],"obfuscation":"{}"}})"
          "\n\n",
          index + 4, text, kPadding.substr(0, 2 + index % 12));
    case Api::messages:
      return fmt::format(
          "event: content_block_delta\n"
          R"(data: {{"type":"content_block_delta","index":0,"delta":{{"type":"text_delta","text":"{}"}}}})"
          "\n\n",
          text);
  }
  return {};
}

std::string start(Api api) {
  switch (api) {
    case Api::chat:
    case Api::markdown:
      return R"(data: {"id":"chatcmpl-CK2mPq0h4fV7sXwYzB1nR8tLdE3uJ","object":"chat.completion.chunk",)"
             R"("created":1754000000,"model":"gpt-4.1-2025-04-14","choices":[{"index":0,)"
             R"("delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}]})"
             "\n\n";
    case Api::responses:
      return "event: response.created\n"
             R"(data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_68a1f0c7","object":)"
             R"("response","created_at":1754000000,"status":"in_progress","error":null,"model":"gpt-4.1","output":[]}})"
             "\n\nevent: response.output_item.added\n"
             R"(data: {"type":"response.output_item.added","sequence_number":2,"output_index":0,"item":{"id":)"
             R"("msg_68a1f0c7","type":"message","status":"in_progress","content":[],"role":"assistant"}})"
             "\n\nevent: response.content_part.added\n"
             R"(data: {"type":"response.content_part.added","sequence_number":3,"item_id":"msg_68a1f0c7",)"
             R"("output_index":0,"content_index":0,"part":{"type":"output_text","annotations":[],"text":""}})"
             "\n\n";
    case Api::messages:
      return "event: message_start\n"
             R"(data: {"type":"message_start","message":{"id":"msg_01XFDUDYJgAACzvnptvVoYEL","type":"message",)"
             R"("role":"assistant","model":"claude-sonnet-4-5","content":[],"stop_reason":null,)"
             R"("usage":{"input_tokens":12,"output_tokens":1}}})"
             "\n\nevent: content_block_start\n"
             R"(data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})"
             "\n\nevent: ping\ndata: {\"type\": \"ping\"}\n\n";
  }
  return {};
}

// Responses says the whole text again, three times; the others only that it is over.
std::string end_of_responses(const std::string& text) {
  const std::string part = fmt::format(R"({{"type":"output_text","annotations":[],"text":"{}"}})", text);
  const std::string item = fmt::format(
      R"({{"id":"msg_68a1f0c7","type":"message","status":"completed","content":[{}],"role":"assistant"}})", part);
  return fmt::format(
      "event: response.output_text.done\n"
      R"(data: {{"type":"response.output_text.done","item_id":"msg_68a1f0c7","output_index":0,)"
      R"("content_index":0,"text":"{}"}})"
      "\n\nevent: response.output_item.done\n"
      R"(data: {{"type":"response.output_item.done","output_index":0,"item":{}}})"
      "\n\nevent: response.completed\n"
      R"(data: {{"type":"response.completed","response":{{"id":"resp_68a1f0c7","object":"response",)"
      R"("created_at":1754000000,"status":"completed","error":null,"model":"gpt-4.1","output":[{}],)"
      R"("usage":{{"input_tokens":12,"output_tokens":5,"total_tokens":17}}}}}})"
      "\n\n",
      text, item, item);
}

std::string end(Api api, std::size_t count) {
  switch (api) {
    case Api::chat:
    case Api::markdown:
      return R"(data: {"id":"chatcmpl-CK2mPq0h4fV7sXwYzB1nR8tLdE3uJ","object":"chat.completion.chunk",)"
             R"("created":1754000000,"model":"gpt-4.1-2025-04-14","choices":[{"index":0,"delta":{},)"
             R"("logprobs":null,"finish_reason":"stop"}]})"
             "\n\ndata: [DONE]\n\n";
    case Api::responses: {
      std::string text;
      for (std::size_t i = 0; i < count; ++i) text += delta(api, i % kPeriod).first;
      return end_of_responses(text);
    }
    case Api::messages:
      return "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
             "event: message_delta\n"
             R"(data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},)"
             R"("usage":{"output_tokens":5}})"
             "\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
  }
  return {};
}

}  // namespace

Api api_of(std::string_view path) {
  if (path.find("/responses") != std::string_view::npos) return Api::responses;
  if (path.find("/messages") != std::string_view::npos) return Api::messages;
  return path.find("/markdown/") != std::string_view::npos ? Api::markdown : Api::chat;
}

void write_reply(Api api, std::size_t count, std::size_t batch, const std::function<bool(std::string_view)>& send) {
  std::vector<std::string> events;
  for (std::size_t i = 0; i < std::min(count, kPeriod); ++i) events.push_back(event(api, i));
  if (!send(start(api))) return;
  std::string piece;
  for (std::size_t i = 0; i < count; ++i) {
    piece += events[i % kPeriod];
    if ((i + 1) % batch != 0 && i + 1 < count) continue;
    if (!send(piece)) return;
    piece.clear();
  }
  const std::string last = end(api, count);
  static_cast<void>(send(last));
}

std::size_t text_size(Api api, std::size_t count) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < count; ++i) size += delta(api, i % kPeriod).second;
  return size;
}

}  // namespace byok::bench
