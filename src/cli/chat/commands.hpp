// Commands: what each slash command of a conversation does.
#pragma once

#include <string>

#include "cli/chat/line/slash.hpp"
#include "cli/chat/state.hpp"

namespace byok::cli {

// Does it, and says what came of it.
void obey(Chat& chat, const SlashLine& line);

// Lets the text be written in the person's own editor. It is then what the next reading begins with, or is sent where
// lines cannot be edited.
void edit_draft(Chat& chat, const std::string& text);

}  // namespace byok::cli
