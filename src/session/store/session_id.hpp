// Session ids: names of sessions that sort by the time of their beginning. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace byok::session {

// "20261127-024411-k3f9q": the second in UTC, then 25 random bits.
[[nodiscard]] std::string make_session_id(std::chrono::system_clock::time_point time, std::uint32_t random);

// [0-9a-z-]{4,64}, as any file's name must be that counts as a session.
[[nodiscard]] bool is_session_id(std::string_view text);

// One line of at most 60 characters: the prompt's first line that is not empty, white space folded. Empty for a blank
// prompt.
[[nodiscard]] std::string title_of(std::string_view prompt);

}  // namespace byok::session
