// Tests of the diff that is shown before an edit: it tells the change and no secret.
#include "config/edit_view.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <vector>

using namespace byok::config;

TEST_CASE("An edit is shown with its place, what goes and what comes") {
  const std::vector<Edit> edits = {{.line = 0, .removed = {"default_profile: a"}, .added = {"default_profile: b"}},
                                   {.line = 6, .removed = {}, .added = {"  b:", "    model: m"}}};
  CHECK(edits_as_diff(edits) ==
        "@@ line 1 @@\n-default_profile: a\n+default_profile: b\n@@ line 7 @@\n+  b:\n+    model: m\n");
}

TEST_CASE("A secret is masked wherever it stands in a line") {
  CHECK(without_secrets("    api_key: s3cr3t") == "    api_key: [redacted]");
  CHECK(without_secrets("    apiKey: \"s3cr3t\" # mine") == "    apiKey: [redacted]");
  CHECK(without_secrets("    # bearer_token: s3cr3t") == "    # bearer_token: [redacted]");
  CHECK(without_secrets("  a: {api_key: s3, model: m}") == "  a: {api_key: [redacted]");
  CHECK(without_secrets("      Authorization: Bearer s3cr3t") == "      Authorization: [redacted]");
  CHECK(without_secrets("      \"X-Api-Key\" : s3cr3t") == "      \"X-Api-Key\" : [redacted]");
  CHECK(without_secrets("    base_url: https://h/v1?key=s3cr3t&a=b") ==
        "    base_url: https://h/v1?key=[redacted]&a=b");
  CHECK(without_secrets("    proxy: http://me:s3cr3t@proxy:3128") == "    proxy: http://[redacted]@proxy:3128");
}

TEST_CASE("What is no secret is shown as it is") {
  for (const std::string line :
       {"    api_key: ${env:OPENAI_API_KEY}", "    api_key: \"${file:keys/a}\"", "    api_key:", "    api_key: # later",
        "    bearer_token: {command: [az, account]}", "    command: [op, read, \"op://a/b\"]",
        "    max_output_tokens: 5", "    model: my-key-model", "    base_url: https://h/v1?tenant=a", "  tokens:"}) {
    CAPTURE(line);
    CHECK(without_secrets(line) == line);
  }
}

TEST_CASE("Literal secrets are found for the redactor, line by line") {
  const Document document = parse_yaml(
      "profiles:\n  a:\n    api_key: first-one\n    headers:\n      X-Token: second-one\n      X-Title: open\n"
      "  b:\n    bearerToken: |\n      third-one\n      fourth-one\n  c:\n    api_key: ${env:K}\n"
      "  d:\n    api_key:\n      command: [op, read]\n",
      "f");
  CHECK(literal_secrets(document.root) ==
        std::vector<std::string>{"first-one", "second-one", "third-one", "fourth-one"});
}
