// Search: the sessions whose title or text holds some words.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "session/store/listing.hpp"

namespace byok::session {

// Those of `list_sessions`, in its order, whose title, a prompt or a reply holds the text, without regard to the case
// of ASCII letters. Files that cannot be read hold nothing.
[[nodiscard]] std::vector<SessionInfo> search_sessions(const std::filesystem::path& directory, std::string_view text);

// Pure: whether one of the file's lines holds the text in a title, a prompt or a reply. Attachments, tool calls and
// reasoning are not looked at.
[[nodiscard]] bool session_holds(std::string_view file, std::string_view text);

}  // namespace byok::session
