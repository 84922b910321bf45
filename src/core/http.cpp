// Header fields by name.
#include "core/http.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace byok::core {

std::string_view HttpHead::find(std::string_view name) const {
  const auto found = std::ranges::find_if(headers, [&](const Header& h) { return base::iequals(h.name, name); });
  return found == headers.end() ? std::string_view{} : std::string_view{found->value};
}

}  // namespace byok::core
