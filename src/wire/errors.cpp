// Errors: an answer that is no reply, read and classified; how long to wait and which request it was.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <span>

#include "base/text.hpp"
#include "wire/envelope.hpp"
#include "wire/redirect.hpp"
#include "wire/wire.hpp"

namespace byok::wire {
namespace {

using base::Error;
using base::ErrorKind;
using std::chrono::milliseconds;
using Words = std::span<const std::string_view>;

constexpr auto kNoWords = std::array<std::string_view, 0>{};
constexpr auto kQuotaWords = std::to_array<std::string_view>({
    "insufficient_quota",
    "insufficient balance",
    "insufficient credits",
    "credit_balance_exhausted",
    "credit balance",
    "billing_hard_limit",
    "billing_error",
    "exceeded your current quota",
    "exceeded_current_quota",
    "spend_limit",
    "spending limit",
    "used all available credits",
    "arrearage",
});
constexpr auto kFilterCodes = std::to_array<std::string_view>({
    "content_filter",
    "content_policy_violation",
    "ResponsibleAIPolicyViolation",
    "moderation_blocked",
    "data_inspection_failed",
    "bio_policy",
});
constexpr auto kFilterPhrases = std::to_array<std::string_view>({
    "content management policy",
    "input was flagged",
    "violating our usage policy",
});
constexpr auto kAuthCodes = std::to_array<std::string_view>({
    "invalid_api_key",
    "authentication_error",
    "permission_error",
    "PermissionDenied",
    "permission_denied",
    "AuthenticationTypeDisabled",
    "unauthorized",
    "unauthenticated",
    "forbidden",
});
constexpr auto kAuthPhrases = std::to_array<std::string_view>({
    "incorrect api key",
    "invalid api key",
    "invalid x-api-key",
    "api key not valid",
});
constexpr auto kLengthCodes = std::to_array<std::string_view>({
    "context_length_exceeded",
    "exceed_context_size_error",
    "too_many_prompt_tokens",
    "request_too_large",
    "tokens_limit_reached",
    "model_context_window_exceeded",
});
constexpr auto kLengthPhrases = std::to_array<std::string_view>({
    "context_length_exceeded",
    "maximum context length",
    "maximum prompt length",
    "prompt is too long",
    "input is too long",
    "exceeds the context window",
    "exceeds the available context size",
    "exceed context limit",
    "exceed_context_size",
    "too_many_prompt_tokens",
    "too many tokens",
    "greater than the context length",
    "input token count*exceeds the maximum",
    "longer than the model's context length",                 // SGLang
    "context the overflows",                                  // LM Studio
    "context length of only",                                 // LM Studio
    "must have less than * tokens",                           // Text Generation Inference
    "tokens*must be <=",                                      // Text Generation Inference
    "number of input tokens*cannot exceed the total tokens",  // watsonx
});
constexpr auto kRateCodes = std::to_array<std::string_view>({
    "rate_limit_exceeded",
    "rate_limit_error",
    "RateLimitReached",
    "too_many_requests",
    "throttling_error",
    "RESOURCE_EXHAUSTED",
});
constexpr auto kRouteCodes = std::to_array<std::string_view>({"unknown_url"});
constexpr auto kRoutePhrases = std::to_array<std::string_view>({
    "resource not found",
    "page not found",
    "invalid url (",
    "unknown request url",
    "unexpected endpoint",
    "no route matched",
    "cannot post /",
    "cannot get /",
    "method not allowed",
});
constexpr auto kMissingCodes = std::to_array<std::string_view>({
    "model_not_found",
    "DeploymentNotFound",
    "invalid_model",
    "unknown_model",
    "model_not_supported",
    "model_decommissioned",
});
constexpr auto kMissingPhrases = std::to_array<std::string_view>({
    "model '*' not found",
    "model \"*\" not found",
    "model `*` does not exist",
    "model not found",
    "model does not exist",
    "model is not supported",
    "not a valid model",
    "invalid model:",
    "unknown model",
    "no such model",
    "supported api model names",
    "no endpoints found",
});
constexpr auto kOverloadPhrases = std::to_array<std::string_view>({
    "overloaded",
    "internal server error",
    "try again",
    "timed out",
});

// What the status must be for a rule to look at the words; 0 stands for an error inside a reply that names none.
bool is_any(int /*status*/) { return true; }
bool is_refusal(int status) { return status == 0 || status == 400 || status == 404 || status == 422; }
bool is_filter_place(int status) { return status != 401 && status != 429; }
bool is_length_place(int status) { return status != 401 && status != 403 && status != 429; }
bool is_route_place(int status) { return status == 0 || status == 400 || status == 404 || status == 405; }
bool is_rate_place(int status) { return status == 0 || status >= 429 || status == 400; }
bool is_unnamed(int status) { return status == 0; }

struct Rule {
  ErrorKind kind;
  bool (*applies)(int status);
  Words codes;    // compared whole
  Words phrases;  // looked for in the message and in the codes
};
// The first that holds decides. Quota stands before rate limits: both come as 429, and waiting does not mend the first.
// Rate limits stand before lengths, as "too many tokens" a minute is no matter of one prompt.
constexpr auto kRules = std::to_array<Rule>({
    {ErrorKind::quota, is_any, kNoWords, kQuotaWords},
    {ErrorKind::content_filter, is_filter_place, kFilterCodes, kFilterPhrases},
    {ErrorKind::rate_limit, is_rate_place, kRateCodes, kNoWords},
    {ErrorKind::context_length, is_length_place, kLengthCodes, kLengthPhrases},
    {ErrorKind::auth, is_refusal, kAuthCodes, kAuthPhrases},
    {ErrorKind::route, is_route_place, kRouteCodes, kRoutePhrases},
    {ErrorKind::not_found, is_refusal, kMissingCodes, kMissingPhrases},
    {ErrorKind::overloaded, is_unnamed, kNoWords, kOverloadPhrases},
});

bool holds(const Rule& rule, const Envelope& said, int status) {
  if (!rule.applies(status)) return false;
  const auto is_said = [&](std::string_view phrase) {
    return mentions(said.message, phrase) ||
           std::ranges::any_of(said.codes, [&](const std::string& code) { return mentions(code, phrase); });
  };
  return std::ranges::any_of(rule.codes, [&](std::string_view code) { return said.has_code(code); }) ||
         std::ranges::any_of(rule.phrases, is_said);
}

// A 404 without a word about the model comes from something that does not know the path.
bool is_bare_not_found(const Envelope& said) {
  if (said.form != Envelope::Form::json || said.message.empty()) return true;
  constexpr auto kBare = std::to_array<std::string_view>({"not found", "404 not found", "file not found", "not_found"});
  std::string_view message = said.message;
  while (message.ends_with('.')) message.remove_suffix(1);
  return std::ranges::any_of(kBare, [&](std::string_view words) { return base::iequals(message, words); });
}

ErrorKind kind_of_status(int status, const Envelope& said) {
  switch (status) {
    case 401:
    case 403:
      return ErrorKind::auth;
    case 402:
      return ErrorKind::quota;
    case 404:
      return is_bare_not_found(said) ? ErrorKind::route : ErrorKind::not_found;
    case 405:
      return ErrorKind::route;
    case 407:
      return ErrorKind::network;
    case 408:
    case 409:
    case 425:
      return ErrorKind::overloaded;
    case 410:
      return ErrorKind::not_found;
    case 413:
      return ErrorKind::context_length;
    case 429:
      return ErrorKind::rate_limit;
    default:
      return status >= 500 ? ErrorKind::overloaded : ErrorKind::bad_request;
  }
}

ErrorKind classify(const Envelope& said, int status) {
  if (status == 407) return ErrorKind::network;  // the proxy's words, not the provider's
  if (status == 413) return ErrorKind::context_length;
  const auto* const rule = std::ranges::find_if(kRules, [&](const Rule& row) { return holds(row, said, status); });
  return rule != kRules.end() ? rule->kind : kind_of_status(status, said);
}

Error describe(const Envelope& said, int status) {
  Error error;
  error.kind = classify(said, status);
  error.status = status;
  error.code = said.codes.empty() ? "" : said.codes.front();
  error.request_id = said.request_id;
  error.message = said.message;
  const std::string what = status == 0 ? "an error inside the reply" : fmt::format("HTTP {}", status);
  if (said.message.empty()) {
    error.message = error.code.empty() ? what + " without a message" : fmt::format("{}: {}", what, error.code);
  } else if (said.form == Envelope::Form::html) {
    error.message = fmt::format("{} with a web page: {}", what, said.message);
  }
  return error;
}

std::int64_t now_for(const core::HttpHead& head) {
  // The server's own clock where it tells it: then ours may be wrong.
  if (const auto date = parse_http_date(head.find("date"))) return *date;
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::vector<std::string_view> parts = base::split(base::trim(text), ' ');
  if (parts.size() != 6 || parts[5] != "GMT" || parts[2].size() != 3) return std::nullopt;
  const std::vector<std::string_view> clock = base::split(parts[4], ':');
  const std::size_t month = kMonths.find(parts[2]);
  if (clock.size() != 3 || month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  std::array<std::int64_t, 5> numbers{};  // day, year, hour, minute, second
  const std::array<std::string_view, 5> words{parts[1], parts[3], clock[0], clock[1], clock[2]};
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::optional<std::int64_t> number = base::to_int(words.at(i));
    if (!number || *number < 0 || *number > 9999) return std::nullopt;
    numbers.at(i) = *number;
  }
  using namespace std::chrono;
  const year_month_day date{year{static_cast<int>(numbers[1])},
                            std::chrono::month{static_cast<unsigned>(month / 3 + 1)},
                            day{static_cast<unsigned>(numbers[0])}};
  if (!date.ok() || numbers[2] > 23 || numbers[3] > 59 || numbers[4] > 60) return std::nullopt;
  const auto days = sys_days(date).time_since_epoch();
  return duration_cast<seconds>(days).count() + numbers[2] * 3600 + numbers[3] * 60 + numbers[4];
}

std::optional<milliseconds> retry_after(const core::HttpHead& head, std::int64_t now) {
  static constexpr double kLongest = 366.0 * 24 * 3600 * 1000;
  const auto usable = [](std::optional<double> ms) {
    return ms && std::isfinite(*ms) && *ms > 0 ? std::min(*ms, kLongest) : 0.0;
  };
  double wait = usable(base::to_double(base::trim(head.find("retry-after-ms"))));
  if (wait == 0) wait = usable(base::to_double(base::trim(head.find("x-ms-retry-after-ms"))));
  // Azure sends `retry-after-ms: 0` beside `retry-after: 1`: the longer counts.
  const std::string_view text = base::trim(head.find("retry-after"));
  if (const std::optional<double> seconds = base::to_double(text)) {
    wait = std::max(wait, usable(*seconds * 1000));
  } else if (const std::optional<std::int64_t> date = parse_http_date(text)) {
    wait = std::max(wait, usable(static_cast<double>(*date - now) * 1000));
  }
  if (wait == 0) return std::nullopt;
  return milliseconds(static_cast<std::int64_t>(std::ceil(wait)));
}

std::string request_id(const core::HttpHead& head) {
  for (const std::string_view name :
       {"x-request-id", "apim-request-id", "x-ms-client-request-id", "request-id", "x-generation-id",
        "x-kong-request-id", "mistral-correlation-id", "cf-ray", "x-litellm-call-id"}) {
    const std::string_view value = base::trim(head.find(name));
    if (!value.empty()) return base::abbreviate(base::to_valid_utf8(value), 128);
  }
  return {};
}

Error in_band_error(std::string_view json) {
  const Envelope said = read_envelope(json);
  return describe(said, said.status);
}

Error explain(const core::Profile& profile, const core::HttpHead& head, std::string_view body) {
  if (head.status >= 300 && head.status <= 399) return explain_redirect(profile, head);
  const Envelope said = read_envelope(body);
  Error error = describe(said, head.status >= 400 ? head.status : said.status);
  if (std::string id = request_id(head); !id.empty()) error.request_id = std::move(id);
  const std::string_view word = base::trim(head.find("x-should-retry"));
  if (base::iequals(word, "true")) error.should_retry = true;
  if (base::iequals(word, "false")) error.should_retry = false;
  // Anthropic sends retry-after with every answer, good ones included: it means something only where one may retry.
  if (error.kind == ErrorKind::rate_limit || error.kind == ErrorKind::overloaded) {
    error.retry_after = retry_after(head, now_for(head));
  }
  add_hint(profile, error, body);
  return error;
}

}  // namespace byok::wire
