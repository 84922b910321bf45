// Finding and reading the configuration files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/catalog.hpp"
#include "config/environment.hpp"
#include "core/diagnosis.hpp"

namespace byok::config {

// `--config FILE`, else $BYOK_CONFIG, else byok/config.yaml in the user's configuration folder. A file that was named
// and does not exist is a problem; the last one may be missing.
[[nodiscard]] SourceFile read_user_file(const Environment& environment, const std::optional<std::string>& config_file,
                                        std::vector<core::Diagnosis>& problems);

// The first byok/config.yaml of $XDG_CONFIG_DIRS (/etc/xdg) that root owns; `is_used` is false where there is none.
[[nodiscard]] SourceFile read_system_file(const Environment& environment, std::vector<core::Diagnosis>& problems);

}  // namespace byok::config
