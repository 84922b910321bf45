// One broken set-up, its diagnosis, and its remedy applied as it is written.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "integration/provider.hpp"
#include "integration/sandbox.hpp"

namespace byok::test {

struct Broken {
  std::string name;
  std::string profile;                  // lines of `profiles: p:`, each indented by four blanks; {port} is the server's
  std::string check;                    // the first that is not ok
  std::string remedy;                   // stands in its remediation; {port} as above
  int exit_code = 3;                    // 0: the check warns
  Variables environment = {};           // {port} as above
  std::vector<std::string> words = {};  // after `byok doctor -p p`
  Provider provider = {};
  std::vector<std::pair<std::string, std::string>> blanks = {};  // what a person fills into the remedy's blanks
  bool applies = true;                                           // the remedy can be applied; then the next run passes
  std::string file = {};                                         // the whole file, in place of one made of `profile`
};

// The remedy's lines put into the file and the environment: `key: value` under the profile, `export NAME=value`.
// False where the remedy holds nothing of the kind.
[[nodiscard]] bool apply_remedy(std::string_view remedy, std::string& profile, Variables& environment);

// What a run said: its JSON, and the first check that is neither ok nor skipped.
struct Verdict {
  ProcessResult result;
  nlohmann::json report;
  std::string check;
  std::string status;
  std::string summary;
  std::string remediation;
  std::string details;
};
[[nodiscard]] Verdict examine(Sandbox& sandbox, std::vector<std::string> words = {});

// Writes the profile `p` as the configuration.
void configure(const Sandbox& sandbox, std::string_view profile);

// Fails where one of the tests' keys stands in what was printed.
void check_no_secret(const ProcessResult& result);

// The whole of a row: diagnosed, nothing leaked, mended.
void prove(const Broken& row, Sandbox& sandbox, std::uint16_t port);
// The same with a server made of the row's provider.
void prove(const Broken& row);

[[nodiscard]] std::string with_port(std::string text, std::uint16_t port);

}  // namespace byok::test
