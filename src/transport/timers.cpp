// Timers: which limit of a transfer comes first.
#include "transport/timers.hpp"

namespace byok::transport {

using std::chrono::milliseconds;

Timers::Timers(const TransferOptions& options, Time start)
    : first_event_(options.first_event_timeout),
      idle_(options.idle_timeout),
      deadline_(options.deadline),
      last_bytes_(start),
      last_event_(start) {}

void Timers::on_event(Time now) {
  last_bytes_ = now;
  last_event_ = now;
  complete_.reset();
  had_event_ = true;
}

void Timers::on_complete(Time now) {
  on_event(now);
  complete_ = now;
}

std::optional<Timers::Due> Timers::next() const {
  std::optional<Due> first;
  const auto consider = [&](Time at, Limit limit) {
    if (!first || at < first->at) first = Due{at, limit};
  };
  if (complete_) consider(*complete_ + kGrace, Limit::complete);
  if (deadline_) consider(*deadline_, Limit::deadline);
  // Comments can keep a dead stream alive for ever, so after the first event its limit goes on as the longest gap.
  if (first_event_ > milliseconds{0})
    consider(last_event_ + first_event_, had_event_ ? Limit::between_events : Limit::first_event);
  if (had_event_ && idle_ > milliseconds{0}) consider(last_bytes_ + idle_, Limit::idle);
  return first;
}

}  // namespace byok::transport
