// Access: whether a call may pass before its body is looked at: address, method, credential, version.
#pragma once

#include <optional>
#include <string_view>

#include "mock/refusal.hpp"
#include "mock/route.hpp"

namespace byok::mock {

// The refusal that the service gives, or nothing. Any key is good but those that begin with `bad`. No key at all is
// good at the OpenAI addresses, as with local servers, and for the model `demo`; a key in a header that the service
// does not read counts as a wrong one.
[[nodiscard]] std::optional<Refusal> check_access(const Route& route, const Call& call, std::string_view model);

}  // namespace byok::mock
