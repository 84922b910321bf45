// Tests of what a token command's output is taken to mean.
#include <stdlib.h>
#include <time.h>

#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "config/credential.hpp"

using byok::base::ErrorKind;
using byok::config::parse_command_output;

namespace {

constexpr std::int64_t kNone = -1;

// A token with these claims; its signature is no one's.
std::string jwt(std::string_view claims) {
  std::string payload = byok::base::base64_encode(claims);
  for (char& c : payload) c = c == '+' ? '-' : c == '/' ? '_' : c;
  while (payload.ends_with('=')) payload.pop_back();
  return "eyJhbGciOiJub25lIn0." + payload + ".c2ln";
}

struct Outcome {
  std::string secret;
  std::int64_t expires_at = kNone;
};

Outcome outcome(std::string_view output) {
  const auto minted = parse_command_output(output);
  if (!minted) return {"error: " + minted.error().message, kNone};
  return {std::string(minted->secret.reveal()), minted->expires_at.value_or(kNone)};
}

// Time stamps without a zone are local: the test says where it is.
class TimeZone {
 public:
  explicit TimeZone(const char* name) {
    if (const char* old = ::getenv("TZ")) before_ = old;
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  TimeZone(const TimeZone&) = delete;
  TimeZone& operator=(const TimeZone&) = delete;
  ~TimeZone() {
    if (before_.empty()) {
      ::unsetenv("TZ");
    } else {
      ::setenv("TZ", before_.c_str(), 1);
    }
    ::tzset();
  }

 private:
  std::string before_;
};

}  // namespace

TEST_CASE("Plain output is the secret, without the white space around it") {
  CHECK(outcome("sk-abc\n").secret == "sk-abc");
  CHECK(outcome("  sk-abc \r\n\n").secret == "sk-abc");
  CHECK(outcome("sk-abc").expires_at == kNone);
  CHECK(outcome("a.b.c").expires_at == kNone);
}

TEST_CASE("Nothing printed is an authentication error") {
  for (const std::string_view output : {"", "\n", " \t\r\n"}) {
    const auto minted = parse_command_output(output);
    REQUIRE_FALSE(minted);
    CHECK(minted.error().kind == ErrorKind::auth);
    CHECK(minted.error().message == "the command printed nothing");
  }
}

TEST_CASE("A token is found in JSON under either name") {
  struct Row {
    std::string_view output, secret;
    std::int64_t expires_at;
  };
  for (const Row& row : std::vector<Row>{
           {R"({"token":"t1"})", "t1", kNone},
           {R"({"accessToken":"t2"})", "t2", kNone},
           {R"({"token":"t1","accessToken":"t2"})", "t1", kNone},
           {R"({"token":"","accessToken":"t2"})", "error: the command printed JSON without a `token` or `accessToken`",
            kNone},
           {R"({"token":7,"accessToken":"t2"})", "t2", kNone},
           {" {\n\"token\" : \" t1 \"}\n", "t1", kNone},
           {R"({"token":"t","expires_on":1795000000})", "t", 1795000000},
           {R"({"token":"t","expiresOn":1795000000})", "t", 1795000000},
           {R"({"token":"t","expires_on":"1795000000"})", "t", 1795000000},
           {R"({"token":"t","expires_on":1795000000.75})", "t", 1795000000},
           {R"({"token":"t","expires_on":"2026-11-24T05:00:00Z"})", "t", 1795496400},
           {R"({"token":"t","expires_on":"2026-11-24T05:00:00.123456Z"})", "t", 1795496400},
           {R"({"token":"t","expires_on":"2026-11-24T06:00:00+01:00"})", "t", 1795496400},
           {R"({"token":"t","expires_on":"2026-11-23T23:30:00-0530"})", "t", 1795496400},
           {R"({"token":"t","expires_on":1795000000,"expiresOn":"2020-01-01 00:00:00"})", "t", 1795000000},
           {R"({"token":"t","expires_on":"soon","expiresOn":1795000000})", "t", 1795000000},
           {R"({"token":"t","expires_on":null})", "t", kNone},
           {R"({"token":"t","expires_on":0})", "t", kNone},
           {R"({"token":"t","expires_on":-5})", "t", kNone},
           {R"({"token":"t","expires_on":1e300})", "t", kNone},
           {R"({"token":"t","expires_on":[1]})", "t", kNone},
           {R"("quoted")", "quoted", kNone},
       }) {
    CAPTURE(row.output);
    const Outcome found = outcome(row.output);
    CHECK(found.secret == row.secret);
    CHECK(found.expires_at == row.expires_at);
  }
}

TEST_CASE("A date that is none gives no end") {
  for (const std::string_view date :
       {"2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-24", "2026-11-24T25:00:00Z", "2026-11-24T05:61:00Z",
        "2026-11-24T05:00:00 Europe", "2026/11/24 05:00:00", "2026-11-24T05:00:00+1", "2026-11-24T05:00:00+aa:bb",
        "2026-1--24T05:00:00Z", "tomorrow", ""}) {
    CAPTURE(date);
    CHECK(outcome(R"({"token":"t","expires_on":")" + std::string(date) + "\"}").expires_at == kNone);
  }
}

TEST_CASE("A time without a zone is local, as az prints it") {
  const std::string output = R"({"accessToken":"t","expiresOn":"2026-11-24 05:00:00.000000"})";
  {
    const TimeZone utc("UTC0");
    CHECK(outcome(output).expires_at == 1795496400);
  }
  {
    const TimeZone east("EAST-2");
    CHECK(outcome(output).expires_at == 1795496400 - 2 * 3600);
  }
}

TEST_CASE("The whole of az's answer is understood") {
  const Outcome found = outcome(R"({
  "accessToken": "eyJ0.payload.sig",
  "expiresOn": "2026-11-24 05:00:00.000000",
  "expires_on": 1795496400,
  "subscription": "0", "tenant": "1", "tokenType": "Bearer"
})");
  CHECK(found.secret == "eyJ0.payload.sig");
  CHECK(found.expires_at == 1795496400);
}

TEST_CASE("The end of a JWT is its exp, unless the JSON around it says another") {
  const std::string token = jwt(R"({"aud":"a?>","exp":1795496400})");
  CHECK(outcome(token).secret == token);
  CHECK(outcome(token).expires_at == 1795496400);
  CHECK(outcome(R"({"token":")" + token + "\"}").expires_at == 1795496400);
  CHECK(outcome(R"({"token":")" + token + R"(","expires_on":1795000000})").expires_at == 1795000000);
}

TEST_CASE("What only looks like a JWT has no end") {
  for (const std::string& token : {jwt("[1]"), jwt("{}"), jwt(R"({"exp":"1795496400"})"), jwt("{"),
                                   std::string("a.!!.c"), std::string("a.e30.c.d"), std::string("..")}) {
    CAPTURE(token);
    CHECK(outcome(token).secret == token);
    CHECK(outcome(token).expires_at == kNone);
  }
}

TEST_CASE("Output that begins like JSON and is none is an error that does not show it") {
  for (const std::string_view output : {R"({"token":"verysecret")", "{verysecret}", R"({"value":"verysecret"})",
                                        R"({"token":{"x":"verysecret"}})", "{\"token\":\"verysecret\xff\"}"}) {
    CAPTURE(output);
    const auto minted = parse_command_output(output);
    REQUIRE_FALSE(minted);
    CHECK(minted.error().kind == ErrorKind::auth);
    CHECK_FALSE(minted.error().message.contains("verysecret"));
  }
}

TEST_CASE("JSON nested without end does no harm") {
  const std::string deep = R"({"token":"t","x":)" + std::string(30'000, '[') + std::string(30'000, ']') + "}";
  CHECK(outcome(deep).secret == "t");
}
