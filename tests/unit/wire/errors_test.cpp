// Tests of errors.cpp: which class an answer belongs to, and what its headers say.
#include <ostream>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "core/url.hpp"
#include "wire/wire.hpp"

namespace byok::wire {
namespace {

using base::Error;
using base::ErrorKind;
using std::chrono::milliseconds;

core::Profile profile_at(std::string_view url, core::ProviderType type = core::ProviderType::openai) {
  core::Profile profile;
  profile.name = "p";
  profile.type = type;
  profile.wire_api = type == core::ProviderType::anthropic ? core::WireApi::messages : core::WireApi::completions;
  profile.base_url = core::Url::parse(url).value();
  profile.model = profile.wire_model = "m-1";
  return profile;
}

core::HttpHead head_of(int status, std::vector<core::Header> headers = {}) {
  return {.status = status, .headers = std::move(headers)};
}

Error explain_plain(int status, std::string_view body) {
  return explain(profile_at("https://api.example.com/v1"), head_of(status), body);
}

TEST_CASE("a prompt that is too long is told by each server's words, a retired model as one that is missing") {
  for (const std::string_view body :
       {R"({"object":"error","message":"The input (9 tokens) is longer than the model's context length (8 tokens)."})",
        R"({"error":"Trying to keep the first 9 tokens when context the overflows."})",
        R"({"error":"However, the model is loaded with context length of only 4096 tokens"})",
        R"({"error":"Input validation error: `inputs` must have less than 10 tokens","error_type":"validation"})",
        R"({"error":"`inputs` tokens + `max_new_tokens` must be <= 8192. Given: 9000"})",
        R"({"errors":[{"message":"the number of input tokens 9 cannot exceed the total tokens limit 8"}]})"}) {
    CAPTURE(body);
    CHECK(explain_plain(400, body).kind == ErrorKind::context_length);
  }
  CHECK(explain_plain(400, R"({"error":{"message":"x is no longer supported","code":"model_decommissioned"}})").kind ==
        ErrorKind::not_found);
}

TEST_CASE("a redirect to a path without a slash leads on from the path that was asked for") {
  const auto profile = profile_at("https://api.example.com/v1");
  const Error error = explain(profile, head_of(302, {{.name = "Location", .value = "../x"}}), "");
  CHECK(error.message.contains("https://api.example.com/v1/"));
  const Error other = explain(profile, head_of(302, {{.name = "Location", .value = "b/chat/completions"}}), "");
  CHECK(other.message.contains("https://api.example.com/v1/chat/b/chat/completions"));
  CHECK(other.hint.ends_with("base_url: https://api.example.com/v1/chat/b"));
}

struct Sample {
  int status;
  std::string_view body;
  ErrorKind kind;
  std::string_view message;  // the whole
  std::string_view code;
};

TEST_CASE("each envelope that was ever seen gives its message in full, its code and its class") {
  const std::vector<Sample> samples{
      {401,
       R"({"error":{"message":"Incorrect API key provided: k.","type":"t","param":null,"code":"invalid_api_key"}})",
       ErrorKind::auth, "Incorrect API key provided: k.", "invalid_api_key"},
      {404, R"({"error":{"message":"model 'x' not found","type":"not_found_error","param":null,"code":null}})",
       ErrorKind::not_found, "model 'x' not found", "not_found_error"},
      {404, R"({"error":{"code":"404","message":"Resource not found"}})", ErrorKind::route, "Resource not found",
       "404"},
      {404, R"({"error":{"type":"invalid_request_error","code":"DeploymentNotFound","message":"No deployment."}})",
       ErrorKind::not_found, "No deployment.", "DeploymentNotFound"},
      {429, R"({"error":{"code":"RateLimitReached","message":"Retry after 6 seconds."}})", ErrorKind::rate_limit,
       "Retry after 6 seconds.", "RateLimitReached"},
      {502,
       R"({"error":{"message":"Provider returned error","code":502,"metadata":{"provider_name":"Acme",)"
       R"("raw":"{\"error\":{\"message\":\"engine died\",\"type\":\"api_error\"}}"}},"user_id":"u"})",
       ErrorKind::overloaded, "Provider returned error (Acme): engine died", "502"},
      {400, R"({"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"plain words"}}})",
       ErrorKind::bad_request, "Provider returned error: plain words", "400"},
      {401, R"({"error":{"code":401,"message":"Invalid API Key","type":"authentication_error"}})", ErrorKind::auth,
       "Invalid API Key", "401"},
      {400, R"({"error":"Something is amiss"})", ErrorKind::bad_request, "Something is amiss", ""},
      {400, R"({"code":"invalid-argument","error":"Incorrect API key provided: xai."})", ErrorKind::auth,
       "Incorrect API key provided: xai.", "invalid-argument"},
      {404, R"({"type":"error","error":{"type":"not_found_error","message":"model: claude-x"},"request_id":"r"})",
       ErrorKind::not_found, "model: claude-x", "not_found_error"},
      {401, R"({"detail":"Invalid API Key"})", ErrorKind::auth, "Invalid API Key", ""},
      {422, R"({"detail":[{"type":"extra_forbidden","loc":["body","foo"],"msg":"Extra inputs are not permitted"}]})",
       ErrorKind::bad_request, "foo: Extra inputs are not permitted", "extra_forbidden"},
      {422,
       R"({"object":"error","message":{"detail":[{"type":"missing","loc":["body","a",0],"msg":"Field required"}]}})",
       ErrorKind::bad_request, "a.0: Field required", "missing"},
      {400, R"({"object":"error","message":"Invalid model: z","type":"invalid_model","param":null,"code":"1500"})",
       ErrorKind::not_found, "Invalid model: z", "1500"},
      {403, R"({"code":"c","message":"No.","type":"t"})", ErrorKind::auth, "No.", "c"},
      {404, R"({"statusCode":404,"message":"Resource not found"})", ErrorKind::route, "Resource not found", ""},
      {429, R"({"error":{"message":"litellm.RateLimitError: OpenAIException - Slow","type":"t","code":"429"}})",
       ErrorKind::rate_limit, "litellm.RateLimitError: OpenAIException - Slow", "429"},
      {400, R"([{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT"}}])", ErrorKind::auth,
       "API key not valid.", "400"},
      {500, R"({"title":"Boom"})", ErrorKind::overloaded, "Boom", ""},
      {400, R"({"success":false,"errors":[{"code":7003,"message":"No route for that URI"}]})", ErrorKind::bad_request,
       "No route for that URI", "7003"},
      {400, R"({"error":{"message":{"a":1}}})", ErrorKind::bad_request, R"({"a":1})", ""},
      {400, R"({"error":{"type":"odd"}})", ErrorKind::bad_request, "HTTP 400: odd", "odd"},
      {400, R"({"x":1})", ErrorKind::bad_request, R"({"x":1})", ""},
      {404, "404 page not found", ErrorKind::route, "404 page not found", ""},
      {404, "", ErrorKind::route, "HTTP 404 without a message", ""},
      {400, "data: {\"error\":{\"message\":\"as an event\"}}\n\n", ErrorKind::bad_request, "as an event", ""},
      {400, "event: error\ndata: {\"error\":{\"message\":\"named\"}}\n\n", ErrorKind::bad_request, "named", ""},
      {500, "\xEF\xBB\xBF{\"error\":\"behind a mark\"}", ErrorKind::overloaded, "behind a mark", ""},
  };
  for (const Sample& sample : samples) {
    CAPTURE(sample.body);
    const Error error = explain_plain(sample.status, sample.body);
    CHECK(error.kind == sample.kind);
    CHECK(error.message == sample.message);
    CHECK(error.code == sample.code);
    CHECK(error.status == sample.status);
  }
}

TEST_CASE("the status and the words together decide the class") {
  struct Row {
    int status;
    std::string_view body;
    ErrorKind kind;
  };
  const std::vector<Row> rows{
      // What it costs stands before how fast: both are 429.
      {429, R"({"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}})", ErrorKind::quota},
      {429, R"({"error":{"message":"Slow down","code":"rate_limit_exceeded"}})", ErrorKind::rate_limit},
      {400, R"({"error":{"type":"invalid_request_error","message":"Your credit balance is too low"}})",
       ErrorKind::quota},
      {429, R"({"error":{"message":"no","type":"enforced_spend_limit_reached"}})", ErrorKind::quota},
      {401, R"({"error":{"message":"no","type":"insufficient_quota"}})", ErrorKind::quota},
      {402, R"({"error":{"message":"Insufficient Balance"}})", ErrorKind::quota},
      {402, "", ErrorKind::quota},
      {403, R"({"error":{"code":"PermissionDenied","message":"no role"}})", ErrorKind::auth},
      {403, R"({"error":{"code":403,"message":"Your input was flagged for \"x\""}})", ErrorKind::content_filter},
      {403, "<html><title>Forbidden</title></html>", ErrorKind::auth},
      {400, R"({"error":{"message":"invalid x-api-key"}})", ErrorKind::auth},
      {400, R"({"error":{"code":"model_not_found","message":"gone"}})", ErrorKind::not_found},
      {400, R"({"error":{"message":"The supported API model names are a or b"}})", ErrorKind::not_found},
      {400, R"({"error":{"message":"x is not a valid model ID","code":400}})", ErrorKind::not_found},
      {410, R"({"error":{"message":"retired"}})", ErrorKind::not_found},
      {404, R"({"error":{"message":"No endpoints found for a/b","code":404}})", ErrorKind::not_found},
      {404, R"({"detail":"Not Found"})", ErrorKind::route},
      {404, R"({"error":{"code":404,"message":"File Not Found","type":"not_found_error"}})", ErrorKind::route},
      {404, R"({"type":"error","error":{"type":"not_found_error","message":"Not Found"}})", ErrorKind::route},
      {404, R"j({"error":{"message":"Invalid URL (POST /v1/x)","type":"invalid_request_error"}})j", ErrorKind::route},
      {404, "<html><body><h1>404</h1></body></html>", ErrorKind::route},
      {405, R"({"detail":"Method Not Allowed"})", ErrorKind::route},
      {400, R"({"error":{"code":"context_length_exceeded","message":"m"}})", ErrorKind::context_length},
      {400, R"({"error":{"message":"prompt is too long: 9 tokens > 8"}})", ErrorKind::context_length},
      {400, R"({"error":{"type":"exceed_context_size_error","message":"m","code":400}})", ErrorKind::context_length},
      {500, R"({"error":{"message":"the request exceeds the available context size"}})", ErrorKind::context_length},
      {413, "<html>too large</html>", ErrorKind::context_length},
      {413, R"({"error":{"code":"rate_limit_exceeded","message":"Request too large for model"}})",
       ErrorKind::context_length},
      {429, R"({"message":"Too many tokens, please wait"})", ErrorKind::rate_limit},
      {400, R"({"error":{"code":"content_filter","message":"m"}})", ErrorKind::content_filter},
      {400, R"({"error":{"code":"invalid_prompt","message":"potentially violating our usage policy"}})",
       ErrorKind::content_filter},
      {400, R"({"error":{"message":"Unrecognized request argument supplied: content_filter"}})",
       ErrorKind::bad_request},
      {400, R"({"error":{"code":"unsupported_parameter","message":"m","param":"top_p"}})", ErrorKind::bad_request},
      {407, R"({"error":{"message":"insufficient_quota"}})", ErrorKind::network},
      {408, "", ErrorKind::overloaded},
      {409, "", ErrorKind::overloaded},
      {418, "", ErrorKind::bad_request},
      {500, "", ErrorKind::overloaded},
      {502, "<html>Bad Gateway</html>", ErrorKind::overloaded},
      {529, R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})", ErrorKind::overloaded},
  };
  for (const Row& row : rows) {
    CAPTURE(row.status);
    CAPTURE(row.body);
    CHECK(explain_plain(row.status, row.body).kind == row.kind);
  }
}

TEST_CASE("an error inside a reply carries the status that its body names") {
  struct Row {
    std::string_view json;
    int status;
    ErrorKind kind;
    std::string_view message;
  };
  const std::vector<Row> rows{
      {R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})", 529, ErrorKind::overloaded,
       "Overloaded"},
      {R"({"type":"overloaded_error","message":"Overloaded"})", 529, ErrorKind::overloaded, "Overloaded"},
      {R"({"type":"api_error","message":"Internal"})", 500, ErrorKind::overloaded, "Internal"},
      {R"({"type":"timeout_error","message":"Late"})", 504, ErrorKind::overloaded, "Late"},
      {R"({"type":"error","sequence_number":2,"error":{"type":"too_many_requests","code":"too_many_requests",)"
       R"("message":"Too Many Requests","param":null}})",
       429, ErrorKind::rate_limit, "Too Many Requests"},
      {R"({"type":"error","code":"server_error","message":"Oops","param":null,"sequence_number":1})", 500,
       ErrorKind::overloaded, "Oops"},
      {R"({"type":"response.failed","response":{"status":"failed","error":{"code":"rate_limit_exceeded","message":"R"}}})",
       429, ErrorKind::rate_limit, "R"},
      {R"({"code":502,"message":"Provider died"})", 502, ErrorKind::overloaded, "Provider died"},
      {R"({"id":"g","error":{"code":"400","message":"bad"},"choices":[{"finish_reason":"error"}]})", 400,
       ErrorKind::bad_request, "bad"},
      {R"({"code":"insufficient_quota","message":"Q"})", 429, ErrorKind::quota, "Q"},
      {R"({"type":"BadRequestError","message":"B","code":400})", 400, ErrorKind::bad_request, "B"},
      {R"("the runner is gone")", 0, ErrorKind::bad_request, "the runner is gone"},
      {R"({"error":"please try again later"})", 0, ErrorKind::overloaded, "please try again later"},
      {R"(error: {"code":500,"message":"old server"})", 500, ErrorKind::overloaded, "old server"},
      {R"({"code":1500,"message":"no status"})", 0, ErrorKind::bad_request, "no status"},
      {"", 0, ErrorKind::bad_request, "an error inside the reply without a message"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.json);
    const Error error = in_band_error(row.json);
    CHECK(error.status == row.status);
    CHECK(error.kind == row.kind);
    CHECK(error.message == row.message);
    CHECK(error.hint.empty());
  }
}

TEST_CASE("explain takes a 2xx answer's status from its body") {
  const Error error = explain_plain(200, R"({"error":{"code":429,"message":"slow"}})");
  CHECK(error.status == 429);
  CHECK(error.kind == ErrorKind::rate_limit);
}

TEST_CASE("a redirect is not followed: it is shown, without secrets, with the base_url to write") {
  struct Row {
    std::string_view base;
    std::string_view location;
    std::string_view in_message;
    std::string_view in_hint;
  };
  const std::vector<Row> rows{
      {"http://llm.corp/v1", "https://llm.corp/v1/chat/completions", "https://llm.corp/v1/chat/completions",
       "base_url: https://llm.corp/v1"},
      {"https://a.example/v1", "/api/v1/chat/completions/", "https://a.example/api/v1/chat/completions/",
       "base_url: https://a.example/api/v1"},
      {"https://a.example/v1", "//b.example/v1/responses#top", "https://b.example/v1/responses",
       "base_url: https://b.example/v1"},
      {"https://a.example/v1", "https://login.example/oauth?token=abcdefgh12",
       "https://login.example/oauth?token=", "login page"},
      {"https://a.example/v1", "http://a.example/v1/chat/completions", "http://a.example", "plain http"},
      {"https://a.example/v1", "https://a.example/v1/chat/completions/", "completions/", "same base_url"},
      {"https://a.example/v1", "", "names no address", "base_url"},
      {"https://a.example/v1", "javascript:x", "names no address", "base_url"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.location);
    const Error error =
        explain(profile_at(row.base), head_of(301, {{"Location", std::string(row.location)}}), "<html>");
    CHECK(error.kind == ErrorKind::route);
    CHECK(error.status == 301);
    CHECK(error.message.contains(row.in_message));
    CHECK(error.hint.contains(row.in_hint));
    CHECK_FALSE(error.message.contains("abcdefgh12"));
  }
  const Error azure =
      explain(profile_at("https://a.example", core::ProviderType::azure),
              head_of(308, {{"location", "https://b.example/openai/deployments/m/chat/completions"}}), "");
  CHECK(azure.hint.ends_with("base_url: https://b.example"));
  const Error claude = explain(profile_at("https://a.example", core::ProviderType::anthropic),
                               head_of(307, {{"location", "https://b.example/anthropic/v1/messages"}}), "");
  CHECK(claude.hint.ends_with("base_url: https://b.example/anthropic"));
  core::Profile env = profile_at("http://llm.corp/v1");
  env.origins["base_url"] = "$BYOK_BASE_URL";
  CHECK(explain(env, head_of(301, {{"location", "https://llm.corp/v1/responses"}}), "").hint ==
        "Set BYOK_BASE_URL=https://llm.corp/v1");
}

TEST_CASE("the waiting time is the longest usable of the three headers") {
  constexpr std::int64_t kNow = 784'111'777;  // Sun, 06 Nov 1994 08:49:37 GMT
  struct Row {
    std::vector<core::Header> headers;
    std::int64_t ms;  // 0: nothing
  };
  const std::vector<Row> rows{
      {{}, 0},
      {{{"retry-after", "2"}}, 2'000},
      {{{"Retry-After", " 1.5 "}}, 1'500},
      {{{"retry-after-ms", "250"}}, 250},
      {{{"retry-after-ms", "250.4"}}, 251},
      {{{"x-ms-retry-after-ms", "300"}}, 300},
      {{{"retry-after-ms", "0"}, {"retry-after", "1"}}, 1'000},
      {{{"retry-after-ms", "1500"}, {"retry-after", "1"}}, 1'500},
      {{{"retry-after-ms", "200"}, {"x-ms-retry-after-ms", "900"}}, 200},
      {{{"retry-after", "86400"}}, 86'400'000},
      {{{"retry-after", "0"}}, 0},
      {{{"retry-after", "-5"}}, 0},
      {{{"retry-after", "soon"}}, 0},
      {{{"retry-after", "inf"}}, 0},
      {{{"retry-after", "nan"}}, 0},
      {{{"retry-after", "1e300"}}, 366LL * 86'400'000},
      {{{"retry-after", "Sun, 06 Nov 1994 08:49:47 GMT"}}, 10'000},
      {{{"retry-after", "Sun, 06 Nov 1994 08:49:27 GMT"}}, 0},
      {{{"retry-after", "Tue, 08 Nov 1994 08:49:37 GMT"}}, 172'800'000},
      {{{"retry-after", "Sun, 31 Feb 1994 08:49:47 GMT"}}, 0},
      {{{"retry-after", "Sun, 06 Foo 1994 08:49:47 GMT"}}, 0},
      {{{"retry-after", "Sun, 06 Nov 1994 25:49:47 GMT"}}, 0},
      {{{"retry-after", "Sun, 06 Nov 1994 08:49 GMT"}}, 0},
      {{{"retry-after", "Sunday, 06-Nov-94 08:49:47 GMT"}}, 0},
  };
  for (const Row& row : rows) {
    if (!row.headers.empty()) CAPTURE(row.headers.back().value);
    const auto wait = retry_after(head_of(429, row.headers), kNow);
    CHECK(wait.value_or(milliseconds(0)).count() == row.ms);
  }
}

TEST_CASE("the waiting time is taken only where one may try again, by the server's own clock") {
  const std::vector<core::Header> headers{{"retry-after", "7"}};
  const core::Profile profile = profile_at("https://api.example.com/v1");
  CHECK(explain(profile, head_of(429, headers), "").retry_after == milliseconds(7'000));
  CHECK(explain(profile, head_of(503, headers), "").retry_after == milliseconds(7'000));
  CHECK_FALSE(explain(profile, head_of(400, headers), "").retry_after.has_value());
  CHECK_FALSE(explain(profile, head_of(429, headers), R"({"error":{"code":"insufficient_quota"}})").retry_after);
  const std::vector<core::Header> dated{{"date", "Sun, 06 Nov 1994 08:49:37 GMT"},
                                        {"retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"}};
  CHECK(explain(profile, head_of(503, dated), "").retry_after == milliseconds(30'000));
}

TEST_CASE("x-should-retry is kept as the server's word") {
  const core::Profile profile = profile_at("https://api.example.com/v1");
  CHECK(explain(profile, head_of(500, {{"x-should-retry", "false"}}), "").should_retry == false);
  CHECK(explain(profile, head_of(400, {{"X-Should-Retry", "TRUE"}}), "").should_retry == true);
  CHECK_FALSE(explain(profile, head_of(500, {{"x-should-retry", "maybe"}}), "").should_retry.has_value());
  CHECK_FALSE(explain(profile, head_of(500), "").should_retry.has_value());
}

TEST_CASE("the request id is the first of the known headers, else the body's") {
  CHECK(request_id(head_of(400, {{"cf-ray", "c"}, {"Request-Id", "r"}})) == "r");
  CHECK(request_id(head_of(400, {{"apim-request-id", "a"}, {"x-request-id", "x"}})) == "x");
  CHECK(request_id(head_of(400, {{"apim-request-id", "a"}, {"cf-ray", "c"}})) == "a");
  CHECK(request_id(head_of(400, {{"x-generation-id", "g"}})) == "g");
  CHECK(request_id(head_of(400, {{"mistral-correlation-id", "m"}})) == "m");
  CHECK(request_id(head_of(400, {{"x-litellm-call-id", "l"}})) == "l");
  CHECK(request_id(head_of(400, {{"x-request-id", "  "}})).empty());
  CHECK(request_id(head_of(400, {{"date", "d"}})).empty());

  constexpr std::string_view kBody = R"({"type":"error","error":{"type":"t","message":"m"},"request_id":"req_1"})";
  CHECK(explain_plain(400, kBody).request_id == "req_1");
  CHECK(explain(profile_at("https://x.example/v1"), head_of(400, {{"request-id", "req_2"}}), kBody).request_id ==
        "req_2");
}

}  // namespace
}  // namespace byok::wire
