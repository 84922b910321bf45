// Answers of a Chat Completions server, whole and in parts, and servers made of them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "support/raw_server.hpp"

namespace byok::test {

// An HTTP answer as case files write it (parse_answer).
[[nodiscard]] Answer answer(std::string_view text);
// A whole answer to what was asked, streamed or not.
[[nodiscard]] Answer chat(std::string_view text);
// An error in this provider's form, with the header `extra` ("Name: value") unless that is empty.
[[nodiscard]] Answer refusal(int status, std::string_view message, std::string_view extra = {});

// Parts of a streamed answer for `answer`.
inline constexpr std::string_view kStreamHead =
    "HTTP/1.1 200 OK\nContent-Type: text/event-stream\nConnection: close\n\n";
[[nodiscard]] std::string delta(std::string_view text);
[[nodiscard]] std::string reasoning_delta(std::string_view text);
inline constexpr std::string_view kStreamEnd =
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
// The head, then `parts`, which may hold directives.
[[nodiscard]] Answer stream(std::initializer_list<std::string_view> parts);

// A port where connecting takes for ever: its queue of connections is full.
class FullPort {
 public:
  FullPort();
  FullPort(const FullPort&) = delete;
  FullPort& operator=(const FullPort&) = delete;
  ~FullPort();
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  std::vector<int> sockets_;
  std::uint16_t port_ = 0;
};

}  // namespace byok::test
