// Doctor: the table of checks, and one run of it over one profile.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "doctor/case.hpp"

namespace byok::doctor {

struct CheckResult {
  std::string_view id;     // stable: config, rules, credential, address, dns, connect, tls, route, model, reply
  std::string_view title;  // for people
  Status status = Status::ok;
  std::string summary;  // what was seen, or what is wrong
  std::vector<std::string> details;
  std::string remedy;                              // what to change; empty for ok and skip
  base::ErrorKind kind = base::ErrorKind::config;  // of a failure
  std::chrono::milliseconds duration{0};
};

struct Report {
  std::string profile;  // its name, or empty where none could be chosen
  std::string host;
  std::vector<CheckResult> checks;
  bool is_cancelled = false;  // an interrupt ended the run; the checks are those before it

  [[nodiscard]] Status overall() const;  // fail, warn or ok
  // The first failure, or null.
  [[nodiscard]] const CheckResult* first_failure() const;
};

// Runs the checks in order, skipping what an earlier failure makes senseless. `on_check` sees each result at once.
[[nodiscard]] Report examine(const config::Config& config, const config::Overrides& overrides, const Options& options,
                             const base::Log& log, const std::function<void(const Report&)>& on_check);

// The profiles that `--all` looks at: those of the files and the environment, and the built-in ones that something was
// set up for.
[[nodiscard]] std::vector<std::string> profiles_in_use(const config::Config& config);

}  // namespace byok::doctor
