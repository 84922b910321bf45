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
  struct File {
    std::string name;  // as it was given
    std::string text;  // as it stands behind the prompt's
  };
  struct Attachment {
    std::string name;
    core::Part part;  // an image or a document
  };
  std::string text;
  std::vector<File> files;
  std::vector<Attachment> attachments;

  [[nodiscard]] bool has_extras() const { return !files.empty() || !attachments.empty(); }
  [[nodiscard]] std::string extras() const;  // their names, between commas
  [[nodiscard]] std::vector<core::Part> parts() const;
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
  std::string home;             // the origin that the command line's headers are for: the one that it began with
  session::Session session;
  std::vector<session::SavedTurn> turns;  // those of the session, as a file keeps them
  Keeper keeper;
  std::unique_ptr<transport::Transport> transport;  // from the first request on
  Prompt next;                                      // what goes with the next prompt
  std::optional<Prompt> failed;                     // what was sent last, where it brought nothing
  terminal::Draft draft;                            // what the next reading begins with
  bool is_given_back = false;                       // it is the text of `failed`, whose extras go with it
  bool shows_usage = false;
  bool is_over = false;
  int exit_code = 0;

  // The error as `ask` says it. Where no person is there to see it, it is what the run ends with. One that is cancelled
  // is obeyed instead.
  void fail(const base::Error& error, std::string_view where = {});
  // The session's file gets the turns; the first `unchanged` of them were there before. Fails as `Keeper::keep`.
  base::Result<> keep_turns(std::size_t unchanged);
  // Goes on with what was launched.
  void take(std::unique_ptr<Launched> next_launched, config::Overrides next_overrides);
  // "byok: SENTENCE", unless -q.
  void tell(std::string_view sentence) const;
  [[nodiscard]] const terminal::Style& prompt_style() const;  // of the stream that the prompt is shown on
  // Whether the answer on the terminal is yes; false where nobody can be asked.
  [[nodiscard]] bool asks(std::string_view question);
  // The line that was given back is gone, and what went with it does not go along with what is typed instead; said.
  void let_go(bool for_prompt);
  // Ends the conversation where a signal or a closed stdout asks for it; else the next Ctrl-C counts anew.
  void obey_signal(const base::Error& error);
};

// What the overrides ask for. Headers of the command line stay behind at another origin than the one that they were
// given for, and options that the wire API has no field for; `sentences` name them.
[[nodiscard]] base::Result<std::unique_ptr<Launched>> launch_next(const Chat& chat, config::Overrides& overrides,
                                                                  std::vector<std::string>& sentences);
// Another profile, model or system text from here on; the history goes along, and what cannot is said. On failure all
// is as it was.
[[nodiscard]] base::Result<> change_setup(Chat& chat, config::Overrides overrides);
// The session that the keeper has taken up becomes the conversation; what cannot go along is said.
void take_up_saved(Chat& chat);
// `launch_with_model`, where a person picks the model that is missing; kNoneTaken where they do not.
[[nodiscard]] base::Result<std::unique_ptr<Launched>> launch_chat(config::Overrides& overrides,
                                                                  terminal::LineEditor& editor, Context& context);

}  // namespace byok::cli
