// Launch: from what the command line says to a profile that can be called: configuration, secrets, the demo provider.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/context.hpp"
#include "config/config.hpp"
#include "core/profile.hpp"
#include "mock/mock.hpp"

namespace byok::cli {

struct Launched {
  config::Config config;
  core::Profile profile;
  std::unique_ptr<mock::MockServer> demo;                         // alive while the profile `demo` is in use
  std::optional<std::chrono::steady_clock::time_point> deadline;  // limits.timeout from the start of the run

  // "profile foundry, https://my.openai.azure.com", or with another address.
  [[nodiscard]] std::string where() const;
  [[nodiscard]] std::string where(std::string_view url) const;
};

// The values in the address's query whose names say that they are secrets.
void protect_query(const core::Url& url, base::Redactor& redactor);
// Makes the redactor know the secrets that stand in the profile's headers, URL and proxy.
void protect_secrets(const core::Profile& profile, base::Redactor& redactor);

// Loads, resolves, prints notices and makes the redactor know the secrets that stand in headers, URL and proxy.
[[nodiscard]] base::Result<Launched> launch(const config::Overrides& overrides, Context& context);

// The credential that will be sent, kept for the run once it was found; `again` mints a new one. It is given to the
// redactor before it is returned. Empty where a header carries authentication instead, or nothing is configured.
class CredentialSource {
 public:
  CredentialSource(const Launched& launched, Context& context) : launched_(launched), context_(context) {}
  [[nodiscard]] base::Result<base::Secret> get(bool again);
  [[nodiscard]] bool can_mint_again() const;

 private:
  const Launched& launched_;
  Context& context_;
  std::optional<base::Secret> kept_;
};

}  // namespace byok::cli
