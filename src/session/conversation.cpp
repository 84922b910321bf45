// Turns of a conversation, and requests made from them.
#include "session/conversation.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "session/history.hpp"
#include "session/reply_parts.hpp"
#include "session/store/event_line.hpp"

namespace byok::session {
namespace {

using Object = nlohmann::ordered_json;

// Hands everything on and keeps the reply's parts.
class Collector final : public TurnObserver {
 public:
  explicit Collector(TurnObserver& next) : next_(next) {}

  void on(const core::StreamEvent& event) override {
    parts_.on(event);
    next_.on(event);
  }
  void on_attempt(int number) override {
    // An attempt that brought output is never followed by another; payloads of one that did not are dropped.
    static_cast<void>(parts_.take());
    next_.on_attempt(number);
  }
  base::Result<> on_read_end() override { return next_.on_read_end(); }
  void on_tick() override { next_.on_tick(); }
  void on_warning(std::string_view sentence) override { next_.on_warning(sentence); }
  void on_retry(const base::Error& error, std::chrono::milliseconds wait) override { next_.on_retry(error, wait); }

  [[nodiscard]] core::Message take() { return parts_.take(); }

 private:
  TurnObserver& next_;
  ReplyParts parts_;
};

// The `body` of a profile with one more member, or as it was where it is no object: the wire says that.
std::string with_member(const std::string& body, std::string_view name, const std::string& value) {
  Object object = body.empty() ? Object::object() : Object::parse(body, nullptr, false);
  if (!object.is_object()) return body;
  if (!object.contains(name)) object[std::string(name)] = value;
  return object.dump(-1, ' ', false, Object::error_handler_t::replace);
}

SavedTurn saved(const core::Profile& profile, const TurnResult& turn, std::vector<core::Message> messages) {
  SavedTurn kept;
  kept.setup = setup_of(profile);
  kept.messages = std::move(messages);
  kept.end.response_id = turn.response_id;
  kept.end.usage = turn.usage;
  if (turn.error) {
    kept.error = ErrorRecord{.kind = std::string(base::to_string(turn.error->kind)),
                             .message = turn.error->message,
                             .status = turn.error->status};
  } else {
    kept.end.finish = core::to_string(turn.finish);
  }
  return kept;
}

// Stored responses are kept for a month, or until the server is started again. OpenAI has a code for it; others answer
// 404 and name the id.
bool is_forgotten(const TurnResult& turn, std::string_view response_id) {
  if (!turn.error || turn.had_output) return false;
  return turn.error->code == "previous_response_not_found" || turn.error->message.contains(response_id);
}

// Whether one setup's reasoning and stored responses mean something to the other.
bool can_read(const Setup& written, const Setup& now) {
  return written.origin == now.origin && written.wire_api == now.wire_api && written.model == now.model;
}

// The demo's provider is part of byok, at another port each time.
std::string origin_of(const core::Profile& profile) {
  return profile.is_demo ? std::string("demo") : profile.base_url.origin();
}

}  // namespace

Setup setup_of(const core::Profile& profile) {
  return {.profile = profile.name,
          .origin = origin_of(profile),
          .wire_api = std::string(core::to_string(profile.wire_api)),
          .model = profile.model};
}

bool is_elsewhere(const SavedSession& saved, const core::Profile& profile) {
  return saved.setup.origin != origin_of(profile);
}

// The server knows the conversation up to the last turn if it was asked to store it. Calls that are open there must be
// answered first.
std::string Session::stored_response(core::Role next) const {
  const bool is_stored = profile_.wire_api == core::WireApi::responses && profile_.store.value_or(false);
  if (!is_stored || turns_.empty()) return {};
  const auto is_call = [](const core::Part& part) { return std::holds_alternative<core::ToolCallPart>(part); };
  const bool is_open = !messages_.empty() && std::ranges::any_of(messages_.back().parts, is_call);
  return is_open && next != core::Role::tool ? std::string() : turns_.back().response_id;
}

core::Request Session::request(core::Message prompt, core::Request options) const {
  core::Request request = std::move(options);
  request.model = profile_.wire_model;
  request.system = profile_.system;
  request.store = profile_.store;
  request.body = profile_.body;
  request.keeps_conversation = true;
  if (const std::string id = stored_response(prompt.role); !id.empty()) {
    request.body = with_member(request.body, "previous_response_id", id);
    request.messages = {std::move(prompt)};
    return request;
  }
  request.messages = messages_;
  request.messages.push_back(std::move(prompt));
  request.messages = sendable(std::move(request.messages));
  return request;
}

Session::Outcome Session::send(transport::Transport& transport, const base::Log& log, core::Message prompt,
                               core::Request options, const TurnOptions& turn_options, TurnObserver& observer) {
  const auto begin = std::chrono::steady_clock::now();
  const auto asked = std::chrono::system_clock::now();
  if (prompt.role == core::Role::user) {
    if (const std::string sentence = std::exchange(unsaid_, {}); !sentence.empty()) observer.on_warning(sentence);
  }
  Collector collector(observer);
  Outcome outcome;
  const std::string stored = stored_response(prompt.role);
  outcome.turn = run_turn(transport, log, profile_, request(prompt, options), turn_options, collector);
  if (!stored.empty() && is_forgotten(outcome.turn, stored)) {
    observer.on_warning("The server no longer holds the conversation; all of it is sent again.");
    for (Turn& turn : turns_) turn.response_id.clear();
    outcome.turn = run_turn(transport, log, profile_, request(prompt, std::move(options)), turn_options, collector);
  }
  std::vector<core::Message> messages{std::move(prompt)};
  if (core::Message reply = collector.take(); outcome.turn.had_output && is_reply(reply)) {
    messages.push_back(std::move(reply));
    turns_.push_back(
        {.begin = messages_.size(), .response_id = outcome.turn.error ? std::string() : outcome.turn.response_id});
    messages_.insert(messages_.end(), messages.begin(), messages.end());
    unsaid_ = unanswered_sentence(std::span(messages_).subspan(turns_.back().begin));
  }
  outcome.kept = saved(profile_, outcome.turn, std::move(messages));
  outcome.kept.time = timestamp(asked);
  outcome.kept.end.duration_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
  return outcome;
}

std::vector<std::string> Session::restore(SavedSession saved) {
  clear();
  const Setup own = setup_of(profile_);
  Losses losses;
  std::vector<std::string> sentences;
  const auto last = std::ranges::find_if(saved.turns.rbegin(), saved.turns.rend(), &SavedTurn::has_reply);
  if (last != saved.turns.rend()) {
    if (std::string sentence = unanswered_sentence(last->messages); !sentence.empty()) {
      sentences.push_back(std::move(sentence));
    }
  }
  for (SavedTurn& turn : saved.turns) {
    if (!turn.has_reply()) continue;
    const bool is_same = can_read(turn.setup, own);
    const std::size_t begin = messages_.size();
    turns_.push_back({.begin = begin, .response_id = is_same && !turn.error ? turn.end.response_id : std::string()});
    std::ranges::move(turn.messages, std::back_inserter(messages_));
    const Losses lost = convert(std::span(messages_).subspan(begin), is_same, profile_);
    losses.reasoning += lost.reasoning;
    losses.attachments += lost.attachments;
  }
  // What stays behind was said when the model changed.
  if (can_read(saved.setup, own)) return sentences;
  std::ranges::move(sentences_of(losses, profile_), std::back_inserter(sentences));
  return sentences;
}

std::vector<std::string> Session::set_profile(core::Profile profile) {
  const bool is_same = can_share_reasoning(profile_, profile);
  profile_ = std::move(profile);
  if (!is_same) {
    for (Turn& turn : turns_) turn.response_id.clear();
  }
  return sentences_of(convert(messages_, is_same, profile_), profile_);
}

bool Session::drop_last_turn() {
  if (turns_.empty()) return false;
  messages_.resize(turns_.back().begin);
  turns_.pop_back();
  unsaid_.clear();
  return true;
}

void Session::clear() {
  messages_.clear();
  turns_.clear();
  unsaid_.clear();
}

}  // namespace byok::session
