// Fault: one way of going wrong, as `--fault` names it, and what it does to replies.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "mock/answer.hpp"
#include "mock/exchange.hpp"

namespace byok::mock {

enum class FaultKind {
  none,
  status,           // status:N[,retry-after=S]: the service's own error body
  stall,            // stall[:N]: after N chunks (0) nothing more, and the connection stays open
  truncate,         // truncate[:N]: after N chunks (half of them) the next one is cut and the connection closed
  no_finish,        // the stream ends well but for what says that it is the end
  error_in_stream,  // an error event behind the text, status 200
  html,             // a sign-in page, status 200
  bad_json,         // each JSON text is cut
  split_utf8,       // chunks end inside of characters
  crlf,             // lines end with CR LF
  comments,         // comments between events; blank lines before a body that is no stream
  empty,            // no body
};

struct Fault {
  FaultKind kind = FaultKind::none;
  std::optional<std::size_t> count;  // N of stall and truncate
  int status = 0;
  std::string retry_after;
};

// Fails with ErrorKind::usage. Empty text is FaultKind::none.
[[nodiscard]] base::Result<Fault> parse_fault(std::string_view text);

// What the fault does to an answer before it is written in an API's form: text to split, no end.
void bend(const Fault& fault, std::string& text);
void bend(const Fault& fault, Answer& answer);

// What it does to the reply as it stands.
[[nodiscard]] Reply spoil(const Fault& fault, Service service, Reply reply, std::string_view request_id);

}  // namespace byok::mock
