// Send: one prompt of a conversation, its reply on the screen, and what is said and kept of it.
#pragma once

#include <string>

#include "cli/chat/state.hpp"

namespace byok::cli {

// Sends the prompt and shows the reply. Whatever came of it is in the conversation and, where it is kept, on disk. A
// prompt that brought nothing is left in `draft` for a person to send again, with what went with it in `failed`.
void send_prompt(Chat& chat, const Prompt& prompt);

// The same for a text, with what was put aside for the next prompt, and with what went with the one that was given
// back.
void send_text(Chat& chat, std::string text);

// The last prompt again; its reply takes the place of the one before, which stays where no whole one comes. False where
// there is none.
bool send_again(Chat& chat);

}  // namespace byok::cli
