// The names of the error kinds: scripts read them as `category`, so they never change.
#include "base/result.hpp"

#include <array>
#include <cstddef>

namespace byok::base {
namespace {

// Output that could not be written has no word of its own: like a defect, it is on this side, and not the provider's.
constexpr auto kNames = std::to_array<std::string_view>({
    "usage",          "config",         "auth",       "quota",      "not_found", "route",   "bad_request",
    "context_length", "content_filter", "rate_limit", "overloaded", "network",   "timeout", "protocol",
    "incomplete",     "schema",         "cancelled",  "internal",   "internal",
});
static_assert(kNames.size() == static_cast<std::size_t>(ErrorKind::internal) + 1);

}  // namespace

std::string_view to_string(ErrorKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

}  // namespace byok::base
