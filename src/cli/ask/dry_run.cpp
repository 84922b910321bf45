// What would be sent, shown.
#include "cli/ask/dry_run.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace byok::cli {
namespace {

// "Bearer [redacted]": the scheme before a space may be seen.
std::string masked(const core::Header& header) {
  const std::size_t space = header.value.find(' ');
  const bool has_scheme = base::iequals(header.name, "Authorization") && space != std::string::npos;
  return (has_scheme ? header.value.substr(0, space + 1) : "") + std::string(base::Redactor::kMask);
}

// Text for inside double quotes of a shell; `$` stays, for it is a reference to where the secret lies.
std::string in_double_quotes(std::string_view shell) { return "\"" + std::string(shell) + "\""; }

std::string secret_header(const core::Header& header) {
  const std::string value = header.shell.empty() ? std::string("$SECRET") : header.shell;
  return in_double_quotes(fmt::format("{}: {}", header.name, value));
}

// A delimiter that is no line of the text.
std::string delimiter_for(std::string_view body) {
  std::string delimiter = "BODY";
  while (fmt::format("\n{}\n", body).find("\n" + delimiter + "\n") != std::string::npos) delimiter += "_";
  return delimiter;
}

}  // namespace

std::string show_request(const core::HttpRequest& request, const base::Redactor& redactor) {
  std::string text = fmt::format("{} {}\n", request.method, redactor.redact(request.url.display()));
  for (const core::Header& header : request.headers) {
    text += fmt::format("{}: {}\n", header.name, header.is_secret ? masked(header) : redactor.redact(header.value));
  }
  if (request.body.empty()) return text;
  const auto body = nlohmann::ordered_json::parse(request.body, nullptr, false);
  const std::string shown =
      body.is_discarded() ? request.body : body.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
  return text + "\n" + redactor.redact(shown) + "\n";
}

std::string show_curl(const core::HttpRequest& request, const base::Redactor& redactor) {
  std::string text =
      fmt::format("curl -sS -N -X {} {}", request.method, base::shell_quote(redactor.redact(request.url.display())));
  for (const core::Header& header : request.headers) {
    const std::string line = fmt::format("{}: {}", header.name, redactor.redact(header.value));
    text += fmt::format(" \\\n  -H {}", header.is_secret ? secret_header(header) : base::shell_quote(line));
  }
  if (request.body.empty()) return text + "\n";
  const std::string body = redactor.redact(request.body);
  const std::string delimiter = delimiter_for(body);
  return fmt::format("{} \\\n  --data-binary @- <<'{}'\n{}\n{}\n", text, delimiter, body, delimiter);
}

}  // namespace byok::cli
