// SessionTable: sessions as lines of columns for people to read. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "session/store/listing.hpp"

namespace byok::cli {

// "now", "5m", "3h", "12d", "2y"; "now" for what lies ahead of the clock.
[[nodiscard]] std::string age_text(std::chrono::system_clock::duration age);

// A heading and a line a session, in their order, made safe for a terminal. With a `width`, no line is wider unless an
// id alone is: titles are cut first, then columns left out: profile, model, turns, age; the title goes last.
[[nodiscard]] std::string session_table(const std::vector<session::SessionInfo>& sessions,
                                        std::chrono::system_clock::time_point now, std::optional<std::size_t> width);

}  // namespace byok::cli
