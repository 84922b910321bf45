// Reads a script's lines; a string is sent as it is, another JSON value as its text.
#include "mock/script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace byok::mock {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kHint =
    "Each line is one JSON object: {\"match\":\"text\",\"status\":200,\"headers\":{},\"body\":…|\"chunks\":[…],"
    "\"delay_ms\":0}.";

// What is wrong, or empty.
using Complaint = std::string;

std::string to_text(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

bool is_line_safe(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

Complaint read_status(const Json& value, Reply& reply) {
  const auto* const number = value.get_ptr<const Json::number_integer_t*>();
  if (!number || *number < 200 || *number > 599) return "`status` is a number from 200 to 599";
  reply.status = static_cast<int>(*number);
  return {};
}

Complaint read_headers(const Json& value, Reply& reply) {
  if (!value.is_object()) return "`headers` is an object";
  for (const auto& [name, text] : value.items()) {
    const auto* const words = text.get_ptr<const std::string*>();
    if (name.empty() || !words || !is_line_safe(name) || !is_line_safe(*words)) {
      return "each header is a string of one line";
    }
    if (base::iequals(name, "content-type")) {
      reply.content_type = *words;
    } else {
      reply.headers.push_back({.name = name, .value = *words});
    }
  }
  return {};
}

Complaint read_body(const Json& value, Reply& reply) {
  const auto* const words = value.get_ptr<const std::string*>();
  reply.chunks = {words ? *words : to_text(value)};
  if (!reply.content_type.empty()) return {};
  const std::string_view start = base::trim(reply.chunks.front()).substr(0, 1);
  reply.content_type = start == "<" ? "text/html" : start == "{" || start == "[" ? "application/json" : "text/plain";
  return {};
}

Complaint read_chunks(const Json& value, Reply& reply) {
  if (!value.is_array()) return "`chunks` is an array";
  for (const Json& chunk : value) {
    const auto* const words = chunk.get_ptr<const std::string*>();
    reply.chunks.push_back(words ? *words : "data: " + to_text(chunk) + "\n\n");
  }
  reply.is_stream = true;
  if (reply.content_type.empty()) reply.content_type = "text/event-stream";
  return {};
}

Complaint read_delay(const Json& value, Reply& reply) {
  const auto* const number = value.get_ptr<const Json::number_integer_t*>();
  if (!number || *number < 0 || *number > 3'600'000) return "`delay_ms` is a number from 0 to 3600000";
  reply.delay = std::chrono::milliseconds(*number);
  return {};
}

Complaint read_line(const Json& line, std::string& match, Reply& reply) {
  struct Member {
    std::string_view name;
    Complaint (*read)(const Json&, Reply&);
  };
  // Headers come before the body: a content type given there is kept.
  constexpr Member kMembers[] = {{"status", read_status},
                                 {"headers", read_headers},
                                 {"body", read_body},
                                 {"chunks", read_chunks},
                                 {"delay_ms", read_delay}};
  if (!line.is_object()) return "it is not a JSON object";
  for (const auto& [name, value] : line.items()) {
    if (name == "match") {
      if (!value.is_string()) return "`match` is a string";
      match = value.get<std::string>();
    } else if (std::ranges::find(kMembers, name, &Member::name) == std::end(kMembers)) {
      return fmt::format("unknown member `{}`", name);
    }
  }
  if (line.contains("body") && line.contains("chunks")) return "`body` and `chunks` exclude each other";
  reply.content_type.clear();
  for (const Member& member : kMembers) {
    if (const auto found = line.find(member.name); found != line.end()) {
      if (Complaint complaint = member.read(*found, reply); !complaint.empty()) return complaint;
    }
  }
  return {};
}

}  // namespace

base::Result<Script> Script::parse(std::string_view text) {
  Script script;
  int number = 0;
  for (const std::string_view raw : base::split(text, '\n')) {
    ++number;
    if (base::trim(raw).empty()) continue;
    const Json value = nests_too_deep(raw) ? Json() : Json::parse(raw, nullptr, false);
    Line line;
    if (const Complaint complaint = read_line(value, line.match, line.reply); !complaint.empty()) {
      return base::fail(base::ErrorKind::usage, fmt::format("Line {} of the script: {}.", number, complaint),
                        std::string(kHint));
    }
    script.lines_.push_back(std::move(line));
  }
  return script;
}

std::optional<Reply> Script::next(std::string_view request_body) {
  const auto found = std::ranges::find_if(lines_, [&](const Line& line) { return request_body.contains(line.match); });
  if (found == lines_.end()) return std::nullopt;
  Reply reply = std::move(found->reply);
  lines_.erase(found);
  return reply;
}

}  // namespace byok::mock
