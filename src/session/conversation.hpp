// Session: a conversation held with a profile: prompts in, replies out, and what the next request must carry.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "core/message.hpp"
#include "core/profile.hpp"
#include "session/store/saved_session.hpp"
#include "session/turn.hpp"

namespace byok::session {

class Session {
 public:
  explicit Session(core::Profile profile) : profile_(std::move(profile)) {}

  // What comes of a prompt. `kept` holds it for the store: the prompt, the reply so far, the error and the figures.
  struct Outcome {
    TurnResult turn;
    SavedTurn kept;
  };
  // Sends the prompt with all that went before and waits for the reply; the observer is told as `run_turn` says. The
  // prompt and whatever came of a reply stay in the conversation, also when the turn failed or was interrupted
  // half-way; a turn that brought nothing leaves the conversation as it was, so that the prompt can be sent again.
  // Where the server has lost a stored response, the whole conversation is sent instead, which the observer is told.
  // `options` are the request's own: sampling, edits, pinned; model, system, body and store come from the profile.
  [[nodiscard]] Outcome send(transport::Transport& transport, const base::Log& log, core::Message prompt,
                             core::Request options, const TurnOptions& turn_options, TurnObserver& observer);

  // What `send` would send.
  [[nodiscard]] core::Request request(core::Message prompt, core::Request options) const;

  // Takes up what a store kept, under the profile that it is to go on with. The sentences name what could not be taken
  // along, where that was not said of the same session already. Everything said before is dropped.
  std::vector<std::string> restore(SavedSession saved);
  // Another profile or model from here on; the history is converted, and the sentences name what was left out.
  std::vector<std::string> set_profile(core::Profile profile);
  // The system text from the next request on.
  void set_system(std::string system) { profile_.system = std::move(system); }
  // Takes back the last prompt and its reply. False when there is none.
  bool drop_last_turn();
  void clear();

  [[nodiscard]] const core::Profile& profile() const { return profile_; }
  [[nodiscard]] std::size_t turn_count() const { return turns_.size(); }
  [[nodiscard]] const std::vector<core::Message>& messages() const { return messages_; }

 private:
  struct Turn {
    std::size_t begin = 0;    // of its messages
    std::string response_id;  // what the server may have stored the conversation under up to here, or empty
  };
  [[nodiscard]] std::string stored_response(core::Role next) const;

  core::Profile profile_;
  std::vector<core::Message> messages_;
  std::vector<Turn> turns_;
  std::string unsaid_;  // a sentence on the last turn, due when another prompt goes without its call
};

// How a profile stands in a session file.
[[nodiscard]] Setup setup_of(const core::Profile& profile);
// Whether the session was last held with another server than the profile's: then the user is asked before the
// conversation goes there.
[[nodiscard]] bool is_elsewhere(const SavedSession& saved, const core::Profile& profile);

}  // namespace byok::session
