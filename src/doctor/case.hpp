// Case: one profile under examination: what was asked, and what the checks have found out so far.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "config/config.hpp"
#include "core/diagnosis.hpp"
#include "core/model_info.hpp"
#include "core/profile.hpp"
#include "session/turn.hpp"
#include "transport/transport.hpp"

namespace byok::doctor {

enum class Status { ok, warn, fail, skip };
[[nodiscard]] std::string_view to_string(Status status);

// The answer to one check.
struct Finding {
  std::string seen;                                // one line: what was seen
  std::vector<std::string> details;                // further lines
  std::vector<core::Diagnosis> diagnoses;          // what is wrong; notes do no harm
  base::ErrorKind kind = base::ErrorKind::config;  // of the first error among them: decides the exit code
  bool is_skipped = false;

  // The worst of the diagnoses decides.
  [[nodiscard]] Status status() const;
  Finding& warn(std::string code, std::string summary, std::string remedy);
  Finding& fail(base::ErrorKind why, std::string code, std::string summary, std::string remedy);
  // The error as a diagnosis; where it has no hint, `otherwise` is the remedy.
  Finding& fail(const base::Error& error, std::string_view otherwise);
};
[[nodiscard]] Finding skipped(std::string why);

struct Options {
  bool is_offline = false;
  bool tries_all_wires = false;
  std::chrono::milliseconds limit{10'000};  // of each check
  int interrupt = -1;
  std::filesystem::path cache_directory;  // of model lists; empty: none
  // Called with the profile before it is used: its secrets become known, the demo provider is started.
  std::function<base::Result<>(core::Profile&)> prepare;
  std::function<void(std::string_view)> on_secret;  // what must never be shown, as soon as it is known
};

// What a short prompt came to.
struct Reply {
  session::TurnResult turn;
  std::string text;
  std::chrono::milliseconds time{0};
};

// The head of the last answer, as it passed by.
struct LastHead {
  int status = 0;
  std::string date;  // the server's clock, as it was written
};

struct Case {
  const config::Config& config;
  const config::Overrides& overrides;
  const Options& options;
  const base::Log& log;
  std::string name = {};    // of the profile; empty where none was chosen
  bool is_builtin = false;  // it stands in no file

  // Set by the rules. It may lack a model or a usable credential: whether they were met, their check says.
  std::optional<core::Profile> profile = std::nullopt;
  std::vector<core::Diagnosis> on_credential = {};  // the rules' findings that belong to later checks
  std::vector<core::Diagnosis> on_address = {};
  std::string foundry_origin = {};  // where Foundry Local was found; empty: not looked for, or not running
  base::Secret secret = base::Secret();
  std::vector<std::string> addresses = {};
  std::unique_ptr<transport::Transport> transport = nullptr;
  LastHead last_head = {};
  std::optional<base::Result<std::vector<core::ModelInfo>>> models = std::nullopt;  // the provider's list
  std::optional<Reply> reply = std::nullopt;
  std::chrono::steady_clock::time_point deadline = {};  // of the check that runs

  // What is left of the check's time.
  [[nodiscard]] std::chrono::milliseconds left() const;
};

using Settings = std::vector<std::pair<std::string, std::string>>;  // dotted key and value, as YAML
// What to write or run so that the case's profile has these values: YAML lines for a file, `export` for variables.
[[nodiscard]] std::string how_to_set(const Case& c, const Settings& settings);

}  // namespace byok::doctor
