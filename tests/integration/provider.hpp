// Provider: a small provider as the tests of doctor want it: what it serves and what it refuses, as values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/raw_server.hpp"

namespace byok::test {

inline constexpr std::string_view kGoodKey = "sk-good-0123456789abcdef";

struct Provider {
  std::string base = "/v1";                               // where the OpenAI or Anthropic routes begin
  std::string header = "Authorization";                   // that the key must come in
  std::string key = {};                                   // empty: none is wanted
  std::vector<std::string> models = {"m"};                // listed, and answered for
  std::vector<std::string> wires = {"chat/completions"};  // endpoints below `base`: also "responses", "messages"
  bool has_list = true;
  bool is_list_public = false;
  std::string deployments = {};  // Azure's, one: the classic routes instead of `base`
  std::string not_found = R"({"error":{"message":"Not Found","code":"404"}})";
  std::string extra_header = {};
};

// Answers as the provider would, for as many requests as come.
[[nodiscard]] Answer answer_as(Provider provider);
// Enough of one answer for any run.
[[nodiscard]] std::vector<Answer> always(Answer answer);

[[nodiscard]] Pieces json_answer(int status, std::string_view body, std::string_view extra_header = {});

}  // namespace byok::test
