// The table of faults, and their effects.
#include "mock/fault.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "mock/refusal.hpp"

namespace byok::mock {
namespace {

struct Name {
  std::string_view word;
  FaultKind kind;
  bool may_count;
};

constexpr Name kNames[] = {
    {"status", FaultKind::status, true},
    {"stall", FaultKind::stall, true},
    {"truncate", FaultKind::truncate, true},
    {"no-finish", FaultKind::no_finish, false},
    {"error-in-stream", FaultKind::error_in_stream, false},
    {"html", FaultKind::html, false},
    {"bad-json", FaultKind::bad_json, false},
    {"split-utf8", FaultKind::split_utf8, false},
    {"crlf", FaultKind::crlf, false},
    {"comments", FaultKind::comments, false},
    {"empty", FaultKind::empty, false},
};

constexpr std::string_view kHint =
    "Faults: status:N[,retry-after=S], stall[:N], truncate[:N], no-finish, error-in-stream, html, bad-json, "
    "split-utf8, crlf, comments, empty.";

base::Result<Fault> bad_fault(std::string_view text) {
  return base::fail(base::ErrorKind::usage, fmt::format("Unknown fault `{}`.", text), std::string(kHint));
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

base::Result<Fault> parse_status(std::string_view text, std::string_view argument) {
  Fault fault{.kind = FaultKind::status, .count = {}, .status = 0, .retry_after = {}};
  const std::size_t comma = argument.find(',');
  const auto status = base::to_int(argument.substr(0, comma));
  // Not 204 and 304: they have no body to tell of.
  if (!status || *status < 300 || *status > 599 || *status == 304) return bad_fault(text);
  fault.status = static_cast<int>(*status);
  if (comma == std::string_view::npos) return fault;
  // The rest of the text is the value: a date has a comma in it.
  constexpr std::string_view kRetryAfter = "retry-after=";
  const std::string_view rest = argument.substr(comma + 1);
  if (!rest.starts_with(kRetryAfter) || rest.size() == kRetryAfter.size() || !is_printable(rest)) {
    return bad_fault(text);
  }
  fault.retry_after = rest.substr(kRetryAfter.size());
  return fault;
}

void cut(const Fault& fault, Reply& reply) {
  const std::size_t kept = fault.count.value_or(reply.chunks.size() / 2);
  reply.is_stream = true;  // so that no length tells of what is missing
  reply.ending = Ending::cut;
  if (kept >= reply.chunks.size()) return;
  reply.chunks.resize(kept + 1);
  reply.chunks.back().resize(reply.chunks.back().size() / 2);
}

void stall(const Fault& fault, Reply& reply) {
  reply.is_stream = true;
  reply.ending = Ending::stall;
  reply.chunks.resize(std::min(reply.chunks.size(), fault.count.value_or(0)));
}

// Events keep their frame; JSON texts lose their second half.
void break_json(Reply& reply) {
  for (std::string& chunk : reply.chunks) {
    const std::size_t brace = chunk.find('{');
    if (brace == std::string::npos) continue;
    const std::string_view frame = reply.is_stream ? "\n\n" : "";
    chunk.resize(brace + (chunk.size() - brace) / 2);
    chunk += frame;
  }
}

void split_characters(Reply& reply) {
  const std::string body = join(reply.chunks);
  reply.chunks.assign(1, "");
  for (const char c : body) {
    reply.chunks.back() += c;
    // The first byte of a character of several: the rest of it goes into the next chunk.
    if ((static_cast<unsigned char>(c) & 0xC0) == 0xC0) reply.chunks.emplace_back();
  }
  reply.is_stream = true;
  // Written without a pause, neighbouring chunks would be read as one.
  reply.delay = std::max(reply.delay, std::chrono::milliseconds(1));
}

void comment(Reply& reply) {
  if (!reply.is_stream) {
    reply.chunks.insert(reply.chunks.begin(), "\n\n");
    return;
  }
  for (std::string& chunk : reply.chunks) chunk.insert(0, ": keep-alive\n\n");
}

Reply page() {
  Reply reply;
  reply.content_type = "text/html; charset=utf-8";
  reply.chunks.emplace_back(
      "<!DOCTYPE html>\n<html><head><title>Sign in</title></head>\n"
      "<body><h1>Sign in to continue</h1><p>Your network asks you to sign in first.</p></body></html>\n");
  return reply;
}

Reply refuse(const Fault& fault, Service service, std::string_view request_id) {
  Reply reply = to_reply(refusal_for_status(service, fault.status), request_id);
  if (!fault.retry_after.empty()) reply.headers.push_back({.name = "retry-after", .value = fault.retry_after});
  return reply;
}

}  // namespace

base::Result<Fault> parse_fault(std::string_view text) {
  if (text.empty()) return Fault{};
  const std::size_t colon = text.find(':');
  const auto name = std::ranges::find(kNames, text.substr(0, colon), &Name::word);
  if (name == std::end(kNames)) return bad_fault(text);
  if (name->kind == FaultKind::status) {
    return colon == std::string_view::npos ? bad_fault(text) : parse_status(text, text.substr(colon + 1));
  }
  Fault fault;
  fault.kind = name->kind;
  if (colon == std::string_view::npos) return fault;
  const auto count = base::to_int(text.substr(colon + 1));
  if (!name->may_count || !count || *count < 0) return bad_fault(text);
  fault.count = static_cast<std::size_t>(*count);
  return fault;
}

void bend(const Fault& fault, std::string& text) {
  // Characters of two, three and four bytes, so that there is something to split.
  if (fault.kind == FaultKind::split_utf8 && base::is_utf8(text)) text += " (naïve, 日本語, 🙂)";
}

void bend(const Fault& fault, Answer& answer) {
  if (fault.kind == FaultKind::no_finish) answer.outcome = Outcome::unfinished;
  if (fault.kind == FaultKind::error_in_stream) answer.outcome = Outcome::failed;
}

Reply spoil(const Fault& fault, Service service, Reply reply, std::string_view request_id) {
  switch (fault.kind) {
    case FaultKind::none:
    case FaultKind::no_finish:
    case FaultKind::error_in_stream:
      break;
    case FaultKind::status:
      return refuse(fault, service, request_id);
    case FaultKind::html:
      return page();
    case FaultKind::stall:
      stall(fault, reply);
      break;
    case FaultKind::truncate:
      cut(fault, reply);
      break;
    case FaultKind::bad_json:
      break_json(reply);
      break;
    case FaultKind::split_utf8:
      split_characters(reply);
      break;
    case FaultKind::crlf:
      for (std::string& chunk : reply.chunks) chunk = base::replace_all(std::move(chunk), "\n", "\r\n");
      break;
    case FaultKind::comments:
      comment(reply);
      break;
    case FaultKind::empty:
      reply.chunks.clear();
      break;
  }
  return reply;
}

}  // namespace byok::mock
