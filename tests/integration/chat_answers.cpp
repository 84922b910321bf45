// Streams made of what was asked.
#include "integration/chat_answers.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "integration/answers.hpp"

namespace byok::test {

std::string last_prompt(const Received& request) {
  const auto body = nlohmann::json::parse(request.body, nullptr, false);
  if (!body.is_object() || !body.contains("messages") || body["messages"].empty()) return {};
  const auto& content = body["messages"].back()["content"];
  return content.is_string() ? content.get<std::string>() : std::string();
}

Pieces repeat_prompt(const Received& request, std::size_t extra) {
  std::string bytes = base::replace_all(std::string(kStreamHead), "\n", "\r\n");
  bytes += delta("reply to ") + delta(last_prompt(request));
  if (extra > 0) bytes += delta(" " + std::string(extra, 'x'));
  // About what such a prompt has: a server that says far less is taken for one that cut it.
  bytes += fmt::format("data: {{\"choices\":[],\"usage\":{{\"prompt_tokens\":{},\"completion_tokens\":3}}}}\n\n",
                       request.body.size() / 3);
  bytes += kStreamEnd;
  return {{.kind = Piece::Kind::bytes, .text = std::move(bytes)}};
}

std::vector<Answer> repeating(std::size_t count) {
  return std::vector<Answer>(count, [](const Received& request) { return repeat_prompt(request, 0); });
}

}  // namespace byok::test
