// Result and Error: how every function that can fail says so, and the macros that hand an error upwards.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace byok::base {

// The classes of failure. The class alone decides the exit code; its name is the `category` of the JSON result.
enum class ErrorKind {
  usage,
  config,
  auth,
  quota,
  not_found,
  route,
  bad_request,
  context_length,
  content_filter,
  rate_limit,
  overloaded,
  network,
  timeout,
  protocol,
  incomplete,
  schema,
  cancelled,
  output,
  internal,
};

// The category word of the JSON result, for example "rate_limit".
[[nodiscard]] std::string_view to_string(ErrorKind kind);

struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;  // what failed, in full; never holds a secret of ours (a server's echo is redacted when shown)
  std::string hint;     // what to do next, or empty
  std::string code;     // the provider's own code or type, or empty
  int status = 0;       // HTTP status; 0 where no answer came
  std::optional<std::chrono::milliseconds> retry_after;  // what the server asked for
  std::optional<bool> should_retry;                      // the server's or our own word over the kind's default
  std::string request_id;                                // the provider's, or empty
};

template <class T = void>
using Result = std::expected<T, Error>;

// An error value to return: `return fail(ErrorKind::usage, "what", "what to do");`
[[nodiscard]] inline std::unexpected<Error> fail(ErrorKind kind, std::string message, std::string hint = {}) {
  Error error;
  error.kind = kind;
  error.message = std::move(message);
  error.hint = std::move(hint);
  return std::unexpected(std::move(error));
}

}  // namespace byok::base

// BYOK_TRY(auto value, expression): value or return the error. BYOK_CHECK(expression): the same for Result<void>.
#define BYOK_CONCAT_(a, b) a##b
#define BYOK_CONCAT(a, b) BYOK_CONCAT_(a, b)
#define BYOK_TRY_(result, declaration, ...)                       \
  auto result = (__VA_ARGS__);                                    \
  if (!result) return std::unexpected(std::move(result).error()); \
  declaration = *std::move(result)
#define BYOK_TRY(declaration, ...) BYOK_TRY_(BYOK_CONCAT(byok_result_, __LINE__), declaration, __VA_ARGS__)
#define BYOK_CHECK(...)                                                         \
  do {                                                                          \
    auto byok_checked = (__VA_ARGS__);                                          \
    if (!byok_checked) return std::unexpected(std::move(byok_checked).error()); \
  } while (false)
