// Replays every reply of this folder, cut in many ways, and requires the events that its .events file states.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "unit/wire/transcript.hpp"
#include "wire/wire.hpp"

namespace fs = std::filesystem;

namespace {

using byok::core::Profile;
using byok::core::ProviderType;
using byok::core::WireApi;

// A reply's bytes in NAME.sse or NAME.json; in NAME.events, behind lines that begin with '#', the events as lines.
struct Case {
  std::string name;
  std::string content_type;
  std::string body;
  std::string events;
};

// Adjacent deltas of one kind count as one: how text is cut into deltas is no part of what a reply says.
class Coalesced final : public byok::core::EventSink {
 public:
  void on(const byok::core::StreamEvent& event) override {
    using namespace byok::core;
    if (!may_join<TextDelta>(event) && !may_join<ReasoningDelta>(event) && !may_join<RefusalDelta>(event)) flush();
    if (const auto* text = std::get_if<TextDelta>(&event)) {
      held_ += text->text;
    } else if (const auto* thought = std::get_if<ReasoningDelta>(&event)) {
      held_ += thought->text;
    } else if (const auto* refusal = std::get_if<RefusalDelta>(&event)) {
      held_ += refusal->text;
    } else {
      transcript_.on(event);
    }
    kind_ = event.index();
    ends_ += std::holds_alternative<Finished>(event) ? 1 : 0;
  }
  void add_error(const byok::base::Error& error) {
    flush();
    transcript_.add_error(error);
    ++ends_;
  }
  [[nodiscard]] int ends() const { return ends_; }
  [[nodiscard]] const std::string& lines() {
    flush();
    return transcript_.lines();
  }

 private:
  template <class Delta>
  [[nodiscard]] bool may_join(const byok::core::StreamEvent& event) const {
    return std::holds_alternative<Delta>(event) && event.index() == kind_;
  }
  void flush() {
    using namespace byok::core;
    if (held_.empty()) return;
    if (kind_ == StreamEvent(TextDelta{}).index()) transcript_.on(TextDelta{held_});
    if (kind_ == StreamEvent(ReasoningDelta{}).index()) transcript_.on(ReasoningDelta{held_});
    if (kind_ == StreamEvent(RefusalDelta{}).index()) transcript_.on(RefusalDelta{held_});
    held_.clear();
  }

  byok::test::Transcript transcript_;
  std::string held_;
  std::size_t kind_ = std::variant_npos;
  int ends_ = 0;
};

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Case load(const fs::path& events_path) {
  fs::path body_path = events_path;
  body_path.replace_extension(".sse");
  const bool is_stream = fs::exists(body_path);
  if (!is_stream) body_path.replace_extension(".json");
  Case one{.name = events_path.stem().string(),
           .content_type = is_stream ? "text/event-stream; charset=utf-8" : "application/json",
           .body = read(body_path),
           .events = read(events_path)};
  constexpr std::string_view kType = "# content-type: ";
  while (one.events.starts_with('#')) {
    const std::string line = one.events.substr(0, one.events.find('\n'));
    if (line.starts_with(kType)) one.content_type = line.substr(kType.size());
    one.events.erase(0, line.size() + 1);
  }
  return one;
}

std::vector<Case> cases(std::string_view dialect) {
  std::vector<Case> all;
  for (const auto& entry : fs::directory_iterator(fs::path(BYOK_SOURCE_DIR) / "tests/replies" / dialect)) {
    if (entry.path().extension() == ".events") all.push_back(load(entry.path()));
  }
  std::ranges::sort(all, {}, &Case::name);
  return all;
}

Profile profile_of(std::string_view dialect) {
  Profile profile;
  profile.base_url = *byok::core::Url::parse("http://localhost:8080");
  if (dialect == "responses") profile.wire_api = WireApi::responses;
  if (dialect == "anthropic") profile.wire_api = WireApi::messages;
  if (dialect == "anthropic") profile.type = ProviderType::anthropic;
  return profile;
}

// The events of the body when it comes cut at these places.
std::string replay(const Case& one, const Profile& profile, const std::vector<std::size_t>& seams) {
  byok::core::HttpHead head{.status = 200, .headers = {}};
  head.headers.push_back({.name = "content-type", .value = one.content_type});
  const auto decoder = byok::wire::open_reply(profile, head);
  Coalesced events;
  byok::base::Result<> result;
  std::size_t at = 0;
  const std::string_view body = one.body;
  for (std::size_t i = 0; i <= seams.size() && result && !decoder->is_done(); ++i) {
    const std::size_t end = i < seams.size() ? seams[i] : body.size();
    result = decoder->feed(body.substr(at, end - at), events);
    at = end;
  }
  if (result) result = decoder->finish(events);
  if (!result) events.add_error(result.error());
  const std::string& lines = events.lines();
  return events.ends() == 1 ? lines : lines + "(not exactly one end)\n";
}

void check(const Case& one, const Profile& profile) {
  CAPTURE(one.name);
  CHECK(replay(one, profile, {}) == one.events);
  std::vector<std::size_t> every;
  for (std::size_t at = 1; at < one.body.size(); ++at) every.push_back(at);
  CHECK(replay(one, profile, every) == one.events);

  constexpr std::size_t kLargestForEverySplit = 8192;
  constexpr int kSeeded = 300;
  std::vector<std::size_t> splits = every;
  if (one.body.size() > kLargestForEverySplit) {
    std::mt19937 random(static_cast<std::mt19937::result_type>(one.body.size()));
    splits.clear();
    for (int i = 0; i < kSeeded; ++i) splits.push_back(random() % one.body.size());
  }
  for (const std::size_t at : splits) {
    if (replay(one, profile, {at}) == one.events) continue;
    CAPTURE(at);
    CHECK(replay(one, profile, {at}) == one.events);
    break;
  }
}

}  // namespace

TEST_CASE("every reply gives its events, whole and at every seam") {
  std::size_t count = 0;
  for (const std::string_view dialect : {"chat", "responses", "anthropic"}) {
    CAPTURE(dialect);
    const std::vector<Case> all = cases(dialect);
    CHECK(all.size() >= 20);
    count += all.size();
    for (const Case& one : all) check(one, profile_of(dialect));
  }
  CHECK(count >= 70);
}
