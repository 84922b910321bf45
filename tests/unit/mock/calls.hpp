// Calls for the mock's tests: short ways to write a request and to read the reply's JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mock/exchange.hpp"

namespace byok::mock::test {

using Headers = std::vector<std::pair<std::string, std::string>>;

inline Call call(std::string method, std::string target, std::string body = {}, const Headers& headers = {}) {
  Call made;
  made.method = std::move(method);
  made.target = std::move(target);
  made.body = std::move(body);
  made.time = 1'700'000'000;
  made.serial = 1;
  for (const auto& [name, value] : headers) made.headers.push_back({.name = name, .value = value});
  return made;
}

inline Call post(std::string target, std::string body, const Headers& headers = {}) {
  return call("POST", std::move(target), std::move(body), headers);
}

inline Call get(std::string target, const Headers& headers = {}) { return call("GET", std::move(target), {}, headers); }

inline const Headers kClaudeHeaders = {{"x-api-key", "sk-ant-1"}, {"anthropic-version", "2023-06-01"}};

inline std::string body_of(const Reply& reply) {
  std::string body;
  for (const std::string& chunk : reply.chunks) body += chunk;
  return body;
}

inline nlohmann::json json_of(const Reply& reply) { return nlohmann::json::parse(body_of(reply), nullptr, false); }

struct Event {
  std::string name;     // of the `event:` line, or empty
  nlohmann::json data;  // discarded where it is no JSON
};

// The events of a stream, each of which the mock writes as one chunk: `event:` and `data:` lines and an empty one.
inline std::vector<Event> events_of(const Reply& reply) {
  std::vector<Event> events;
  for (std::string_view chunk : reply.chunks) {
    Event event;
    if (chunk.starts_with("event: ")) {
      const std::size_t end = chunk.find('\n');
      event.name = chunk.substr(7, end - 7);
      chunk.remove_prefix(end + 1);
    }
    const bool is_framed = chunk.starts_with("data: ") && chunk.ends_with("\n\n");
    event.data = is_framed ? nlohmann::json::parse(chunk.substr(6, chunk.size() - 8), nullptr, false)
                           : nlohmann::json(nlohmann::json::value_t::discarded);
    events.push_back(std::move(event));
  }
  return events;
}

inline std::string header_of(const Reply& reply, std::string_view name) {
  for (const core::Header& header : reply.headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

}  // namespace byok::mock::test
