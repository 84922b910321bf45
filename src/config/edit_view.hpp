// EditView: edits of a configuration file as a person reads them before agreeing: a small diff without secrets. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.hpp"
#include "config/splice.hpp"

namespace byok::config {

// "@@ line 12 @@", then `-` and `+` lines, for each edit. Line numbers are those of the old text, from 1.
[[nodiscard]] std::string edits_as_diff(std::span<const Edit> edits);

// One line of a configuration, its comments too, without what may be a secret: the value of a key that is named like
// one (a `${…}` and a `{ command: … }` stay), user info and secret query values of URLs.
[[nodiscard]] std::string without_secrets(std::string_view line);

// Every line of every scalar that stands under a key named like a secret: what a text that goes over several lines
// would show. For a Redactor.
[[nodiscard]] std::vector<std::string> literal_secrets(const Node& root);

}  // namespace byok::config
