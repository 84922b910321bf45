// Model lists: asked page by page, then for what the server tells elsewhere.
#include "session/catalog.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "session/model_cache.hpp"
#include "wire/model_details.hpp"
#include "wire/wire.hpp"

namespace byok::session {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

constexpr int kMostPages = 100;
constexpr std::size_t kLargestBody = std::size_t{16} << 20;
constexpr std::chrono::seconds kPatienceForDetails{5};

class BodySink final : public transport::TransferSink {
 public:
  Result<transport::Flow> on_head(const core::HttpHead& head) override {
    head_ = head;
    return transport::Flow::nothing;
  }
  Result<transport::Flow> on_body(std::string_view bytes) override {
    if (body_.size() + bytes.size() > kLargestBody) {
      return fail(ErrorKind::protocol, "the model list is larger than 16 MiB");
    }
    body_ += bytes;
    return transport::Flow::event;
  }
  Result<> on_read_end() override { return {}; }

  [[nodiscard]] const core::HttpHead& head() const { return head_; }
  [[nodiscard]] const std::string& body() const { return body_; }

 private:
  core::HttpHead head_;
  std::string body_;
};

struct Answer {
  core::HttpHead head;
  std::string body;
  [[nodiscard]] bool is_good() const { return head.status >= 200 && head.status <= 299; }
};

// One run through a provider's lists.
class Listing {
 public:
  Listing(transport::Transport& transport, const core::Profile& profile, const CatalogOptions& options)
      : transport_(transport), profile_(profile), options_(options), deadline_(options.deadline) {}

  Result<std::vector<core::ModelInfo>> read() {
    BYOK_CHECK(read_pages());
    BYOK_CHECK(read_details());
    return std::move(models_);
  }

 private:
  Result<> take_secret(bool again) {
    if (!options_.secret) return {};
    BYOK_TRY(secret_, options_.secret(again));
    return {};
  }

  Result<Answer> send(const core::HttpRequest& request) {
    transport::TransferOptions transfer;
    transfer.connect_timeout = profile_.limits.connect_timeout;
    transfer.first_event_timeout = profile_.limits.first_token_timeout;
    transfer.idle_timeout = profile_.limits.idle_timeout;
    transfer.deadline = deadline_;
    transfer.interrupt = options_.interrupt;
    BodySink sink;
    BYOK_TRY(const transport::TransferStats stats, transport_.send(request, profile_.network, transfer, sink));
    static_cast<void>(stats);
    return Answer{.head = sink.head(), .body = sink.body()};
  }

  // The answer to the request for a page, with a new credential where the first was refused, and from elsewhere where
  // the usual address does not exist.
  Result<Answer> fetch(std::string_view after) {
    BYOK_TRY(Answer answer, send(wire::list_models(profile_, secret_, after)));
    const core::Credential::Source source = profile_.credential.source;
    const bool may_mint =
        source == core::Credential::Source::command || source == core::Credential::Source::shell_command;
    if (answer.head.status == 401 && may_mint && !std::exchange(has_minted_again_, true)) {
      BYOK_CHECK(take_secret(true));
      return fetch(after);
    }
    if (answer.head.status != 404 || !after.empty()) return answer;
    const auto elsewhere = wire::list_models_elsewhere(profile_, secret_);
    if (!elsewhere) return answer;
    BYOK_TRY(Answer other, send(*elsewhere));
    if (!other.is_good() || !wire::parse_models(other.body)) return answer;
    is_ollama_ = true;
    return other;
  }

  Result<wire::ModelPage> fetch_page(std::string_view after) {
    BYOK_TRY(const Answer answer, fetch(after));
    if (!answer.is_good()) return std::unexpected(wire::explain(profile_, answer.head, answer.body));
    auto page = wire::parse_models(answer.body);
    if (!page) {
      wire::add_hint(profile_, page.error(), answer.body);
      if (page.error().request_id.empty()) page.error().request_id = wire::request_id(answer.head);
      return page;
    }
    if (server_ == wire::ModelServer::other) {
      server_ = is_ollama_ ? wire::ModelServer::ollama : wire::recognise_server(profile_, answer.head, answer.body);
    }
    return page;
  }

  Result<> read_pages() {
    BYOK_CHECK(take_secret(false));
    std::set<std::string, std::less<>> ids;
    std::string after;
    for (int number = 0; number < kMostPages; ++number) {
      BYOK_TRY(wire::ModelPage page, fetch_page(after));
      std::set<std::string, std::less<>> of_page;
      bool repeats = false;
      for (core::ModelInfo& model : page.models) {
        if (!of_page.insert(model.id).second) continue;  // several deployments behind one name
        repeats = repeats || ids.contains(model.id);
        if (ids.insert(model.id).second) models_.push_back(std::move(model));
      }
      if (page.next.empty() || page.next == after || repeats || of_page.empty()) break;
      after = page.next;
    }
    return {};
  }

  // What goes wrong here leaves the list as it is; only an interrupt is the run's own end.
  Result<> read_details() {
    const auto bound = std::chrono::steady_clock::now() + kPatienceForDetails;
    deadline_ = deadline_ ? std::min(*deadline_, bound) : bound;
    bool was_answered = true;
    for (const wire::DetailQuestion& question : wire::detail_questions(profile_, secret_, server_, models_)) {
      if (!options_.details && !question.adds_models) continue;
      if (question.is_fallback && was_answered) continue;
      const auto answer = send(question.http);
      if (!answer && answer.error().kind == ErrorKind::cancelled) return std::unexpected(answer.error());
      if (!answer) break;
      was_answered = answer->is_good() && wire::merge_details(question, answer->body, models_);
    }
    return {};
  }

  transport::Transport& transport_;
  const core::Profile& profile_;
  const CatalogOptions& options_;
  std::optional<std::chrono::steady_clock::time_point> deadline_;
  base::Secret secret_;
  bool has_minted_again_ = false;
  bool is_ollama_ = false;
  wire::ModelServer server_ = wire::ModelServer::other;
  std::vector<core::ModelInfo> models_;
};

}  // namespace

Result<std::vector<core::ModelInfo>> list_models(transport::Transport& transport, const core::Profile& profile,
                                                 const CatalogOptions& options) {
  if (!profile.models.empty()) return profile.models;
  if (!options.refresh) {
    if (auto kept = cached_models(profile, options); !kept.empty()) return kept;
  }
  auto models = Listing(transport, profile, options).read();
  if (models && options.details) keep_models(profile, options, *models);
  return models;
}

}  // namespace byok::session
