// What would work instead: other addresses, wire APIs and models.
#include "doctor/alternatives.hpp"

#include <ostream>
//
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace byok;
using core::ProviderType;
using core::WireApi;
using doctor::all_wires;
using doctor::Alternative;
using doctor::other_routes;

namespace {

core::Profile at(std::string_view base_url, ProviderType type = ProviderType::openai) {
  core::Profile profile;
  profile.base_url = core::Url::parse(base_url).value();
  profile.type = type;
  profile.wire_api = type == ProviderType::anthropic ? WireApi::messages : WireApi::completions;
  if (type == ProviderType::azure) profile.azure_api_version = "2024-10-21";
  return profile;
}

bool has(const std::vector<Alternative>& all, const doctor::Settings& settings) {
  return std::ranges::any_of(all, [&](const Alternative& one) { return one.settings == settings; });
}

std::vector<core::ModelInfo> models(std::initializer_list<const char*> ids) {
  std::vector<core::ModelInfo> list;
  for (const char* id : ids) {
    list.emplace_back();
    list.back().id = id;
  }
  return list;
}

}  // namespace

TEST_CASE("other routes stay on the host and never repeat the profile itself") {
  for (const auto& profile :
       {at("http://h.example:81"), at("http://h.example:81/v1"), at("http://h.example:81/api/v1/"),
        at("https://a.openai.azure.com/openai/v1/"), at("https://h.example", ProviderType::azure),
        at("https://h.example/x", ProviderType::anthropic)}) {
    const auto all = other_routes(profile);
    CHECK_FALSE(all.empty());
    CHECK(all.size() <= 7);
    for (const Alternative& one : all) {
      CHECK(one.profile.base_url.host() == profile.base_url.host());
      CHECK(one.profile.base_url.port() == profile.base_url.port());
      CHECK_FALSE(one.settings.empty());
    }
  }
  CHECK(has(other_routes(at("http://h.example:81")), {{"base_url", "http://h.example:81/v1"}}));
  CHECK_FALSE(has(other_routes(at("http://h.example:81/v1/")), {{"base_url", "http://h.example:81/v1"}}));
  CHECK(has(other_routes(at("https://h.example", ProviderType::azure)), {{"azure.api_version", "v1"}}));
  CHECK(has(other_routes(at("https://h.example", ProviderType::anthropic)),
            {{"type", "openai"}, {"base_url", "https://h.example/v1"}}));
}

TEST_CASE("all wires begin with the configured one") {
  const auto openai = all_wires(at("http://h.example/v1"));
  REQUIRE(openai.size() == 3);
  CHECK(openai[0].profile.wire_api == WireApi::completions);
  CHECK(openai[1].settings == doctor::Settings{{"wire_api", "responses"}});
  CHECK(openai[2].profile.base_url.str() == "http://h.example");
  core::Profile responses = at("http://h.example/v1");
  responses.wire_api = WireApi::responses;
  CHECK(all_wires(responses)[0].profile.wire_api == WireApi::responses);
  CHECK(all_wires(responses)[1].profile.wire_api == WireApi::completions);
  const auto azure = all_wires(at("https://h.example", ProviderType::azure));
  REQUIRE(azure.size() == 2);
  CHECK(azure[1].settings == doctor::Settings{{"wire_api", "responses"}, {"azure.api_version", "v1"}});
  const auto anthropic = all_wires(at("https://h.example", ProviderType::anthropic));
  REQUIRE(anthropic.size() == 3);
  CHECK(anthropic[0].profile.wire_api == WireApi::messages);
  CHECK(anthropic[1].profile.base_url.str() == "https://h.example/v1");
}

TEST_CASE("the model that is meant: a tag, a variant, a slip, a longer name") {
  CHECK(doctor::closest_model("llama3.2", models({"qwen", "llama3.2:1b"})) == "llama3.2:1b");
  CHECK(doctor::closest_model("phi-4-mini", models({"Phi-4-mini-instruct-generic-cpu:4"})) ==
        "Phi-4-mini-instruct-generic-cpu:4");
  CHECK(doctor::closest_model("gpt-4o-mni", models({"gpt-4o-mini", "gpt-5"})) == "gpt-4o-mini");
  CHECK(doctor::closest_model("gpt-4.1-2025", models({"gpt-4", "gpt-4.1"})) == "gpt-4.1");
  CHECK(doctor::closest_model("claude", models({"qwen", "llama"})) == "");
  CHECK(doctor::closest_model("x", {}) == "");
  CHECK(doctor::is_listed("llama3.2", models({"llama3.2:latest"})));
  CHECK_FALSE(doctor::is_listed("llama3.2", models({"llama3.2:1b"})));
}
