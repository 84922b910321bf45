// The reader that folds events into turns, and the writer of a turn's lines.
#include "session/store/saved_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "session/store/event_line.hpp"

namespace byok::session {
namespace {

class Reader {
 public:
  // Whether what was read so far may stand as it is.
  [[nodiscard]] bool is_at_rest() const { return !open_ || open_->has_reply(); }
  [[nodiscard]] bool read(std::string_view line);  // false: no event
  [[nodiscard]] const std::string& last_id() const { return session_.last_id; }
  SavedSession finish();

  void operator()(StartRecord& start);
  void operator()(SystemRecord& system) { session_.system = std::move(system.text); }
  void operator()(MessageRecord& record);
  void operator()(ToolRecord& record);
  void operator()(ErrorRecord& error);
  void operator()(TurnEndRecord& end);
  void operator()(const RewindRecord& rewind);
  void operator()(const OtherRecord&) {}

 private:
  SavedTurn& open();
  bool close();  // a turn whose end is missing: kept up to its last reply; false where it has none

  SavedSession session_;
  std::optional<SavedTurn> open_;
  std::string time_;  // of the event at hand
};

bool Reader::read(std::string_view line) {
  auto record = read_record(line);
  if (!record) return false;
  if (record->is_ephemeral) return true;
  time_ = std::move(record->timestamp);
  if (session_.started.empty()) session_.started = time_;
  session_.last_time = time_;
  session_.last_id = std::move(record->id);
  std::visit(*this, record->data);
  return true;
}

void Reader::operator()(StartRecord& start) {
  if (session_.id.empty()) session_.id = std::move(start.session_id);
  if (session_.title.empty()) {
    session_.title = std::move(start.title);
  } else if (session_.turns.empty() && !start.title.empty()) {
    session_.title = std::move(start.title);
    session_.has_new_title = true;
  }
  session_.setup = std::move(start.setup);
}

void Reader::operator()(MessageRecord& record) {
  if (record.message.role == core::Role::user && !close()) ++session_.lost_prompts;
  open().messages.push_back(std::move(record.message));
}

void Reader::operator()(ToolRecord& record) {
  auto& messages = open().messages;
  if (messages.empty() || messages.back().role != core::Role::tool) {
    messages.push_back({.role = core::Role::tool, .parts = {}});
  }
  messages.back().parts.emplace_back(std::move(record.result));
}

void Reader::operator()(ErrorRecord& error) {
  if (open_) open_->error = std::move(error);
}

void Reader::operator()(TurnEndRecord& end) {
  if (!open_) return;
  open_->end = std::move(end);
  open_->is_finished = true;
  session_.turns.push_back(*std::exchange(open_, std::nullopt));
}

void Reader::operator()(const RewindRecord& rewind) {
  if (!close()) ++session_.lost_prompts;
  if (rewind.turns < session_.turns.size()) session_.turns.resize(rewind.turns);
}

SavedTurn& Reader::open() {
  if (!open_) {
    open_.emplace();
    open_->setup = session_.setup;
    open_->time = time_;
  }
  return *open_;
}

bool Reader::close() {
  if (!open_) return true;
  auto& messages = open_->messages;
  while (!messages.empty() && !open_->has_reply()) messages.pop_back();
  const bool has_reply = !messages.empty();
  if (has_reply) session_.turns.push_back(*std::move(open_));
  open_.reset();
  return has_reply;
}

SavedSession Reader::finish() {
  close();
  return std::move(session_);
}

}  // namespace

bool is_reply(const core::Message& message) {
  const auto is_more = [](const core::Part& part) { return !std::holds_alternative<core::ReasoningPart>(part); };
  return message.role == core::Role::assistant && std::ranges::any_of(message.parts, is_more);
}

bool SavedTurn::has_reply() const { return !messages.empty() && is_reply(messages.back()); }

SavedSession read_session(std::string_view text) {
  Reader reader;
  std::size_t kept = 0;
  std::size_t junk = 0;
  std::size_t first_junk = 0;
  bool lacks_newline = false;
  std::string last_id;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t newline = text.find('\n', at);
    const bool is_cut = newline == std::string_view::npos;
    const std::string_view line = text.substr(at, is_cut ? newline : newline - at);
    at += line.size() + (is_cut ? 0 : 1);
    ++number;
    const bool is_blank = line.find_first_not_of(" \t\r") == std::string_view::npos;
    const bool is_event = !is_blank && reader.read(line);
    if (is_cut && !is_event) break;
    if (!is_blank && !is_event && junk++ == 0) first_junk = number;
    if (!reader.is_at_rest()) continue;
    kept = at;
    last_id = reader.last_id();
    lacks_newline = is_cut;
  }
  SavedSession session = reader.finish();
  session.last_id = std::move(last_id);
  session.kept = kept;
  session.torn = text.size() - kept;
  session.lacks_newline = lacks_newline;
  session.junk_lines = junk;
  session.first_junk = first_junk;
  return session;
}

std::vector<std::string> problems_of(const SavedSession& session, std::string_view file, std::string_view torn_file) {
  std::vector<std::string> problems;
  if (session.junk_lines == 1) {
    problems.push_back(fmt::format("Line {} of {} is no event and was passed over.", session.first_junk, file));
  } else if (session.junk_lines > 1) {
    problems.push_back(fmt::format("{} lines of {} are no events and were passed over, the first of them line {}.",
                                   session.junk_lines, file, session.first_junk));
  }
  if (session.lost_prompts > 0) {
    problems.push_back(fmt::format("{} of the prompts in {} {} no reply and {} left out.", session.lost_prompts, file,
                                   session.lost_prompts == 1 ? "has" : "have",
                                   session.lost_prompts == 1 ? "was" : "were"));
  }
  if (session.torn > 0) {
    const bool has_reply = !session.turns.empty() && !session.turns.back().is_finished;
    problems.push_back(fmt::format(
        "The last {} bytes of {} {} and were {}.", session.torn, file,
        has_reply ? "are the cut end of a turn whose reply is there" : "are of a turn that was not finished",
        torn_file.empty() ? "left out" : fmt::format("moved to {}", torn_file)));
  }
  return problems;
}

std::vector<core::Message> history_of(const SavedSession& session) {
  std::vector<core::Message> history;
  for (const SavedTurn& turn : session.turns) {
    if (turn.has_reply()) history.insert(history.end(), turn.messages.begin(), turn.messages.end());
  }
  return history;
}

void EventChain::add(RecordData data, Time time) {
  std::string id;
  auto* const message = std::get_if<MessageRecord>(&data);
  if (const auto stamp = std::ranges::find(stamps_, type_of(data), &EventStamp::type); stamp != stamps_.end()) {
    id = std::move(stamp->id);
    time = stamp->time;
    if (message != nullptr) message->message_id = std::move(stamp->message_id);
    stamps_.erase(stamp);
  } else {
    id = make_uuid();
  }
  if (message != nullptr && message->message.role == core::Role::assistant && message->message_id.empty()) {
    message->message_id = make_uuid();
  }
  const std::string now = timestamp(time);
  text_ += event_line({.type = type_of(data), .id = id, .timestamp = now, .parent = parent_}, data_of(data, redactor_));
  parent_ = std::move(id);
}

void EventChain::add_turn(const SavedTurn& turn, Time asked, Time ended) {
  bool has_started = false;
  for (const core::Message& message : turn.messages) {
    if (message.role != core::Role::user && !std::exchange(has_started, true)) add(OtherRecord{}, asked);
    if (message.role != core::Role::tool) {
      add(MessageRecord{{}, message}, has_started ? ended : asked);
      continue;
    }
    for (const core::Part& part : message.parts) {
      if (const auto* result = std::get_if<core::ToolResultPart>(&part)) add(ToolRecord{*result}, ended);
    }
  }
  if (turn.error) add(*turn.error, ended);
  add(turn.end, ended);
}

}  // namespace byok::session
