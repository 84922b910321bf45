// Schema: the keys that a configuration file may hold, and the check of a whole file against them.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "config/document.hpp"
#include "core/diagnosis.hpp"

namespace byok::config {

// Everything that is judged for the whole file: syntax (from the document), unknown keys, both spellings of one key,
// wrong types, keys that `defaults` may not hold, cycles of `extends`. `name` is the file's name in messages.
[[nodiscard]] std::vector<core::Diagnosis> check_file(const Document& document, std::string_view name);

// The snake_case name of a profile's key in either spelling (`baseUrl` -> `base_url`); within `azure` and `tls` too.
// The word itself when it is unknown.
[[nodiscard]] std::string_view canonical_key(std::string_view key);

// What is wrong with the type of a profile's value that came from elsewhere than a file.
[[nodiscard]] std::optional<core::Diagnosis> check_value(std::string_view key, const Node& value,
                                                         std::string_view where);

}  // namespace byok::config
