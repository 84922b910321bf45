// The ten checks: each a question about a case, answered by a finding; what it learns is kept in the case.
#pragma once

#include "doctor/case.hpp"

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

}  // namespace byok::doctor
