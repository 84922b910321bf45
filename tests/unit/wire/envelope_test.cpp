// Tests of envelope.cpp: what can be read from an error body, whatever it is.
#include <ostream>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/url.hpp"
#include "wire/envelope.hpp"
#include "wire/wire.hpp"

namespace byok::wire {
namespace {

using base::Error;
using base::ErrorKind;

Error explain_plain(int status, std::string_view body) {
  core::Profile profile;
  profile.name = "p";
  profile.base_url = core::Url::parse("https://api.example.com/v1").value();
  return explain(profile, {.status = status, .headers = {}}, body);
}

TEST_CASE("a web page is told by its words, never by its tags") {
  const Error error = explain_plain(
      502,
      "<!DOCTYPE html><html><head><title>502 Bad Gateway</title><style>b{}</style></head><body>nginx</body></html>");
  CHECK(error.message.starts_with("HTTP 502 with a web page: "));
  CHECK(error.message.contains("502 Bad Gateway"));
  CHECK_FALSE(error.message.contains('<'));

  const Error wrapped = explain_plain(500, R"({"error":{"message":"<html><body>Sorry</body></html>"}})");
  CHECK(wrapped.message == "Sorry");
}

TEST_CASE("tags in a sentence are no page, and a page behind a sentence is one") {
  constexpr std::string_view kTags = R"({"error":{"message":"Invalid tag <body> in <head>: expected <string>"}})";
  CHECK(explain_plain(400, kTags).message == "Invalid tag <body> in <head>: expected <string>");
  const Error page = explain_plain(
      502,
      R"({"error":{"message":"OpenAIException - <html><head><title>502</title></head><body>nginx</body></html>"}})");
  CHECK(page.message.contains("nginx"));
  CHECK_FALSE(page.message.contains('<'));
}

TEST_CASE("an error that is only true or a number leaves the word to the message beside it") {
  CHECK(explain_plain(400, R"({"error":true,"message":"boom"})").message == "boom");
  CHECK(explain_plain(400, R"({"error":400,"message":"boom"})").message == "boom");
  CHECK(explain_plain(400, R"({"error":{},"message":"boom"})").message == "boom");
  CHECK(explain_plain(400, R"({"error":[],"detail":"boom"})").message == "boom");
  CHECK(explain_plain(400, R"({"error":true})").message == "true");
}

TEST_CASE("codes below the error count: a quota is a quota wherever it is named") {
  for (
      const std::string_view body :
      {R"({"error":{"type":"rate_limit_error","message":"x","details":{"error_code":"enforced_spend_limit_reached"}}})",
       R"({"error":{"message":"x","code":"429","provider_specific_fields":{"error_code":"insufficient_quota"}}})",
       R"({"error":{"message":"Upstream","metadata":{"raw":"{\"error\":{\"code\":\"insufficient_quota\"}}"}}})",
       R"([{"error":{"code":429,"message":"x","details":[{"a":1},{"reason":"insufficient_quota"}]}}])"}) {
    CAPTURE(body);
    CHECK(explain_plain(429, body).kind == ErrorKind::quota);
  }
  CHECK(explain_plain(400, R"({"error":{"message":"Up","metadata":{"raw":"in"}}})").message == "Up");
}

TEST_CASE("more vendors' shapes, and an error as an event behind a comment") {
  CHECK(explain_plain(400, R"({"base_resp":{"status_code":1004,"status_msg":"login fail"}})").message == "login fail");
  CHECK(explain_plain(400, R"({"error_code":336003,"error_msg":"bad"})").message == "bad");
  CHECK(explain_plain(403, R"({"Message":"not allowed"})").message == "not allowed");
  CHECK(explain_plain(500, ": PROCESSING\n\ndata: {\"error\":{\"message\":\"boom\"}}\n\n").message == "boom");
}

TEST_CASE("Azure's content filter names the categories that it filtered, in both spellings") {
  constexpr std::string_view kInner =
      R"({"hate":{"filtered":true,"severity":"high"},"jailbreak":{"detected":true,"filtered":true},)"
      R"("violence":{"filtered":false,"severity":"safe"}})";
  for (const std::string_view keys :
       {R"("innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":)",
        R"("inner_error":{"code":"ResponsibleAIPolicyViolation","content_filter_results":)",
        R"("content_filters":[{"content_filter_results":)"}) {
    CAPTURE(keys);
    const std::string close = keys.ends_with("[{\"content_filter_results\":") ? "}]" : "}";
    const std::string body = std::string(R"({"error":{"message":"Filtered.","code":"content_filter",)") +
                             std::string(keys) + std::string(kInner) + close + "}}";
    const Error error = explain_plain(400, body);
    CHECK(error.kind == ErrorKind::content_filter);
    CHECK(error.message == "Filtered. (filtered: hate: high, jailbreak)");
  }
}

TEST_CASE("Groq's failed generation is shown behind the message") {
  const Error error = in_band_error(
      R"({"error":{"message":"Failed to call a function.","code":"tool_use_failed","failed_generation":"<f>x","status_code":400}})");
  CHECK(error.message == "Failed to call a function.\nfailed_generation: <f>x");
  CHECK(error.status == 400);
  CHECK(error.kind == ErrorKind::bad_request);
}

TEST_CASE("junk of any kind is an error with a short message, and nothing worse") {
  const std::string deep = "{\"error\":" + std::string(100'000, '[');
  const std::string nested = [] {
    std::string text = R"("x")";
    for (int i = 0; i < 200; ++i) text = "{\"error\":" + text + "}";
    return text;
  }();
  for (const std::string& body :
       {std::string("\xff\xfe\x00\x01", 4), std::string(R"({"error":{"message":"cut sho)"), deep, nested,
        std::string(R"({"error":"\ud800 lone"})"), std::string("[]"), std::string("{}"), std::string("null"),
        std::string("\"just a string\""), std::string(1 << 20, 'x'), std::string("<html>") + std::string(1 << 20, '<'),
        std::string("data:"), std::string("event: error"), std::string(R"({"error":[]})"), std::string(R"([[[1]]])")}) {
    CAPTURE(body.substr(0, 40));
    const Error error = explain_plain(400, body);
    CHECK_FALSE(error.message.empty());
    CHECK(error.message.size() < 2'000);
    CHECK(error.kind == ErrorKind::bad_request);
  }
  CHECK(explain_plain(400, R"({"error":"\ud800 lone"})").message == "\xEF\xBF\xBD lone");
}

TEST_CASE("a pattern is found part by part, in order, without regard to case") {
  CHECK(mentions("Model 'x' was not found", "model*not found"));
  CHECK_FALSE(mentions("not found: model", "model*not found"));
  CHECK(mentions("anything", ""));
  CHECK(mentions("abc", "*c"));
  CHECK_FALSE(mentions("", "a"));
  CHECK_FALSE(mentions("aa", "aa*a"));
}

TEST_CASE("the fields that a refusal blames are kept as paths") {
  CHECK(read_envelope(R"({"error":{"message":"m","param":"reasoning.summary"}})").fields ==
        std::vector<std::string>{"reasoning.summary"});
  CHECK(read_envelope(R"({"detail":[{"loc":["body","a","b"],"msg":"m"},{"loc":["body","c"],"msg":"n"}]})").fields ==
        std::vector<std::string>{"a.b", "c"});
  CHECK(read_envelope(R"({"error":{"message":"m","param":null}})").fields.empty());
  CHECK(read_envelope(R"({"detail":"text"})").fields.empty());
}

TEST_CASE("of a long list of complaints the first three are told") {
  CHECK(read_envelope(R"({"detail":[{"msg":"a"},{"msg":"b"},{"msg":"c"},{"msg":"d"}]})").message == "a; b; c");
}

TEST_CASE("the form of a body is told by its content") {
  CHECK(read_envelope("").form == Envelope::Form::empty);
  CHECK(read_envelope(" \n ").form == Envelope::Form::empty);
  CHECK(read_envelope("upstream died").form == Envelope::Form::text);
  CHECK(read_envelope("<!doctype html><p>x").form == Envelope::Form::html);
  CHECK(read_envelope("<?xml version=\"1.0\"?><Error><Code>x</Code></Error>").form == Envelope::Form::html);
  CHECK(read_envelope("{\"error\":\"x\"}").form == Envelope::Form::json);
  CHECK(read_envelope("{not json").form == Envelope::Form::text);
}

}  // namespace
}  // namespace byok::wire
