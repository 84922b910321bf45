// Ruling: what each rule is given: the draft, and the list that its findings go to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/draft.hpp"
#include "core/diagnosis.hpp"

namespace byok::config {

class Ruling {
 public:
  Ruling(Draft& judged, std::vector<core::Diagnosis>& out) : draft(judged), profile(judged.profile), out_(out) {}

  Draft& draft;
  core::Profile& profile;

  void error(std::string code, std::string_view key, std::string summary, std::string remedy) {
    add(core::Severity::error, std::move(code), key, std::move(summary), std::move(remedy));
  }
  void warn(std::string code, std::string_view key, std::string summary, std::string remedy) {
    add(core::Severity::warning, std::move(code), key, std::move(summary), std::move(remedy));
  }
  void note(std::string code, std::string_view key, std::string summary) {
    add(core::Severity::note, std::move(code), key, std::move(summary), {});
  }

  // How the user set a key, as words: "`base_url`", "BYOK_BASE_URL", "--temperature".
  [[nodiscard]] std::string name_of(std::string_view key) const;
  // What the user should write to give a key this value: "base_url: https://…", "BYOK_BASE_URL=https://…".
  [[nodiscard]] std::string assign(std::string_view key, std::string_view value) const;

 private:
  void add(core::Severity severity, std::string code, std::string_view key, std::string summary, std::string remedy);

  std::vector<core::Diagnosis>& out_;
};

// The rules on addresses: 2 and 4 to 8.
void judge_address(Ruling& ruling);
// The rules on credentials: 11 to 15.
void judge_credentials(Ruling& ruling);

}  // namespace byok::config
