// Tests of Secret, Redactor and the names that are treated as secret.
#include "base/secret.hpp"

#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

#include <doctest/doctest.h>

#include "base/text.hpp"

namespace byok::base {
namespace {

constexpr std::string_view kKey = "sk-proj/a+b=c?d&e";

Redactor redactor_of(std::string_view secret) {
  Redactor redactor;
  redactor.add(secret);
  return redactor;
}

TEST_CASE("a secret can be moved but not copied or printed by accident") {
  CHECK_FALSE(std::is_copy_constructible_v<Secret>);
  CHECK_FALSE(std::is_copy_assignable_v<Secret>);
  CHECK_FALSE(std::is_convertible_v<Secret, std::string>);
  CHECK_FALSE(std::is_convertible_v<Secret, std::string_view>);
  CHECK(std::is_nothrow_move_constructible_v<Secret>);
}

TEST_CASE("a moved-from secret is empty, short or long") {
  for (const std::string& value : {std::string("short"), std::string(200, 'x')}) {
    Secret first(value);
    Secret second(std::move(first));
    CHECK(second.reveal() == value);
    CHECK(first.is_empty());  // NOLINT(bugprone-use-after-move): it is what is tested
    Secret third("something else");
    third = std::move(second);
    CHECK(third.reveal() == value);
    CHECK(second.is_empty());  // NOLINT(bugprone-use-after-move)
    CHECK(third.copy().reveal() == value);
    CHECK(third.reveal() == value);
  }
}

TEST_CASE("a secret survives assignment to itself") {
  Secret secret("value");
  Secret& same = secret;
  secret = std::move(same);
  CHECK(secret.reveal() == "value");
}

TEST_CASE("wipe leaves no byte of the text in its buffer") {
  for (const std::size_t size : {std::size_t{5}, std::size_t{500}}) {
    std::string text(size, 'k');
    const char* bytes = text.data();
    wipe(text);
    CHECK(text.empty());
    REQUIRE(text.data() == bytes);
    text.resize(text.capacity());  // writes zeros: the check is that nothing was moved and nothing crashes
    CHECK(text.find('k') == std::string::npos);
  }
}

TEST_CASE("a known secret is replaced wherever it stands, in every coding") {
  const Redactor redactor = redactor_of(kKey);
  const std::string quoted = json_quote(std::string(kKey));
  const std::string cases[] = {
      std::string(kKey),
      percent_encode(kKey),
      "sk-proj%2fa%2bb%3dc%3fd%26e",
      quoted,
      "Bearer " + std::string(kKey) + " and again " + std::string(kKey),
  };
  for (const std::string& text : cases) {
    CAPTURE(text);
    const std::string safe = redactor.redact(text);
    CHECK(safe.find("[redacted]") != std::string::npos);
    CHECK(safe.find("proj") == std::string::npos);
    CHECK(safe.find("c?d") == std::string::npos);
  }
  CHECK(redactor.redact("a " + std::string(kKey) + " b " + std::string(kKey)) == "a [redacted] b [redacted]");
}

TEST_CASE("a secret with characters that JSON escapes is found in JSON") {
  const std::string secret = "pass\"word\\with\tall";
  CHECK(redactor_of(secret).redact(json_quote("x " + secret + " y")) == "\"x [redacted] y\"");
}

TEST_CASE("a secret is found in JSON that is quoted in JSON that is quoted in JSON") {
  const std::string secret = "pass\"word\\with\tall";
  const std::string twice = json_quote(json_quote("x " + secret + " y"));
  CHECK(redactor_of(secret).redact(twice) == R"("\"x [redacted] y\"")");
  CHECK(redactor_of(secret).redact(json_quote(twice)).find("word") == std::string::npos);
}

TEST_CASE("the beginning of a secret in front of the place where a text was cut is taken out") {
  const Redactor redactor = redactor_of(kKey);
  for (std::size_t length = 8; length <= kKey.size(); ++length) {
    const std::string text = "a " + std::string(kKey.substr(0, length)) + "… b";
    CAPTURE(text);
    CHECK(redactor.redact(text) == "a [redacted]… b");
  }
  CHECK(redactor.redact("a sk-proj… b") == "a sk-proj… b");  // no more than the kind of key
  CHECK(redactor.redact("… and nothing before") == "… and nothing before");
}

TEST_CASE("a secret inside base64 is found at each alignment, whatever stands around it") {
  const Redactor redactor = redactor_of("sk-abcdefghijkl");
  for (const std::string before : {"", "u", "us", "use", "user:", "user:\xFF\xFE"}) {
    for (const std::string after : {"", "\n", "::", "\xFF\xFF\xFF", "zzzz"}) {
      const std::string coded = base64_encode(before + "sk-abcdefghijkl" + after);
      const std::string safe = redactor.redact(coded);
      CAPTURE(coded);
      CHECK(safe.find("[redacted]") != std::string::npos);
      // At each edge one character may be left, which carries bits of the neighbour.
      CHECK(safe.size() <= base64_encode(before).size() + base64_encode(after).size() + 4 + 10);
    }
  }
}

TEST_CASE("a secret in the URL-safe base64 alphabet is found") {
  const std::string secret = "\xFB\xEF\xBE\xFB\xEF\xBE\xFB\xEF\xBE";
  REQUIRE(base64_encode(secret) == "++++++++++++");
  CHECK(redactor_of(secret).redact("token ------------ end") == "token [redacted] end");
  CHECK(redactor_of(secret).redact("token ++++++++++++ end") == "token [redacted] end");
}

TEST_CASE("a value under 8 characters is never searched for") {
  CHECK(redactor_of("1234567").is_empty());
  CHECK(redactor_of("1234567").redact("1234567") == "1234567");
  CHECK(redactor_of("12345678").redact("12345678") == "[redacted]");
  CHECK(redactor_of("").is_empty());
}

TEST_CASE("overlapping secrets leave nothing of either behind") {
  Redactor redactor;
  redactor.add("abcdefghij");
  redactor.add("ghijklmnop");
  CHECK(redactor.redact("<abcdefghijklmnop>") == "<[redacted]>");
  CHECK(redactor.redact("<abcdefghij|ghijklmnop>") == "<[redacted]|[redacted]>");
}

TEST_CASE("of two secrets that begin alike the longer one is taken out whole") {
  Redactor redactor;
  redactor.add("token-12345");
  redactor.add("token-12345-and-more");
  CHECK(redactor.redact("x token-12345-and-more y token-12345 z") == "x [redacted] y [redacted] z");
}

TEST_CASE("a secret that repeats itself is covered to its last character") {
  CHECK(redactor_of("abababab").redact("abababababab") == "[redacted]");
  CHECK(redactor_of("abababab").redact("xababababax") == "x[redacted]ax");
}

TEST_CASE("a secret that is part of the mask does not disturb it") {
  Redactor redactor;
  redactor.add("redacted");
  redactor.add("other-secret");
  CHECK(redactor.redact("other-secret and redacted") == "[redacted] and [redacted]");
}

TEST_CASE("text without a secret is unchanged, and an empty redactor changes nothing") {
  CHECK(redactor_of(kKey).redact("nothing here") == "nothing here");
  CHECK(redactor_of(kKey).redact("").empty());
  CHECK(Redactor().redact(kKey) == kKey);
}

TEST_CASE("a moved redactor keeps its knowledge") {
  Redactor first = redactor_of("12345678");
  const Redactor second = std::move(first);
  CHECK(second.redact("12345678") == "[redacted]");
}

TEST_CASE("names of headers, queries and fields that hold secrets are recognised") {
  for (const std::string_view name : {"authorization",
                                      "Authorization",
                                      "AUTHORIZATION",
                                      "proxy-authorization",
                                      "key",
                                      "api-key",
                                      "api_key",
                                      "apiKey",
                                      "APIKey",
                                      "apikey",
                                      "x-api-key",
                                      "X-API-KEY",
                                      "Ocp-Apim-Subscription-Key",
                                      "subscriptionKey",
                                      "token",
                                      "access_token",
                                      "accessToken",
                                      "x-auth-token",
                                      "X-Amz-Security-Token",
                                      "oauth2token",
                                      "secret",
                                      "client_secret",
                                      "clientSecret",
                                      "cookie",
                                      "set-cookie",
                                      "Set-Cookie",
                                      "password",
                                      "db.password",
                                      "key1"}) {
    CAPTURE(name);
    CHECK(is_secret_name(name));
  }
}

TEST_CASE("what may be the beginning of a secret is held back until it is told apart") {
  const Redactor redactor = redactor_of("sk-test-0123456789");
  CHECK(Redactor().open_length("sk-test") == 0);
  CHECK(redactor.open_length("") == 0);
  CHECK(redactor.open_length("the key is ") == 0);
  CHECK(redactor.open_length("the key is sk-te") == 5);
  CHECK(redactor.open_length("sk-test-01234567") == 16);
  CHECK(redactor.open_length("sk-test-0123456789, I see") == 0);
  CHECK(redactor.open_length("sk-test-0123456789 s") == 1);
}

TEST_CASE("a secret in pieces is found, wherever it is cut") {
  const std::string text = "one sk-test-0123456789 two sk-test-0123456789sk-test-0123456789 sk-test";
  const Redactor redactor = redactor_of("sk-test-0123456789");
  for (std::size_t size = 1; size < text.size(); ++size) {
    CAPTURE(size);
    std::string shown;
    std::string held;
    for (std::size_t at = 0; at < text.size(); at += size) {
      held += text.substr(at, size);
      const std::size_t length = held.size() - redactor.open_length(held);
      shown += redactor.redact(held.substr(0, length));
      held.erase(0, length);
    }
    CHECK(shown + held == "one [redacted] two [redacted][redacted] sk-test");
  }
}

TEST_CASE("a secret that ends as another begins is not cut in two") {
  Redactor redactor;
  redactor.add("abcdefghij");
  redactor.add("ijklmnopqr");
  CHECK(redactor.open_length("x abcdefghij") == 10);
  CHECK(redactor.redact("x abcdefghijklmnopqr") == "x [redacted]");
}

TEST_CASE("schemes of authentication are known by their names") {
  for (const std::string_view word : {"Bearer", "basic", "NEGOTIATE", "DPoP"}) CHECK(is_auth_scheme(word));
  for (const std::string_view word : {"", "sk-firstpart12", "Bearer:", "bear"}) CHECK_FALSE(is_auth_scheme(word));
}

TEST_CASE("names that only look like secrets are not taken for them") {
  for (const std::string_view name : {"", "max_tokens", "maxTokens", "max_completion_tokens", "tokens", "keyboard",
                                      "monkey", "tokenizer", "content-type", "accept", "user-agent", "x-request-id",
                                      "anthropic-version", "api-version", "model", "-", "__", "author", "secretary"}) {
    CAPTURE(name);
    CHECK_FALSE(is_secret_name(name));
  }
}

}  // namespace
}  // namespace byok::base
