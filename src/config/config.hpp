// Config: file, environment and flags made into one checked Profile.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/environment.hpp"
#include "core/diagnosis.hpp"
#include "core/profile.hpp"

namespace byok::config {

// What the command line says about the profile, each absent unless given.
struct Overrides {
  std::optional<std::string> config_file;  // --config
  std::optional<std::string> profile;      // --profile
  std::optional<std::string> model;        // --model
  bool is_session_model = false;           // `model` is a session's: where it is the profile's own, wire_model stays
  std::optional<std::string> system;       // --system, already read
  core::Sampling sampling;                 // laid over the profile's
  std::optional<int> retries;
  std::optional<std::chrono::milliseconds> retry_max_wait, connect_timeout, first_token_timeout, idle_timeout, timeout;
  std::vector<core::Header> headers;  // -H: laid over the profile's by name
  bool allow_unset = false;           // dry run: an unset variable is shown as it is written, no rule 15 error
  bool needs_model = true;            // false for `models list`: rule 1 does not apply
  std::string foundry_origin;         // where Foundry Local was found; without it, its built-in profile is a Failure
                                      // with the code kFoundryPortUnknown
};

inline constexpr std::string_view kFoundryPortUnknown = "foundry-local-port";

struct Resolved {
  core::Profile profile;
  std::vector<core::Diagnosis> notices;  // warnings and notes, in order
  std::string chosen_by;                 // "--profile", "$BYOK_PROFILE", "default_profile", …
};

// The failure to resolve: the Error for the exit code and the message, and every diagnosis found in the one run.
struct Failure {
  base::Error error;  // message and hint hold what the diagnoses say, ready to print
  std::vector<core::Diagnosis> diagnoses;
};

struct ProfileSummary {
  std::string name;
  bool is_builtin = false;
  bool is_active = false;  // the one that would be used with no --profile
  std::string where;       // "config.yaml:12:3", or empty for one that stands in no file
  std::string host;
  std::string model;
  std::vector<core::Diagnosis> problems;
};

// The configuration as found; owns what was read. Literal keys stay inside it.
class Config {
 public:
  // Reads the files (config.md, "Where a profile comes from"). A file that cannot be used is a Failure of the later
  // calls that need it, so that `byok profiles path` still works.
  [[nodiscard]] static Config load(const Environment& environment, const std::optional<std::string>& config_file);
  Config(Config&&) noexcept;
  Config& operator=(Config&&) noexcept;
  ~Config();

  // The profile to use, by the order of config.md, resolved and checked. Only the credential that will be sent is
  // looked at, and it is not read here.
  [[nodiscard]] std::expected<Resolved, Failure> resolve(const Overrides& overrides) const;

  // Every profile that exists (file, `env`, built-ins), each judged; never fails.
  [[nodiscard]] std::vector<ProfileSummary> list() const;
  // Diagnoses that concern the whole file: syntax, unknown keys, wrong types.
  [[nodiscard]] const std::vector<core::Diagnosis>& file_problems() const;
  // The user's configuration file (existing or not), and the system's when it is used.
  [[nodiscard]] std::filesystem::path user_file() const;
  [[nodiscard]] std::filesystem::path system_file() const;

  // The text of a literal credential, by Credential::literal_place. For credential.cpp only.
  [[nodiscard]] std::string_view literal(std::string_view place) const;
  [[nodiscard]] const Environment& environment() const;

 private:
  struct State;
  explicit Config(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace byok::config
