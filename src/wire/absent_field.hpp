// What to do with a request value that a wire has no field for: refuse the option, or leave out the profile's value.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/request.hpp"

namespace byok::wire {

// `field` is the name in core::Sampling; the option is the same with dashes. Only for values that were given.
inline base::Result<> report_absent_field(const core::Request& request, std::string_view field, std::string_view api,
                                          std::vector<std::string>& warnings) {
  if (request.pinned.contains(field)) {
    std::string option(field);
    std::ranges::replace(option, '_', '-');
    return base::fail(base::ErrorKind::usage, fmt::format("--{}: {} has no such field", option, api),
                      fmt::format("leave --{} out, or use a profile with another wire API", option));
  }
  warnings.push_back(fmt::format("`{}` of the profile was left out: {} has no such field.", field, api));
  return {};
}

}  // namespace byok::wire
