// The slash commands that are about the conversation itself: taken back, begun anew, kept, gone on with.
#pragma once

#include <string>

#include "cli/chat/state.hpp"

namespace byok::cli {

void undo_turn(Chat& chat, const std::string& argument);
void clear_conversation(Chat& chat, const std::string& argument);
// With a file's name: the conversation as Markdown. Without: it is kept from here on, with all that was said before.
void save_conversation(Chat& chat, const std::string& argument);
void keep_nothing(Chat& chat, const std::string& argument);
void load_session_by_id(Chat& chat, const std::string& argument);
void show_sessions(Chat& chat, const std::string& argument);

}  // namespace byok::cli
