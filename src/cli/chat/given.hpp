// Given: what the command line gave for a conversation's requests, and what of it the profile at hand can take.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/profile.hpp"
#include "core/request.hpp"

namespace byok::cli {

using FieldNames = std::set<std::string, std::less<>>;  // of core::Sampling

// Whether the profile's wire API has all of the fields. Fails (ErrorKind::usage), naming the option that it has not.
[[nodiscard]] base::Result<> check_given(const core::Profile& profile, const FieldNames& pinned);

// Takes out of the profile's sampling what was given and its wire API has no field for; a sentence for each.
[[nodiscard]] std::vector<std::string> leave_out_given(core::Profile& profile, const FieldNames& pinned);

}  // namespace byok::cli
