// The ten checks: each a question about a case, answered by a finding; what it learns is kept in the case.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "doctor/case.hpp"
#include "transport/probe.hpp"

namespace byok::doctor {

[[nodiscard]] Finding check_config(Case& c);
[[nodiscard]] Finding check_rules(Case& c);
[[nodiscard]] Finding check_credential(Case& c);
[[nodiscard]] Finding check_address(Case& c);
[[nodiscard]] Finding check_dns(Case& c);
[[nodiscard]] Finding check_connect(Case& c);
[[nodiscard]] Finding check_tls(Case& c);
[[nodiscard]] Finding check_route(Case& c);
[[nodiscard]] Finding check_model(Case& c);
[[nodiscard]] Finding check_reply(Case& c);

// What is seen where at least one address is connected: which, what the others did, and, for localhost, that the
// server listens on one family only.
[[nodiscard]] std::string describe_attempts(const std::vector<transport::Attempt>& attempts, std::string_view host,
                                            std::uint16_t port);

}  // namespace byok::doctor
