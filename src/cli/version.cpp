// What `byok --version` prints: the version, the commit it was built from, and the libraries that speak for it.
#include <fmt/format.h>

#include <string>
#include <string_view>

#include "cli/help.hpp"
#include "transport/transport.hpp"

namespace byok::cli {

std::string version_text() {
  const std::string_view commit = BYOK_COMMIT;
  return fmt::format("byok {}{}\n{}\n", BYOK_VERSION, commit.empty() ? "" : fmt::format(" ({})", commit),
                     transport::curl_version());
}

}  // namespace byok::cli
