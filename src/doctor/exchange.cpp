// Requests of the checks, each within the time of the check that makes it.
#include "doctor/exchange.hpp"

#include <utility>

#include "config/credential.hpp"
#include "session/catalog.hpp"

namespace byok::doctor {
namespace {

using base::Result;
using transport::Flow;

constexpr std::size_t kLongestPage = std::size_t{64} << 10;
constexpr std::string_view kPrompt = "Reply with the single word: ok";

class PageSink final : public transport::TransferSink {
 public:
  explicit PageSink(Page& page) : page_(page) {}
  Result<Flow> on_head(const core::HttpHead& head) override {
    page_.head = head;
    return Flow::event;
  }
  Result<Flow> on_body(std::string_view bytes) override {
    page_.body.append(bytes.substr(0, kLongestPage - page_.body.size()));
    return page_.body.size() < kLongestPage ? Flow::event : Flow::done;
  }
  Result<> on_read_end() override { return {}; }

 private:
  Page& page_;
};

// Lets everything through and notes the head.
class HeadNote final : public transport::TransferSink {
 public:
  HeadNote(transport::TransferSink& inner, LastHead& last) : inner_(inner), last_(last) {}
  Result<Flow> on_head(const core::HttpHead& head) override {
    last_ = {.status = head.status, .date = std::string(head.find("date"))};
    return inner_.on_head(head);
  }
  Result<Flow> on_body(std::string_view bytes) override { return inner_.on_body(bytes); }
  Result<> on_read_end() override { return inner_.on_read_end(); }
  void on_tick() override { inner_.on_tick(); }

 private:
  transport::TransferSink& inner_;
  LastHead& last_;
};

class Witness final : public transport::Transport {
 public:
  Witness(std::unique_ptr<transport::Transport> inner, LastHead& last) : inner_(std::move(inner)), last_(last) {}
  Result<transport::TransferStats> send(const core::HttpRequest& request, const core::Network& network,
                                        const transport::TransferOptions& options,
                                        transport::TransferSink& sink) override {
    HeadNote note(sink, last_);
    return inner_->send(request, network, options, note);
  }

 private:
  std::unique_ptr<transport::Transport> inner_;
  LastHead& last_;
};

class TextObserver final : public session::TurnObserver {
 public:
  explicit TextObserver(std::string& text) : text_(text) {}
  void on(const core::StreamEvent& event) override {
    if (const auto* delta = std::get_if<core::TextDelta>(&event)) text_ += delta->text;
    if (const auto* delta = std::get_if<core::RefusalDelta>(&event)) text_ += delta->text;
  }
  void on_attempt(int) override {}
  Result<> on_read_end() override { return {}; }
  void on_tick() override {}
  void on_warning(std::string_view) override {}
  void on_retry(const base::Error&, std::chrono::milliseconds) override {}

 private:
  std::string& text_;
};

// The profile with limits that fit into the check's time.
core::Profile hurried(const Case& c, core::Profile profile) {
  profile.limits.retries = 0;
  profile.limits.connect_timeout = c.left();
  profile.limits.first_token_timeout = {};
  profile.limits.idle_timeout = {};
  return profile;
}

// The credential of the case; a token command is run anew where `again` asks for it.
Result<base::Secret> secret_for(Case& c, bool again) {
  if (!again) return c.secret.copy();
  std::vector<std::string> warnings;
  const config::CredentialContext context{.interrupt = c.options.interrupt, .deadline = c.deadline};
  BYOK_TRY(c.secret, config::resolve_credential(c.config, *c.profile, context, true, warnings));
  if (c.options.on_secret) c.options.on_secret(c.secret.reveal());
  return c.secret.copy();
}

}  // namespace

Result<Page> fetch(const Case& c, const core::Profile& profile, const base::Secret& secret, const core::Url& url) {
  core::HttpRequest request;
  request.method = "GET";
  request.url = url;
  request.headers = wire::headers_for(profile, secret, false, false);
  if (secret.is_empty()) std::erase_if(request.headers, [](const core::Header& header) { return header.is_secret; });
  transport::TransferOptions options;
  options.connect_timeout = c.left();
  options.deadline = c.deadline;
  options.interrupt = c.options.interrupt;
  Page page;
  PageSink sink(page);
  BYOK_TRY(const auto stats, c.transport->send(request, profile.network, options, sink));
  static_cast<void>(stats);
  return page;
}

Result<std::vector<core::ModelInfo>> fetch_models(Case& c, const core::Profile& profile) {
  core::Profile asked = hurried(c, profile);
  asked.models.clear();
  session::CatalogOptions options;
  options.refresh = true;
  options.details = false;
  options.deadline = c.deadline;
  options.interrupt = c.options.interrupt;
  options.secret = [&c](bool again) { return secret_for(c, again); };
  return session::list_models(*c.transport, asked, options);
}

Reply ask_shortly(Case& c, const core::Profile& profile) {
  core::Request request;
  request.model = profile.wire_model;
  request.messages.push_back({.role = core::Role::user, .parts = {core::TextPart{std::string(kPrompt)}}});
  request.sampling = profile.sampling;
  request.store = profile.store;
  request.body = profile.body;
  session::TurnOptions options;
  options.deadline = c.deadline;
  options.interrupt = c.options.interrupt;
  options.secret = [&c](bool again) { return secret_for(c, again); };
  const core::Credential::Source source = profile.credential.source;
  options.can_mint_again =
      source == core::Credential::Source::command || source == core::Credential::Source::shell_command;
  Reply reply;
  TextObserver observer(reply.text);
  const auto start = std::chrono::steady_clock::now();
  reply.turn = session::run_turn(*c.transport, c.log, hurried(c, profile), std::move(request), options, observer);
  reply.time = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
  return reply;
}

std::unique_ptr<transport::Transport> make_witness(std::unique_ptr<transport::Transport> inner, LastHead& last) {
  return std::make_unique<Witness>(std::move(inner), last);
}

}  // namespace byok::doctor
