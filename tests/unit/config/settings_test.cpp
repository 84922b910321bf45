// Tests of a profile's settings: flattening, and what one layer takes from another.
#include "config/settings.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "config/values.hpp"

using namespace byok;
using namespace byok::config;

namespace {

const Origin kOrigin = {.file = "c.yaml", .directory = "/etc/x", .place = "profiles.p"};

Settings settings_of(std::string_view yaml) { return flatten(parse_yaml(yaml, "c.yaml").root, kOrigin); }

Environment environment(std::map<std::string, std::string, std::less<>> values = {}) {
  return Environment(std::move(values));
}

std::string keys_of(const Settings& settings) {
  std::string out;
  for (const auto& [key, setting] : settings) out += (out.empty() ? "" : " ") + key;
  return out;
}

std::string inherited(std::string_view child, std::string_view parent) {
  return keys_of(inherit(settings_of(child), settings_of(parent), environment()));
}

}  // namespace

TEST_CASE("Keys are flattened to one spelling, nested ones dotted, header names in lower case") {
  const Settings settings =
      settings_of("baseUrl: u\nazure: {apiVersion: v1}\ntls: {ca_file: f}\nheaders: {X-Title: t}\nbody: {a: {b: 1}}\n");
  CHECK(keys_of(settings) == "azure.api_version base_url body headers.x-title tls.ca_file");
  CHECK(settings.at("headers.x-title").label == "X-Title");
  CHECK(settings.at("headers.x-title").where == "c.yaml:4:20");
  CHECK(settings.at("base_url").directory == "/etc/x");
  CHECK(settings_of("api_key: x").at("api_key").place == "profiles.p.api_key");
  CHECK(settings_of("apiKey: x").at("api_key").place == "profiles.p.api_key");
}

TEST_CASE("Empty values and empty groups leave no setting behind") {
  CHECK(settings_of("model:\nheaders:\nazure: {}\ntls:\n").empty());
  CHECK(settings_of("").empty());
}

TEST_CASE("A child keeps its own values and takes the others") {
  CHECK(inherited("model: a", "retries: 1\nmodel: b") == "model retries");
  const Settings merged = inherit(settings_of("model: a"), settings_of("model: b\nseed: 1"), environment());
  CHECK(merged.at("model").value.text == "a");
  CHECK(merged.at("seed").value.text == "1");
}

TEST_CASE("Either credential keeps both of the parent's away, and so does auth") {
  const char* both = "api_key: a\nbearer_token: b";
  CHECK(inherited("model: m", both) == "api_key bearer_token model");
  CHECK(inherited("api_key: x", both) == "api_key");
  CHECK(inherited("bearer_token: x", both) == "bearer_token");
  CHECK(inherited("auth: none", both) == "auth");
  CHECK(inherited("api_key: x", "auth: none") == "api_key");
  CHECK(inherited("model: m", "auth: none") == "auth model");
  CHECK(has_credential(settings_of("bearer_token: b")));
  CHECK_FALSE(has_credential(settings_of("auth: none")));
}

TEST_CASE("A parent without an address lends its credential, one with another address does not") {
  CHECK(inherited("base_url: https://a", "api_key: x") == "api_key base_url");
  CHECK(inherited("base_url: https://a", "api_key: x\nbase_url: https://a/v1") == "api_key base_url");
  CHECK(inherited("base_url: https://a", "api_key: x\nbase_url: https://b") == "base_url");
  CHECK(inherited("base_url: nonsense", "api_key: x\nbase_url: nonsense") == "base_url");
  CHECK(inherited("base_url: https://a",
                  "headers: {A: b}\nbody: {a: 1}\ntls: {client_cert: c, ca_file: d}\nseed: 1\n"
                  "base_url: https://b") == "base_url seed tls.ca_file");
}

TEST_CASE("Bodies merge at every level, where lists and scalars replace") {
  const Settings merged = inherit(settings_of("body: {a: {b: 1}, l: [1], s: {x: 1}}"),
                                  settings_of("body: {a: {b: 2, c: 3}, l: [2, 3], s: text, n: 4}"), environment());
  CHECK(to_json(merged.at("body").value) == R"({"a":{"b":1,"c":3},"l":[1],"s":{"x":1},"n":4})");
}

TEST_CASE("The address is read with its references, or not at all") {
  const Environment set = environment({{"HOST", "h.example"}});
  CHECK(base_url_of(settings_of("base_url: https://${env:HOST}/v1"), set) == "https://h.example/v1");
  CHECK_FALSE(base_url_of(settings_of("base_url: https://${env:NONE}/v1"), set).has_value());
  CHECK_FALSE(base_url_of(settings_of("model: m"), set).has_value());
  Settings literal = settings_of("base_url: https://${env:HOST}/v1");
  literal.at("base_url").expands = false;
  CHECK(base_url_of(literal, set) == "https://${env:HOST}/v1");
}
