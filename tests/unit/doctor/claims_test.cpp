// What tokens and keys say of themselves, and how it is judged.
#include "doctor/claims.hpp"

#include <ostream>
//
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.hpp"

using namespace byok;
using doctor::Claims;
using doctor::Status;

namespace {

std::string token(std::string_view payload) {
  std::string text = base::base64_encode(payload);
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return fmt::format("e30.{}.c2ln", text);
}

// A case whose profile is at that host, with a credential from $TOKEN.
struct At {
  explicit At(std::string_view base_url)
      : config(config::Config::load(environment, std::nullopt)),
        examined{.config = config, .overrides = overrides, .options = options, .log = log} {
    core::Profile profile;
    profile.name = examined.name = "p";
    profile.base_url = core::Url::parse(base_url).value();
    profile.credential.slot = core::Credential::Slot::bearer_token;
    profile.credential.source = core::Credential::Source::text;
    profile.credential.where = "$TOKEN";
    examined.profile = std::move(profile);
  }
  config::Environment environment{{{"XDG_CONFIG_HOME", "/nowhere"}, {"XDG_CONFIG_DIRS", "/nowhere"}}};
  config::Config config;
  config::Overrides overrides;
  doctor::Options options;
  base::Log log;
  doctor::Case examined;
};

doctor::Finding judge(std::string_view base_url, const Claims& claims, std::int64_t now) {
  const At at(base_url);
  doctor::Finding finding;
  judge_claims(at.examined, claims, now, finding);
  return finding;
}

}  // namespace

TEST_CASE("claims are read from a JWT, and from nothing else") {
  const auto claims = doctor::read_claims(token(R"({"aud":"https://ai.azure.com","tid":"t-1","exp":2000,"iat":1000})"));
  REQUIRE(claims);
  CHECK(claims->audience == "https://ai.azure.com");
  CHECK(claims->tenant == "t-1");
  CHECK(claims->ends == 2000);
  CHECK(claims->issued == 1000);
  const auto several = doctor::read_claims(token(R"({"aud":["first","second"]})"));
  REQUIRE(several);
  CHECK(several->audience == "first");
  CHECK_FALSE(several->ends);
  for (const char* text : {"", "sk-0123456789abcdef", "a.b", "a.b.c", "a.!!!.c", "a..c"}) {
    CAPTURE(text);
    CHECK_FALSE(doctor::read_claims(text));
  }
  CHECK_FALSE(doctor::read_claims(token("[1]")));
}

TEST_CASE("the end of a token is judged with the time that is left") {
  const Claims claims{.audience = {}, .tenant = {}, .ends = 10'000, .issued = {}};
  CHECK(judge("https://llm.example/v1", claims, 5'000).status() == Status::ok);
  CHECK(judge("https://llm.example/v1", claims, 9'800).status() == Status::warn);
  const doctor::Finding over = judge("https://llm.example/v1", claims, 10'000);
  CHECK(over.status() == Status::fail);
  CHECK(over.kind == base::ErrorKind::auth);
  CHECK(over.diagnoses.front().remedy.contains("$TOKEN"));
  CHECK(judge("https://my.openai.azure.com", claims, 20'000).diagnoses.front().remedy.contains("az, account"));
}

TEST_CASE("a token from the future tells of a wrong clock") {
  const Claims claims{.audience = {}, .tenant = {}, .ends = 100'000, .issued = 10'000};
  CHECK(judge("https://llm.example/v1", claims, 9'800).status() == Status::ok);
  const doctor::Finding early = judge("https://llm.example/v1", claims, 9'000);
  CHECK(early.status() == Status::warn);
  CHECK(early.diagnoses.front().code == "clock");
}

TEST_CASE("Azure's hosts want a token for Azure OpenAI, in each cloud") {
  struct Row {
    const char* host;
    const char* audience;
    bool fits;
  };
  for (const Row& row : {Row{"https://a.openai.azure.com", "https://cognitiveservices.azure.com", true},
                         Row{"https://a.openai.azure.com", "https://cognitiveservices.azure.com/", true},
                         Row{"https://a.services.ai.azure.com", "https://ai.azure.com", true},
                         Row{"https://a.openai.azure.us", "https://cognitiveservices.azure.us", true},
                         Row{"https://a.openai.azure.com", "https://management.azure.com", false},
                         Row{"https://a.openai.azure.com", "https://graph.microsoft.com", false},
                         Row{"https://llm.example", "https://management.azure.com", true}}) {
    CAPTURE(row.host);
    CAPTURE(row.audience);
    const doctor::Finding finding =
        judge(row.host, {.audience = row.audience, .tenant = {}, .ends = {}, .issued = {}}, 1000);
    CHECK((finding.status() == Status::ok) == row.fits);
  }
  const doctor::Finding us =
      judge("https://a.openai.azure.us", {.audience = "x", .tenant = {}, .ends = {}, .issued = {}}, 1);
  CHECK(us.diagnoses.front().remedy.contains("https://cognitiveservices.azure.us/.default"));
}

TEST_CASE("a key's form tells whose it is, where the host is another provider's") {
  struct Row {
    const char* key;
    const char* base_url;
    bool is_stranger;
  };
  for (const Row& row :
       {Row{"sk-ant-api03-x", "https://api.openai.com/v1", true},
        Row{"sk-ant-api03-x", "https://api.anthropic.com", false},
        Row{"sk-ant-api03-x", "https://litellm.example/v1", false},
        Row{"sk-or-v1-x", "https://api.openai.com/v1", true}, Row{"sk-proj-x", "https://eu.api.openai.com/v1", false},
        Row{"sk-proj-x", "https://openrouter.ai/api/v1", true}, Row{"gsk_x", "https://a.openai.azure.com", true},
        Row{"0123456789abcdef", "https://api.openai.com/v1", false}}) {
    CAPTURE(row.key);
    CAPTURE(row.base_url);
    const At at(row.base_url);
    doctor::Finding finding;
    judge_key_form(at.examined, row.key, finding);
    CHECK((finding.status() == Status::fail) == row.is_stranger);
    for (const auto& one : finding.diagnoses) CHECK_FALSE((one.summary + one.remedy).contains(row.key));
  }
}

TEST_CASE("times are written for people, and never fail") {
  CHECK(doctor::utc_text(0) == "1970-01-01 00:00 UTC");
  CHECK(doctor::utc_text(1'795'746'600) == "2026-11-27 02:30 UTC");
  CHECK(doctor::utc_text(-5) == "1970-01-01 00:00 UTC");
  CHECK(doctor::utc_text(9'000'000'000'000'000) == "9999-12-31 23:59 UTC");
}
