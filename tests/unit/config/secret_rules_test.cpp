// Tests of what a key must look like before it is sent: every breach is named and no value is shown.
#include "config/secret_rules.hpp"

#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using byok::base::ErrorKind;
using byok::config::accept_secret;
using byok::config::is_placeholder;
using Slot = byok::core::Credential::Slot;

namespace {

// The accepted value, or "error: message".
std::string judge(std::string value, Slot slot = Slot::api_key, std::string_view where = "") {
  std::vector<std::string> warnings;
  const auto secret = accept_secret(std::move(value), slot, where, warnings);
  return secret ? std::string(secret->reveal()) : "error: " + secret.error().message;
}

}  // namespace

TEST_CASE("A key is accepted as it is, without the white space around it") {
  for (const std::string_view key :
       {"sk-proj-AbC_123", "0123456789abcdef", "a", "ollama", "sk-ant-api03-x.y~z+/=", "xxx", "none", "$ecret"}) {
    CHECK(judge(std::string(key)) == key);
    CHECK(judge(std::string(key), Slot::bearer_token) == key);
    CHECK(judge("  " + std::string(key) + "\r\n") == key);
  }
}

TEST_CASE("A key that cannot be one is refused with the reason") {
  struct Row {
    std::string value, message;
  };
  for (const Row& row : std::vector<Row>{
           {"", "the API key is empty"},
           {" \n", "the API key is empty"},
           {"Bearer", "the API key is only the word Bearer"},
           {"bearer ", "the API key is only the word Bearer"},
           {"Bearer sk-1", "the API key begins with the word Bearer, which is not part of a key"},
           {"sk-1 sk-2", "the API key has white space inside"},
           {"sk-1\nsk-2", "the API key has white space inside"},
           {"sk-1\tx", "the API key has white space inside"},
           {std::string("sk-1\0x", 6), "the API key has control characters inside"},
           {"sk-1\x1b[0m", "the API key has control characters inside"},
           {"sk-1\x7f", "the API key has control characters inside"},
           {"sk-1\u200b", "the API key holds a character that no key has, perhaps an invisible one"},
           {"\ufeffsk-1", "the API key holds a character that no key has, perhaps an invisible one"},
           {"\"sk-1\"", "the API key has quotation marks around it"},
           {"'sk-1'", "the API key has quotation marks around it"},
           {"$OPENAI_API_KEY", "the API key is the name of a variable, not its value"},
           {"${OPENAI_API_KEY}", "the API key is the name of a variable, not its value"},
           {"sk-...", "the API key is placeholder text, not a key"},
       }) {
    CAPTURE(row.value);
    CHECK(judge(row.value) == "error: " + row.message);
  }
}

TEST_CASE("A refusal is a configuration error with a way out, and never shows the value") {
  for (const std::string value :
       {"very secret", "Bearer very secret", "\"verysecret\"", "<verysecret>", "verysecret\x01"}) {
    std::vector<std::string> warnings;
    const auto secret = accept_secret(value, Slot::api_key, "$KEY", warnings);
    REQUIRE_FALSE(secret);
    CHECK(secret.error().kind == ErrorKind::config);
    CHECK(secret.error().message.starts_with("the API key from $KEY "));
    CHECK_FALSE(secret.error().hint.empty());
    CHECK_FALSE(secret.error().message.contains("very"));
    CHECK_FALSE(secret.error().message.contains("secret "));
  }
}

TEST_CASE("A bearer token loses a leading Bearer, with a warning that does not show it") {
  for (const std::string value : {"Bearer verysecret", "bearer  verysecret ", "BEARER\tverysecret\n"}) {
    std::vector<std::string> warnings;
    const auto secret = accept_secret(value, Slot::bearer_token, "$TOKEN", warnings);
    REQUIRE(secret);
    CHECK(secret->reveal() == "verysecret");
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0] == "the bearer token from $TOKEN begins with `Bearer `, which byok adds itself: dropped");
  }
  std::vector<std::string> warnings;
  CHECK(accept_secret("bearerish", Slot::bearer_token, "", warnings)->reveal() == "bearerish");
  CHECK(warnings.empty());
}

TEST_CASE("A bearer token must be a whole one") {
  CHECK(judge("", Slot::bearer_token) == "error: the bearer token is empty");
  CHECK(judge("Bearer ", Slot::bearer_token) == "error: the bearer token is only the word Bearer");
  CHECK(judge("Bearer a b", Slot::bearer_token) == "error: the bearer token has white space inside");
  CHECK(judge("Bearer Bearer a", Slot::bearer_token) ==
        "error: the bearer token begins with the word Bearer, which is not part of a key");
}

TEST_CASE("Placeholders are told from keys") {
  for (const std::string_view text :
       {"sk-...", "...", "sk-…", "<key>", "<your key here>", "YOUR_KEY", "YOUR_API_KEY", "your-api-key", "sk-your-key",
        "your_openai_key", "sk-xxxxxxxx", "sk-ant-XXXX", "sk-****", "{api_key}", "[KEY]", "changeme", "REPLACE_ME"}) {
    CAPTURE(text);
    CHECK(is_placeholder(text));
  }
  for (const std::string_view text : {"sk-abc", "xxx", "xxxxxxxx", "sk-xxx", "sk-xxxy", "x", "-", "a-", "EMPTY",
                                      "lm-studio", "<", "none", "", "sk-proj-x.y"}) {
    CAPTURE(text);
    CHECK_FALSE(is_placeholder(text));
  }
}
