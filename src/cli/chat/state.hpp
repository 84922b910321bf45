// Chat: a conversation at the prompt: all that its commands and its turns work on.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/ask/options.hpp"
#include "cli/context.hpp"
#include "cli/keeper.hpp"
#include "cli/launch.hpp"
#include "core/message.hpp"
#include "session/conversation.hpp"
#include "session/store/saved_session.hpp"
#include "terminal/line_editor.hpp"
#include "transport/transport.hpp"

namespace byok::cli {

struct ChatOptions {
  AskOptions ask;
  bool is_raw = false;  // replies as they are written, not as rendered markdown
};

// What the streams are good for.
struct ChatScreen {
  bool has_person = false;  // standard input is a terminal
  bool can_edit = false;    // and lines can be edited on it
  int prompt = -1;          // where the prompt is shown: stdout, else stderr; -1: nowhere
};
[[nodiscard]] ChatScreen chat_screen(const Context& context);
[[nodiscard]] std::unique_ptr<terminal::LineEditor> make_editor(const ChatScreen& screen, const Context& context);

// A prompt on its way: what was typed, and what goes with it.
struct Prompt {
  std::string text;
  std::vector<std::string> files;       // as they stand behind the text
  std::vector<core::Part> attachments;  // images and documents

  [[nodiscard]] bool has_extras() const { return !files.empty() || !attachments.empty(); }
  [[nodiscard]] core::Message message() const;
};

struct Chat {
  Chat(const ChatOptions& chat_options, Context& chat_context, std::unique_ptr<terminal::LineEditor> line_editor,
       std::unique_ptr<Launched> launch, Keeper session_keeper);
  Chat(const Chat&) = delete;
  Chat& operator=(const Chat&) = delete;
  ~Chat() = default;

  const ChatOptions& options;
  Context& context;
  ChatScreen screen;
  std::unique_ptr<terminal::LineEditor> editor;
  std::unique_ptr<Launched> launched;
  std::unique_ptr<CredentialSource> credential;
  config::Overrides overrides;  // as they stand: /profile, /model and /system change them
  session::Session session;
  std::vector<session::SavedTurn> turns;  // those of the session, as a file keeps them
  Keeper keeper;
  std::unique_ptr<transport::Transport> transport;  // from the first request on
  Prompt next;                                      // what goes with the next prompt
  std::optional<Prompt> failed;                     // what was sent last, where it brought nothing
  terminal::Draft draft;                            // what the next reading begins with
  bool keeps_history = true;                        // what is typed goes into the history's file
  bool shows_usage = false;
  bool is_over = false;
  int exit_code = 0;

  // The error as `ask` says it. Where no person is there to see it, it is what the run ends with.
  void fail(const base::Error& error, std::string_view where = {});
  // "byok: SENTENCE", unless -q.
  void tell(std::string_view sentence) const;
  [[nodiscard]] const terminal::Style& prompt_style() const;  // of the stream that the prompt is shown on
  // Whether the answer on the terminal is yes; false where nobody can be asked.
  [[nodiscard]] bool asks(std::string_view question);
  // Ends the conversation where a signal or a closed stdout asks for it; else the next Ctrl-C counts anew.
  void obey_signal(const base::Error& error);
};

// Another profile, model or system text from here on; the history goes along, and what cannot is said. On failure all
// is as it was.
[[nodiscard]] base::Result<> change_setup(Chat& chat, config::Overrides overrides);
// The session that the keeper has taken up becomes the conversation; what cannot go along is said.
void take_up_saved(Chat& chat);
// `launch_with_model`, where a person picks the model that is missing.
[[nodiscard]] base::Result<std::unique_ptr<Launched>> launch_chat(config::Overrides& overrides,
                                                                  terminal::LineEditor& editor, Context& context);

}  // namespace byok::cli
