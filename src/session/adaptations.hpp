// Adaptations: what providers were found to refuse, kept in a file so that the next run need not find out again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/profile.hpp"
#include "core/request.hpp"

namespace byok::session {

// Whom a refusal was learned from.
struct AdaptationKey {
  std::string origin;    // of base_url
  std::string wire_api;  // "completions", …
  std::string model;     // as sent
  friend bool operator==(const AdaptationKey&, const AdaptationKey&) = default;
};
[[nodiscard]] AdaptationKey adaptation_key(const core::Profile& profile, std::string_view model);

// `now` is in seconds since 1970. None of these fails: a file that is missing, unreadable or damaged holds nothing, and
// one that cannot be written stays as it is. An empty path is no file.

// The words learned from `key` within the last 30 days.
[[nodiscard]] core::Adaptations recall_adaptations(const std::filesystem::path& file, const AdaptationKey& key,
                                                   std::int64_t now);
void remember_adaptations(const std::filesystem::path& file, const AdaptationKey& key, const core::Adaptations& words,
                          std::int64_t now);
// Drops all that was learned from that origin.
void forget_adaptations(const std::filesystem::path& file, std::string_view origin, std::int64_t now);

// Without the words that would drop a field given on the command line: those are never dropped.
[[nodiscard]] core::Adaptations usable_adaptations(core::Adaptations words, const core::Request& request);
// The options of the profile that the words leave out of this request, by name.
[[nodiscard]] std::vector<std::string> dropped_options(const core::Adaptations& words, const core::Request& request);

}  // namespace byok::session
