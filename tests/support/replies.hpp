// Replies: correct answers of the wire APIs for a given text, streamed or not as the request asks, and their errors.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "support/raw_server.hpp"

namespace byok::test {

struct ReplySpec {
  std::string kind;          // chat, responses, anthropic: the text as a reply; json, sse, html: the text as the body
  int status = 200;          // from 400 on, the first three give their error body with the text as its message
  std::string extra_header;  // "Name: value", or empty
  std::string text;
};

// The answer, or what is wrong with the specification. `text` of json, sse and html may hold directives.
[[nodiscard]] std::expected<Answer, std::string> make_reply(const ReplySpec& spec);

}  // namespace byok::test
