// Turn: attempts at one request until a reply, a failure that stays, or the end of patience.
#include "session/turn.hpp"

#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <random>
#include <utility>

#include "session/adaptations.hpp"
#include "session/retry.hpp"
#include "wire/reply_form.hpp"
#include "wire/wire.hpp"

namespace byok::session {
namespace {

using base::Error;
using base::ErrorKind;
using base::fail;
using base::Result;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kTick{100};
constexpr std::size_t kLongestErrorBody = std::size_t{1} << 20;
constexpr std::size_t kMostAdaptations = 8;

// Between decoder and observer: writes down what the events say.
class Books final : public core::EventSink {
 public:
  Books(TurnResult& result, TurnObserver& observer) : result_(result), observer_(observer) {}

  void on(const core::StreamEvent& event) override;
  void start_attempt();
  // Whether an event of the answer came since the last call.
  [[nodiscard]] bool take_output() { return std::exchange(has_output_, false); }
  // Whether any event did.
  [[nodiscard]] bool take_event() { return std::exchange(has_event_, false); }
  // Gives the observer its moment to write, where something came since the last one.
  Result<> end_read();

 private:
  TurnResult& result_;
  TurnObserver& observer_;
  std::optional<Clock::time_point> started_;
  bool has_output_ = false;
  bool has_event_ = false;
  bool has_unwritten_ = false;
};

void Books::start_attempt() {
  if (!started_) started_ = Clock::now();
  result_.usage = {};
  result_.response_id.clear();
  result_.request_id.clear();
  result_.model.clear();
}

void Books::on(const core::StreamEvent& event) {
  has_unwritten_ = true;
  has_event_ = true;
  if (core::is_output(event)) {
    has_output_ = true;
    if (!std::exchange(result_.had_output, true) && started_)
      result_.time_to_first_token = std::chrono::duration_cast<milliseconds>(Clock::now() - *started_);
    if (std::holds_alternative<core::TextDelta>(event) || std::holds_alternative<core::RefusalDelta>(event))
      result_.had_text = true;
  } else if (const auto* usage = std::get_if<core::UsageReport>(&event)) {
    result_.usage = usage->usage;
  } else if (const auto* identity = std::get_if<core::Identity>(&event)) {
    if (!identity->response_id.empty()) result_.response_id = identity->response_id;
    if (!identity->model.empty()) result_.model = identity->model;
  } else if (const auto* finished = std::get_if<core::Finished>(&event)) {
    result_.finish = finished->reason;
    result_.provider_finish = finished->provider_reason;
    result_.detail = finished->detail;
  }
  observer_.on(event);
}

Result<> Books::end_read() {
  if (!std::exchange(has_unwritten_, false)) return {};
  return observer_.on_read_end();
}

// What comes back for one request: a 2xx body goes through its decoder, any other is kept to be explained.
class Reply final : public transport::TransferSink {
 public:
  Reply(const core::Profile& profile, const core::Request& request, Books& books, TurnResult& result,
        TurnObserver& observer)
      : profile_(profile),
        books_(books),
        events_(books, wire::reply_form(request, profile.wire_api) == wire::ReplyForm::tool),
        result_(result),
        observer_(observer) {}

  Result<transport::Flow> on_head(const core::HttpHead& head) override;
  Result<transport::Flow> on_body(std::string_view bytes) override;
  Result<> on_read_end() override { return books_.end_read(); }
  void on_tick() override { observer_.on_tick(); }

  // After the transfer: what it came to.
  Result<> finish(Result<> transfer);
  // Where the reply is given up: what its decoder still held.
  void flush();
  [[nodiscard]] bool is_refused() const { return head_.status != 0 && !decoder_; }
  [[nodiscard]] int status() const { return head_.status; }
  [[nodiscard]] const std::string& error_body() const { return error_body_; }

 private:
  const core::Profile& profile_;
  Books& books_;
  wire::ToolReply events_;  // to the books
  TurnResult& result_;
  TurnObserver& observer_;
  core::HttpHead head_;
  std::unique_ptr<wire::Decoder> decoder_;
  std::string error_body_;
  bool is_complete_ = false;   // the decoder's word, after the last piece
  bool was_complete_ = false;  // after any piece
  bool has_gone_on_ = false;   // more of the answer came behind its end, so that this is no end to rely upon
};

Result<transport::Flow> Reply::on_head(const core::HttpHead& head) {
  head_ = head;
  result_.request_id = wire::request_id(head);
  if (head.status < 200 || head.status > 299) return transport::Flow::event;  // the answer is here: no
  decoder_ = wire::open_reply(profile_, head_);
  return transport::Flow::nothing;
}

Result<transport::Flow> Reply::on_body(std::string_view bytes) {
  if (!decoder_) {
    error_body_.append(bytes.substr(0, kLongestErrorBody - error_body_.size()));
    return error_body_.size() < kLongestErrorBody ? transport::Flow::nothing : transport::Flow::done;
  }
  BYOK_CHECK(decoder_->feed(bytes, events_));
  if (decoder_->is_done()) return transport::Flow::done;
  const bool has_output = books_.take_output();
  const bool has_event = books_.take_event();
  const bool has_turned = is_complete_ != decoder_->is_complete();
  is_complete_ = decoder_->is_complete();
  has_gone_on_ = has_gone_on_ || (was_complete_ && has_output);
  was_complete_ = was_complete_ || is_complete_;
  if (is_complete_ && !has_gone_on_ && (has_event || has_turned)) return transport::Flow::complete;
  return has_output || has_turned ? transport::Flow::event : transport::Flow::nothing;
}

Result<> Reply::finish(Result<> transfer) {
  Result<> outcome = std::move(transfer);
  // A refusal whose body was cut short is still the refusal.
  const bool is_cut =
      !outcome && (outcome.error().kind == ErrorKind::network || outcome.error().kind == ErrorKind::timeout);
  if (is_refused() && (outcome || is_cut)) return std::unexpected(wire::explain(profile_, head_, error_body_));
  // A connection that breaks behind the end of a reply takes nothing from it.
  const bool is_whole = is_cut && decoder_ && decoder_->is_complete() && !has_gone_on_;
  if ((outcome || is_whole) && decoder_) outcome = decoder_->finish(events_);
  auto written = books_.end_read();
  if (outcome && !written) outcome = std::move(written);
  if (!outcome && outcome.error().request_id.empty()) outcome.error().request_id = result_.request_id;
  return outcome;
}

void Reply::flush() {
  if (!decoder_) return;
  decoder_->flush(events_);
  [[maybe_unused]] const auto written = books_.end_read();  // the turn has failed already
}

class Turn {
 public:
  Turn(transport::Transport& transport, const base::Log& log, const core::Profile& profile, core::Request request,
       const TurnOptions& options, TurnObserver& observer)
      : transport_(transport),
        log_(log),
        profile_(profile),
        request_(std::move(request)),
        options_(options),
        observer_(observer),
        books_(result_, observer),
        key_(adaptation_key(profile, request_.model)) {}

  TurnResult run();

 private:
  enum class Next { again, same_attempt };

  Result<> attempts();
  Result<> attempt(Reply& reply);
  Result<Next> after_failure(Error error, const Reply& reply);
  Result<bool> adapt(const Reply& reply);  // true: the request was changed
  Result<> pause(milliseconds wait, const Error& cause);
  void recall();
  void warn(const std::string& sentence);
  Result<base::Secret> secret(bool again) const;

  transport::Transport& transport_;
  const base::Log& log_;
  const core::Profile& profile_;
  core::Request request_;
  const TurnOptions& options_;
  TurnObserver& observer_;
  TurnResult result_;
  Books books_;
  AdaptationKey key_;
  base::Secret secret_;
  core::Adaptations learned_;  // in this turn
  std::size_t adapted_ = 0;
  std::vector<std::string> warned_;
  int retries_ = 0;
  bool has_minted_again_ = false;
};

std::int64_t unix_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

double random_fraction() {
  std::random_device source;
  return std::uniform_real_distribution<double>(0.0, 1.0)(source);
}

Result<base::Secret> Turn::secret(bool again) const {
  if (!options_.secret) return base::Secret();
  return options_.secret(again);
}

void Turn::warn(const std::string& sentence) {
  if (std::ranges::find(warned_, sentence) != warned_.end()) return;
  warned_.push_back(sentence);
  observer_.on_warning(sentence);
}

void Turn::recall() {
  if (options_.adaptations_file.empty()) return;
  const auto words = usable_adaptations(recall_adaptations(options_.adaptations_file, key_, unix_now()), request_);
  for (const auto& option : dropped_options(words, request_))
    warn(fmt::format("`{}` was left out: {} has refused it before.", option, request_.model));
  request_.adaptations.insert(words.begin(), words.end());
}

Result<> Turn::attempt(Reply& reply) {
  BYOK_TRY(const auto outgoing, wire::ask(profile_, secret_, request_));
  for (const auto& warning : outgoing.warnings) warn(warning);
  result_.url = outgoing.http.url.display();
  observer_.on_attempt(result_.attempts);
  books_.start_attempt();
  const transport::TransferOptions transfer{.connect_timeout = profile_.limits.connect_timeout,
                                            .first_event_timeout = profile_.limits.first_token_timeout,
                                            .idle_timeout = profile_.limits.idle_timeout,
                                            .deadline = options_.deadline,
                                            .tick = options_.ticks ? kTick : milliseconds{0},
                                            .interrupt = options_.interrupt};
  auto sent = transport_.send(outgoing.http, profile_.network, transfer, reply);
  return reply.finish(sent ? Result<>{} : std::unexpected(std::move(sent).error()));
}

Result<bool> Turn::adapt(const Reply& reply) {
  if (!reply.is_refused() || reply.status() < 400 || adapted_ >= kMostAdaptations) return false;
  BYOK_TRY(const auto found, wire::adapt(profile_, request_, reply.status(), reply.error_body()));
  if (!found || !request_.adaptations.insert(found->word).second) return false;
  ++adapted_;
  if (found->is_kept) learned_.insert(found->word);
  if (!found->note.empty()) warn(found->note);
  log_.info(fmt::format("adapting to the refusal: {}", found->word));
  return true;
}

Result<Turn::Next> Turn::after_failure(Error error, const Reply& reply) {
  if (error.kind == ErrorKind::auth && reply.status() == 401 && options_.can_mint_again && !has_minted_again_) {
    has_minted_again_ = true;
    BYOK_TRY(secret_, secret(true));
    return Next::same_attempt;
  }
  BYOK_TRY(const bool is_adapted, adapt(reply));
  if (is_adapted) return Next::again;
  const RetryState state{.retries_done = retries_,
                         .had_output = result_.had_output,
                         .is_loopback = profile_.base_url.is_loopback(),
                         .random = random_fraction()};
  const auto wait = next_wait(error, profile_.limits, state);
  if (!wait) return std::unexpected(std::move(error));
  ++retries_;
  observer_.on_retry(error, *wait);
  BYOK_CHECK(pause(*wait, error));
  return Next::again;
}

Result<> Turn::pause(milliseconds wait, const Error& cause) {
  const auto until = Clock::now() + wait;
  const auto end = options_.deadline ? std::min(until, *options_.deadline) : until;
  for (auto now = Clock::now(); now < end; now = Clock::now()) {
    const auto left = std::chrono::ceil<milliseconds>(end - now);
    const auto slice = std::min<milliseconds>(left, options_.ticks ? kTick : std::chrono::hours(1));
    pollfd entry{.fd = options_.interrupt, .events = POLLIN, .revents = 0};  // a negative one is passed over
    if (::poll(&entry, 1, static_cast<int>(slice.count())) > 0) return fail(ErrorKind::cancelled, "interrupted");
    if (options_.ticks) observer_.on_tick();
  }
  if (end == until) return {};
  return fail(
      ErrorKind::timeout,
      fmt::format("the time allowed for the whole run was over before the next attempt; the last one failed: {}",
                  cause.message),
      "A longer --timeout (or none) allows more.");
}

Result<> Turn::attempts() {
  recall();
  BYOK_TRY(secret_, secret(false));
  auto next = Next::again;
  for (;;) {
    if (next == Next::again) ++result_.attempts;
    Reply reply(profile_, request_, books_, result_, observer_);
    auto outcome = attempt(reply);
    if (outcome) return {};
    const bool can_write = outcome.error().kind != ErrorKind::output;
    auto decided = after_failure(std::move(outcome).error(), reply);
    if (!decided && can_write) reply.flush();
    BYOK_TRY(next, std::move(decided));
  }
}

TurnResult Turn::run() {
  auto outcome = attempts();
  if (outcome) {
    remember_adaptations(options_.adaptations_file, key_, learned_, unix_now());
  } else {
    result_.error = std::move(outcome).error();
  }
  return std::move(result_);
}

}  // namespace

TurnResult run_turn(transport::Transport& transport, const base::Log& log, const core::Profile& profile,
                    core::Request request, const TurnOptions& options, TurnObserver& observer) {
  return Turn(transport, log, profile, std::move(request), options, observer).run();
}

}  // namespace byok::session
