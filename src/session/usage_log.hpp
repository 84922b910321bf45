// Usage log: one line for each request, without any text, that can be added up later.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "core/event.hpp"

namespace byok::session {

struct UsageEntry {
  std::chrono::system_clock::time_point time;
  std::string profile;
  std::string model;
  core::Usage usage;  // figures that are not known are left out
  int exit_code = 0;
  std::chrono::milliseconds duration{0};
};

// The line without its newline: `{"time","profile","model","input_tokens"?,…,"exit_code","duration_ms"}`.
[[nodiscard]] std::string to_json(const UsageEntry& entry, const base::Redactor& redactor);

// Appends the line in one write; the file (mode 0600) and its folder are made when missing. Several processes may do so
// at once. ErrorKind::output on failure.
[[nodiscard]] base::Result<> log_usage(const std::filesystem::path& file, const UsageEntry& entry,
                                       const base::Redactor& redactor);

}  // namespace byok::session
